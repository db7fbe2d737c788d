"""Reading `tables.csv` and lists of tables: every problem of the file at once, each with its row, column, value and fix."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.files import read_bytes
from headgate.inventory.cells import CELLS, COLUMNS, NOTHING, CellError, parse_cell
from headgate.inventory.csv_file import Columns, capped, columns_of, headings_of, read_lines
from headgate.inventory.load_cells import ESTIMATED, GIVEN, LOADS, parse_loads
from headgate.inventory.other_columns import OTHERS, in_our_columns
from headgate.inventory.row import UNVERIFIED, TableRow
from headgate.inventory.rows import row_problems
from headgate.problems import InputError, Problem, did_you_mean, refuse, short

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from headgate.inventory.csv_file import Line

    Unverified = list[tuple[str, str, list[Problem]]]  # connector, source table, what is wrong

_CONNECTOR = "connector"
_WIDTH = 80
_INVENTORY = Columns(COLUMNS, COLUMNS[:1], family=LOADS)
_MORE = "; or say which of them it is, --column THEIRS=OURS, or that it is none, --column THEIRS="
_SAID_BY_SOURCE = {"ingestion_type", "primary_keys", "cursor_field"}
_UNSEEN = {"\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\u200b", "\ufeff"}  # ends of lines or pages, and what has no width
_ERRORS = {"#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}


def read_inventory(path: Path) -> tuple[TableRow, ...]:
    """Read an inventory. Raises InputError with every problem found, or that there is no such file."""
    data = read_bytes(path)
    if data is None:
        raise InputError(Problem("there is no inventory", "make one: `headgate discover`, or by hand", str(path)))
    return parse_inventory(data, str(path))


def parse_inventory(data: bytes, file: str = "tables.csv") -> tuple[TableRow, ...]:
    """Give the tables that a CSV's bytes say, in the file's order. Raises InputError with every problem found."""
    return _parsed(data, file, _INVENTORY)[""]


def parse_lists(
    data: bytes, file: str, unverified: Unverified | None = None, theirs: Mapping[str, str] | None = None
) -> dict[str, tuple[TableRow, ...]]:
    """Give the tables of a list by connector, in the file's order; all are under "" where no column names connectors.

    `theirs`: the file's heading → one of the columns, or empty for one to pass over.
    A table of which only what the source says is wrong goes to `unverified` too, where that is given, and has none of it then.
    Raises InputError with every other problem. A source table that can't name its destination is none: discovery names it.
    """
    named = theirs or {}
    known = (*COLUMNS, *OTHERS, _CONNECTOR)
    if strange := [name for name in named.values() if name and name not in known]:
        raise InputError(f"--column names '{strange[0]}', which is no column of an inventory", did_you_mean(strange[0], known))
    columns = Columns(known, COLUMNS[:1], named, _MORE, LOADS)
    if named:
        headings = headings_of(data, file, columns)
        if absent := [name for name in named if name not in headings]:
            raise InputError(Problem(f"has no column {short(absent[0])}", did_you_mean(absent[0], headings), file))
    return _parsed(data, file, columns, is_list=True, unverified=unverified)


def inventory_columns(data: bytes, file: str) -> list[str]:
    """Give the columns of an inventory, in its order."""
    return columns_of(data, file, _INVENTORY)


def _parsed(
    data: bytes, file: str, columns: Columns, *, is_list: bool = False, unverified: Unverified | None = None
) -> dict[str, tuple[TableRow, ...]]:
    problems: list[Problem] = []
    tables: defaultdict[str, list[tuple[Line, TableRow]]] = defaultdict(list)
    for line in read_lines(data, file, columns, problems):
        told: set[str] = set()
        if is_list:
            problems += (wrong := list(_list_problems(line, file)))
            told = {problem.column for problem in wrong}
            problems += in_our_columns(line.cells, Problem("", "", file, line.line, line.row))
            # Blanks around a name are the spreadsheet's.
            line.cells["source_table"] = line.cells["source_table"].strip()
        connector = line.cells.get(_CONNECTOR, "").strip() if is_list else ""
        rows, found = tables[connector], list[Problem]()
        row = _table(line, file, found, told)
        if found and unverified is not None and {problem.column for problem in found} <= _SAID_BY_SOURCE:
            unverified.append((connector, row.source_table, found))
            row = replace(row, ingestion_type="", primary_keys=None, cursor_field="", status=UNVERIFIED)
            found = []
        rows.append((line, row))
        problems += found
    cells = {(problem.line, problem.column) for problem in problems}
    for rows in tables.values():
        # A cell that is wrong by itself is not told of again for what it is beside others.
        found = row_problems(rows, file, is_list=is_list)
        problems += [problem for problem in found if (problem.line, problem.column) not in cells]
    if not tables and not problems:
        problems.append(Problem("holds no table", "add a row for each table, or run `headgate discover`", file))
    refuse(capped(sorted(problems, key=lambda problem: problem.line or 0), file))
    return {connector: tuple(table for _, table in rows) for connector, rows in tables.items()}


def _list_problems(line: Line, file: str) -> Iterator[Problem]:
    """Say what can't be meant in a list that other programs wrote."""
    for column, text in list(line.cells.items()):
        place = Problem("", "", file, line.line, line.row, column)
        if column == _CONNECTOR and not text.strip():
            fix = "name the connector in each row; of a spreadsheet's merged cells only the first has it"
            yield replace(place, message="is empty", fix=fix)
        elif column in (*CELLS, *OTHERS) and column not in ("source_table", "primary_keys") and text.strip() in NOTHING:
            yield replace(place, message=f"is {text.strip()}, a program's word for nothing", fix="leave the cell empty")
            line.cells[column] = ""  # one fault is told once
        elif column in CELLS and text.strip() in _ERRORS:
            yield replace(place, message=f"is {text.strip()}, a spreadsheet's word for an error", fix="mend the formula")
            line.cells[column] = "" if column != "source_table" else text
        elif column == "source_table" and (unseen := _UNSEEN & set(text.strip())):
            message = f"holds {min(unseen)!a}, which few programs show: found {ascii(text)[:_WIDTH]}"
            yield replace(place, message=message, fix="take it out, and write each table in a row of its own")


def _table(line: Line, file: str, problems: list[Problem], told: Collection[str]) -> TableRow:
    """Give a row's table, and add what is wrong with its cells to the problems, but for columns that were told of."""
    fields: dict[str, Any] = {
        "loads": parse_loads(line, GIVEN, file, problems),
        "estimated_loads": parse_loads(line, ESTIMATED, file, problems),
    }
    for column, text in line.cells.items():
        if column not in CELLS:
            continue
        try:
            fields[CELLS[column]] = parse_cell(column, text)
        except CellError as error:
            if column in told:
                continue
            # Options may hold what is no one's business; what is wrong with them is reported with its place.
            shown = "" if CELLS[column] == "options" else f": found {short(text)}"
            message = error.message + shown
            problems.append(Problem(message, error.fix, file, line.line, line.row, column))
            if column.startswith("destination_"):
                fields[CELLS[column]] = text  # two rows are distinguished by it, wrong or not
    return TableRow(**{"source_table": "", **fields})
