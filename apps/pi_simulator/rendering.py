"""Values as JSON, fast: the same bytes as json.dumps gives for their rows, most of them without a step of Python for each.

Plain numbers are equally long records: a template is repeated, and times and digits are written over it, several at once from
tables that hold them ready; the few with marks are put together of pieces of theirs. So are all values that are no numbers.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .bodies import dumps
from .tags import SETS, SYSTEM_STATES
from .times import SECOND
from .truth import FLAGS, GOOD, Slice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

ROW = ("Timestamp", "Value", "UnitsAbbreviation", *FLAGS)
_DAY = 86400
_STAMP = b"0000-00-00T00:00:00.0000000Z"
_NUMBER = b"000.000"
_NUMBERS = {"Float32", "Float64"}
# What the flags are for each of the eight codes that say which of them are set; none is annotated.
_FLAGS = tuple((bool(code & 1), bool(code & 2), bool(code & 4), False) for code in range(8))


def _table(texts: Iterable[str], kind: type[np.uint32 | np.uint64]) -> NDArray[Any]:
    return np.frombuffer("".join(texts).encode(), kind)


@cache
def _clocks() -> NDArray[np.uint64]:
    """Give `HH:MM:SS` for each second of a day."""
    two = [f"{at:02d}" for at in range(60)]
    minutes = [f":{minute}:{second}" for minute in two for second in two]
    return _table((hour + minute for hour in two[:24] for minute in minutes), np.uint64)


@cache
def _digits(form: str, count: int) -> NDArray[np.uint32]:
    """Give the first `count` numbers in a form of four letters."""
    return _table((form % at for at in range(count)), np.uint32)


@lru_cache(maxsize=4096)
def _midnight(day: int) -> bytes:
    """Give the stamp of a day's begin."""
    return str(np.datetime64(day, "D")).encode() + _STAMP[10:]


def _stamped(times: NDArray[np.int64], before: bytes, after: bytes) -> NDArray[np.uint8]:
    """Give the stamps of times, which go up or down, a row each, all with the same before and after them."""
    seconds = times // SECOND
    fraction = times - seconds * SECOND
    first, last = int(seconds[0]) // _DAY, int(seconds[-1]) // _DAY
    block = _repeated(before + _midnight(first) + after, len(times))
    at = len(before)
    if first == last:
        seconds -= first * _DAY
    else:
        days = seconds // _DAY
        seconds -= days * _DAY
        for day in range(min(first, last), max(first, last) + 1):
            block[days == day, at : at + 10] = np.frombuffer(_midnight(day), np.uint8, 10)
    high = fraction // 10_000
    _put(block, at + 11, _clocks().take(seconds))
    _put(block, at + 19, _digits(".%03d", 1000).take(high))
    _put(block, at + 23, _digits("%04d", 10_000).take(fraction - high * 10_000))
    return block


def _put(block: NDArray[np.uint8], at: int, words: NDArray[Any]) -> None:
    """Write a word into each row."""
    place = np.ndarray(len(block), words.dtype, block, at, (block.shape[1],))
    place[:] = words


def _repeated(template: bytes, count: int) -> NDArray[np.uint8]:
    block = np.empty((count, len(template)), np.uint8)
    block[:] = np.frombuffer(template, np.uint8)
    return block


@lru_cache(maxsize=4096)
def _pieces(names: tuple[str, ...], units: str) -> tuple[tuple[bytes, bytes, bytes], ...]:
    """Give what stands before the stamp, between it and the value, and after that, with a comma, for each code of flags."""
    return tuple(_around(names, units, flags) for flags in _FLAGS)


def _around(names: tuple[str, ...], units: str, flags: tuple[bool, ...]) -> tuple[bytes, bytes, bytes]:
    known = dict(zip(FLAGS, flags, strict=True)) | {"UnitsAbbreviation": units, "Timestamp": _STAMP.decode(), "Value": "\0"}
    before, _, after = dumps({name: known[name] for name in ROW if name in names}).partition(b'"\\u0000"')
    start, _, middle = before.partition(_STAMP)
    return start, middle, after + b","


