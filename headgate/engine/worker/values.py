"""A value as a connector gives it, made the one that its column's type has; it is refused where that would change or cut it.

Connectors give JSON's values, and the framework makes Spark's of them (databrickslabs/lakeflow-community-connectors,
libs/utils.py, parse_value). So does this, where nothing is lost: `"5"` is a long 5, a text such as 2026-01-31T06:00:00Z a time.
What the framework would change or cut (1.5 as a long, 2 as a boolean, true as a number, a time as a date) does not fit. A
double is the nearest one to a number's decimal digits, and a time has microseconds: what Spark's types are.
"""

from __future__ import annotations

import base64
import binascii
import math
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

_TRUE, _FALSE = frozenset({"true", "t", "yes", "y", "1"}), frozenset({"false", "f", "no", "n", "0"})
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INFINITE = frozenset({"inf", "infinity", "nan"})
_DIGITS = 40  # more than any Delta table's decimals have


class UnfitError(ValueError):
    """A value does not fit its column's type; the text says why."""


def scalar(kind: pa.DataType) -> Callable[[Any], Any]:
    """Give what makes a value (not null) of a type that is not nested one that Arrow takes as it is. It raises UnfitError."""
    return next(make(kind) for fits, make in _MAKERS if fits(kind))


def found(value: Any) -> str:
    """Give a value as a reason tells of it: its type, and so much of it as a line takes."""
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"  # noqa: PLR2004  # a line of a terminal


def _whole(value: Any, bits: int) -> int:
    number: Any = int(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(value, str):
        try:
            number = int(value) if "." not in value else Decimal(value)
        except (ValueError, InvalidOperation):
            raise UnfitError(f"expected a whole number, found {found(value)}") from None
    finite = number.is_finite() if isinstance(number, Decimal) else isinstance(number, float) and math.isfinite(number)
    if finite and -(2**bits) < number < 2**bits and number == int(number):
        number = int(number)
    if type(number) is not int:
        raise UnfitError(f"expected a whole number, found {found(value)}")
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise UnfitError(f"{found(value)} is beyond what {bits} bits hold")
    return number


def _double(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise UnfitError(f"expected a number, found {found(value)}")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise UnfitError(f"expected a number, found {found(value)}") from None
    if not math.isfinite(number) and not (isinstance(value, float) or str(value).strip().lstrip("+-").lower() in _INFINITE):
        raise UnfitError(f"{found(value)} is beyond what 64 bits hold")
    if _is_whole(value) and int(number) != int(value):
        raise UnfitError(f"{found(value)} has no exact double")
    return number


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.strip().lstrip("+-").isdecimal())


def _single(value: Any) -> float:
    number = _double(value)
    held = float(pa.scalar(number, pa.float64()).cast(pa.float32()).as_py())
    if math.isfinite(number) and not math.isfinite(held):
        raise UnfitError(f"{found(value)} is beyond what 32 bits hold")
    if _is_whole(value) and held != number:
        raise UnfitError(f"{found(value)} has no exact float")
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, str):
        word = value.lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
    elif isinstance(value, int) and value in {0, 1}:
        return bool(value)
    raise UnfitError(f"expected true or false, found {found(value)}")


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnfitError(f"{found(value)} has half of a character") from None
    return text


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if isinstance(value, str):
        plain = "".join(value.split())  # lines of base64
        for decode in (lambda text: base64.b64decode(text, validate=True), bytes.fromhex):
            try:
                return decode(plain)
            except (binascii.Error, ValueError):
                continue
        try:
            base64.b64decode(value)
        except (binascii.Error, ValueError):
            return _text(value).encode()
        raise UnfitError(f"{found(value)} is base64 but for some characters, which would be left out")
    if isinstance(value, list):
        try:
            return bytes(value)
        except (ValueError, TypeError):
            pass
    raise UnfitError(f"expected bytes, found {found(value)}")


def _decimal(value: Any, precision: int, scale: int) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise UnfitError(f"expected a number, found {found(value)}")
    with localcontext() as context:
        context.prec = _DIGITS
        try:
            number = value if isinstance(value, Decimal) else Decimal(str(value))
            whole = number.quantize(Decimal(1).scaleb(-scale))
        except InvalidOperation:
            raise UnfitError(f"{found(value)} is no decimal({precision}, {scale})") from None
    if whole != number or len(whole.as_tuple().digits) > precision:
        raise UnfitError(f"{found(value)} does not fit decimal({precision}, {scale})")
    return whole


def _date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        for form in _DATES:
            try:
                return datetime.strptime(value, form).date()  # noqa: DTZ007  # a day has no zone
            except ValueError:
                continue
    moment = value
    if isinstance(value, str):
        with suppress(ValueError):
            moment = datetime.fromisoformat(value)
    if not isinstance(moment, datetime):
        raise UnfitError(f"expected a date, found {found(value)}")
    if moment.time() != time():
        raise UnfitError(f"expected a date, found the time {found(value)}")
    return moment.date()


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
    raise UnfitError(f"expected a time, found {found(value)}")


def _instant(value: Any) -> datetime:
    """Give a time in UTC, which one without a zone is taken to be in."""
    moment = _moment(value)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise UnfitError(f"{found(value)} is before or after what a time can be") from None


def _clock(value: Any) -> datetime:
    moment = _moment(value)
    if moment.tzinfo and not isinstance(value, int | float):
        raise UnfitError(f"expected a time without a zone, found {found(value)}")
    return moment.replace(tzinfo=None)


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
)
