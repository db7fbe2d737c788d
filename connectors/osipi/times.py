"""Times: instants as PI Web API writes them, and PI time strings such as `*-1d`.

An instant is kept as a *stamp*: ISO 8601 in UTC without the Z and without trailing zeros of the fraction (seven digits at
most, as PI counts 100 ns). Two stamps of one instant are equal, and stamps of different instants sort as text.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_PLAIN = re.compile(r"\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,6}[1-9])?Z", re.ASCII)
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d:?\d\d)?")
_STEP = re.compile(r"([+-]?)\s*(\d+(?:\.\d+)?)\s*(mo|ms|[smhdwy]|sec|min|hour|day|week)", re.IGNORECASE)
_SECONDS = {
    "ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400,
    "w": 604800, "week": 604800, "mo": 2592000, "y": 31536000,
}  # fmt: skip
FIRST_YEAR, LAST_YEAR = "1970", "9000"  # as stamps; PI counts from 1970
MICROSECONDS = 26  # characters of a stamp with six digits of a fraction


def stamp_of(text: str) -> str:
    """Give the stamp of an instant as PI Web API sends it; raises ValueError for what is no ISO 8601 time."""
    if _PLAIN.fullmatch(text):
        return text[:-1]
    match = _ISO.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no time that PI Web API sends")
    day, minute, second, fraction, zone = match.groups()
    whole = f"{day}T{minute or '00:00'}:{second or '00'}"
    if zone not in {None, "Z"}:
        whole = datetime.fromisoformat(whole + zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = (fraction or "")[:7].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def from_datetime(moment: datetime) -> str:
    """Give the stamp of an aware datetime."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds").rstrip("0").rstrip(".")


def to_datetime(stamp: str) -> datetime:
    """Give the datetime (UTC) of a stamp; what is below a microsecond is cut off."""
    return datetime.fromisoformat(stamp[:MICROSECONDS]).replace(tzinfo=UTC)


@lru_cache(maxsize=8192)
def shifted(stamp: str, seconds: float) -> str:
    """Give the stamp `seconds` later; the 100 ns digit stays."""
    if not seconds:
        return stamp
    moved = from_datetime(to_datetime(stamp) + timedelta(seconds=seconds))
    below = stamp[MICROSECONDS:]
    if not below:
        return moved
    return _to_microseconds(moved) + below


def next_after(stamp: str) -> str:
    """Give the stamp 100 ns later, the next that PI can tell apart."""
    below = int(stamp[MICROSECONDS:] or 0) + 1
    whole = shifted(stamp[:MICROSECONDS], below // 10 * 1e-6)
    return _to_microseconds(whole) + str(below % 10) if below % 10 else whole


def just_before(stamp: str) -> str:
    """Give the stamp 100 ns before one in whole microseconds."""
    return _to_microseconds(shifted(stamp, -1e-6)) + "9"


def previous(stamp: str) -> str:
    """Give the stamp 100 ns earlier, the one before that PI can tell apart."""
    below = int(stamp[MICROSECONDS:] or 0)
    if below == 0:
        return just_before(stamp)
    return f"{stamp[:MICROSECONDS]}{below - 1}" if below > 1 else stamp[:MICROSECONDS].rstrip("0").rstrip(".")


def seconds_between(start: str, end: str) -> float:
    """Give the seconds from one stamp to another."""
    return (to_datetime(end) - to_datetime(start)).total_seconds()


def _to_microseconds(stamp: str) -> str:
    """Give a stamp in whole microseconds with all six digits of its fraction."""
    return (stamp if "." in stamp else stamp + ".").ljust(MICROSECONDS, "0")


def seconds_of(span: str) -> float:
    """Give the seconds of a PI time span such as `10m`, `1h30m` or `*-1d`'s `1d`; raises ValueError."""
    text, total, place, sign = span.strip(), 0.0, 0, "+"
    while match := _STEP.match(text, place):
        sign = match[1] or sign  # of -1h30m, both are taken off
        total += float(f"{sign}{match[2]}") * _SECONDS[match[3].lower()]
        place = match.end()
    if not text or place != len(text):
        raise ValueError(f"{span!r} is no time span; write it like 10m, 1h or 1d")
    return total


def resolve(text: str, now: datetime) -> str:
    """Give the stamp of a PI time string at `now` (UTC): `*`, `t` (today), `y` (yesterday) or ISO 8601, and steps (`*-1d`).

    A time zone that is left out is UTC here, where the server would take its own. Months count 30 days, years 365.
    Raises ValueError. See AVEVA, PI Web API Reference, Time Strings.
    """
    given = text.strip()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    bases = {"*": now, "t": midnight, "y": midnight - timedelta(days=1)}
    base, steps = given[:1].lower(), given[1:].strip()
    ahead = seconds_of(steps) if base in bases and steps else 0.0
    try:
        found = shifted(from_datetime(bases[base]), ahead) if base in bases else stamp_of(given)
        to_datetime(found)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time; write it like *, *-1d, t+8h or 2026-01-31T06:00:00Z") from None
    if not FIRST_YEAR <= found < LAST_YEAR:
        raise ValueError(f"{text!r} is {found}Z; PI has times from {FIRST_YEAR} on")
    return found
