"""How many pipelines a group gets where nobody says it: from the weights, the schedule and the start-up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from headgate.balance.counts import by_deadline, startup_or_usual
from headgate.balance.starts import interval_minutes
from headgate.definition.model import Deadline
from headgate.numbers import counted, number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.balance.rules import Rules
    from headgate.definition.model import Balance, Definition
    from headgate.tables.table import Table

TIMES_STARTUP = 10  # a pipeline that reads for ten times its start-up spends a tenth of its time on it
_SHARE = 2  # half of the time between two starts: a run that takes twice as long still ends before the next


@dataclass(frozen=True, slots=True)
class UsualNumber:
    """A number of pipelines, and why it is that one, as the end of a sentence."""

    pipelines: int
    reason: str


def says_a_number(settings: Balance) -> bool:
    """Whether the settings themselves say how many pipelines there are to be."""
    return bool(settings.pipelines or settings.deadline or settings.max_weight_per_pipeline or settings.min_pipelines > 1)


def usual_number(tables: Sequence[Table], rules: Rules, definition: Definition, least: int) -> UsualNumber:
    """Give the fewest pipelines, from `least`, with which a run of a group's tables takes no longer than is usual.

    That is ten times a start-up beside it, or half of the time between two starts where that is shorter: more pipelines would
    spend more on starting, fewer would end later than they need. Where the heaviest table alone takes longer, as many as
    are useful beside it. Continuous pipelines start once, and a schedule that leaves no time to start is none to plan for:
    they get `least`.
    """
    startup = startup_or_usual(definition.balance)
    does = "read"
    interval = interval_minutes(tables[0].group.schedule)
    allowed, most = startup * (1 + TIMES_STARTUP), f"{TIMES_STARTUP} times its start-up of {startup:g} s"
    if interval is not None and interval * 60 / _SHARE < allowed:
        allowed, most, does = interval * 60 / _SHARE, f"half of the {_minutes(interval)} between two starts", "run"
    if definition.mode == "streaming" or allowed <= startup:
        return UsualNumber(least, "nothing says how many: set balance.pipelines")
    deadline = Deadline(minutes=allowed / 60, startup_seconds=startup)
    chosen = by_deadline(tables, rules, definition, deadline, least, reserve=0)
    if not chosen.meets:
        name, takes = tables[0].id.source_table, number_text(tables[0].weight.seconds)
        return UsualNumber(chosen.pipelines, f"{name} alone takes {takes} s, and with more no run ends sooner")
    if chosen.pipelines == least:
        total = fsum(table.weight.seconds for table in tables)
        return UsualNumber(least, f"all its tables take {number_text(total)} s, and a pipeline {does}s for up to {most}")
    return UsualNumber(chosen.pipelines, f"with fewer, one would {does} for more than {most}")


def _minutes(interval: int) -> str:
    return "minute" if interval == 1 else counted(interval, "minute")
