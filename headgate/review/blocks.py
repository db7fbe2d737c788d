"""Terraform's values, whatever their form: a block is a list of one in a state, and may be by itself in a configuration."""

from __future__ import annotations

from typing import Any


def mapping(value: Any) -> dict[Any, Any]:
    """Give the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def blocks(value: Any) -> list[dict[Any, Any]]:
    """Give the blocks of a repeatable argument."""
    if isinstance(value, dict):
        return [value]
    return [mapping(part) for part in value] if isinstance(value, list) else []


def first(value: Any) -> dict[Any, Any]:
    """Give the block of an argument that has at most one; an empty object where it has none."""
    found = blocks(value)
    return found[0] if found else {}
