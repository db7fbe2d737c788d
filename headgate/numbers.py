"""Numbers as people and machines are shown them: counted things, and no more digits than anybody can use."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGITS, _DECIMALS = 6, 2
# Words whose plural is not made by an s.
_PLURALS = {"entry": "entries", "box": "boxes"}


def known_sum(numbers: Iterable[float | None]) -> float | None:
    """Give the sum of numbers; None where one of them is not known, and where there is none."""
    listed = list(numbers)
    return math.fsum(number for number in listed if number is not None) if listed and None not in listed else None


def rounded(number: float) -> float:
    """Give a number with six significant digits, or to a hundredth where that is more."""
    if not number or not math.isfinite(number):
        return number
    return round(number, max(_DECIMALS, _DIGITS - 1 - math.floor(math.log10(abs(number)))))


def number_text(number: float) -> str:
    """Give the same for people, with commas between thousands and no zeros behind: 1,234.5."""
    text = f"{rounded(number):,.{_DIGITS + 3}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def some(names: Iterable[str], most: int) -> str:
    """Give names with commas between; of more than `most` the first, and how many more there are."""
    listed = list(names)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")


def counted(count: float, thing: str, things: str = "") -> str:
    """Give a number with its noun: 1 table, 2 tables, 1,000 tables. things: the plural, where it is no noun with an s."""
    return f"{number_text(count)} {thing if count == 1 else plural(thing, things)}"


def plural(thing: str, things: str = "") -> str:
    """Give the plural of a noun."""
    return things or _PLURALS.get(thing) or f"{thing}s"
