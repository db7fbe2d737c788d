"""Values as JSON, fast: the same bytes as json.dumps gives for their rows, most of them without a step of Python for each.

Plain numbers are equally long records: a template is repeated, and times and digits are written over it, several at once from
tables that hold them ready. Other values are put together of pieces.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .bodies import dumps
from .tags import SETS, SYSTEM_STATES
from .times import SECOND
from .truth import FLAGS, Slice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

ROW = ("Timestamp", "Value", "UnitsAbbreviation", *FLAGS)
_DAY = 86400
_STAMP = "0000-00-00T00:00:00.0000000Z"
_NUMBER = "000.000"
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


def _date(day: int) -> bytes:
    return str(np.datetime64(day, "D")).encode()


def _stamp_into(block: NDArray[np.uint8], at: int, times: NDArray[np.int64]) -> None:
    """Write times, which go up or down, over the stamps that begin at a place of each row."""
    seconds = times // SECOND
    fraction = times - seconds * SECOND
    days = seconds // _DAY
    first, last = sorted((int(days[0]), int(days[-1])))
    for day in range(first, last + 1):
        of_day = slice(None) if first == last else np.flatnonzero(days == day)
        block[of_day, at : at + 10] = np.frombuffer(_date(day), np.uint8)
    high = fraction // 10_000
    _put(block, at + 11, _clocks()[seconds - days * _DAY])
    _put(block, at + 19, _digits(".%03d", 1000)[high])
    _put(block, at + 23, _digits("%04d", 10_000)[fraction - high * 10_000])


def _put(block: NDArray[np.uint8], at: int, words: NDArray[Any]) -> None:
    """Write a word into each row."""
    place = np.ndarray(len(block), words.dtype, block, at, (block.shape[1],))
    place[:] = words


def _repeated(template: bytes, count: int) -> NDArray[np.uint8]:
    block = np.empty((count, len(template)), np.uint8)
    block[:] = np.frombuffer(template, np.uint8)
    return block


@lru_cache(maxsize=4096)
def _pieces(names: tuple[str, ...], units: str, flags: tuple[bool, ...]) -> tuple[bytes, bytes]:
    """Give what stands before a value and after it, with a comma, an empty stamp standing for the time."""
    known = dict(zip(FLAGS, flags, strict=True)) | {"UnitsAbbreviation": units, "Timestamp": _STAMP, "Value": "\0"}
    before, _, after = dumps({name: known[name] for name in ROW if name in names}).partition(b'"\\u0000"')
    return before, after + b"," if after else b""


def _plain(values: Slice, names: tuple[str, ...]) -> NDArray[np.uint8]:
    """Give numbers without marks as a matrix of bytes, a row each, ending in a comma."""
    before, after = _pieces(names, values.tag.units, (True, False, False, False))
    if "Value" not in names:
        before += b","
    block = _repeated(before + (_NUMBER.encode() if "Value" in names else b"") + after, len(values))
    if "Timestamp" in names and len(values):
        _stamp_into(block, before.index(_STAMP.encode()), values.times)
    if "Value" in names:
        thousandths = values.thousandths
        whole = thousandths // 1000
        _put(block, len(before), _digits("%03d.", 1000)[whole])
        _put(block, len(before) + 4, _digits("%03d" + chr(after[0]), 1000)[thousandths - whole * 1000])
    return block


def _stamps(values: Slice) -> list[bytes]:
    block = _repeated(_STAMP.encode(), len(values))
    if len(values):
        _stamp_into(block, 0, values.times)
    stamps: list[bytes] = block.view(f"S{len(_STAMP)}").ravel().tolist()
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


def _others(values: Slice, names: tuple[str, ...]) -> list[bytes]:
    """Give values of any kind, a record each with a comma."""
    good, questionable, substituted = values.flags
    kinds = [_pieces(names, values.tag.units, flags) for flags in _FLAGS]
    codes = (good + 2 * questionable + 4 * substituted).tolist()
    written = _written(values) if "Value" in names else [b","] * len(values)
    if "Timestamp" not in names:
        return [kinds[code][0] + value + kinds[code][1] for code, value in zip(codes, written, strict=True)]
    cut = kinds[0][0].index(_STAMP.encode())
    after = cut + len(_STAMP)
    ends = [(before[:cut], before[after:], rest) for before, rest in kinds]
    return [
        ends[code][0] + stamp + ends[code][1] + value + ends[code][2]
        for code, stamp, value in zip(codes, _stamps(values), written, strict=True)
    ]


def items(values: Slice, names: tuple[str, ...] = ROW) -> bytes:
    """Give values as the inside of a JSON list of TimedValues with some of their properties."""
    if not len(values):
        return b""
    if values.tag.point_type not in _NUMBERS:
        return b"".join(_others(values, names))[:-1]
    plain = values.plain
    if not plain.any():
        return b"".join(_others(values, names))[:-1]
    block = _plain(values.pick(plain), names)
    parts: list[Any] = []
    done = 0
    odd = np.flatnonzero(~plain)
    for nth, (at, record) in enumerate(zip(odd.tolist(), _others(values.pick(odd), names), strict=True)):
        parts += [block[done : at - nth].data, record]
        done = at - nth
    return b"".join([*parts, block[done:].data])[:-1]
