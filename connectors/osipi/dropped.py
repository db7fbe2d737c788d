"""Values that were given and are there no more: a snapshot that compression dropped, or one that was deleted.

The newest value of a tag is its snapshot: PI has it in its lists, and decides when the next one comes whether the archive keeps
it (AVEVA, Data Archive Reference, "Snapshot table"). The offset remembers what was given of the overlap, by instant and number,
and each read has the overlap again: an instant of which fewer values are there than were given has lost some. With
`reread_hours` they come as deleted rows; else they are told.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .problems import counted
from .remedy import backfill_command
from .times import MICROSECONDS, shifted, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .incremental import Memory, Place
    from .reading import Reading
    from .streamsets import Page


_WHY = "compression dropped them, which a longer settle_seconds waits for, or they were deleted"


def gone(before: Mapping[str, int], pages: Iterable[Page]) -> Counter[str]:
    """Give how many values fewer than `before` there are of each instant, of those that lie within the pages' time."""
    found = Counter[str]()
    last = max(before, default="")
    for page in pages:
        if page.start > last:
            continue
        given = {stamp: count for stamp, count in before.items() if page.start <= stamp < page.stop}
        times = {item["Timestamp"] for item in page.items}
        if all(count == 1 and stamp + "Z" in times for stamp, count in given.items()):
            continue  # so it is nearly always; times may be written otherwise, and of an instant there may be several
        there = Counter(map(stamp_of, (item["Timestamp"] for item in page.items)))
        found += Counter({stamp: count - there[stamp] for stamp, count in given.items() if there[stamp] < count})
    return found


def lose(reading: Reading, webid: str, place: Place, lost: Counter[str], memory: Memory | None, hours: float) -> None:
    """Have a tag's place not remember what is gone, and the read tell of it, but for what its memory gives as deleted rows.

    hours: `reread_hours`, the window that is compared with the memory at the end of the run.
    """
    if memory:
        known = max(memory.anchor, memory.keyed, shifted(reading.cap, -hours * 3600))
        lost = Counter({stamp: count for stamp, count in lost.items() if stamp < known})
    if lost:
        place.seen = place.seen - lost
        reading.gone.setdefault(webid, Counter()).update(lost)


def tell_gone(reading: Reading) -> None:
    """Tell of all that is gone, each tag with what takes its values out of the table."""
    if not reading.gone:
        return
    count = sum(lost.total() for lost in reading.gone.values())
    reading.notices(
        {webid: _words(reading.table, webid, sorted(lost), lost.total()) for webid, lost in reading.gone.items()},
        f"{counted(count, 'value')} of {counted(len(reading.gone), 'tag')} {_gone(count)}: {_WHY}",
    )
    reading.gone.clear()


def _gone(count: int) -> str:
    return f"{'was read and is' if count == 1 else 'were read and are'} in the archive no more"


def _words(table: str, webid: str, stamps: Sequence[str], count: int) -> str:
    first, last = stamps[0][:MICROSECONDS], stamps[-1]
    span = f"at {last}Z" if len(stamps) == 1 else f"between {stamps[0]}Z and {last}Z"
    cure = backfill_command(table, first, shifted(last[:MICROSECONDS], 1e-6), webid, delete=True)
    return f"{counted(count, 'value')} {span} {_gone(count)}: {_WHY}; take out what is gone by `{cure}`"
