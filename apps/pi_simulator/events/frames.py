"""Event frames: each a pure function of the seed, its number and the time at which it is looked at.

Frame k starts in the k-th ten minutes since July 2025. It is there from half a minute after its start, some only from two hours
after; it ends, is acknowledged, annotated and described anew later than that. Every 4,999th never ends. Batches have phases.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ..assets import designs
from ..times import NEVER_ENDS, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..assets.plant import Plant

ORIGIN = 1_751_328_000 * SECOND
PERIOD = 600 * SECOND
LONGEST = 2 * 86400 * SECOND
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
CHILDREN = 8  # numbers that a frame and its phases have
PHASES = 3
_FOREVER = 4999
_LATE, _NO_ELEMENT, _ODD, _DESCRIBED, _LEFT = 50, 23, 37, 3, 3
_KINDS, _SHORT = 20, 12  # of so many lengths, so many are minutes; the last one is days
_TEMPLATES = (designs.ALARM,) * 6 + (designs.DOWNTIME,) * 2 + (designs.BATCH,) * 2
_ODD_NAMES = ("P410A/B < 490", "'hoch'", 'say "so"', "Überdruck", "高温")
_SEVERITIES = ("Information", "Warning", "Minor", "Major", "Critical")
OPERATORS = ("SIM\\operator1", "SIM\\O'Brien")


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note on a frame: `number` among the frame's, when it was written and changed (ticks), and by whom."""

    number: int
    creator: str
    created: int
    modified: int


@dataclass(frozen=True, slots=True)
class Frame:
    """An event frame with its whole life (ticks): `there` is when it can be seen; `acknowledged`, `described` when those came.

    What never comes is NEVER_ENDS. `machines` are those that it refers to, the primary one first.
    """

    number: int
    name: str
    template: int
    start: int
    end: int
    there: int
    machines: tuple[int, ...]
    severity: str
    acknowledged: int = NEVER_ENDS
    operator: str = ""
    described: int = NEVER_ENDS
    annotations: tuple[Annotation, ...] = ()

    @property
    def phase(self) -> int:
        """Which phase of its batch it is, from 1; 0 for what is no phase."""
        return self.number % CHILDREN

    def seen_end(self, now: int) -> int:
        """Give the end as it looks at a time: a frame that runs ends never."""
        return self.end if self.end <= now else NEVER_ENDS

    def notes(self, now: int) -> tuple[Annotation, ...]:
        """Give the annotations that are there at a time, as they are then."""
        return tuple(one for one in self.annotations if one.created <= now)


@lru_cache(maxsize=65_536)
def frame(plant: Plant, nth: int) -> Frame:
    """Give the frame that starts in the nth ten minutes."""
    lot = plant.chance("frame", nth)
    more = plant.chance("life", nth)
    start = ORIGIN + nth * PERIOD + lot % (PERIOD // 2)
    there = start + (2 * HOUR if more % _LATE == 0 else 30 * SECOND)
    end = NEVER_ENDS if nth % _FOREVER == 0 else max(start + _length(lot >> 32), there)
    template = designs.ALARM if nth % _FOREVER == 0 else _TEMPLATES[(more >> 8) % len(_TEMPLATES)]
    life = _after(plant, nth, template, (start, end))
    odd = f" {_ODD_NAMES[nth // _ODD % len(_ODD_NAMES)]}" if nth % _ODD == 0 else ""
    name = f"{designs.TEMPLATES[template].name.removesuffix('Template')} {nth:07d}{odd}"
    severity = (
        _SEVERITIES[(more >> 16) % len(_SEVERITIES)] if template == designs.ALARM else designs.TEMPLATES[template].severity
    )
    return Frame(nth * CHILDREN, name, template, start, end, there, _machines(plant, nth, template), severity, *life)


def _length(lot: int) -> int:
    """Give how long a frame takes: most of them minutes, some hours, few of them days."""
    kind, rest = lot % _KINDS, (lot // _KINDS) % 1000
    if kind < _SHORT:
        return 5 * MINUTE + rest * MINUTE // 20
    return HOUR + rest * HOUR // 170 if kind < _KINDS - 1 else 8 * HOUR + rest * 40 * HOUR // 1000


def _machines(plant: Plant, nth: int, template: int) -> tuple[int, ...]:
    if nth % _NO_ELEMENT == 1 or not plant.machines:
        return ()
    first = plant.chance("machine", nth) % plant.machines
    many = 3 if template == designs.BATCH else 1
    return tuple(dict.fromkeys((first + 7 * at) % plant.machines for at in range(many)))


def _after(plant: Plant, nth: int, template: int, times: tuple[int, int]) -> tuple[int, str, int, tuple[Annotation, ...]]:
    """Give what happens to a frame after its start: when and by whom it is acknowledged, when described, what is noted."""
    start, end = times
    lot = plant.chance("after", nth)
    operator = OPERATORS[lot % len(OPERATORS)]
    noticed = (start + 10 * MINUTE) if lot % 4 == 0 or end == NEVER_ENDS else end + 5 * MINUTE + (lot >> 8) % (100 * MINUTE)
    acknowledged = noticed if template == designs.ALARM and (lot >> 4) % 10 >= _LEFT else NEVER_ENDS
    described = end + HOUR if end != NEVER_ENDS and (lot >> 16) % _DESCRIBED == 0 else NEVER_ENDS
    notes = tuple(
        Annotation(at, operator, start + (at + 1) * 20 * MINUTE, start + (at + 1) * 20 * MINUTE + (HOUR if at else 0))
        for at in range(max(0, (lot >> 24) % 8 - 5))
    )
    return acknowledged, operator if acknowledged != NEVER_ENDS else "", described, notes


def phases(whole: Frame) -> tuple[Frame, ...]:
    """Give the phases of a batch, each a third of it; nothing for other frames."""
    if whole.template != designs.BATCH or whole.phase:
        return ()
    third = (whole.end - whole.start) // PHASES
    return tuple(_phase(whole, nth, third) for nth in range(1, PHASES + 1))


def _phase(whole: Frame, nth: int, third: int) -> Frame:
    start = whole.start + (nth - 1) * third
    end = whole.end if nth == PHASES else start + third
    name = f"Phase {whole.number // CHILDREN:07d}-{nth}"
    there = max(whole.there, start)
    machines = whole.machines[nth - 1 : nth]
    return Frame(whole.number + nth, name, designs.PHASE, start, max(end, there), there, machines, "None")


def by_number(plant: Plant, number: int) -> Frame | None:
    """Give the frame or the phase of a number; None where there is none."""
    nth, phase = divmod(number, CHILDREN)
    whole = frame(plant, nth)
    if not phase:
        return whole
    return next((one for one in phases(whole) if one.phase == phase), None)


def active(plant: Plant, start: int, end: int, now: int) -> Iterator[Frame]:
    """Give the frames, without phases, that are there at `now` and have any time between two (ticks), in order of start."""
    last = (min(end, now) - ORIGIN) // PERIOD
    first = max(0, (start - LONGEST - ORIGIN) // PERIOD)
    for nth in [*range(0, min(first, last + 1), _FOREVER), *range(first, last + 1)]:
        one = frame(plant, nth)
        if one.there <= now and one.start <= end and one.seen_end(now) >= start:
            yield one
