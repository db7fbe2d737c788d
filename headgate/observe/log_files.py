"""The rows of log files: JSON, JSON lines, or CSV as the SQL editor exports it; and which files a path means."""

from __future__ import annotations

import csv
import io
import json
import sys
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any

from headgate.discovery.sql_answer import is_answer, rows_of
from headgate.engine.folder import RunFolder
from headgate.files import decoded, json_or_none, needed_bytes
from headgate.inventory.csv_file import UTF8, csv_text, unread
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

try:  # a year's log has millions of lines, which it reads twice as fast
    import orjson

    _loads: Callable[[str | bytes], Any] = orjson.loads
except ImportError:
    _loads = json.loads

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

    JSON lines are read one by one, and are never in memory all at once. Raises InputError for a file that is not there, is no
    text, or holds rows in none of the forms.
    """
    if _is_json_lines(path):
        yield from _json_lines(path, unknown)
        return
    data = needed_bytes(path)
    text = decoded(data, str(path), UTF8).strip()
    if text.startswith(("[", "{")):
        yield from _json_rows(text, path, unknown)
    elif text:
        yield from _csv_rows(csv_text(data, str(path)), path)


def _is_json_lines(path: Path) -> bool:
    """Whether a file's first line is a row by itself; False too for what can't be read."""
    try:
        with path.open("rb") as file:
            row = _line(next((line for line in file if line.strip()), b"").removeprefix(BOM_UTF8))
    except OSError:
        return False
    return isinstance(row, dict) and not is_answer(row) and not isinstance(row.get("events"), list)


def _json_lines(path: Path, unknown: Counter[str]) -> Iterator[Mapping[str, Any]]:
    # A file of bytes ends lines at what JSON does, and not at what else Unicode calls the end of a line.
    with path.open("rb") as file:
        for number, line in enumerate(file):
            row = _line(line if number else line.removeprefix(BOM_UTF8))
            if isinstance(row, dict):
                yield row
            elif line.strip():
                unknown["lines that are no JSON object"] += 1


def _json_rows(text: str, path: Path, unknown: Counter[str]) -> Iterator[Mapping[str, Any]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.startswith("["):
            raise InputError(Problem(f"is not JSON: {error}", _FORMS, str(path), getattr(error, "lineno", None))) from None
        whole = [_line(line) for line in text.split("\n") if line.strip()]
    if is_answer(whole):
        whole = rows_of(whole, str(path), ())
    if isinstance(whole, dict) and isinstance(whole.get("events"), list):
        whole = whole["events"]
    for row in whole if isinstance(whole, list) else [whole]:
        if isinstance(row, dict):
            yield row
        else:
            unknown["lines that are no JSON object"] += 1


def _line(line: str | bytes) -> Any:
    """Give a line's JSON; None for what is none."""
    try:
        return _loads(line)
    except (ValueError, RecursionError):
        # What the quicker reader refuses, such as half a character or NaN: the result is the same with either.
        return json_or_none(line)


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
