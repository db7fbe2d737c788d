"""Reading the values that a table is sliced by: one a line, each with a weight of its own or none with one."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.files import needed_bytes
from headgate.inventory.cells import CellError, parse_weight
from headgate.inventory.csv_file import capped, csv_text, unread
from headgate.inventory.slices import value_fault
from headgate.problems import InputError, Problem, refuse, short

if TYPE_CHECKING:
    from pathlib import Path

_MOST_CELLS = 2


def read_values(path: Path, separator: str) -> dict[str, float]:
    """Read value → weight from a CSV without a heading. Raises InputError with every problem, or that it can't be read."""
    return parse_values(needed_bytes(path), separator, str(path))


def parse_values(data: bytes, separator: str, file: str = "values.csv") -> dict[str, float]:
    """Give value → weight, 1 where no line has one, in the file's order; an empty line says nothing.

    Raises InputError with every problem found: a value twice, one that the option can't hold, a weight that is none.
    """
    if not separator:
        raise InputError("the separator is empty", "name what the source splits the option's values by, such as ,")
    text = csv_text(data, file)
    problems: list[Problem] = []
    first: dict[str, int] = {}
    weights: dict[str, float | None] = {}
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begin = 1
    try:
        for cells in reader:
            if cells:
                value, weight = _line(cells, separator, Problem("", "", file, begin), problems)
                if first.setdefault(value, begin) != begin:
                    message = f"{short(value)} is in line {first[value]} already"
                    problems.append(Problem(message, "take one of the lines out", file, begin))
                weights.setdefault(value, weight)
            begin = reader.line_num + 1
    except csv.Error as error:
        problems.append(replace(unread(error), file=file, line=begin))
    if not weights and not problems:
        problems.append(Problem("holds no value", "write one value a line", file))
    given = {value: weight for value, weight in weights.items() if weight is not None}
    if given and len(given) < len(weights):
        bare = next(value for value, weight in weights.items() if weight is None)
        message = f"{short(bare)} has no weight, and others have"
        problems.append(Problem(message, "write a weight in each line, or in none", file, first[bare]))
    refuse(capped(problems, file))
    return given or dict.fromkeys(weights, 1.0)


def _line(cells: list[str], separator: str, place: Problem, problems: list[Problem]) -> tuple[str, float | None]:
    value = cells[0].strip()
    if fault := value_fault(value, separator):
        fix = "write a value in each line" if not value else "name another separator, if the source can split by it"
        problems.append(Problem(f"the value {short(value)} {fault}", fix, place.file, place.line))
    if len(cells) > _MOST_CELLS:
        message = f"{len(cells)} cells: {short(','.join(cells))}"
        problems.append(
            Problem(message, "write a value, or value,weight; a value with a comma in quotes", place.file, place.line)
        )
    if len(cells) != _MOST_CELLS:
        return value, None
    try:
        return value, parse_weight(cells[1], "write a number, such as 2.5, or the value alone")
    except CellError as error:
        problems.append(Problem(f"the weight {short(cells[1])} {error.message}", error.fix, place.file, place.line))
        return value, 0.0
