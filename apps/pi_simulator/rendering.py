"""Values as JSON, fast: plain numbers are equally long records, written column by column into one block of bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from .times import SECOND

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .truth import Slice

_MARKS = '"Good":true,"Questionable":false,"Substituted":false,"Annotated":false},'
_HEAD = '{"Timestamp":"'
_FIXED = '0000-00-00T00:00:00.0000000Z","Value":000.000,"UnitsAbbreviation":'


def dumps(value: Any) -> bytes:
    """Give JSON as PI writes it: compact, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _digits(block: NDArray[np.uint8], values: NDArray[np.int64], places: list[int]) -> None:
    """Write numbers, their last digit into the last place."""
    rest = values.astype(np.uint32)
    for place in reversed(places):
        up = rest // 10
        block[:, place] += (rest - up * 10).astype(np.uint8)
        rest = up


def _plain(values: Slice) -> NDArray[np.uint8]:
    """Give numbers without marks as a matrix of bytes, a row each, ending in a comma."""
    record = (_HEAD + _FIXED + json.dumps(values.tag.units, ensure_ascii=False) + "," + _MARKS).encode()
    block = np.tile(np.frombuffer(record, np.uint8), (len(values), 1))
    seconds, fraction = np.divmod(values.times, SECOND)
    days, clock = np.divmod(seconds, 86400)
    first, which = np.unique(days, return_inverse=True)
    dates = np.array([str(np.datetime64(int(day), "D")).encode() for day in first], dtype="S10")
    at = len(_HEAD)
    block[:, at : at + 10] = dates.view(np.uint8).reshape(-1, 10)[which] if len(values) else 0
    _digits(block, clock // 3600, [at + 11, at + 12])
    _digits(block, clock // 60 % 60, [at + 14, at + 15])
    _digits(block, clock % 60, [at + 17, at + 18])
    _digits(block, fraction, list(range(at + 20, at + 27)))
    number = at + _FIXED.index("000.000,")
    _digits(block, values.thousandths, [number, number + 1, number + 2, number + 4, number + 5, number + 6])
    return block


def items(values: Slice) -> bytes:
    """Give values as the inside of a JSON list of TimedValues."""
    if values.tag.point_type not in {"Float32", "Float64"}:
        return b",".join(dumps(values.row(at)) for at in range(len(values)))
    plain = values.plain
    block = _plain(values.pick(plain))
    parts, done = [], 0
    for nth, at in enumerate(np.flatnonzero(~plain).tolist()):
        parts += [block[done : at - nth].tobytes(), dumps(values.row(at)) + b","]
        done = at - nth
    return b"".join([*parts, block[done:].tobytes()])[:-1]
