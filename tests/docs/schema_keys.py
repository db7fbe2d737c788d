"""The keys of a file, by the JSON Schema of its model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤"}
_ONE = {"object": "mapping", "array": "list", "boolean": "true or false", "integer": "whole number"}
_MANY = {"string": "strings", "object": "mappings", "array": "lists", "number": "numbers"}


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its whole path (`targets.NAME.catalog`, `accepted[].what`), in words."""

    path: str
    value: str
    default: str
    text: str


def keys_of(schema: dict[str, Any]) -> list[Key]:
    """Give all keys of a schema, those of its parts after their own."""
    return list(_walk(schema, schema, ""))


def _walk(whole: dict[str, Any], part: dict[str, Any], path: str) -> Iterator[Key]:
    for name, key in part.get("properties", {}).items():
        inner, place = _part(whole, key), f"{path}{name}"
        default = "needed" if name in part.get("required", ()) else _written(key.get("default"))
        yield Key(place, _value(whole, inner), default, key.get("description") or inner.get("description", ""))
        yield from _walk(whole, inner, f"{place}.")
        yield from _walk(whole, _part(whole, _entries(inner)), f"{place}.NAME.")
        yield from _walk(whole, _part(whole, inner.get("items")), f"{place}[].")


def _part(whole: dict[str, Any], key: Any) -> dict[str, Any]:
    """Give what a key's value is, where it is not null: a part by its reference."""
    if not isinstance(key, dict):
        return {}
    # Beside keys of its own, a choice says which of them are needed.
    choices = [key] if "properties" in key else key.get("anyOf", [key])
    found = next(one for one in choices if one.get("type") != "null")
    return _part(whole, whole["$defs"][found["$ref"].rpartition("/")[2]]) if "$ref" in found else found


def _entries(part: dict[str, Any]) -> Any:
    """Give what a mapping's values are: of any name, or of those that fit a pattern."""
    return part.get("additionalProperties") or next(iter(part.get("patternProperties", {}).values()), None)


def _value(whole: dict[str, Any], part: dict[str, Any], names: dict[str, str] = _ONE) -> str:
    words = [f"`{word}`" for word in part.get("enum", [part["const"]] if "const" in part else [])]
    kind = part.get("type", "")
    of = _part(whole, part.get("items") if kind == "array" else _entries(part))
    whose = f" of {_value(whole, of, _MANY)}" if of else ""
    bounds = [f"{sign} {part[name]:g}" for name, sign in _BOUNDS.items() if name in part]
    return ", ".join(words or [names.get(kind, kind) + whose, *bounds])


def _written(default: Any) -> str:
    if default is None or default in ("", [], {}) or isinstance(default, dict):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
