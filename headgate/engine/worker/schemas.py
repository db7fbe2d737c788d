"""How a column's type of now goes with the one that its Delta table has: fields come and go, and nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator


def change(before: pa.Field, now: pa.Field, path: str = "") -> str:
    """Say what of a column changed so that its table can't take it; empty where nothing did, or fields came or went."""
    place = path or f"column {now.name}"
    if before.nullable < now.nullable:
        return f"{place} was never null, and may be now"
    if pa.types.is_struct(before.type) and pa.types.is_struct(now.type):
        return next(filter(None, _changed_fields(before.type, now.type, place)), "")
    if pa.types.is_map(before.type) and adds(before.type, now.type):  # deltalake 1.6 can't read what was there then
        return f"{place}, a map, was {before.type} and is {now.type} now"
    if inner := list(_inner(before.type, now.type, place)):
        return next(filter(None, (change(*one) for one in inner)), "")
    return "" if before.type == now.type else f"{place} was {before.type} and is {now.type} now"


def _changed_fields(before: pa.StructType, now: pa.StructType, place: str) -> Iterator[str]:
    known, left = {field.name.lower(): field for field in before}, {field.name.lower() for field in now}
    for field in now:
        was = known.get(field.name.lower())
        if was is not None and was.name != field.name:
            yield f"{place}.{was.name} is {field.name} now, and a Delta table knows no capitals"
        elif was is not None:
            yield change(was, field, f"{place}.{field.name}")
    for was in before:
        if was.name.lower() not in left and not was.nullable:
            yield f"{place}.{was.name} was never null, and is gone"


def joined(before: pa.DataType, now: pa.DataType) -> pa.DataType:
    """Give the type that has the fields of both, those of before first; for types of which nothing changed otherwise."""
    if pa.types.is_struct(before):
        known = {field.name: field.type for field in now}
        fields = [field.with_type(joined(field.type, known.get(field.name, field.type))) for field in before]
        names = {field.name for field in before}
        return pa.struct([*fields, *(field.with_nullable(True) for field in now if field.name not in names)])  # noqa: FBT003
    if pa.types.is_list(before):
        return pa.list_(before.value_field.with_type(joined(before.value_type, now.value_type)))
    if pa.types.is_map(before):
        return pa.map_(before.key_field, before.item_field.with_type(joined(before.item_type, now.item_type)))
    return before


def adds(before: pa.DataType, now: pa.DataType) -> bool:
    """Say whether a type has fields that the one before has not."""
    if pa.types.is_struct(before) and pa.types.is_struct(now):
        known = {field.name: field.type for field in before}
        return any(field.name not in known or adds(known[field.name], field.type) for field in now)
    return any(adds(was.type, its.type) for was, its, _ in _inner(before, now, ""))


def _inner(before: pa.DataType, now: pa.DataType, place: str) -> Iterator[tuple[pa.Field, pa.Field, str]]:
    if pa.types.is_list(before) and pa.types.is_list(now):
        yield before.value_field, now.value_field, f"{place}.element"
    elif pa.types.is_map(before) and pa.types.is_map(now):
        yield before.key_field, now.key_field, f"{place}.key"
        yield before.item_field, now.item_field, f"{place}.value"
