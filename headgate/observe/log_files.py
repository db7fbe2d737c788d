"""The rows of log files: JSON, JSON lines, or CSV as the SQL editor exports it; and which files a path means."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import TYPE_CHECKING, Any

from headgate.discovery.sql_answer import is_answer, rows_of
from headgate.engine.folder import RunFolder
from headgate.files import decoded, json_or_none, needed_bytes
from headgate.inventory.csv_file import UTF8, csv_text, unread
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_ENDINGS = frozenset({".json", ".jsonl", ".ndjson", ".csv"})
_FORMS = "export the rows as JSON, as JSON lines or as CSV"


def files_of(path: Path) -> list[Path]:
    """Give the log files that a path means: itself, the event log of a run's folder, else the folder's own files.

    Raises InputError where there are none.
    """
    if not path.is_dir():
        return [path]
    events = RunFolder(path).events
    if events.is_file():
        return [events]
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in _ENDINGS and file.is_file())
    if not found:
        raise InputError(
            Problem(
                "holds no log", f"name a run's folder, or one with files that end in {', '.join(sorted(_ENDINGS))}", str(path)
            )
        )
    return found


def rows_of_file(path: Path, unknown: Counter[str]) -> Iterator[Mapping[str, Any]]:
    """Give the rows of a log. Lines that are no JSON object are counted in `unknown`: a process that is killed cuts its last.

    Raises InputError for a file that is not there, is no text, or holds rows in none of the forms.
    """
    data = needed_bytes(path)
    text = decoded(data, str(path), UTF8).strip()
    if text.startswith(("[", "{")):
        yield from _json_rows(text, path, unknown)
    elif text:
        yield from _csv_rows(csv_text(data, str(path)), path)


def _json_rows(text: str, path: Path, unknown: Counter[str]) -> Iterator[Mapping[str, Any]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.startswith("["):
            raise InputError(Problem(f"is not JSON: {error}", _FORMS, str(path), getattr(error, "lineno", None))) from None
        # Not at what else Unicode calls the end of a line: a message may hold it.
        whole = [json_or_none(line) for line in text.split("\n") if line.strip()]
    if is_answer(whole):
        whole = rows_of(whole, str(path), ())
    if isinstance(whole, dict) and isinstance(whole.get("events"), list):
        whole = whole["events"]
    for row in whole if isinstance(whole, list) else [whole]:
        if isinstance(row, dict):
            yield row
        else:
            unknown["lines that are no JSON object"] += 1


def _csv_rows(text: str, path: Path) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        if "event_type" not in (reader.fieldnames or ()):
            raise InputError(Problem("has no column event_type", f"{_FORMS}, with all columns of the event log", str(path), 1))
        yield from reader
    except csv.Error as error:
        found = unread(error)
        raise InputError(Problem(found.message, found.fix, str(path), reader.line_num)) from None
