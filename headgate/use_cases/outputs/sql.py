"""What `headgate sql` prints for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from headgate.use_cases.outputs import Output, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.sql.check.findings import Finding
    from headgate.sql.explain import Explained
    from headgate.sql.testing.compare import Difference
    from headgate.use_cases.check_sql import CheckedSql
    from headgate.use_cases.sql_tests import TestResult


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlEditOutput(Part):
    """Characters of a file from `start` to before `end`, both from 0, that become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlFindingOutput(Part):
    """A finding; `edits`: what --fix writes, `approximate`: whether results are inexact then; `line` and `column` from 1."""

    code: str
    severity: Literal["error", "warning", "note"]
    file: str
    line: int
    column: int
    message: str
    fix: str
    edits: tuple[SqlEditOutput, ...]
    approximate: bool

    @classmethod
    def of(cls, one: Finding) -> SqlFindingOutput:
        """Give a finding as it is printed."""
        edits = tuple(map(SqlEditOutput.like, one.edits))
        return cls.like(one, code=one.code.value, severity=one.severity.value, edits=edits)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlCheckOutput(Output):
    """What is wrong with a pipeline's SQL; `fixed`: how many findings --fix settled, `changed`: the files that it wrote."""

    files: tuple[str, ...]
    findings: tuple[SqlFindingOutput, ...]
    fixed: int
    changed: tuple[Path, ...]

    @classmethod
    def of(cls, found: CheckedSql) -> SqlCheckOutput:
        """Give what was found as it is printed."""
        findings = tuple(SqlFindingOutput.of(one) for one in found.findings)
        return cls.like(found, findings=findings, fixed=found.settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlGenerateOutput(Output):
    """The pipelines whose SQL was generated, and its files that were written and deleted."""

    pipelines: tuple[str, ...]
    written: tuple[Path, ...]
    deleted: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlNodeOutput(Part):
    """A table, view or sink, or what is read from outside: a source, or files."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlEdgeOutput(Part):
    """What `target` reads. flow: its name, empty for a table's own; kind: append, once, auto cdc, replace or query."""

    source: str
    target: str
    streaming: bool
    kind: str
    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlColumnOutput(Part):
    """A column, and the columns that it is made of, as table.column."""

    table: str
    column: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlExplainOutput(Output):
    """A pipeline as a graph; columns where it is known which they are."""

    nodes: tuple[SqlNodeOutput, ...]
    edges: tuple[SqlEdgeOutput, ...]
    columns: tuple[SqlColumnOutput, ...]

    @classmethod
    def of(cls, found: Explained) -> SqlExplainOutput:
        """Give a graph as it is printed."""
        return cls(
            nodes=tuple(map(SqlNodeOutput.like, found.nodes)),
            edges=tuple(map(SqlEdgeOutput.like, found.edges)),
            columns=tuple(map(SqlColumnOutput.like, found.columns)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlCellOutput(Part):
    """A column of a row, as text; null: NULL, or that there is no such row."""

    column: str
    expected: str | None
    found: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlDifferenceOutput(Part):
    """What is not as expected; `step` from 1, `line` of the file, `row` of those expected, from 1; `dropped`: of dropped rows.

    kind: differs (columns of a row, in `cells`), missing or unexpected (a row), count (of violations), error; the last two
    have a `message`.
    """

    kind: Literal["differs", "missing", "unexpected", "count", "error"]
    step: int
    table: str
    line: int
    row: int | None
    cells: tuple[SqlCellOutput, ...]
    message: str
    dropped: bool

    @classmethod
    def of(cls, one: Difference) -> SqlDifferenceOutput:
        """Give a difference as it is printed."""
        return cls.like(one, cells=tuple(map(SqlCellOutput.like, one.cells)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTestedOutput(Part):
    """A test; `line`: where it is in its file."""

    file: Path
    line: int
    name: str
    passed: bool
    differences: tuple[SqlDifferenceOutput, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTestOutput(Output):
    """The tests that ran, in their order, and how many failed."""

    tests: tuple[SqlTestedOutput, ...]
    failed: int

    @classmethod
    def of(cls, found: Sequence[TestResult]) -> SqlTestOutput:
        """Give results as they are printed."""
        tests = tuple(
            SqlTestedOutput.like(one, differences=tuple(map(SqlDifferenceOutput.of, one.differences))) for one in found
        )
        return cls(tests=tests, failed=sum(not one.passed for one in found))