def _numbers(values: Slice, names: tuple[str, ...]) -> list[Any]:
    """Give numbers as records with a comma, all those in a row that have no mark in one piece."""
    pieces = _pieces(names, values.tag.units)
    start, middle, end = pieces[GOOD]
    stamp, number = _STAMP * ("Timestamp" in names), _NUMBER * ("Value" in names)
    if stamp:
        block = _stamped(values.times, start, middle + number + end)
    else:
        block = _repeated(start + middle + number + end, len(values))
    stamp_at, value_at = len(start), len(start + stamp + middle)
    if number:
        thousandths = values.thousandths
        whole = thousandths // 1000
        _put(block, value_at, _digits("%03d.", 1000).take(whole))
        _put(block, value_at + 4, _digits("%03d" + chr(end[0]), 1000).take(thousandths - whole * 1000))
    codes = values.codes
    marked = (codes != GOOD).nonzero()[0]
    parts: list[Any] = []
    done, width, told = 0, block.shape[1], block.reshape(-1).data
    states, mixed = _states(), values.mixed
    for at, code in zip(marked.tolist(), codes[marked].tolist(), strict=True):
        start, middle, end = pieces[code]
        row = bytes(told[at * width : (at + 1) * width])
        value = row[value_at : value_at + len(number)]
        if number and not code & GOOD:
            value = states[int(mixed[at]) % len(states)]
        parts += [told[done * width : at * width], start, row[stamp_at : stamp_at + len(stamp)], middle, value, end]
        done = at + 1
    return [*parts, told[done * width :]]


def _stamps(values: Slice) -> list[bytes]:
    stamps: list[bytes] = _stamped(values.times, b"", b"").view(f"S{len(_STAMP)}").ravel().tolist()
    return stamps


@cache
def _states() -> list[bytes]:
    return [dumps({"Name": name, "Value": code, "IsSystem": True}) for name, code in SYSTEM_STATES.items()]


@cache
def _members(digital_set: str) -> list[bytes]:
    return [dumps({"Name": name, "Value": code, "IsSystem": False}) for code, name in enumerate(SETS[digital_set])]


@cache
def _texts() -> list[bytes]:
    return [dumps(Slice.text(at)) for at in range(1000)]


def _written(values: Slice) -> list[bytes]:
    """Give each value as JSON."""
    match values.tag.point_type:
        case "Digital":
            members = _members(values.tag.digital_set)
            good = [members[at] for at in (values.mixed % np.uint64(len(members))).tolist()]
        case "String":
            good = [_texts()[at] for at in (values.mixed % np.uint64(1000)).tolist()]
        case "Blob" | "Timestamp":  # neither has a letter that JSON would write otherwise
            good = [b'"%b"' % value.encode() for value in values.good_values()]
        case _:
            good = [repr(value).encode() for value in values.good_values()]
    states = _states()
    for at in np.flatnonzero(values.system).tolist():
        good[at] = states[int(values.mixed[at]) % len(states)]
    return good


def _others(values: Slice, names: tuple[str, ...]) -> list[Any]:
    """Give values of any kind, a record each with a comma."""
    pieces = _pieces(names, values.tag.units)
    nothing = [b""] * len(values)
    stamps = _stamps(values) if "Timestamp" in names else nothing
    written = _written(values) if "Value" in names else nothing
    return [
        pieces[code][0] + stamp + pieces[code][1] + value + pieces[code][2]
        for code, stamp, value in zip(values.codes.tolist(), stamps, written, strict=True)
    ]


def items(values: Slice, names: tuple[str, ...] = ROW) -> bytes:
    """Give values as the inside of a JSON list of TimedValues with some of their properties."""
    if not len(values):
        return b""
    parts = _numbers(values, names) if values.tag.point_type in _NUMBERS else _others(values, names)
    if not parts[-1]:
        parts.pop()
    parts[-1] = parts[-1][:-1]  # without the last comma; cut off here, because to cut what is joined is to copy it
    return b"".join(parts)
