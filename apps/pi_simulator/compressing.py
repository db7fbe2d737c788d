"""What exception reporting and compression leave of a tag's events, as PI does it.

A source reports an event that differs from the last one that it reported by more than ExcDev, or comes ExcMax later, and with
it the one just before. What is reported becomes the snapshot; the event that was it until then goes to the archive, or is
dropped where the archive is as good without it (swinging door: within CompDev of the line from the last archived event to the
new one). So a value may be read, and be gone once the next one came. What comes behind the snapshot is archived as it is.
Sources: AVEVA, Data Archive Administration, "Exception reporting" and "Compression testing"; Data Archive Reference,
"Snapshot table": the snapshot is in lists, and events that are out of order are never evaluated for compression.

Both tests begin anew with each whole CompMax since 1970, in which the first event is archived. PI counts CompMax from the last
archived event; so a part of the time can be told without all that was before it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from .times import SECOND

EXC_DEV, EXC_MAX = 20.0, 60 * SECOND  # units of measure; ticks
COMP_DEV, COMP_MAX = 200.0, 600 * SECOND
NEVER = 1 << 62


@dataclass(slots=True)
class Event:
    """An event in order: its time (ticks), its value (NaN for a system state), and when it comes and goes."""

    time: int
    value: float
    comes: int = NEVER
    goes: int = NEVER


def sift(events: list[Event], following: Event | None) -> None:
    """Say of the events of one CompMax, in order of time, when they come and go; `following` is the first one after it."""
    _compressed(_reported([*events, *([following] if following else [])], following))


def _reported(events: list[Event], following: Event | None) -> list[Event]:
    """Give the events that the source reports, in that order."""
    found: list[Event] = []
    skipped: Event | None = None
    for event in events:
        last = found[-1] if found else None
        # Not a number is within nothing.
        is_within = last is not None and abs(event.value - last.value) <= EXC_DEV and 0 < event.time - last.time < EXC_MAX
        if is_within and event is not following:
            skipped = event
            continue
        for one in (skipped, event):
            if one:
                one.comes = event.time
                found.append(one)
        skipped = None
    return found


def _compressed(events: list[Event]) -> None:
    """Have those go that compression drops, each when the next one comes."""
    if not events:
        return
    archived, low, high = events[0], -math.inf, math.inf
    for snapshot, new in pairwise(events[1:]):
        if archived.time < snapshot.time < new.time:
            span = snapshot.time - archived.time
            high = min(high, (snapshot.value + COMP_DEV - archived.value) / span)
            low = max(low, (snapshot.value - COMP_DEV - archived.value) / span)
            if not any(map(math.isnan, (archived.value, snapshot.value, new.value))) and (
                low <= (new.value - archived.value) / (new.time - archived.time) <= high
            ):
                snapshot.goes = new.comes
                continue
        archived, low, high = snapshot, -math.inf, math.inf
