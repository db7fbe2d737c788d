"""The clauses of a table's statement, besides its query.

Source: Databricks reference, "CREATE STREAMING TABLE (pipelines)", "CREATE MATERIALIZED VIEW (pipelines)", "CREATE TEMPORARY
VIEW (pipelines)" and "AUTO CDC INTO (pipelines)".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql.generate.lines import Line, ended, indented, lines, listed
from headgate.sql.language.names import value_text
from headgate.sql.quoting import identifier, identifiers, literal, qualified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.definition.yaml import Path
    from headgate.sql.generate.steps import Steps
    from headgate.sql.language.load import LoadedPipeline
    from headgate.sql.language.target import ChangeData, Column, Expectation, Function, Table

_VIOLATIONS = {"warn": "", "quarantine": "", "drop": " ON VIOLATION DROP ROW", "fail": " ON VIOLATION FAIL UPDATE"}


class Clauses:
    """Makes the clauses of a pipeline file's tables."""

    def __init__(self, loaded: LoadedPipeline, steps: Steps) -> None:
        self._loaded = loaded
        self._steps = steps

    def head(self, start: str, table: Table, name: str) -> list[Line]:
        """Give a statement's beginning with columns and expectations, without those that put rows into quarantine."""
        at = self._loaded.line(("tables", name))
        path: Path = ("tables", name)
        items = [self._column((*path, "columns", column), column, one) for column, one in table.columns.items()]
        items += [
            self.expectation((*path, "expectations", key), key, one)
            for key, one in table.expectations.items()
            if one.on_violation != "quarantine"
        ]
        if not items:
            return lines(start, at)
        return [*ended(lines(start, at), " ("), *indented(listed(items)), Line(")", at)]

    def expectation(self, path: Path, name: str, expectation: Expectation) -> list[Line]:
        """Give an expectation."""
        check = self._steps.expression(expectation.check)
        text = f"CONSTRAINT {identifier(name)} EXPECT ({check}){_VIOLATIONS[expectation.on_violation]}"
        return lines(text, self._loaded.line((*path, "check")))

    def _column(self, path: Path, name: str, column: Column) -> list[Line]:
        parts = [identifier(name), column.type]
        if column.not_null:
            parts.append("NOT NULL")
        if column.comment is not None:
            parts.append(f"COMMENT {literal(column.comment)}")
        if column.mask is not None:
            parts.append(f"MASK {_function(column.mask)}")
            if column.mask.columns:
                parts.append(f"USING COLUMNS ({identifiers(column.mask.columns)})")
        return lines(" ".join(parts), self._loaded.line(path))

    def table(self, table: Table, name: str) -> list[Line]:
        """Give what a table's statement says between its columns and its query, a line each."""
        return [line for key, text in _clauses(table) for line in lines(text, self._loaded.line(("tables", name, key)))]

    def changes(self, cdc: ChangeData, path: Path) -> list[Line]:
        """Give the clauses of an AUTO CDC flow, from KEYS on."""
        found: list[Line] = []

        def say(key: str, text: str) -> None:
            found.extend(lines(text, self._loaded.line((*path, "cdc", key))))

        say("keys", f"KEYS ({identifiers(cdc.keys)})")
        if cdc.ignore_null_updates:
            say("ignore_null_updates", "IGNORE NULL UPDATES")
        if cdc.delete_when is not None:
            say("delete_when", f"APPLY AS DELETE WHEN {self._steps.expression(cdc.delete_when)}")
        if cdc.truncate_when is not None:
            say("truncate_when", f"APPLY AS TRUNCATE WHEN {self._steps.expression(cdc.truncate_when)}")
        by = identifiers(cdc.sequence_by)
        say("sequence_by", f"SEQUENCE BY {by if len(cdc.sequence_by) == 1 else f'STRUCT({by})'}")
        if cdc.columns:
            say("columns", f"COLUMNS ({identifiers(cdc.columns)})")
        elif cdc.except_columns:
            say("except_columns", f"COLUMNS * EXCEPT ({identifiers(cdc.except_columns)})")
        say("scd_type", f"STORED AS SCD TYPE {cdc.scd_type}")
        if cdc.track_history:
            say("track_history", f"TRACK HISTORY ON ({identifiers(cdc.track_history)})")
        elif cdc.track_history_except:
            say("track_history_except", f"TRACK HISTORY ON * EXCEPT ({identifiers(cdc.track_history_except)})")
        return found


def _clauses(table: Table) -> Iterator[tuple[str, str]]:
    if table.comment is not None:
        yield "comment", f"COMMENT {literal(table.comment)}"
    if table.cluster_by is not None:
        columns = "AUTO" if table.cluster_by == "auto" else f"({identifiers(table.cluster_by)})"
        yield "cluster_by", f"CLUSTER BY {columns}"
    if table.partition_by:
        yield "partition_by", f"PARTITIONED BY ({identifiers(table.partition_by)})"
    if table.properties:
        pairs = ", ".join(f"{literal(key)} = {literal(value_text(value))}" for key, value in table.properties.items())
        yield "properties", f"TBLPROPERTIES ({pairs})"
    if table.row_filter is not None:
        yield "row_filter", f"WITH ROW FILTER {_function(table.row_filter)} ON ({identifiers(table.row_filter.columns)})"


def _function(function: Function) -> str:
    return qualified(function.function.split("."))
