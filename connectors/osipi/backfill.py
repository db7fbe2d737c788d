"""Recorded values of a range of time, read by hand: what `headgate backfill` asks the connector for.

The range is cut into stretches, and the tags into groups; each pair is a part that is read by itself. A part has all values
from its `start` to just before its `before`, so no value is in two parts, and each has the number that a whole read gives it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .catalogue import BY_NAME, RECORDED
from .options import MOST_MINUTES
from .points import tag_webids
from .problems import OptionsError, PiError, TagProblem
from .reading import FORBIDDEN_OR_GONE
from .stream_reader import StreamReader
from .streams import INGESTED
from .streams import RECORDED as COLUMNS
from .streamsets import Window
from .times import MICROSECONDS, just_before, resolve, shifted, to_datetime
from .values import value_rows
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .reading import Reading

_LONGEST = 87_600  # hours: ten years
_BAD_REQUEST = 400
# Seconds after which a tag most likely has another value: PI's default of ExcMax (AVEVA, Data Archive Administration, "ExcDev,
# ExcDevPercent, ExcMax, and ExcMin").
_EXC_MAX = 600


def plan(reading: Reading, name: str, start: str, before: str, hours: float, known: Sequence[str] = ()) -> dict[str, Any]:
    """Give what a backfill of a table takes, as plain data.

    start, before: PI time strings (`*-1d`) or ISO 8601, cut to microseconds; hours: the longest stretch of a part; known: the
    WebIDs under which tags are in the table already, which count instead of those that they have since they were renamed.
    Gives `keys` (columns), `columns` (name → kind), `tag` and `time` (the columns by which a part is told), `read_at` (the one
    that says when a row was read) and `parts`, each `{"tags": [...], "start": ..., "before": ...}`. Raises OptionsError.
    """
    if name not in RECORDED:
        raise OptionsError(f"{name} can't be read by a range of time; give one of {', '.join(sorted(RECORDED))}")
    if not 0 < hours <= _LONGEST:
        raise OptionsError(f"{hours:g} h can't be read at once; give a number up to {_LONGEST}")
    begin, end = _instant(start, reading), _settled(reading, _instant(before, reading))
    if not begin < end:
        raise OptionsError(f"the range begins at {begin}Z and ends at {end}Z: give a later end")
    size, landed = reading.client.settings.tags_per_request, {stable_id(webid): webid for webid in known}
    tags = list(dict.fromkeys(landed.get(stable_id(webid), webid) for webid in tag_webids(reading)))
    if not tags:
        raise OptionsError("there are no tags to read: give tag_webids, or a nameFilter that lets some through")
    groups = [tags[place : place + size] for place in range(0, len(tags), size)]
    return {
        "keys": list(BY_NAME[name].primary_keys),
        "columns": {column.name: column.kind for column in COLUMNS},
        "tag": "tag_webid",
        "time": "timestamp",
        "read_at": INGESTED.name,
        "parts": [
            {"tags": group, "start": one + "Z", "before": two + "Z"} for one, two in _cut(begin, end, hours) for group in groups
        ],
    }


def _settled(reading: Reading, end: str) -> str:
    """Give where a range ends: `settle_seconds` (0) before now, or before the `future_minutes` (0) after it, at the latest.

    Tells of an end that compression may not have reached.
    """
    future = reading.texts.number("future_minutes", 0, most=MOST_MINUTES) * 60
    settle = reading.texts.number("settle_seconds", 0, most=MOST_MINUTES * 60)
    reading.texts.check()
    if end > (last := shifted(reading.cap, future - settle)[:MICROSECONDS]) and settle:
        reading.warn(f"the range ends at {last}Z, {settle:g} s sooner than it could, as settle_seconds says")
        end = last
    elif not settle and end > shifted(reading.cap, -_EXC_MAX):
        reading.warn(
            f"the range ends at {end}Z: a tag's newest value is a snapshot, which compression may drop later; end the range "
            "earlier, give settle_seconds, or read it again with --delete"
        )
    return end


def _instant(text: str, reading: Reading) -> str:
    """Give the stamp of a time that was given by hand, cut to microseconds; raises OptionsError."""
    try:
        return resolve(text, reading.now)[:MICROSECONDS]
    except ValueError as error:
        raise OptionsError(str(error)) from None


def _cut(start: str, end: str, hours: float) -> Iterator[tuple[str, str]]:
    """Cut a range at whole multiples of `hours` since the first midnight, so that a later range is cut at the same instants."""
    step = timedelta(hours=hours)
    first = to_datetime(start).replace(hour=0, minute=0, second=0, microsecond=0)
    number, whole = (to_datetime(start) - first) // step + 1, to_datetime(end) - first
    while start < end:
        last = number * step >= whole  # whose next cut may be past the last year there is
        cut = end if last else shifted(start, (first + number * step - to_datetime(start)).total_seconds())
        yield start, cut
        start, number = cut, number + 1


def read(reading: Reading, part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give a part's rows. Tags that are forbidden or gone are reported; raises OptionsError for no WebID, else PiError."""
    start, last = part["start"].removesuffix("Z"), just_before(part["before"].removesuffix("Z"))
    for found in StreamReader(reading.client).read([Window(tag, start, last) for tag in part["tags"]]):
        if not isinstance(found, TagProblem):
            yield from value_rows(found.tag, found.items, reading.ingested)
        elif found.status in FORBIDDEN_OR_GONE:
            reading.report(found)
        elif found.status == _BAD_REQUEST and "webid" in found.message.lower():
            raise OptionsError(f"the tag {found.webid!r} is no WebID of this server's: {found.message}")
        else:
            raise PiError(found.status, f"{found.webid}: {found.message}")
