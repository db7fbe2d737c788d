"""Terraform's values, whatever their form: a block is a list of one in a state, and may stand by itself in a configuration."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headgate.review.masks import Masks


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


def file_text(side: Any, marks: Any, masks: Masks) -> str | None:
    """Give the text of a workspace file, without secrets; None where the plan doesn't have it, or it is no text."""
    content = mapping(side).get("content_base64")
    if not isinstance(content, str) or marks is True or mapping(marks).get("content_base64") is True:
        return None
    try:
        return masks.code(base64.b64decode(content, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
