"""`headgate run`: a layout on this machine or on Spark, into Delta tables."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from headgate.cli.console import emit, result, show, tell, warn, width
from headgate.cli.options import Connector, Format, FormatOption, Root, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.engine.events import Event
    from headgate.use_cases.run import LayoutRun

_FAILED, _INTERRUPTED = 4, 130  # the latter as shells have it


def run(  # noqa: PLR0913  # each parameter is a flag
    connector: Connector,
    out: Annotated[Path, typer.Option(help="The folder of the Delta tables: <catalog>/<schema>/<table>.")] = Path("build/run"),
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Pipelines at once; default: the machine's cores.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this table or pipeline, or some by commas; may be given again.")
    ] = None,
    full_refresh: Annotated[
        list[str] | None, typer.Option(help="Load this table, or some by commas, from nothing; may be given again.")
    ] = None,
    engine: Annotated[
        Literal["embedded", "spark"],
        typer.Option(help="What loads the tables: the engine of Headgate's own, on this machine, or Spark."),
    ] = "embedded",
    master: Annotated[
        str | None,
        typer.Option(help="With --engine spark: Spark's master, such as spark://host:7077 or sc://host. [default: local[*]]"),
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option(help="MiB of memory that a pipeline may take (default: 512); with --engine spark the driver's JVM."),
    ] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that one answer of the connector may take.")] = 600,
    every: Annotated[float, typer.Option(min=0.1, help="With --continuous: seconds between two loads.")] = 10,
    code: Annotated[
        Path | None, typer.Option(help="The folder of the connector's code, where connector.yaml names none here.")
    ] = None,
    options_file: Annotated[
        Path | None, typer.Option(help="Options for the connector, JSON; win over HEADGATE_OPTION_<NAME> and connector.yaml.")
    ] = None,
    target: Target = None,
    *,
    full_refresh_all: Annotated[bool, typer.Option("--full-refresh-all", help="Load all tables from nothing.")] = False,
    continuous: Annotated[bool, typer.Option("--continuous", help="Load again and again, until Ctrl-C.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be loaded, and do nothing.")] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Run a connector's layout on this machine, or on Spark: each table a Delta table.

    The same command goes on where the last one ended, or was killed: rows and the source's offset land in one commit. A table
    that fails stops no other one. Values that don't fit their column's type go to a quarantine beside the table. Secrets come
    from HEADGATE_OPTION_<NAME>. Exit code 4: a table could not be loaded; 130: ended by Ctrl-C, and what was committed stays.
    """
    from headgate.discovery.options import options_of_file, variable_of
    from headgate.render.runs import plan_text
    from headgate.use_cases.run import RunRequest, layout_run

    request = RunRequest(
        connector=connector,
        target=target,
        root=root,
        out=out,
        jobs=jobs,
        only=_names(only),
        refresh=_names(full_refresh),
        refresh_all=full_refresh_all,
        memory=memory,
        engine=engine,
        master=master,
        timeout=timeout,
        interval=every if continuous else None,
        code=code,
        options=options_of_file(options_file, "--options-file") if options_file else {},
    )
    ready = layout_run(request, os.environ)
    for name in ready.unknown:
        warn(f"{name}: the driver's expression is not evaluated here; give it as {variable_of(name)}")
    if dry_run:
        if output == "json":
            emit(ready.pipelines)
        else:
            result(plan_text(ready.pipelines, width()))
        return
    _run(ready, output)


def _run(ready: LayoutRun, output: Format) -> None:
    from headgate.cli.progress_bars import watching
    from headgate.engine.events import Event, event_line
    from headgate.render.runs import attention, run_text

    events: list[Event] = []
    with watching(ready.pipelines) as watch, _interrupts(ready) as interrupted:
        for one in ready.run():
            watch(one)
            if isinstance(one, Event):
                events.append(one)
                if output == "json":
                    show(event_line(one))
    for words in attention(events):
        warn(words)
    if output == "text":
        result(run_text(events, width()))
        result(f"The tables are below {ready.events.parents[1]}, the event log is {ready.events}")
    if interrupted:
        tell("ended by hand: what was committed stays, and the same command goes on from there")
        raise typer.Exit(_INTERRUPTED)
    if events[-1].state == "failed":
        raise typer.Exit(_FAILED)


@contextmanager
def _interrupts(ready: LayoutRun) -> Iterator[list[int]]:
    """Have the first Ctrl-C end a run at its next commits, and the second one at once; give the list of those that came."""
    came: list[int] = []

    def note(number: int, _frame: object) -> None:
        came.append(number)
        (ready.stop if len(came) == 1 else ready.kill)()
        tell("ending at the next commits; once more ends at once" if len(came) == 1 else "ending at once")

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _names(given: list[str] | None) -> tuple[str, ...]:
    return tuple(name for some in given or () for part in some.split(",") if (name := part.strip()))
