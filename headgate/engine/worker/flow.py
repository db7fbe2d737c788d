"""A flow: a connector is asked again and again, from each offset on, until it gives the same one back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from headgate.engine.worker.errors import StoppedError, TableError
from headgate.engine.worker.offsets import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headgate.engine.worker.batches import Checked
    from headgate.engine.worker.connector import Offset
    from headgate.engine.worker.intake import Intake
    from headgate.engine.worker.spool import Spool

    Read = Callable[[Offset | None], tuple[Iterator[Checked], Offset | None]]

_ENOUGH_ROWS, _ENOUGH_SECONDS = 50_000, 10.0  # of answers that are committed together


class Land(Protocol):
    """Commits rows with the offset after them; where they are not `whole`, that is the one before them still."""

    def __call__(self, spool: Spool, offset: Offset | None, *, whole: bool) -> None:
        """Commit them; raises TableError where they can't be."""


class Flow:
    """What `read` gives from `start` on, committed by `land`; small answers together.

    ordered: each row lands once, in one commit with its answer's offset, and no offset goes back. Else rows may land before
    their answer ends, for landing them again changes nothing.
    """

    def __init__(
        self, read: Read, land: Land, intake: Intake, start: Offset | None, batch: Callable[[], int], *, ordered: bool
    ) -> None:
        """Begin at `start`; `batch` gives the number of the commit that is next."""
        self._read, self._land, self._intake, self._batch, self._ordered = read, land, intake, batch, ordered
        self._offset = self._landed = start
        self._pending = intake.spool()
        self._seen = Seen(start, ordered=ordered)
        self.calls = 0

    def run(self, stopping: Callable[[], bool]) -> None:
        """Read to the end. Raises TableError, and StoppedError where `stopping`; answers that were whole land first."""
        began = time.monotonic()
        try:
            while True:
                ended = self._one_answer()
                late = time.monotonic() - began >= _ENOUGH_SECONDS
                if ended or late or self._pending.rows >= _ENOUGH_ROWS or stopping():
                    self._land_pending()
                    began = time.monotonic()
                if ended:
                    return
                if stopping():
                    raise StoppedError
        except TableError:
            self._land_pending()
            raise
        finally:
            self._pending.close()

    def _one_answer(self) -> bool:
        """Take one answer; say whether it was the last. Where it fails, nothing of it is pending."""
        answer = self._intake.spool()
        mark = self._intake.mark()
        try:
            pieces, after = self._read(self._offset)
            if after is not None and after == self._offset:
                return True  # what comes with it counts for nothing, as to Spark: it is what lies on the offset itself
            for piece in pieces:
                self._intake.take(piece, answer)
                if self._intake.too_many_bad or (answer.full and not self._ordered):
                    self._land_pending(keep=mark)
                    mark = 0
                    if self._ordered:
                        self._intake.flush(self._batch())
                    else:
                        self._commit(answer, self._offset, whole=False)
                        answer = self._intake.spool()
            self.calls += 1
            ended = after is None
            self._seen.check(self._offset, after, answer.rows)
        except TableError:
            self._intake.cut(mark)
            answer.close()
            raise
        reached = self._offset if ended else after
        if answer.full:
            self._land_pending(keep=mark)
            self._commit(answer, reached, whole=True)
        else:
            self._pending.absorb(answer)
            self._offset = reached
        self._seen.add(self._offset)
        return ended

    def _land_pending(self, keep: int | None = None) -> None:
        """Commit the answers that are whole; `keep`: from that cell on, those that don't fit are of another one."""
        later = self._intake.cut(keep) if keep is not None else []
        if self._pending.rows or self._offset != self._landed or self._intake.mark():
            self._commit(self._pending, self._offset, whole=True)
            self._pending = self._intake.spool()
        self._intake.put_aside(later)

    def _commit(self, spool: Spool, offset: Offset | None, *, whole: bool) -> None:
        self._intake.flush(self._batch())
        self._land(spool, offset, whole=whole)
        self._offset = self._landed = offset  # not before: where it fails, no later commit may have the offset without the rows
        spool.close()
