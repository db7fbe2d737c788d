"""What makes the values of a column those of its type, nested ones too, and tells what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.engine.worker.values import UnfitError, found, scalar

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True)
class Told:
    """What converters tell of the values that they made: how many were of another type, and fields that structs have not."""

    converted: int = 0
    unknown: set[str] = field(default_factory=set)


def converter(kind: pa.DataType, name: str, told: Told) -> Callable[[Any], Any]:
    """Give what makes a value (not null) of a column one that Arrow takes for the type as it is. It raises UnfitError."""
    if pa.types.is_struct(kind):
        return _struct(kind, name, told)
    if pa.types.is_map(kind):
        return _map(kind, name, told)
    if pa.types.is_list(kind):
        return _list(kind, name, told)
    make, usual = scalar(kind), natural(kind)
    if usual is None:
        return make

    def convert(value: Any) -> Any:
        made = make(value)
        told.converted += type(value) not in usual
        return made

    return convert


def natural(kind: pa.DataType) -> frozenset[type] | None:
    """Give the types of Python whose values a column holds as they are; None for those that are made of others."""
    return next((types for fits, types in _NATURAL if fits(kind)), None)


def _inside(convert: Callable[[Any], Any], value: Any, nullable: bool, place: str) -> Any:  # a field's own property
    if value is None:
        if not nullable:
            raise UnfitError(f"{place} is null, and must not be")
        return None
    try:
        return convert(value)
    except UnfitError as error:
        raise UnfitError(f"{place}: {error}") from None


def _struct(kind: pa.StructType, path: str, told: Told) -> Callable[[Any], Any]:
    fields = [(one.name, converter(one.type, f"{path}.{one.name}", told), one.nullable) for one in kind]
    names = {one.name for one in kind}

    def convert(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise UnfitError(f"expected an object, found {found(value)}")
        if not value.keys() <= names:
            told.unknown.update(f"{path}.{name}" for name in value.keys() - names)
        return {name: _inside(inner, value.get(name), nullable, name) for name, inner, nullable in fields}

    return convert


def _map(kind: pa.MapType, path: str, told: Told) -> Callable[[Any], Any]:
    key, item = converter(kind.key_type, f"{path}.key", told), converter(kind.item_type, f"{path}.value", told)

    def convert(value: Any) -> list[tuple[Any, Any]]:
        if not isinstance(value, dict):
            raise UnfitError(f"expected an object, found {found(value)}")
        made = [
            (_inside(key, name, nullable=False, place="a key"), _inside(item, one, kind.item_field.nullable, str(name)))
            for name, one in value.items()
        ]
        if len({str(name) for name, _ in made}) < len(made):
            raise UnfitError(f"several keys are one, as {kind.key_type}: {found(value)}")
        return made

    return convert


def _list(kind: pa.ListType, path: str, told: Told) -> Callable[[Any], Any]:
    inner, nullable = converter(kind.value_type, f"{path}.element", told), kind.value_field.nullable

    def convert(value: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            if not nullable:
                raise UnfitError(f"expected a list, found {found(value)}")
            value = [value]  # as the framework does
            told.converted += 1
        return [_inside(inner, one, nullable, f"element {place}") for place, one in enumerate(value)]

    return convert


_NATURAL: tuple[tuple[Callable[[pa.DataType], bool], frozenset[type]], ...] = (
    (pa.types.is_integer, frozenset({int})),
    (pa.types.is_floating, frozenset({float, int})),  # Arrow refuses whole numbers that have no exact double
    (pa.types.is_boolean, frozenset({bool})),
    (pa.types.is_string, frozenset({str})),
    (pa.types.is_binary, frozenset({bytes})),
    (pa.types.is_decimal, frozenset({Decimal})),
)
