"""The names and pieces of text that a pipeline file holds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

# A name in a file: of a source, a transform, a table, a flow, a sink or a column. Any character, for names are quoted.
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Text = Annotated[str, StringConstraints(min_length=1)]
# A piece of SQL, which is parsed before it is used: one expression (of Boolean value where it is a condition).
Expression = Annotated[str, StringConstraints(min_length=1)]
# `10 minutes`, of which WATERMARK and windows take the number and the unit.
Duration = Annotated[str, StringConstraints(min_length=1)]
# What stands for a value that differs by target, as SQL writes it after a colon.
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
Mode = Literal["streaming", "batch", "auto"]
Value = str | int | float | bool


def value_text(value: Value) -> str:
    """Give a value as text, as YAML writes it: true and false in small letters."""
    return str(value).lower() if isinstance(value, bool) else str(value)
