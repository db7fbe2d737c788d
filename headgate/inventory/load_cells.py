"""The columns of tables.csv and runs.csv that say what a run asks for beside its time: `load.requests`, and others by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.inventory.cells import CellError, parse_weight
from headgate.problems import Problem, short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.inventory.csv_file import Line

GIVEN, ESTIMATED = "load.", "estimated_load."
LOADS = re.compile(r"(estimated_)?load\.[a-z][a-z0-9_]*")  # the columns of tables.csv, and
RUN_LOADS = re.compile(r"load\.[a-z][a-z0-9_]*")  # of runs.csv


def load_columns(names: Iterable[str]) -> list[str]:
    """Give those of a header's names that are columns of loads: `load.requests`, and `estimated_load.requests`."""
    return [name for name in names if LOADS.fullmatch(name)]


def parse_loads(line: Line, prefix: str, file: str, problems: list[Problem]) -> dict[str, float]:
    """Give name → amount of a row's loads, of those columns that begin with the prefix. What is wrong goes to `problems`."""
    found = {}
    for column in load_columns(line.cells):
        if column.startswith(prefix) and (text := line.cells[column]).strip():
            try:
                found[column.removeprefix(prefix)] = parse_weight(text, "write how much one run asks for, such as 120")
            except CellError as error:
                problems.append(Problem(f"{error.message}: found {short(text)}", error.fix, file, line.line, line.row, column))
    return found
