"""Names and texts as Databricks SQL takes them. Source: its language reference, Names and STRING type."""

from __future__ import annotations


def quoted(name: str) -> str:
    """Give a name, or a table's full one with full stops between, in backticks."""
    return ".".join(f"`{part.replace('`', '``')}`" for part in name.split("."))


def text(value: str) -> str:
    """Give a string literal. A `$` is escaped too: `${…}` in a statement is a variable to Spark, in a literal as well."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024") + "'"
