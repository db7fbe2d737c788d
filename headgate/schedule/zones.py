"""IANA time zones by name, and what their clocks do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from headgate.schedule.errors import ScheduleError, shown

if TYPE_CHECKING:
    from datetime import tzinfo

# Some systems list these beside the zones; they mean another time on each machine, or none.
_NO_ZONES = {"localtime", "Factory"}
_EXAMPLE = "name an IANA time zone, such as Europe/Berlin or UTC"
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def check_timezone(name: str) -> ScheduleError | None:
    """Say what is wrong with the name of a time zone; None where it is right. UTC is right on every machine."""
    zones = _known()
    if name == "UTC" or name in zones:
        return None
    if not zones:
        return ScheduleError(
            f"this machine has no time zone data to look {shown(name)} up in", "install the Python package tzdata, or use UTC"
        )
    if not name.strip():
        return ScheduleError("the time zone is empty", _EXAMPLE)
    # Not EST for CEST, nor Etc/GMT+2, which is two hours west of Greenwich, for GMT+2.
    places = sorted(zone for zone in zones if "/" in zone and not zone.startswith("Etc/"))
    spellings = {place.rpartition("/")[2].lower(): place for place in places} | {place.lower(): place for place in places}
    near = get_close_matches(name.strip().lower().replace(" ", "_"), {**spellings, "utc": "UTC"}, n=1, cutoff=0.8)
    fix = f"did you mean '{spellings.get(near[0], 'UTC')}'?" if near else _EXAMPLE
    return ScheduleError(f"there is no time zone {shown(name)}", fix)


def zone(name: str) -> tzinfo:
    """Give the time zone of that name. Raises ScheduleError where there is none."""
    if wrong := check_timezone(name):
        raise ScheduleError(wrong.message, wrong.fix)
    return UTC if name == "UTC" else ZoneInfo(name)


def exists(moment: datetime) -> bool:
    """Say whether the clocks of its zone ever show the moment's wall-clock time: not where they jump over it."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) == moment.replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Jump:
    """Clocks are set: when they would show `at` they show `to`, both wall-clock times (naive)."""

    at: datetime
    to: datetime

    @property
    def skips(self) -> bool:
        """Whether the times from `at` to `to` are skipped; else those from `to` to `at` are repeated."""
        return self.to > self.at


@lru_cache(maxsize=256)
def jumps(name: str, after: date) -> tuple[Jump, ...]:
    """Give the clock changes of a zone in the 366 days from midnight (UTC) of `after`. Raises ScheduleError for no zone.

    A zone tells its offset at a moment, not its changes: the days are walked, and a change is sought to the minute.
    """
    there = zone(name)
    found = []
    start = datetime.combine(after, time(), UTC)
    for begin in (start + _DAY * day for day in range(366)):
        low, high = begin, begin + _DAY
        before = low.astimezone(there).utcoffset()
        if before == high.astimezone(there).utcoffset():
            continue
        while high - low > _MINUTE:
            middle = low + (high - low) // _MINUTE // 2 * _MINUTE
            low, high = (middle, high) if middle.astimezone(there).utcoffset() == before else (low, middle)
        last = (high - _MINUTE).astimezone(there).replace(tzinfo=None)
        found.append(Jump(last + _MINUTE, high.astimezone(there).replace(tzinfo=None)))
    return tuple(found)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_ZONES)
