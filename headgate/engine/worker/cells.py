"""Values as a connector gives them, as a column of exactly the type that its schema says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.engine.worker.convert import Told, converter, natural
from headgate.engine.worker.values import UnfitError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING = frozenset({type(None)})
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999  # microseconds: of the years 1 to 9999, all that a time can be


@dataclass(frozen=True, slots=True)
class Column:
    """A column's values as an Arrow array; why some don't fit (index → reason; null in the array), and what was told."""

    array: pa.Array
    unfit: dict[int, str] = field(default_factory=dict)
    told: Told = field(default_factory=Told)


def to_column(values: Sequence[Any], kind: pa.DataType, name: str) -> Column:
    """Give the values of a column as its type has them.

    Columns whose values all are what the type holds, or null, are made at once, which is nearly all of them.
    """
    types = list(map(type, values))
    first = types[:1]
    kinds = set(first if types == first * len(types) else types) - _NOTHING  # comparing takes half of the time
    if (whole := _at_once(values, kind, kinds)) is not None:
        return Column(whole)
    told = Told()
    convert = converter(kind, name, told)
    made: list[Any] = []
    unfit: dict[int, str] = {}
    for index, value in enumerate(values):
        try:
            made.append(None if value is None else convert(value))
        except UnfitError as error:
            made.append(None)
            unfit[index] = str(error)
    return Column(pa.array(made, kind), unfit, told)


def _at_once(values: Sequence[Any], kind: pa.DataType, kinds: set[type]) -> pa.Array | None:
    """Give the array where Arrow makes exactly these values of it; None where each has to be looked at."""
    try:
        if not kinds:
            return pa.nulls(len(values), kind)
        if kinds <= (natural(kind) or frozenset()) and not pa.types.is_decimal(kind):
            return _exact(pa.array(values, kind), kind)
        if kinds == {str} and pa.types.is_timestamp(kind):
            return _between(_times(pa.array(values, pa.string()), kind))
        if kinds == {datetime} and pa.types.is_timestamp(kind):
            return _between(_moments(values, kind))
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        pass
    return None


def _exact(made: pa.Array, kind: pa.DataType) -> pa.Array | None:
    """Give the array, or None where a number beyond 32 bits may have become infinite in it."""
    return None if pa.types.is_float32(kind) and pc.any(pc.is_inf(made)).as_py() else made


def _times(texts: pa.Array, kind: pa.TimestampType) -> pa.Array:
    """Give times of texts that all have a zone, or all none. Raises ArrowInvalid for others."""
    try:
        return pc.cast(texts, kind)
    except pa.ArrowInvalid:
        if kind.tz is None:
            raise
        return pc.cast(texts, pa.timestamp("us")).cast(kind)


def _moments(values: Sequence[datetime | None], kind: pa.TimestampType) -> pa.Array:
    """Give times that all have a zone, or none where the type has none. Raises TypeError for others.

    By the time since 1970: Arrow takes four times as long of the times themselves, and cuts what they are from UTC to seconds.
    """
    epoch = _EPOCH if kind.tz else _EPOCH.replace(tzinfo=None)
    since = [None if value is None else value - epoch for value in values]
    return pa.array(since, pa.duration("us")).cast(pa.int64()).cast(kind)


def _between(times: pa.Array) -> pa.Array | None:
    """Give times, or None where one is none that Python has."""
    ends = pc.min_max(times.cast(pa.int64())).as_py()
    return times if ends["min"] >= _FIRST and ends["max"] <= _LAST else None
