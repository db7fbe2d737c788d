"""`headgate cost`: what the agreed layout costs in a month."""

from __future__ import annotations

from pathlib import Path

from headgate.cli.console import emit_each, result
from headgate.cli.options import Connectors, Format, FormatOption, Root, Target


def cost(connector: Connectors = None, target: Target = None, output: FormatOption = Format.text, root: Root = Path()) -> None:
    """Show the pipeline-hours of an average month by group, and what they cost at the prices in connector.yaml (`cost`)."""
    from headgate.render.cost import cost_lines
    from headgate.use_cases.cost import estimate_cost
    from headgate.use_cases.outputs.layouts import CostOutput
    from headgate.use_cases.request import ConnectorRequest, connector_names

    names = connector_names(root, connector)
    found = [estimate_cost(ConnectorRequest(connector=name, target=target, root=root)) for name in names]
    if output is Format.json:
        emit_each(map(CostOutput.of, found), one=connector is not None)
    else:
        result("\n\n".join("\n".join(cost_lines(cost)) for cost in found))
