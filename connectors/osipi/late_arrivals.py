"""Values that come later than the overlap looks back: no read sees them, so they are counted, and told.

Before a read moves on, the server counts what it has in the `late_hours` behind the overlap (a `Guard` in the offset). At the
next read it counts the same stretch again: more values came late, fewer were deleted (as many of both go unnoticed). What came
between the count and the read of it was read and is told all the same, for else it would be neither. One count
is compared with another of the same question, never with what was read, since servers differ in which values (bad ones, those
at an end) they count.

AVEVA, StreamSet GetSummariesAdHoc (`/streamsets/summary`, in the Swagger of 2018 SP1): `Count` is the number of events where
the basis is event weighted. All questions of a read go as one batch for each 5,000 tags or so.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from .client import Call, selected, web_exception
from .incremental import Guard
from .problems import PiError, counted
from .remedy import backfill_command
from .streamsets import Window, matched, sets_of
from .times import shifted
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .client import Answer, PiClient
    from .incremental import Progress
    from .reading import Reading

LOG = logging.getLogger("connectors.osipi")
TOGETHER = 5000  # tags that are counted at once: two counts each, 100 tags a part, 100 parts a batch
_PATH = "/streamsets/summary"
_ASKED = (("summaryType", "Count"), ("calculationBasis", "EventWeighted"))
_FIELDS = selected("WebId", "Items.Type", "Items.WebException", "Items.Value.Value")
_ENOUGH = 4  # as many refused parts, and no other, say that this server does not count


def look_back(reading: Reading, progress: Progress, wanted: Mapping[str, tuple[str, str]]) -> dict[str, Guard]:
    """Tell of values that came or went behind what is read; give the guards to hold from now on.

    wanted: for each tag the stretch (two stamps) that no read will see again; each is compared from its present guard, if any.
    A tag that the server does not count keeps the guard that it has. Counting is no reason to read nothing: where it fails, the
    log says so, and what comes late until the next count may go untold.
    """
    before = {webid: place.guard for webid in wanted if (place := progress.places.get(webid)) and place.guard}
    old = {webid: Window(webid, guard.start, guard.end) for webid, guard in before.items()}
    new = {webid: Window(webid, start, max(start, end)) for webid, (start, end) in wanted.items()}
    try:
        found_now = counts(reading.client, [*old.values(), *new.values()])
    except PiError as error:
        LOG.warning("values that come late can't be told this time: %s", error)
        return {}
    guards = {}
    for webid, window in new.items():
        guard, found = before.get(webid), found_now.get(old[webid]) if webid in old else None
        if guard and found is not None and found != guard.count:
            reading.notice(webid, _words(reading.table, webid, guard, found - guard.count))
            guard = Guard(guard.start, guard.end, found)
            progress.places[webid].guard = guard  # told once, whether or not the tag is read now
        count = found_now.get(window)
        kept = guard if count is None else Guard(window.start, window.end, count)
        if kept:
            guards[webid] = kept
    return guards


def _words(table: str, webid: str, guard: Guard, more: int) -> str:
    span = f"between {guard.start}Z and {guard.end}Z"
    again = backfill_command(table, guard.start, guard.end, webid, delete=more < 0)
    if more > 0:
        return (
            f"{counted(more, 'value')} {span} came later than any read of that time, and hardly into the table; "
            f"read again by `{again}`"
        )
    deleted = "was deleted after it was read" if more == -1 else "were deleted after they were read"
    return f"{counted(-more, 'value')} {span} {deleted}; take out what is gone by `{again}`"


def counts(client: PiClient, windows: Sequence[Window]) -> dict[Window, int]:
    """Give how many values the server counts in each window; windows that it can't count are left out.

    A request that is refused is halved, all halves of one round in one batch, until the tag stands alone that was to blame.
    Raises PiUnavailableError where the server fails at all tries.
    """
    found = {window: 0 for window in windows if window.start >= window.end}
    asked = sorted(dict.fromkeys(one for one in windows if one not in found), key=lambda one: (one.start, one.end))
    todo = [[Window(webid, one.start, one.end) for webid in one.webids] for one in sets_of(asked, client.settings)]
    while todo:
        answers = client.answers([_call(some) for some in todo])
        refused = [some for some, answer in zip(todo, answers, strict=True) if answer.error]
        for some, answer in zip(todo, answers, strict=True):
            if not answer.error:
                found |= _counted(some, answer)
        if len(refused) == len(todo) >= _ENOUGH:
            LOG.warning("values that come late can't be told: the server counts none (%s)", answers[0].error)
            break
        todo = [half for some in refused if len(some) > 1 for half in (some[: len(some) // 2], some[len(some) // 2 :])]
    return found


def _call(windows: Sequence[Window]) -> Call:
    times = (("startTime", windows[0].start + "Z"), ("endTime", windows[0].end + "Z"))
    return Call(_PATH, (*(("webId", stable_id(window.webid)) for window in windows), *times, *_ASKED, _FIELDS))


def _counted(windows: Sequence[Window], answer: Answer) -> dict[Window, int]:
    streams = matched([window.webid for window in windows], answer.body, _PATH)
    numbers = {window: _number(stream) for window, (_, stream) in zip(windows, streams, strict=True)}
    return {window: number for window, number in numbers.items() if number is not None}


def _number(stream: dict[str, Any] | None) -> int | None:
    """Give the count of a stream: 0 where PI has no event to count, which it says by a state; None where it failed."""
    if stream is None or web_exception(stream, _PATH):
        return None
    for item in stream.get("Items") or []:
        if item.get("Type") == "Count" and not web_exception(item, _PATH):
            value = (item.get("Value") or {}).get("Value")
            return int(value) if isinstance(value, (int, float)) else 0
    return None


def stretch(start: str, end: str, behind: float, hours: float) -> tuple[str, str]:
    """Give what lies `behind` seconds and more before `end`, at most so many hours of it, and nothing before `start`."""
    edge = shifted(end, -behind)
    return max(start, shifted(edge, -hours * 3600)), edge
