"""How far each pipeline of a run is: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from headgate.cli.console import tell
from headgate.cli.working import working
from headgate.render.runs import event_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headgate.engine.events import Event
    from headgate.engine.model import PlannedPipeline
    from headgate.engine.supervise import Heard


@contextmanager
def watching(pipelines: Sequence[PlannedPipeline]) -> Iterator[Callable[[Event | Heard], None]]:
    """Give what is to be told of each event and of what is heard between them."""
    if not sys.stderr.isatty():
        yield _say
        return
    working.end()
    with _Bars(pipelines) as bars:
        yield bars.watch


def _say(one: Event | Heard) -> None:
    from headgate.engine.events import Event

    if isinstance(one, Event) and (line := event_text(one)):
        tell(line)


class _Bars:
    """A bar for each pipeline: its tables by weight, its rows, rows a second, time left by the weights of what is left."""

    def __init__(self, pipelines: Sequence[PlannedPipeline]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=10),
            TextColumn("{task.fields[tables]}"),
            TextColumn("{task.fields[rows]:>10,} rows"),
            TextColumn("{task.fields[rate]:>7,.0f}/s"),
            TimeRemainingColumn(compact=True),
            console=Console(stderr=True),
            transient=True,
        )
        self._weights = {table.destination: table.weight or 1 for pipeline in pipelines for table in pipeline.tables}
        self._tasks = {
            one.id: self._progress.add_task(
                one.id,
                start=False,
                total=sum(self._weights[table.destination] for table in one.tables),
                tables="",
                rows=0,
                rate=0,
            )
            for one in pipelines
        }
        self._count = {one.id: len(one.tables) for one in pipelines}
        self._done = dict.fromkeys(self._tasks, 0)
        self._rows = dict.fromkeys(self._tasks, 0)
        self._began: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def watch(self, one: Event | Heard) -> None:
        """Show an event, or what is heard between two."""
        from headgate.engine.events import Event

        if one.pipeline is None:
            return
        task = self._tasks[one.pipeline]
        rows = 0
        if not isinstance(one, Event):
            rows = one.said.rows if one.said else 0
        elif one.kind == "pipeline" and one.state == "started":
            self._began[one.pipeline] = time.monotonic()
            self._progress.start_task(task)
        elif one.kind == "table":
            self._done[one.pipeline] += 1
            self._rows[one.pipeline] += one.rows or 0
            self._progress.advance(task, self._weights[one.table or ""])
        total = self._rows[one.pipeline] + rows
        took = time.monotonic() - self._began.get(one.pipeline, time.monotonic())
        self._progress.update(
            task,
            tables=f"{self._done[one.pipeline]}/{self._count[one.pipeline]}",
            rows=total,
            rate=total / took if took else 0,
        )
