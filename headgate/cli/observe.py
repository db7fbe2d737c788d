"""`headgate observe`: event logs to runs.csv, and what of them needs attention."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.console import emit_each, result, tell, warn, width
from headgate.cli.options import Connectors, FormatOption, Profile, Root, Sites, Target, refuse_together
from headgate.numbers import counted

_ALARMS = 6


def observe(  # noqa: PLR0913  # each is an option of the command line
    connector: Connectors = None,
    log: Annotated[
        list[Path] | None,
        typer.Option(
            "--log",
            help="An event log, or a folder of them: of a run here, or exported rows as JSON, JSON lines or CSV; may be given "
            "again. Default: build/run.",
        ),
    ] = None,
    warehouse: Annotated[
        str,
        typer.Option(
            help="As --workspace, by the id of a SQL warehouse: reads system.lakeflow_pipeline_events_preview.pipeline_events "
            "instead of asking the REST API."
        ),
    ] = "",
    target: Target = None,
    site: Sites = None,
    profile: Profile = None,
    *,
    workspace: Annotated[
        bool, typer.Option("--workspace", help="Ask the target's workspace for the event logs of the recorded pipelines.")
    ] = False,
    mlflow: Annotated[
        bool,
        typer.Option(
            "--mlflow", help="Write each update to MLflow: to MLFLOW_TRACKING_URI, else to a SQLite file in build/mlflow."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what was seen, and write nothing.")] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Read event logs: what tables and updates took goes to runs.csv, from which `headgate balance` takes weights.

    Prints each pipeline's load beside what its layout expects, what first loads and increments cost, and alarms: a table whose
    time doubled, that failed three times in a row or brings no rows any more, and a pipeline that takes longer than its
    schedule leaves. The same log again changes nothing. Exit code 6: there are alarms; where a connector can't be observed, the
    others are, and the exit code is that of its error.
    """
    from headgate.render.observed import alarm_text, observed_text, unknown_text
    from headgate.use_cases.observe import ObserveRequest
    from headgate.use_cases.observe import observe as observe_logs
    from headgate.use_cases.outputs.observed import ObserveOutput

    refuse_together(("--dry-run", dry_run), ("--mlflow", mlflow))
    track = None
    if mlflow:
        from headgate.use_cases.track import tracking

        track = tracking()
    request = ObserveRequest(
        connector=connector,
        sites=tuple(site or ()),
        target=target,
        root=root,
        profile=profile,
        logs=tuple(log or ()),
        workspace=workspace or bool(warehouse),
        warehouse=warehouse,
        write=not dry_run,
    )
    found, failed = observe_logs(request, tell)
    if output == "json":
        emit_each((ObserveOutput.of(one) for one in found), one=connector is not None)
    else:
        result("\n\n".join(observed_text(one, width()) for one in found))
    for words in dict.fromkeys(words for one in found for words in unknown_text(one.observation)):
        tell(words)
    for tracked in map(track, found) if track else ():
        tell(f"{tracked.experiment}: {counted(tracked.added, 'run')} added to MLflow, {tracked.known} were there")
    alarms = [alarm for one in found for alarm in one.alarms]
    for alarm in alarms:
        warn(alarm_text(alarm))
    if dry_run:
        tell("nothing was written")
    if failed is not None:
        raise failed
    if alarms:
        raise typer.Exit(_ALARMS)
