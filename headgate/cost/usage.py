"""What was billed: rows of `system.billing.usage`, exported to a file or asked of a SQL warehouse.

Source of the columns: Databricks, "Billable usage system table reference". A record that was wrong is taken back by a
RETRACTION of the negative quantity, and told again by a RESTATEMENT: their sum is what holds.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from headgate.discovery.exported import exported_rows
from headgate.files import json_or_none, needed_bytes, needed_text
from headgate.inventory.csv_file import Columns, capped, read_lines
from headgate.problems import InputError, Problem, refuse, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    Placed = tuple[Problem, Mapping[str, Any]]  # where a row stands, and its cells by column

DBU = "DBU"
ORIGINAL, RETRACTION, RESTATEMENT = "ORIGINAL", "RETRACTION", "RESTATEMENT"
PIPELINE, MAINTENANCE, METADATA = "dlt_pipeline_id", "dlt_maintenance_id", "usage_metadata"
_COLUMNS = Columns(("usage_quantity",), ("usage_quantity",), family=re.compile(".+"))
_EXPORT = "export the rows of system.billing.usage with all of their columns"


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """DBUs of a day (UTC): a pipeline's, by the workspace's id; empty: of something else. Less than 0: taken back.

    maintenance: for the upkeep of its tables, and not for loading them.
    """

    day: date
    pipeline_id: str
    dbus: float
    maintenance: bool = False


def read_usage(paths: Iterable[Path]) -> tuple[UsageRecord, ...]:
    """Read exported rows: JSON, JSON lines, an answer of the SQL statements' API, or CSV.

    A record that files share counts once, by record_id, record_type, day, SKU and quantity; rows without record_id count each.
    The columns of usage_metadata that say the pipeline may stand by themselves. Raises InputError with every problem found.
    """
    problems: list[Problem] = []
    rows: list[Placed] = []
    for path in paths:
        try:
            rows += _json_rows(path) if needed_text(path).lstrip()[:1] in ("[", "{") else _csv_rows(path, problems)
        except InputError as error:
            problems += error.problems
    records = _records(rows, problems)
    if problems:
        raise InputError(capped(problems, problems[0].file))
    return records


def usage_of(rows: Iterable[Mapping[str, Any]]) -> tuple[UsageRecord, ...]:
    """Give the records of rows that a warehouse gave. Raises InputError for what is no usage."""
    problems: list[Problem] = []
    records = _records([(Problem("", "", row=number), row) for number, row in enumerate(rows, 1)], problems)
    refuse(problems)
    return records


def _json_rows(path: Path) -> list[Placed]:
    return [(Problem("", "", str(path), row=number), row) for number, row in exported_rows(path)]


def _csv_rows(path: Path, problems: list[Problem]) -> list[Placed]:
    lines = read_lines(needed_bytes(path), str(path), _COLUMNS, problems)
    return [(Problem("", "", str(path), line.line, line.row), line.cells) for line in lines]


def _records(rows: Iterable[Placed], problems: list[Problem]) -> tuple[UsageRecord, ...]:
    seen: set[tuple[object, ...]] = set()
    records = []
    for place, row in rows:
        found = [replace(place, message=one.message, fix=one.fix, column=one.column) for one in _faults(row)]
        problems += found
        if found or (_cell(row, "usage_unit") or DBU) != DBU:
            continue
        if record_id := _cell(row, "record_id"):
            # What a row says, for each form of export writes it in its own way.
            same = record_id, _cell(row, "record_type") or ORIGINAL, _day(row), _cell(row, "sku_name"), _quantity(row)
            if same in seen:
                continue
            seen.add(same)
        records.append(_record(row))
    return tuple(records)


def _cell(row: Mapping[str, Any], column: str) -> str:
    """Give a cell's text; empty for null, which some exports write as a word."""
    text = str(row.get(column) or "").strip()
    return "" if text.lower() == "null" else text


def _faults(row: Mapping[str, Any]) -> Iterator[Problem]:
    if _quantity(row) is None:
        yield Problem(f"expected a number, found {_shown(row, 'usage_quantity')}", _EXPORT, column="usage_quantity")
    if _day(row) is None:
        yield Problem(f"expected a day such as 2026-10-31, found {_shown(row, 'usage_date')}", _EXPORT, column="usage_date")
    kinds = (ORIGINAL, RETRACTION, RESTATEMENT)
    if (_cell(row, "record_type") or ORIGINAL) not in kinds:
        yield Problem(f"expected one of {', '.join(kinds)}, found {_shown(row, 'record_type')}", _EXPORT, column="record_type")
    if _metadata(row) is None:
        fix = f"export it as JSON, or select {METADATA}.{PIPELINE} as a column of its own"
        yield Problem(f"expected a JSON object, found {_shown(row, METADATA)}", fix, column=METADATA)
    elif not any(name in row for name in (METADATA, PIPELINE, f"{METADATA}.{PIPELINE}")):
        yield Problem(f"has neither {METADATA} nor {PIPELINE}, so nothing says whose it is", _EXPORT)


def _record(row: Mapping[str, Any]) -> UsageRecord:
    day, quantity, metadata = _day(row), _quantity(row), _metadata(row)
    assert day is not None and quantity is not None and metadata is not None  # noqa: S101, PT018 (a row without faults)
    dbus = -abs(quantity) if _cell(row, "record_type") == RETRACTION else quantity
    whose, upkeep = (
        _cell(row, name) or _cell(row, f"{METADATA}.{name}") or _cell(metadata, name) for name in (PIPELINE, MAINTENANCE)
    )
    return UsageRecord(day, whose, dbus, maintenance=bool(upkeep))


def _quantity(row: Mapping[str, Any]) -> float | None:
    try:
        found = float(str(row.get("usage_quantity")))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _day(row: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(row.get("usage_date") or row.get("usage_start_time"))[:10])
    except ValueError:
        return None


def _metadata(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give the struct, which is JSON text in a CSV and in an answer of the API; None where it can't be read."""
    found = row.get(METADATA) or {}
    if isinstance(found, str) and not _cell(row, METADATA):
        return {}
    found = json_or_none(found) if isinstance(found, str) else found
    return found if isinstance(found, dict) else None


def _shown(row: Mapping[str, Any], column: str) -> str:
    return short(str(row[column])) if row.get(column) not in (None, "") else "nothing"
