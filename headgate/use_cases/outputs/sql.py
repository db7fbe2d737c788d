"""What `headgate sql` prints for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from headgate.use_cases.outputs import Output, Part

if TYPE_CHECKING:
    from headgate.sql.check.findings import Finding
    from headgate.sql.explain import Explained
    from headgate.use_cases.check_sql import CheckedSql


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlEditOutput:
    """Characters of a file from `start` to before `end`, both from 0, that become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlFindingOutput:
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
        edits = tuple(SqlEditOutput(start=edit.start, end=edit.end, text=edit.text) for edit in one.edits)
        return cls(
            code=one.code.value,
            severity=one.severity.value,
            file=one.file,
            line=one.line,
            column=one.column,
            message=one.message,
            fix=one.fix,
            edits=edits,
            approximate=one.approximate,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlCheckOutput:
    """What is wrong with a pipeline's SQL; `fixed`: how many findings --fix settled, `changed`: the files that it wrote."""

    format: Literal[1] = 1
    files: tuple[str, ...]
    findings: tuple[SqlFindingOutput, ...]
    fixed: int
    changed: tuple[Path, ...]

    @classmethod
    def of(cls, found: CheckedSql) -> SqlCheckOutput:
        """Give what was found as it is printed."""
        findings = tuple(SqlFindingOutput.of(one) for one in found.findings)
        return cls(files=found.files, findings=findings, fixed=found.settled, changed=found.changed)


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
