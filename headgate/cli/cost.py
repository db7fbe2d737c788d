"""`headgate cost`: what the agreed layout costs in a month, and what one used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.console import emit_each, result
from headgate.cli.options import Connectors, FormatOption, Profile, Root, Sites, Target


def cost(
    connector: Connectors = None,
    target: Target = None,
    site: Sites = None,
    usage: Annotated[
        list[Path] | None, typer.Option(help="Exported rows of system.billing.usage, JSON or CSV; repeat for more files.")
    ] = None,
    month: Annotated[str, typer.Option(help="What a month used: 2026-10. Default: of files, their last one.")] = "",
    warehouse: Annotated[
        str,
        typer.Option(
            help="With --month, without --usage: the id of a SQL warehouse to ask for it.", envvar="DATABRICKS_WAREHOUSE_ID"
        ),
    ] = "",
    profile: Profile = None,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Show the pipeline-hours of an average month by group, and what they cost at the prices in connector.yaml (`cost`).

    With --usage or --month, what each pipeline really used in a month too, in DBUs, beside what is estimated for its days.
    """
    from headgate.render.cost import cost_lines, used_lines
    from headgate.use_cases.cost import UsageRequest, compare_usage, estimate_cost
    from headgate.use_cases.outputs.layouts import CostOutput
    from headgate.use_cases.request import ConnectorRequest, connector_names

    if usage or month:
        request = UsageRequest(
            connector=connector,
            sites=tuple(site or ()),
            target=target,
            root=root,
            profile=profile,
            files=tuple(usage or ()),
            month=month,
            warehouse=warehouse,
        )
        compared = compare_usage(request)
        found = [CostOutput.of(*pair) for pair in compared]
        lines = [[*cost_lines(cost), "", *used_lines(used)] for cost, used in compared]
    else:
        names = connector_names(root, connector, site or (), target)
        costs = [estimate_cost(ConnectorRequest(connector=name, target=target, root=root)) for name in names]
        found, lines = [CostOutput.of(cost) for cost in costs], [cost_lines(cost) for cost in costs]
    if output == "json":
        emit_each(found, one=connector is not None)
    else:
        result("\n\n".join("\n".join(each) for each in lines))
