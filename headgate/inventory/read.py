"""Reading `tables.csv`: every problem of the file at once, each with its row, column, value and fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.files import read_bytes
from headgate.inventory.cells import CELLS, CellError, parse_cell
from headgate.inventory.csv_file import capped, read_lines
from headgate.inventory.row import TableRow
from headgate.inventory.rows import row_problems
from headgate.problems import InputError, Problem, short

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.inventory.csv_file import Line

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


def read_inventory(path: Path) -> tuple[TableRow, ...]:
    """Read an inventory. Raises InputError with every problem found, or that there is no such file."""
    data = read_bytes(path)
    if data is None:
        raise InputError(Problem("there is no inventory", "make one: `headgate discover`, or by hand", str(path)))
    return parse_inventory(data, str(path))


def parse_inventory(data: bytes, file: str = "tables.csv") -> tuple[TableRow, ...]:
    """Give the tables that a CSV's bytes say, in the file's order. Raises InputError with every problem found."""
    problems: list[Problem] = []
    lines = list(read_lines(data, file, COLUMNS, COLUMNS[:1], problems))
    tables = [(line, _table(line, file, problems)) for line in lines]
    problems += row_problems(tables, file)
    if not lines and not problems:
        problems.append(Problem("holds no table", "add a row for each table, or run `headgate discover`", file))
    if problems:
        raise InputError(capped(sorted(problems, key=lambda problem: problem.line or 0), file))
    return tuple(table for _, table in tables)


def _table(line: Line, file: str, problems: list[Problem]) -> TableRow:
    fields = {}
    for column, text in line.cells.items():
        if column not in CELLS:
            continue
        try:
            fields[CELLS[column]] = parse_cell(column, text)
        except CellError as error:
            # Options may hold what is no one's business; what is wrong with them is reported with its place.
            told = "" if column == "table_options_json" else f": found {short(text)}"
            message = error.message + told
            problems.append(Problem(message, error.fix, file, line.line, line.row, column))
            if column.startswith("destination_"):
                fields[CELLS[column]] = text  # two rows are distinguished by it, wrong or not
    return TableRow(**{"source_table": "", **fields})
