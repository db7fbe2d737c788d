"""Reading `tables.csv`: every problem of the file at once, each with its row, column, value and fix."""

from __future__ import annotations

import codecs
import csv
import io
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.inventory.cells import CELLS, CellError, parse_cell
from headgate.inventory.row import TableRow
from headgate.inventory.rows import Line, row_problems
from headgate.problems import InputError, Problem, did_you_mean, short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMNS = (
    "source_table",
    "destination_table",
    "destination_catalog",
    "destination_schema",
    "pipeline_group",
    "schedule",
    "table_options_json",
    "weight",
    "category",
    "ingestion_type",
    "primary_keys",
    "cursor_field",
    "connection_name",
    "status",
)
MOST_PROBLEMS = 50


def read_inventory(path: Path) -> tuple[TableRow, ...]:
    """Read an inventory. Raises InputError with every problem found, or that there is no such file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(Problem("there is no inventory", "make one: `headgate discover`, or by hand", str(path))) from None
    except OSError as error:
        raise InputError(Problem(f"can't be read: {error.strerror}", "an inventory is a CSV file", str(path))) from None
    return parse_inventory(data, str(path))


def parse_inventory(data: bytes, file: str = "tables.csv") -> tuple[TableRow, ...]:
    """Give the tables that a CSV's bytes say, in the file's order. Raises InputError with every problem found."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    text = _text(data, file)
    problems: list[Problem] = []
    lines = list(_lines(text, file, problems))
    tables = [(line, _table(line, file, problems)) for line in lines]
    problems += row_problems(tables, file)
    if not lines and not problems:
        problems.append(Problem("holds no table", "add a row for each table, or run `headgate discover`", file))
    if problems:
        raise InputError(_capped(sorted(problems, key=lambda problem: problem.line or 0), file))
    return tuple(table for _, table in tables)


def _text(data: bytes, file: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(Problem("is UTF-16", "save it as UTF-8 (in Excel: CSV UTF-8)", file))
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise InputError(Problem("is empty", f"the first row names the columns; {COLUMNS[0]} is required", file))
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        message = f"is not UTF-8: byte {error.start + 1} of the file is 0x{data[error.start]:02x}"
        place = Problem(message, "save it as UTF-8 (in Excel: CSV UTF-8)", file, before.count(b"\n") + 1)
        raise InputError(replace(place, row=_rows_begun(before.decode()) or None)) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(Problem("holds a NUL character", "a CSV is text: export it again", file, line))
    return text


def _rows_begun(text: str) -> int:
    """Say how many data rows begin in the first part of a file, the one that the part ends in counted."""
    return sum(1 for cells in csv.reader(io.StringIO(f"{text}.", newline="")) if cells) - 1


def _lines(text: str, file: str, problems: list[Problem]) -> Iterator[Line]:
    """Give the data rows; stop where the file can't be read on. An empty line is no row."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row, begin = 0, 1
    try:
        columns = _columns(next(reader), file, problems)
        begin = reader.line_num + 1
        for cells in reader:
            if cells:
                row += 1
                if len(cells) == len(columns):
                    yield Line(row, begin, dict(zip(columns, cells, strict=True)))
                else:
                    problems.append(_wrong_length(cells, columns, Problem("", "", file, begin, row)))
            begin = reader.line_num + 1
    except csv.Error as error:
        fault = "a quote is opened and not closed" if "end of data" in str(error) else f"can't be read as CSV: {error}"
        fix = 'a cell with a comma, a quote or a line end stands in quotes, and a quote inside is written twice ("")'
        problems.append(Problem(fault, fix, file, begin, row + 1))


def _columns(header: list[str], file: str, problems: list[Problem]) -> list[str]:
    """Give the columns' names; an unknown one stands as it is, and its cells are passed over."""
    columns = [name.strip() for name in header]
    for name, count in Counter(columns).items():
        if name not in COLUMNS:
            problems.append(Problem(f"unknown column {short(name)}", did_you_mean(name, COLUMNS), file, 1))
        elif count > 1:
            problems.append(Problem(f"column {name} stands {count} times", "keep one of them", file, 1))
    if COLUMNS[0] not in columns:
        problems.insert(0, Problem(f"column {COLUMNS[0]} is missing", "the first row names the columns", file, 1))
        raise InputError(_capped(problems, file))
    return columns


def _wrong_length(cells: list[str], columns: list[str], place: Problem) -> Problem:
    count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    message = f"has {count}, the first row names {len(columns)} columns; it begins with {short(cells[0])}"
    return replace(place, message=message, fix="a cell that holds a comma or a line end stands in quotes")


def _table(line: Line, file: str, problems: list[Problem]) -> TableRow:
    fields = {}
    for column, text in line.cells.items():
        if column not in CELLS:
            continue
        try:
            fields[CELLS[column]] = parse_cell(column, text)
        except CellError as error:
            # Options may hold what is no one's business; what is wrong with them is told with its place.
            told = "" if column == "table_options_json" else f": {short(text)} found"
            message = error.message + told
            problems.append(Problem(message, error.fix, file, line.line, line.row, column))
            if column.startswith("destination_"):
                fields[CELLS[column]] = text  # two rows are told apart by it, wrong or not
    return TableRow(**{"source_table": "", **fields})


def _capped(problems: list[Problem], file: str) -> list[Problem]:
    if len(problems) <= MOST_PROBLEMS:
        return problems
    more = Problem(f"and {len(problems) - MOST_PROBLEMS} more problems", "mend these first", file)
    return [*problems[:MOST_PROBLEMS], more]
