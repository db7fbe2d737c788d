"""Discovery from a CSV of tables: an inventory, or a plain list of one or several connectors' tables."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from headgate.discovery.found import Failure, Found
from headgate.discovery.metadata import MetadataError, table_of
from headgate.files import needed_text
from headgate.inventory.read import read_inventory
from headgate.problems import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.inventory.row import TableRow

_LISTED = {"connector", "source_table", "ingestion_type", "primary_keys", "cursor_field", "category"}


def read_csv(path: Path, connector: str, *, best_effort: bool = False) -> Found:
    """Read the tables of a CSV with a `source_table` column.

    With a `connector` column, the rows of that connector; with no columns but those of a list, all rows; else it is read as
    an inventory, with everything that it says. Raises InputError with all problems.
    """
    if not _is_listing(path):
        return Found(read_inventory(path))
    listings = read_listing(path, best_effort=best_effort)
    if not listings:
        raise InputError(f"{path} holds no table", "add a row for each table")
    if "" in listings:
        return listings[""]
    if connector not in listings:
        raise InputError(f"{path} has no row of the connector {connector!r}", did_you_mean(connector, listings))
    return listings[connector]


def read_listing(path: Path, *, best_effort: bool = False) -> dict[str, Found]:
    """Read a list of tables: source_table, and where there, connector, ingestion_type, primary_keys, cursor_field, category.

    Gives what was found by connector, in the rows' order; all is under "" where there is no such column. Keys are a JSON
    list, or names with commas between. Raises InputError with all problems.
    """
    tables: dict[str, dict[str, TableRow]] = {}
    failed: dict[str, list[Failure]] = {}
    problems = []
    for number, row in enumerate(_rows(path), 1):
        name = (row.get("source_table") or "").strip()
        owner = (row.get("connector") or "").strip()
        own = tables.setdefault(owner, {})
        if not name:
            problems.append(Problem("no table is named", file=str(path), row=number, column="source_table"))
        elif name in own:
            problems.append(Problem(f"{name!r} is there a second time", "remove one of the rows", str(path), row=number))
        else:
            try:
                own[name] = table_of(name, _said(row), (row.get("category") or "").strip())
            except MetadataError as error:
                failed.setdefault(owner, []).append(Failure(name, str(error)))
                if not best_effort:
                    problems.append(Problem(str(error), file=str(path), row=number))
    if problems:
        raise InputError(problems)
    return {owner: Found(tuple(own.values()), tuple(failed.get(owner, ()))) for owner, own in tables.items()}


def _said(row: dict[str, str]) -> dict[str, Any]:
    keys = (row.get("primary_keys") or "").strip()
    try:
        listed = json.loads(keys) if keys.startswith("[") else [key.strip() for key in keys.split(",") if key.strip()]
    except ValueError:
        raise MetadataError(f"primary_keys is {keys!r}, not a JSON list of names") from None
    kind, cursor = row.get("ingestion_type") or "", row.get("cursor_field") or ""
    return {"primary_keys": listed, "ingestion_type": kind.strip(), "cursor_field": cursor.strip()}


def _is_listing(path: Path) -> bool:
    columns = set(_header(path))
    if "source_table" not in columns:
        raise InputError(
            f"{path} has no column source_table; it has {', '.join(sorted(columns)) or 'none'}", "name it in the first line"
        )
    return "connector" in columns or columns <= _LISTED


def _header(path: Path) -> list[str]:
    lines = csv.reader(needed_text(path).splitlines(keepends=True))
    return [name.strip() for name in next(lines, [])]


def _rows(path: Path) -> list[dict[str, str]]:
    lines = csv.reader(needed_text(path).splitlines(keepends=True))
    header = [name.strip() for name in next(lines, [])]
    try:
        return [dict(zip(header, row, strict=False)) for row in lines if row]
    except csv.Error as error:
        raise InputError(Problem(f"no valid CSV: {error}", file=str(path), line=lines.line_num)) from None
