"""Executing a backfill: part after part is read, lands, and is remembered as done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.problems import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.backfill.journal import BackfillJournal
    from headgate.backfill.sinks import Sink
    from headgate.backfill.source import BackfillPlan, BackfillSource


@dataclass(slots=True)
class BackfillCounts:
    """What came of a run: parts read now and skipped as done, rows that landed, tags that can't be read, with reasons."""

    parts: int = 0
    skipped: int = 0
    rows: int = 0
    unread: dict[str, str] = field(default_factory=dict)


def execute(
    source: BackfillSource,
    plan: BackfillPlan,
    sink: Sink,
    journal: BackfillJournal | None,
    progress: Callable[[BackfillCounts], None] = lambda _: None,
) -> BackfillCounts:
    """Read each part that is not done, and land it. Of one with tags that can't be read the others land, and it stays open.

    The journal goes when all is done. Raises SourceError where the source fails, and where no tag can be read: what landed
    stays done.
    """
    counts = BackfillCounts()
    readable: set[str] = set()
    for part in plan.parts:
        if journal and part.id in journal.done:
            counts.skipped += 1
        else:
            rows, unread = source.read(part)
            read = [tag for tag in part.tags if tag not in unread]
            readable.update(read)
            counts.unread |= unread
            if read:
                sink.land(part, rows, read)
            if journal and not unread:
                journal.add(part.id)
            counts.parts += 1
            counts.rows += len(rows)
        progress(counts)
    if counts.parts and not readable:
        tag, reason = next(iter(counts.unread.items()), ("", "the source has no tags"))
        raise SourceError(f"nothing can be read: {tag} {reason}".replace("  ", " "), "look at the tags and the login's rights")
    if journal and not counts.unread:
        journal.end()
    return counts
