"""Discovery from rows that a workspace gave: exports of `_community_tables` and `_community_table_metadata`.

Source of their columns: the interface of databrickslabs/lakeflow-community-connectors. Tables: `namespace ARRAY<STRING>,
tableName STRING`. Metadata: `tableName STRING, primary_keys ARRAY<STRING>, cursor_field STRING, ingestion_type STRING`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headgate.discovery.exported import FORMS, exported_rows
from headgate.discovery.found import Failure, Found
from headgate.discovery.metadata import MetadataError, is_name, table_of
from headgate.inventory.row import UNVERIFIED, TableRow
from headgate.names import catalog_name
from headgate.problems import Problem, refuse, short

if TYPE_CHECKING:
    from pathlib import Path

_ARRAYS = ("namespace", "primary_keys")


@dataclass(frozen=True, slots=True)
class Row:
    """A table in its namespace (from the root down; empty for a connector without namespaces)."""

    name: str
    namespace: tuple[str, ...] = ()


def read_workspace(tables: Path, metadata: Path | None = None, *, best_effort: bool = False) -> Found:
    """Read exported rows. Raises InputError with all problems of both files.

    Without `metadata` the ingestion types are unknown. A table whose metadata is missing or wrong is an error, or with
    `best_effort` a failure. The metadata's rows know no namespace: a row holds for each table of that name.
    """
    problems: list[Problem] = []
    rows = _tables(tables, problems)
    said = _metadata(metadata, problems) if metadata else None
    failed: list[Failure] = []
    found: list[tuple[Row, TableRow]] = []
    for row in rows:
        try:
            if said is not None and row.name not in said:
                raise MetadataError(f"{metadata} has no row for it")  # noqa: TRY301 (one way out for both kinds of failure)
            found.append((row, table_of(row.name, said[row.name] if said is not None else {})))
        except MetadataError as error:
            failed.append(Failure(row.name, str(error)))
            found.append((row, TableRow(row.name, status=UNVERIFIED)))
    if not best_effort:
        fix = "export its metadata again, or keep the names alone of such tables with --best-effort"
        problems += [Problem(str(failure), fix, file=str(metadata)) for failure in failed]
    refuse(problems)
    return Found(_distinguished(found), tuple(failed))


def _tables(path: Path, problems: list[Problem]) -> list[Row]:
    rows: dict[Row, int] = {}
    for number, value in exported_rows(path, _ARRAYS):
        name, namespace = value.get("tableName"), value.get("namespace") or []
        if not is_name(name):
            problems.append(_unnamed(value, "_community_tables", path, number))
        elif not isinstance(namespace, list) or not all(map(is_name, namespace)):
            problems.append(Problem(f"namespace of {name!r} is not a list of strings", FORMS, str(path), row=number))
        elif (row := Row(name, tuple(namespace))) in rows:
            problems.append(Problem(f"{name!r} is there a second time, first in row {rows[row]}", file=str(path), row=number))
        else:
            rows[row] = number
    if not rows and not problems:
        problems.append(Problem("there is no row", "is this an export of _community_tables?", str(path)))
    return list(rows)


def _metadata(path: Path, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    said: dict[str, dict[str, Any]] = {}
    for number, value in exported_rows(path, _ARRAYS):
        name = value.get("tableName")
        if not is_name(name):
            problems.append(_unnamed(value, "_community_table_metadata", path, number))
        elif said.setdefault(name, value) != value:
            problems.append(Problem(f"{name!r} is there twice, and not the same", file=str(path), row=number))
    return said


def _unnamed(row: dict[str, Any], exported: str, path: Path, number: int) -> Problem:
    named = ", ".join(map(short, row)) or "nothing"
    message = f"tableName is missing or no text; the row has {named}"
    return Problem(message, f"is this an export of {exported}?", str(path), row=number)


def _distinguished(found: list[tuple[Row, TableRow]]) -> tuple[TableRow, ...]:
    """Where several namespaces hold a table of one name, say so in the table's options and its destination's name.

    A connector with namespaces takes the table option `namespace` for that: the one part, or a JSON list of several.
    """
    count = Counter(row.name for row, _ in found)
    tables = []
    for row, table in found:
        if count[row.name] == 1 or not row.namespace:
            tables.append(table)
            continue
        option = row.namespace[0] if len(row.namespace) == 1 else json.dumps(row.namespace, ensure_ascii=False)
        destination = catalog_name("_".join((*row.namespace, row.name)))
        tables.append(replace(table, options={"namespace": option}, destination_table=destination))
    return tuple(tables)
