"""Statements of a pipeline as data: what a file of SQL defines, and where each part of it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlglot import Token, exp

    from headgate.sql.dialect.place import Span

Kind = Literal["streaming table", "materialized view", "view", "table", "sink"]
FlowKind = Literal["append", "once", "auto cdc", "replace"]


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written, part by part."""

    parts: tuple[str, ...]
    span: Span = field(compare=False)

    def __str__(self) -> str:
        return ".".join(self.parts)

    @property
    def key(self) -> tuple[str, ...]:
        """The parts as Unity Catalog compares them."""
        return key_of(self.parts)


@dataclass(frozen=True, slots=True)
class Watermark:
    """`WATERMARK … DELAY OF …`: the column that it is of, or that it makes of an expression."""

    column: str
    expression: exp.Expr
    derived: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Query:
    """A query as sqlglot reads it, without what it can't.

    streams: where names begin that are read as streams. skipping: those of them that skip changed rows (`skipChangeCommits`) or
    read a change feed. watermarks: where their relation's name, or its parenthesis, begins → the watermark. tokens: as written.
    """

    tree: exp.Query | exp.Values
    tokens: tuple[Token, ...]
    streams: frozenset[int]
    skipping: frozenset[int]
    watermarks: Mapping[int, Watermark]
    span: Span

    def reads_as_stream(self, table: exp.Table) -> bool:
        """Give whether one of the tree's tables is read as a stream."""
        return table.parts[0].meta.get("start") in self.streams


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """A column of a table's definition; type: as SQL, empty where there is none."""

    name: str
    type: str
    span: Span


@dataclass(frozen=True, slots=True)
class Expectation:
    """`CONSTRAINT name EXPECT (condition) ON VIOLATION …`."""

    name: str
    condition: exp.Expr
    action: Literal["warn", "drop", "fail"]
    span: Span


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Columns that a list names, or all but those; without names all of them."""

    names: tuple[str, ...] = ()
    excepted: bool = False


@dataclass(frozen=True, slots=True)
class ChangeDetails:
    """What orders changes, and which of them do what; None where that is not said. ignores_nulls: all NULLs, of each column."""

    sequence: exp.Expr | None = None
    where: exp.Expr | None = None
    deletes: exp.Expr | None = None
    truncates: exp.Expr | None = None
    ignores_nulls: bool = False
    kept: ColumnChoice = ColumnChoice()
    tracked: ColumnChoice = ColumnChoice()


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """How AUTO CDC applies changes. columns: of the source that keys, conditions and lists name.

    details: what each change does; of a snapshot there are none.
    """

    keys: tuple[str, ...]
    sequence: str
    scd: int
    columns: tuple[exp.Column, ...]
    history: str = ""
    snapshot: bool = False
    details: ChangeDetails = ChangeDetails()


@dataclass(frozen=True, slots=True)
class Flow:
    """What writes rows to a table. name: empty for a table's own flow. query: of AUTO CDC, everything of its source."""

    kind: FlowKind
    target: Name
    query: Query
    span: Span
    name: str = ""
    changes: ChangeRules | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A `CREATE` of a table, view or sink. head: from CREATE to before the name. flow: its query, or its inline FLOW.

    clauses: partitions, clustering and the like, by first word, as written.
    """

    kind: Kind
    name: Name
    head: Span
    span: Span
    private: bool = False
    columns: tuple[ColumnDefinition, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    flow: Flow | None = None
    clauses: Mapping[str, str] = field(default_factory=dict)


Statement = Definition | Flow


def key_of(parts: Iterable[str]) -> tuple[str, ...]:
    """Give a name's parts as Unity Catalog compares them, without the `LIVE.` that older pipelines put before their own."""
    lowered = tuple(part.lower() for part in parts)
    return lowered[1:] if len(lowered) == 2 and lowered[0] == "live" else lowered  # noqa: PLR2004 (LIVE, and a name)
