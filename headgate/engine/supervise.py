"""All pipelines of a run, some at a time, each in its process; what they say becomes events in one order."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.engine.model import Said
from headgate.engine.process import PipelineProcess

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.engine.folder import RunFolder
    from headgate.engine.model import PipelineOrder
    from headgate.redaction.redactor import Redactor

_TICK = 0.2


@dataclass(frozen=True, slots=True)
class Heard:
    """What a pipeline said, and when; `said` is None where the pipeline begins (`begins`) or has ended."""

    pipeline: str
    at: datetime
    said: Said | None = None
    begins: bool = False


@dataclass(slots=True)
class Supervisor:
    """Runs pipelines, at most `jobs` at once, those first that come first."""

    orders: Sequence[PipelineOrder]
    jobs: int
    connector: str
    folder: RunFolder
    mask: Redactor
    _heard: queue.SimpleQueue[Heard | BaseException] = field(default_factory=queue.SimpleQueue)
    _running: dict[str, PipelineProcess] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> Iterator[Heard]:
        """Give what is heard, until all have ended. Raises OSError where no process can be started."""
        waiting = list(reversed(self.orders))
        threads: list[threading.Thread] = []
        ended = 0
        while ended < len(self.orders):
            while waiting and len(threads) - ended < self.jobs:
                order = waiting.pop()
                thread = threading.Thread(target=self._pipeline, args=(order,), daemon=True)
                threads.append(thread)
                thread.start()
            try:
                heard = self._heard.get(timeout=_TICK)
            except queue.Empty:
                continue
            if isinstance(heard, BaseException):
                self.kill()
                raise heard
            ended += heard.said is None and not heard.begins
            yield heard

    def stop(self) -> None:
        """Have all end at their next commit."""
        self._stopping.set()
        for process in list(self._running.values()):
            process.stop()

    def kill(self) -> None:
        """End all now: what was committed stays."""
        self._stopping.set()
        for process in list(self._running.values()):
            process.kill()

    def _pipeline(self, order: PipelineOrder) -> None:
        name = order.pipeline

        def tell(said: Said) -> None:
            self._heard.put(Heard(name, datetime.now(UTC), said))

        self._heard.put(Heard(name, datetime.now(UTC), begins=True))
        try:
            if self._stopping.is_set():
                for table in order.tables:
                    tell(Said(what="stopped", table=table.name))
            else:
                process = PipelineProcess(order, self.folder.log(self.connector, name), self.mask, tell)
                self._running[name] = process
                if self._stopping.is_set():
                    process.stop()
                process.run()
        except BaseException as error:  # noqa: BLE001  # for whoever listens
            self._heard.put(error)
        finally:
            self._running.pop(name, None)
        self._heard.put(Heard(name, datetime.now(UTC)))
