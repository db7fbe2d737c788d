"""Discovery from rows that a workspace gave: exports of `_community_tables` and `_community_table_metadata`.

Source of their columns: the interface of databrickslabs/lakeflow-community-connectors. Tables: `namespace ARRAY<STRING>,
tableName STRING`. Metadata: `tableName STRING, primary_keys ARRAY<STRING>, cursor_field STRING, ingestion_type STRING`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headgate.discovery.found import Failure, Found
from headgate.discovery.metadata import MetadataError, is_name, table_of
from headgate.discovery.sql_answer import is_answer, rows_of
from headgate.files import needed_text, parse_json
from headgate.inventory.row import UNVERIFIED, TableRow
from headgate.names import catalog_name
from headgate.problems import InputError, Problem, short

if TYPE_CHECKING:
    from pathlib import Path

_LINES = "export the rows as a JSON array, or as one JSON object a line"


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
    if problems:
        raise InputError(problems)
    return Found(_distinguished(found), tuple(failed))


def _tables(path: Path, problems: list[Problem]) -> list[Row]:
    rows: dict[Row, int] = {}
    for number, value in _rows(path):
        name, namespace = value.get("tableName"), value.get("namespace") or []
        if not is_name(name):
            problems.append(_unnamed(value, "_community_tables", path, number))
        elif not isinstance(namespace, list) or not all(map(is_name, namespace)):
            problems.append(Problem(f"namespace of {name!r} is not a list of strings", _LINES, str(path), row=number))
        elif (row := Row(name, tuple(namespace))) in rows:
            problems.append(Problem(f"{name!r} is there a second time, first in row {rows[row]}", file=str(path), row=number))
        else:
            rows[row] = number
    if not rows and not problems:
        problems.append(Problem("there is no row", "is this an export of _community_tables?", str(path)))
    return list(rows)


def _metadata(path: Path, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    said: dict[str, dict[str, Any]] = {}
    for number, value in _rows(path):
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


def _rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    text = needed_text(path).strip()
    first, *_ = lines = text.split("\n")
    rows: list[tuple[int, Any]] = []
    problems: list[Problem] = []
    if text.startswith("[") or not _is_json(first):
        value = parse_json(text, str(path), _LINES) if text else []
        rows += enumerate(value if isinstance(value, list) else _answered(value, path), 1)
    else:
        for number, line in enumerate(lines, 1):
            try:
                rows += [(number, parse_json(line, str(path), _LINES))] if line.strip() else []
            except InputError as error:
                problems += [replace(problem, line=number) for problem in error.problems]
        if len(rows) == 1 and not problems:
            rows = list(enumerate(_answered(rows[0][1], path), 1))
    problems += [
        Problem("not a JSON object", _LINES, str(path), row=number) for number, row in rows if not isinstance(row, dict)
    ]
    if problems:
        raise InputError(problems)
    return rows


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _answered(value: Any, path: Path) -> list[Any]:
    """Give the rows of a whole answer of the SQL statements' API; what is none is a row by itself."""
    return rows_of(value, str(path), ("namespace", "primary_keys")) if is_answer(value) else [value]


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
