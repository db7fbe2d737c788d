"""What a seed decides: in which round which process is disturbed how."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.engine.soak.changes import ROUND, ROUNDS
from tests.engine.soak.faults import IN_ANSWERS, IN_OFFSETS, IN_WRITES, STRANGE, Fault
from tests.engine.soak.tables import PIPELINES

if TYPE_CHECKING:
    from tests.engine.soak.tables import SoakTable

_KILLED, _TWO, _OTHER_LAYOUT, _ENGINE, _STOPPED = "killed", "two at once", "two layouts", "engine killed", "stopped"
_OUTER = (_KILLED, _TWO, _OTHER_LAYOUT, _ENGINE, _STOPPED)
KINDS = (*_OUTER, *IN_ANSWERS, *IN_OFFSETS, *IN_WRITES, *STRANGE)
KILLED = (_KILLED, _ENGINE, "kill", *IN_WRITES)  # those in which kill -9 ends a process, each time
# How often: what is cheap and dies in the midst of writing more often, what costs seconds less so.
_WEIGHTS = {
    "engine killed": 2,
    "in a call": 6,
    "after a call": 4,
    "before a call": 2,
    "full": 5,
    "killed": 4,
    "two layouts": 3,
    "two at once": 2,
}
_ATTEMPTS = range(4, 8)  # of a round


@dataclass(frozen=True)
class Attempt:
    """A run that is disturbed. seconds: after which it is killed from outside, of engines after so many lines they said."""

    kind: str
    pipelines: tuple[str, ...]
    now: int
    fault: Fault | None = None
    seconds: float = 0.0
    lines: int = 0
    refresh: tuple[str, ...] = ()

    def at(self, end: int, table: SoakTable) -> int:
        """Give the time at which a table is read, in a round that goes until `end`."""
        return self.now if table.takes_any_time else end


def rounds_of(seed: int) -> list[tuple[int, list[Attempt]]]:
    """Give for each round its end, and the attempts before the run that nothing disturbs."""
    luck = Random(seed)  # noqa: S311  # no secret
    rounds = []
    for number in range(ROUNDS):
        end = ROUND * (number + 1)
        times = sorted(luck.choice([end, luck.randint(end - ROUND + 1, end)]) for _ in range(luck.choice(_ATTEMPTS)))
        rounds.append((end, [_attempt(luck, now) for now in times]))
    return rounds


def _attempt(luck: Random, now: int) -> Attempt:
    kind = luck.choices(KINDS, [_WEIGHTS.get(kind, 1) for kind in KINDS])[0]
    names = list(PIPELINES)
    pipelines = (luck.choice(names),) if kind not in {_OTHER_LAYOUT, _ENGINE} else tuple(luck.sample(names, 2))
    tables = [table for name in pipelines for table in PIPELINES[name]]
    refresh = tuple(table.name for table in tables if table.takes_any_time and luck.random() < 0.05)
    fault = None
    if kind == "other schema":  # no error to a table that is made anew: its columns' types are those
        kind, refresh = (kind if now > ROUND else "raise"), ()
    if kind not in _OUTER:
        if kind in IN_OFFSETS:
            tables = [table for table in tables if not table.is_read_whole]
        elif kind == "no row":
            tables = [table for table in tables if not table.arrow]
        at = luck.randrange(1, 12) if kind in IN_WRITES else luck.randrange(1, 20 if kind in IN_ANSWERS else 4)
        extra = luck.randrange(0, 15_000) if kind == "in a call" else luck.choice([0, luck.randrange(5_000)])
        fault = Fault(kind, luck.choice(tables).name, at, extra)
    return Attempt(kind, pipelines, now, fault, luck.uniform(0.02, 0.5), luck.randrange(1, 20), refresh)
