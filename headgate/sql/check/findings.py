"""What a check finds, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.sql.dialect.place import Span


class Severity(StrEnum):
    """error: the pipeline fails, or loses or repeats rows. warning: it runs, at a price. note: what was assumed."""

    error = "error"
    warning = "warning"
    note = "note"


class Code(StrEnum):
    """What kind of finding it is; docs/sql-check.md explains each."""

    syntax = "syntax"
    distinct_aggregate = "distinct-aggregate"
    aggregate_without_watermark = "aggregate-without-watermark"
    outer_join_without_watermark = "outer-join-without-watermark"
    watermark_type = "watermark-type"
    join_side = "join-side"
    join_without_time_bound = "join-without-time-bound"
    join_without_equality = "join-without-equality"
    unbounded_state = "unbounded-state"
    union_of_stream_and_batch = "union-of-stream-and-batch"
    set_operation = "set-operation"
    sort = "sort"
    window_function = "window-function"
    offset = "offset"
    sample = "sample"
    function = "function"
    stream_in_subquery = "stream-in-subquery"
    stream_of_changes = "stream-of-changes"
    batch_in_stream = "batch-in-stream"
    stream_in_batch = "stream-in-batch"
    cycle = "cycle"
    unknown_column = "unknown-column"
    ambiguous_column = "ambiguous-column"
    duplicate_output = "duplicate-output"
    unknown_table = "unknown-table"
    flow_target = "flow-target"
    dataset_type_changed = "dataset-type-changed"
    needs_full_refresh = "needs-full-refresh"
    edition = "edition"
    spark = "spark"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Characters from `start` to before `end` become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a file. message: what is wrong, and why. fix: what to do, in words.

    line and column: from 1. span: characters of the file's text. edits: what `--fix` changes; empty where a person has to
    decide. approximate: with the edits, results are no longer exact.
    """

    code: Code
    severity: Severity
    file: str
    line: int
    column: int
    span: Span
    message: str
    fix: str
    edits: tuple[Edit, ...] = ()
    approximate: bool = False
