"""What was given of a tag, hour by hour: how many values, the sum of their digests, and at which instants.

A sum, since the values of an hour come in several reads and in any order.
"""

from __future__ import annotations

import json
from collections import Counter
from hashlib import blake2b
from itertools import product
from typing import TYPE_CHECKING, Any

from .incremental import SPOILT
from .times import shifted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .incremental import Memory

Numbered = tuple[dict[str, Any], str, int]
_WHOLE = 2**64
_FLAGS = ("Annotated", "Good", "Questionable", "Substituted")
_USUAL = {"Timestamp", "Value", *_FLAGS}
# How the JSON of a usual value starts, by its flags.
_STARTS = {
    flags: json.dumps(dict(zip(_FLAGS, flags, strict=True)))[:-1] + ', "Value": ' for flags in product((False, True), repeat=4)
}
_HOUR = 13  # characters of a stamp down to its hour


def digest_of(item: dict[str, Any], stamp: str, occurrence: int) -> int:
    """Give 64 bits that differ where anything that a row has of a value does."""
    text = f"{stamp} {occurrence} {_text_of(item)}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _text_of(item: dict[str, Any]) -> str:
    """Write as JSON what a row has of a value, by the names in order; nearly all values are numbers with four flags."""
    if item.keys() == _USUAL:
        value = item["Value"]
        if type(value) is float and value - value == 0:  # neither infinite nor no number
            flags = item["Annotated"], item["Good"], item["Questionable"], item["Substituted"]
            if (start := _STARTS.get(flags)) and type(flags[0]) is type(flags[1]) is type(flags[2]) is type(flags[3]) is bool:
                return f"{start}{value!r}}}"
    told = {name: one for name, one in item.items() if name not in {"Timestamp", "Errors"} and one is not None}
    return json.dumps(told, sort_keys=True)


def hour_of(stamp: str, anchor: str) -> str:
    """Give the name of the hour in which a stamp is: its start, or the anchor where that is later."""
    return max(anchor, stamp[:_HOUR] + ":00:00")


def next_hour(stamp: str) -> str:
    """Give the start of the hour after the one in which a stamp is."""
    return shifted(stamp[:_HOUR] + ":00:00", 3600)


def summed(values: Iterable[Numbered], sums: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    """Give how many values there are and the sum of their digests, those of `sums` included."""
    count, total = sums
    for value in values:
        count, total = count + 1, total if total == SPOILT else (total + digest_of(*value)) % _WHOLE
    return count, total


def remember(memory: Memory, values: Iterable[Numbered]) -> None:
    """Add values (item, stamp, occurrence) that are given for the first time."""
    for value in values:
        stamp = value[1]
        if stamp < memory.anchor:
            continue
        hour = hour_of(stamp, memory.anchor)
        memory.sums[hour] = summed([value], memory.sums.get(hour, (0, 0)))
        if stamp >= memory.keyed:
            memory.given[stamp] += 1


def forget(memory: Memory, before: str, most: int) -> None:
    """Forget the hours that ended by the stamp `before`, and instants of the oldest hours where more than `most` are known."""
    first = hour_of(before, memory.anchor)
    if first > memory.anchor:
        memory.sums = {hour: sums for hour, sums in memory.sums.items() if hour >= first}
        memory.anchor = first
    keyed, room = max(memory.keyed, memory.anchor), most
    for hour in sorted(memory.sums, reverse=True):
        room -= memory.sums[hour][0]
        if room < 0 and hour >= keyed:
            keyed = next((later for later in sorted(memory.sums) if later > hour), next_hour(hour))
            break
    if keyed > memory.keyed:
        memory.keyed = keyed
        memory.given = Counter({stamp: count for stamp, count in memory.given.items() if stamp >= keyed})
