"""PI's times: instants are ticks, whole numbers of 100 ns since 1970-01-01 UTC, as fine as PI Web API writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

SECOND = 10_000_000
# The end of an event frame that still runs: 9999-12-31T23:59:59.9999999Z.
NEVER_ENDS = 2_534_023_007_999_999_999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"y": 365 * 86400, "mo": 30 * 86400, "w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
_LONG = {
    "year": "y", "month": "mo", "week": "w", "day": "d", "hour": "h", "hr": "h", "minute": "m", "min": "m",
    "second": "s", "sec": "s", "millisecond": "ms",
}  # fmt: skip
_STEP = re.compile(r"([+-]?)\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]+)")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?$")
_BASE = re.compile(r"(\*|t(?:oday)?|y(?:esterday)?)(?![a-z])", re.IGNORECASE)


def ticks_of(moment: datetime) -> int:
    """Give an aware datetime as ticks."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 10


def written(ticks: int) -> str:
    """Write ticks as PI Web API does: ISO 8601 in UTC, up to seven digits of a second, no trailing zeros."""
    whole, part = divmod(ticks, SECOND)
    text = (_EPOCH + timedelta(seconds=whole)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{part:07d}".rstrip("0") + "Z" if part else f"{text}Z"


def _unit(word: str) -> float:
    word = _LONG.get(word.rstrip("s"), _LONG.get(word, word)) if len(word) > 1 else word
    return _UNITS[word]


def span(text: str) -> int:
    """Give a time span such as `1h`, `+90s` or `1d 12h` as ticks; ValueError where it is none."""
    low = text.strip().lower()
    total, sign, end = 0.0, 1, 0
    for step in _STEP.finditer(low):
        if low[end : step.start()].strip() or (step[3] not in _UNITS and step[3].rstrip("s") not in _LONG):
            raise ValueError(text)
        sign = {"-": -1, "+": 1}.get(step[1], sign)
        total += sign * float(step[2]) * _unit(step[3])
        end = step.end()
    if not end or low[end:].strip():
        raise ValueError(text)
    return round(total * SECOND)


def parse(text: str, now: int) -> int:
    """Give a PI time (`*`, `*-1d`, `t+8h`, `y`, `-1h`, ISO 8601, UTC where it names no zone) as ticks; ValueError otherwise."""
    text = text.strip()
    day = now // (86400 * SECOND) * 86400 * SECOND
    if base := _BASE.match(text):
        start = {"*": now, "t": day, "y": day - 86400 * SECOND}[base[1][0].lower()]
        rest = text[base.end() :].strip()
        return start + (span(rest) if rest else 0)
    if text[:1] in "+-" and text:
        return now + span(text)
    if not (iso := _ISO.match(text)):
        raise ValueError(text)
    clock = iso[2] or "00:00:00"
    zone = (iso[4] or "Z").replace("Z", "+00:00")
    moment = datetime.fromisoformat(f"{iso[1]}T{clock}{':00' if len(clock) == len('00:00') else ''}{zone}")
    return ticks_of(moment) + int((iso[3] or "0").ljust(7, "0")[:7])
