"""Values as a connector gives them, as a column of exactly the type that its schema says."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.engine.worker.values import UnfitError, converter

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOTHING = frozenset({type(None)})


def to_column(values: Sequence[Any], kind: pa.DataType) -> tuple[pa.Array, dict[int, str], int]:
    """Give values as an Arrow array of a type; why some don't fit (index → reason, null in the array); how many were converted.

    Columns whose values all are what the type holds, or null, are made at once, which is nearly all of them.
    """
    kinds = set(map(type, values)) - _NOTHING
    if (whole := _at_once(values, kind, kinds)) is not None:
        return whole, {}, 0
    convert = converter(kind)
    made: list[Any] = []
    unfit: dict[int, str] = {}
    converted = 0
    natural = _natural(kind)
    for index, value in enumerate(values):
        if value is None:
            made.append(None)
            continue
        try:
            made.append(convert(value))
        except UnfitError as error:
            made.append(None)
            unfit[index] = str(error)
        else:
            converted += natural is not None and type(value) not in natural
    return pa.array(made, kind), unfit, converted


def _at_once(values: Sequence[Any], kind: pa.DataType, kinds: set[type]) -> pa.Array | None:
    """Give the array where Arrow makes exactly these values of it; None where each has to be looked at."""
    try:
        if not kinds:
            return pa.nulls(len(values), kind)
        if kinds <= (_natural(kind) or frozenset()) and not pa.types.is_decimal(kind):
            return pa.array(values, kind)
        if kinds == {str} and pa.types.is_timestamp(kind):
            return _times(pa.array(values, pa.string()), kind)
    except (pa.ArrowException, OverflowError, ValueError):
        pass
    return None


def _times(texts: pa.Array, kind: pa.TimestampType) -> pa.Array | None:
    """Give times of texts that all have a zone, or all none. Raises ArrowInvalid for others."""
    zone = kind.tz is not None
    if not zone:
        return pc.cast(texts, kind)
    try:
        return pc.cast(texts, kind)
    except pa.ArrowInvalid:
        return pc.cast(texts, pa.timestamp("us")).cast(kind)


def _natural(kind: pa.DataType) -> frozenset[type] | None:
    """Give the types of Python whose values a column holds as they are; None for those that are made of others."""
    if pa.types.is_integer(kind):
        return frozenset({int})
    if pa.types.is_floating(kind):
        return frozenset({float, int})  # Arrow refuses whole numbers that have no exact double
    if pa.types.is_boolean(kind):
        return frozenset({bool})
    if pa.types.is_string(kind):
        return frozenset({str})
    if pa.types.is_binary(kind):
        return frozenset({bytes})
    if pa.types.is_decimal(kind):
        return frozenset({Decimal})
    return None
