"""What a query gives, as far as it is known: columns with their types, and whether rows come as a stream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.sql.dialect.statements import Watermark


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a column comes from unchanged: a table's name, its column, and where the table is read, by its first character."""

    table: str
    column: str
    at: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column. type: in lower case, empty where it isn't known. watermark: it has one. origin: None for a computed one."""

    name: str
    type: str = ""
    watermark: bool = False
    origin: Origin | None = None

    @property
    def is_time(self) -> bool:
        """Whether a watermark can be of it. Spark 4.3 takes no TIMESTAMP_NTZ, no DATE and no text."""
        return self.type in ("timestamp", "timestamp_ltz")

    @property
    def may_be_time(self) -> bool:
        """Whether a watermark may be of it, as far as is known."""
        return not self.type or self.is_time


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows that a query reads or gives.

    complete: `columns` are all there are. merged: columns of a join that USING makes one, in lower case.
    """

    columns: tuple[Column, ...] = ()
    complete: bool = False
    streaming: bool = False
    merged: frozenset[str] = frozenset()

    def find(self, name: str) -> list[Column]:
        """Give the columns of a name."""
        lowered = name.lower()
        return [column for column in self.columns if column.name.lower() == lowered]

    @property
    def has_watermark(self) -> bool:
        """Whether a column has a watermark."""
        return any(column.watermark for column in self.columns)

    def with_watermark(self, watermark: Watermark) -> Relation:
        """Give the same rows with a watermark, of a column that is there or of one that is added."""
        name = watermark.column.lower()
        if watermark.derived or not self.find(name):
            added = Column(watermark.column, "timestamp", watermark=True)
            return replace(self, columns=(*self.columns, added))
        columns = tuple(replace(one, watermark=True) if one.name.lower() == name else one for one in self.columns)
        return replace(self, columns=columns)

    def renamed(self, names: Iterable[str]) -> Relation:
        """Give the same rows with other names for their columns, in their order."""
        found = list(names)
        if not found:
            return self
        if not self.complete or len(found) != len(self.columns):
            return Relation(tuple(Column(name) for name in found), complete=True, streaming=self.streaming)
        columns = tuple(replace(column, name=name) for column, name in zip(self.columns, found, strict=True))
        return replace(self, columns=columns, merged=frozenset())


@dataclass(frozen=True, slots=True)
class Source:
    """A relation that a query reads, under a name. at: its first character. parts: its name's, in lower case."""

    alias: str
    relation: Relation
    parts: tuple[str, ...] = ()
    at: int = -1
