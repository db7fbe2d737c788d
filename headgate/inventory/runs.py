"""Reading `runs.csv`: how long tables took, run by run. Every problem of the file at once, with row, column, value and fix."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from headgate.inventory.cells import MOST_WEIGHT, CellError
from headgate.inventory.read import MOST_PROBLEMS
from headgate.problems import InputError, Problem, did_you_mean, short
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RUNS = "runs.csv"
COLUMNS = ("source_table", "destination", "started_at", "seconds", "full_load")
REQUIRED = ("source_table", "started_at", "seconds")

_UTF8 = "save it as UTF-8 (in Excel: CSV UTF-8)"
# What all of Python 3.11 to 3.13 read alike, and with an offset.
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_NUMBER = re.compile(r"[0-9]+\.?[0-9]*([eE][+-]?[0-9]+)?|\.[0-9]+([eE][+-]?[0-9]+)?")
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one table. `destination` is catalog.schema.table in the workspace, or empty; `full_load` None: not known."""

    source_table: str
    destination: str
    started_at: datetime
    seconds: float
    full_load: bool | None


def read_runs(folder: Path) -> tuple[Run, ...]:
    """Read the runs beside a connector's definition, none where there is no such file. Raises InputError with every problem."""
    path = folder / RUNS
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise InputError(Problem(f"can't be read: {error.strerror}", "runs are a CSV file", str(path))) from None
    return parse_runs(data, str(path))


def parse_runs(data: bytes, file: str = RUNS) -> tuple[Run, ...]:
    """Give the runs that a CSV's bytes say, in the file's order. Raises InputError with every problem found."""
    problems: list[Problem] = []
    first: dict[tuple[str | TableId, datetime], int] = {}
    runs = []
    for row, line, cells in _rows(_text(data, file), file, problems):
        values = _values(cells, Problem("", "", file, line, row), problems)
        if values is None:
            continue
        run = Run(**values)
        earlier = first.setdefault((_table(run), run.started_at), row)
        if earlier != row:
            message = f"{short(run.source_table)} started at {run.started_at.isoformat()} in row {earlier} already"
            problems.append(Problem(message, "take one of the rows out", file, line, row, "started_at"))
        runs.append(run)
    if len(problems) > MOST_PROBLEMS:
        more = Problem(f"and {len(problems) - MOST_PROBLEMS} more problems", "mend these first", file)
        problems = [*problems[:MOST_PROBLEMS], more]
    if problems:
        raise InputError(problems)
    return tuple(runs)


def _table(run: Run) -> str | TableId:
    """Give what tells a run's table from others: its destination, or where none is named, the source's own name."""
    return TableId(run.source_table, run.destination) if run.destination else run.source_table


def _text(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8: byte {error.start + 1} of the file is 0x{data[error.start]:02x}"
        raise InputError(Problem(message, _UTF8, file, line)) from None
    if not text.strip():
        raise InputError(Problem("is empty", f"the first row names the columns: {', '.join(COLUMNS)}", file))
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(Problem("holds a NUL character", _UTF8, file, line))
    return text


def _rows(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Give row, line and cells by column of each data row; stop where the file can't be read on. An empty line is no row."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row, begin = 0, 1
    try:
        columns = _columns(next(reader), file, problems)
        begin = reader.line_num + 1
        for cells in reader:
            if cells:
                row += 1
                if len(cells) == len(columns):
                    yield row, begin, dict(zip(columns, cells, strict=True))
                else:
                    message = f"cells: {len(cells)}, columns in the first row: {len(columns)}"
                    problems.append(Problem(message, "a cell with a comma stands in quotes", file, begin, row))
            begin = reader.line_num + 1
    except csv.Error as error:
        fix = 'a cell with a comma, a quote or a line end stands in quotes, and a quote inside is written twice ("")'
        problems.append(Problem(f"can't be read as CSV: {error}", fix, file, begin, row + 1))


def _columns(header: list[str], file: str, problems: list[Problem]) -> list[str]:
    columns = [name.strip() for name in header]
    for name, count in Counter(columns).items():
        if name not in COLUMNS:
            problems.append(Problem(f"unknown column {short(name)}", did_you_mean(name, COLUMNS), file, 1))
        elif count > 1:
            problems.append(Problem(f"column {name} stands {count} times", "keep one of them", file, 1))
    if missing := [name for name in REQUIRED if name not in columns]:
        problems.append(Problem(f"column {missing[0]} is missing", f"name {', '.join(REQUIRED)} in the first row", file, 1))
        raise InputError(problems)
    return columns


def _values(cells: dict[str, str], place: Problem, problems: list[Problem]) -> dict[str, Any] | None:
    values, before = {}, len(problems)
    for column, parse in _PARSERS.items():
        text = cells.get(column, "")
        try:
            values[column] = parse(text)
        except CellError as error:
            message = f"{error.message}: {short(text)} found"
            problems.append(Problem(message, error.fix, place.file, place.line, place.row, column))
    return values if len(problems) == before else None


def _source(text: str) -> str:
    if not text.strip():
        raise CellError("is empty", "name the table as the source does")
    return text


def _destination(text: str) -> str:
    parts = text.strip().split(".")
    if text.strip() and not (len(parts) == _PARTS and all(parts)):
        raise CellError("is no full name", "write catalog.schema.table, or leave it empty")
    return text.strip()


def _moment(text: str) -> datetime:
    fix = "write ISO 8601 with an offset, such as 2025-03-01T04:15:00+00:00"
    if not _MOMENT.fullmatch(text.strip()):
        raise CellError("is no moment with an offset", fix)
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise CellError(f"is no moment ({error})", fix) from None


def _seconds(text: str) -> float:
    found = float(text) if _NUMBER.fullmatch(text.strip()) else math.nan
    if not found <= MOST_WEIGHT:
        raise CellError("is no number of seconds", f"write seconds from 0 to {MOST_WEIGHT:g}, such as 12.5")
    return found


def _full_load(text: str) -> bool | None:
    known = {"": None, "true": True, "false": False}
    if text.strip().lower() not in known:
        raise CellError("is neither true nor false", "write true or false, or leave it empty where it is not known")
    return known[text.strip().lower()]


_PARSERS: dict[str, Callable[[str], Any]] = {
    "source_table": _source,
    "destination": _destination,
    "started_at": _moment,
    "seconds": _seconds,
    "full_load": _full_load,
}
