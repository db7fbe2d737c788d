"""A value as a connector gives it, made the one that its column's type has; it is refused where that would change or cut it.

Connectors give JSON's values, and the framework makes Spark's of them (databrickslabs/lakeflow-community-connectors,
libs/utils.py, parse_value). So does this, where nothing is lost: `"5"` is a long 5, a text such as 2026-01-31T06:00:00Z a time.
What the framework would change or cut (1.5 as a long, 2 as a boolean, true as a number) does not fit.
"""

from __future__ import annotations

import base64
import binascii
import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

_TRUE, _FALSE = frozenset({"true", "t", "yes", "y", "1"}), frozenset({"false", "f", "no", "n", "0"})
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 40  # more than any Delta table's decimals have


class UnfitError(ValueError):
    """A value does not fit its column's type; the text says why."""


def converter(kind: pa.DataType) -> Callable[[Any], Any]:
    """Give what makes a value (not null) one that Arrow takes for the type as it is. It raises UnfitError."""
    return next(make(kind) for fits, make in _MAKERS if fits(kind))


def _found(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"  # noqa: PLR2004  # a line of a terminal


def _whole(value: Any, bits: int) -> int:
    number: Any = value
    if isinstance(value, str):
        try:
            number = int(value) if "." not in value else Decimal(value)
        except (ValueError, InvalidOperation):
            raise UnfitError(f"expected a whole number, found {_found(value)}") from None
    if isinstance(number, float | Decimal) and math.isfinite(number) and number == int(number):
        number = int(number)
    if type(number) is not int:
        raise UnfitError(f"expected a whole number, found {_found(value)}")
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise UnfitError(f"{_found(value)} is beyond what {bits} bits hold")
    return number


def _double(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise UnfitError(f"expected a number, found {_found(value)}")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise UnfitError(f"expected a number, found {_found(value)}") from None
    if isinstance(value, int) and int(number) != value:
        raise UnfitError(f"{_found(value)} has no exact double")
    return number


def _single(value: Any) -> float:
    number = _double(value)
    if math.isfinite(number) and not math.isfinite(float(pa.scalar(number, pa.float64()).cast(pa.float32()).as_py())):
        raise UnfitError(f"{_found(value)} is beyond what 32 bits hold")
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, str):
        word = value.lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
    elif value in (0, 1) and isinstance(value, int):
        return bool(value)
    raise UnfitError(f"expected true or false, found {_found(value)}")


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnfitError(f"{_found(value)} has half of a character") from None
    return text


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if isinstance(value, str):
        for decode in (lambda text: base64.b64decode(text, validate=True), bytes.fromhex):
            try:
                return decode(value)
            except (binascii.Error, ValueError):
                continue
        return _text(value).encode()
    if isinstance(value, list):
        try:
            return bytes(value)
        except (ValueError, TypeError):
            pass
    raise UnfitError(f"expected bytes, found {_found(value)}")


def _decimal(value: Any, precision: int, scale: int) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise UnfitError(f"expected a number, found {_found(value)}")
    with localcontext() as context:
        context.prec = _DIGITS
        try:
            number = value if isinstance(value, Decimal) else Decimal(str(value))
            whole = number.quantize(Decimal(1).scaleb(-scale))
        except InvalidOperation:
            raise UnfitError(f"{_found(value)} is no decimal({precision}, {scale})") from None
    if whole != number or len(whole.as_tuple().digits) > precision:
        raise UnfitError(f"{_found(value)} does not fit decimal({precision}, {scale})")
    return whole


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        for form in _DATES:
            try:
                return datetime.strptime(value, form).date()  # noqa: DTZ007  # a day has no zone
            except ValueError:
                continue
        try:
            return datetime.fromisoformat(value).date()
        except ValueError:
            pass
    raise UnfitError(f"expected a date, found {_found(value)}")


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            for form in _TIMES:
                try:
                    return datetime.strptime(value, form)  # noqa: DTZ007  # UTC, as where there is no zone at all
                except ValueError:
                    continue
    elif isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return _EPOCH + timedelta(seconds=value)
        except (OverflowError, ValueError):
            pass
    raise UnfitError(f"expected a time, found {_found(value)}")


def _instant(value: Any) -> datetime:
    """Give a time in UTC, which one without a zone is taken to be in."""
    moment = _moment(value)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise UnfitError(f"{_found(value)} is before or after what a time can be") from None


def _clock(value: Any) -> datetime:
    moment = _moment(value)
    if moment.tzinfo and not isinstance(value, int | float):
        raise UnfitError(f"expected a time without a zone, found {_found(value)}")
    return moment.replace(tzinfo=None)


def _inside(convert: Callable[[Any], Any], value: Any, nullable: bool, place: str) -> Any:  # a field's own property
    if value is None:
        if not nullable:
            raise UnfitError(f"{place} is null, and must not be")
        return None
    try:
        return convert(value)
    except UnfitError as error:
        raise UnfitError(f"{place}: {error}") from None


def _struct(kind: pa.StructType) -> Callable[[Any], Any]:
    fields = [(field.name, converter(field.type), field.nullable) for field in kind]

    def convert(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise UnfitError(f"expected an object, found {_found(value)}")
        return {name: _inside(inner, value.get(name), nullable, name) for name, inner, nullable in fields}

    return convert


def _map(kind: pa.MapType) -> Callable[[Any], Any]:
    key, item = converter(kind.key_type), converter(kind.item_type)

    def convert(value: Any) -> list[tuple[Any, Any]]:
        if not isinstance(value, dict):
            raise UnfitError(f"expected an object, found {_found(value)}")
        return [
            (_inside(key, name, nullable=False, place="a key"), _inside(item, one, kind.item_field.nullable, str(name)))
            for name, one in value.items()
        ]

    return convert


def _list(kind: pa.ListType) -> Callable[[Any], Any]:
    inner, nullable = converter(kind.value_type), kind.value_field.nullable

    def convert(value: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            if not nullable:
                raise UnfitError(f"expected a list, found {_found(value)}")
            value = [value]  # as the framework does
        return [_inside(inner, one, nullable, f"element {place}") for place, one in enumerate(value)]

    return convert


_MAKERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[Any], Callable[[Any], Any]]], ...] = (
    (pa.types.is_integer, lambda kind: lambda value: _whole(value, kind.bit_width)),
    (pa.types.is_float32, lambda _: _single),
    (pa.types.is_float64, lambda _: _double),
    (pa.types.is_boolean, lambda _: _boolean),
    (pa.types.is_string, lambda _: _text),
    (pa.types.is_binary, lambda _: _bytes),
    (pa.types.is_decimal, lambda kind: lambda value: _decimal(value, kind.precision, kind.scale)),
    (pa.types.is_date, lambda _: _date),
    (pa.types.is_timestamp, lambda kind: _instant if kind.tz else _clock),
    (pa.types.is_struct, _struct),
    (pa.types.is_map, _map),
    (pa.types.is_list, _list),
)
