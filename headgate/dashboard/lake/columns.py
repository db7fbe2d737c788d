"""A table's columns as DuckDB tells them, and how they are written in SQL. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SCALAR = re.compile(r"[A-Z]+( WITH TIME ZONE)?(\(\d+,\s?\d+\))?")
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, and its type in DuckDB's words."""

    name: str
    type: str

    @property
    def quoted(self) -> str:
        """The name as SQL takes it, whatever is in it."""
        return '"' + self.name.replace('"', '""') + '"'

    @property
    def is_scalar(self) -> bool:
        """Whether rows can be ordered and compared by it: no list, struct, map or bytes."""
        return bool(_SCALAR.fullmatch(self.type)) and self.type != "BLOB"

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.type.startswith(_NUMBERS) and self.is_scalar

    @property
    def is_time(self) -> bool:
        """Whether it holds instants."""
        return self.type.startswith("TIMESTAMP")

    @property
    def is_text(self) -> bool:
        """Whether it holds text."""
        return self.type == "VARCHAR"
