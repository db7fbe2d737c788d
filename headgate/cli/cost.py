"""`headgate cost`: what the agreed layout costs in a month."""

from __future__ import annotations

from pathlib import Path

from headgate.cli.common import Connector, Format, FormatOption, Root, Target, result, result_json


def cost(connector: Connector, target: Target = None, output: FormatOption = Format.text, root: Root = Path()) -> None:
    """Show the pipeline-hours of an average month by group, and what they cost at the prices in connector.yaml (`cost`)."""
    from headgate.render.cost import cost_lines
    from headgate.use_cases.cost import estimate_cost
    from headgate.use_cases.request import ConnectorRequest

    found = estimate_cost(ConnectorRequest(connector=connector, target=target, root=root))
    if output is Format.json:
        result_json(found.as_json())
    else:
        result("\n".join(cost_lines(found)))
