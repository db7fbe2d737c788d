"""Names and values in SQL: whatever they hold, they stay names and values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# What a string of Databricks SQL needs a backslash before. Source: Databricks SQL reference, "STRING type", literals.
_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'"})
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE | re.ASCII)


def identifier(name: str) -> str:
    """Give a name in backticks, each of its own twice. Source: Databricks SQL reference, "Identifiers"."""
    return "`" + name.replace("`", "``") + "`"


def readable(name: str) -> str:
    """Give a name as people write it: in backticks only where it needs them."""
    return name if _PLAIN.fullmatch(name) else identifier(name)


def identifiers(names: Iterable[str]) -> str:
    """Give names in backticks with commas between."""
    return ", ".join(identifier(name) for name in names)


def qualified(parts: Iterable[str]) -> str:
    """Give a name of several parts, such as catalog, schema and table."""
    return ".".join(identifier(part) for part in parts)


def literal(value: str | float) -> str:
    """Give a value as SQL writes it: text in quotes, TRUE and FALSE, numbers as they are."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return f"'{value.translate(_ESCAPES)}'"
    return repr(value)
