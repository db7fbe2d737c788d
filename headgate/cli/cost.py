"""`headgate cost`: what the agreed layout costs in a month."""

from __future__ import annotations

from pathlib import Path

from headgate.cli.common import Connector, Format, FormatOption, Root, Target, result, result_json
from headgate.problems import StaleError


def cost(connector: Connector, target: Target = None, output: FormatOption = Format.text, root: Root = Path()) -> None:
    """Show the pipeline-hours of an average month by group, and what they cost at the prices in connector.yaml (`cost`)."""
    from headgate.cost.estimate import cost_of
    from headgate.project import read_connectors, target_of
    from headgate.render.cost import cost_lines

    one = read_connectors(root, connector)[0]
    name = target_of(one.definition, target)
    if one.layout is None:
        raise StaleError(f"{one.definition.id} has no lock yet", f"run `headgate balance {one.definition.id}`")
    found = cost_of(one.definition, name, one.layout, one.weighed())
    if output is Format.json:
        result_json(found.as_json())
    else:
        result("\n".join(cost_lines(found)))
