"""Lengths of time as people write them: `10 minutes`."""

from __future__ import annotations

import re

_UNITS = ("millisecond", "second", "minute", "hour", "day", "week")
_DURATION = re.compile(rf"\s*([1-9][0-9]{{0,8}})\s+({'|'.join(_UNITS)})s?\s*", re.IGNORECASE)
EXPECTED = "expected a length of time such as `10 minutes`"
FIX = f"write a whole number and one of {', '.join(f'{unit}s' for unit in _UNITS)}"


def duration(text: str) -> tuple[int, str] | None:
    """Give the number and the unit (singular, small letters) of a length of time; None where it is none.

    No month and no year: their length is not known, and WATERMARK takes less than a month. Source: Databricks SQL reference,
    "WATERMARK clause".
    """
    found = _DURATION.fullmatch(text)
    return (int(found[1]), found[2].lower()) if found else None


def interval(text: str) -> str:
    """Give a length of time that `duration` reads as SQL's INTERVAL."""
    number, unit = _parts(text)
    return f"INTERVAL {number} {unit.upper()}{'S' if number > 1 else ''}"


def window_length(text: str) -> str:
    """Give a length of time that `duration` reads as window(…) takes it."""
    number, unit = _parts(text)
    return f"'{number} {unit}{'s' if number > 1 else ''}'"


def _parts(text: str) -> tuple[int, str]:
    found = duration(text)
    if found is None:
        raise ValueError(EXPECTED)
    return found
