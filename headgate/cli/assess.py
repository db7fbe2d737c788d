"""`headgate assess`: what a workspace's pipelines take, and what balancing would change, by their logs alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.console import emit, result, tell, width
from headgate.cli.options import FormatOption, Profile
from headgate.numbers import counted
from headgate.problems import InputError
from headgate.visible import seen


def assess(
    pipelines: Annotated[
        list[str] | None, typer.Argument(help="Pipelines: names, ids, or patterns such as 'CRM_*'; default: all.")
    ] = None,
    log: Annotated[
        list[Path] | None,
        typer.Option(
            "--log",
            help="Exported event logs, or a folder of them, in JSON or CSV; may be given again. Default: the workspace's.",
        ),
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How far back a workspace is asked.")] = 30,
    warehouse: Annotated[
        str,
        typer.Option(
            help="The id of a SQL warehouse that reads system.lakeflow_pipeline_events_preview.pipeline_events instead of the "
            "REST API."
        ),
    ] = "",
    dbus_per_hour: Annotated[
        float | None, typer.Option("--dbus-per-hour", min=0, help="DBUs that a pipeline takes in an hour.")
    ] = None,
    price: Annotated[float | None, typer.Option("--price-per-dbu", min=0, help="What a DBU costs.")] = None,
    currency: Annotated[str, typer.Option("--currency", help="In which currency.")] = "USD",
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write it as a page, too.")] = None,
    profile: Profile = None,
    *,
    output: FormatOption = "text",
) -> None:
    """Say what a workspace's pipelines take, by their event logs: read-only, without a project.

    What runs when, which pipeline holds up the others, what the same tables would take balanced over 1 to 20 pipelines and how
    many moves that is, who idles or overlaps, and what a month costs.
    """
    from headgate.assess.model import Prices
    from headgate.render.assess import assessment_text
    from headgate.use_cases.assess import AssessRequest, assess_pipelines
    from headgate.use_cases.outputs.assess import AssessOutput

    if price is not None and dbus_per_hour is None:
        raise InputError("--price-per-dbu says what a DBU costs, and not how many there are", "say --dbus-per-hour too")
    request = AssessRequest(
        logs=tuple(log or ()),
        patterns=tuple(pipelines or ()),
        profile=profile,
        days=days,
        warehouse=warehouse,
        prices=Prices(dbus_per_hour, price, currency if price is not None else None),
        page=html,
    )
    found = assess_pipelines(request, tell)
    if output == "json":
        emit(AssessOutput.like(found))
    else:
        result(assessment_text(found, width()))
    for what, count in found.unknown.items():
        tell(f"not understood, {counted(count, 'time')}: {seen(what)}")
