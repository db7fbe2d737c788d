"""A CSV file whose first row names the columns: its rows, and what is wrong with it before any cell is looked at."""

from __future__ import annotations

import codecs
import csv
import io
import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.problems import InputError, Problem, did_you_mean, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_PROBLEMS = 50
UTF8 = "save it as UTF-8 (in Excel: CSV UTF-8)"


@dataclass(frozen=True, slots=True)
class Line:
    """A data row: its number from 1, the line of the file that it begins on, and its cells by column."""

    row: int
    line: int
    cells: dict[str, str]


def read_lines(
    data: bytes, file: str, columns: Sequence[str], required: Sequence[str], problems: list[Problem]
) -> Iterator[Line]:
    """Give the data rows; an empty line is no row. What is wrong with one goes to `problems`.

    Stops where the file can't be read on. Raises InputError for what is no text, and where a required column is missing.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.reader(io.StringIO(_text(data, file, required), newline=""), strict=True)
    row, begin = 0, 1
    try:
        named = [name.strip() for name in next(reader)]
        _check_columns(named, file, columns, required, problems)
        begin = reader.line_num + 1
        for cells in reader:
            if cells:
                row += 1
                if len(cells) == len(named):
                    yield Line(row, begin, dict(zip(named, cells, strict=True)))
                else:
                    problems.append(_wrong_length(cells, named, Problem("", "", file, begin, row)))
            begin = reader.line_num + 1
    except csv.Error as error:
        fault = "a quote is opened and not closed" if "end of data" in str(error) else f"can't be read as CSV: {error}"
        fix = 'put a cell with a comma, a quote or a line end in quotes, and write a quote inside twice ("")'
        problems.append(Problem(fault, fix, file, begin, row + 1))


def capped(problems: list[Problem], file: str) -> list[Problem]:
    """Give the first problems of a file, and how many more there are."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    more = Problem(f"and {len(problems) - MOST_PROBLEMS} more problems", "fix these first", file)
    return [*problems[:MOST_PROBLEMS], more]


def _text(data: bytes, file: str, required: Sequence[str]) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(Problem("is UTF-16", UTF8, file))
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise InputError(Problem("is empty", f"the first row names the columns; required: {', '.join(required)}", file))
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        message = f"is not UTF-8: byte {error.start + 1} of the file is 0x{data[error.start]:02x}"
        place = Problem(message, UTF8, file, before.count(b"\n") + 1)
        raise InputError(replace(place, row=_rows_begun(before.decode()) or None)) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(Problem("holds a NUL character", "a CSV is text: export it again", file, line))
    return text


def _rows_begun(text: str) -> int:
    """Say how many data rows begin in the first part of a file, the one that the part ends in counted."""
    return sum(1 for cells in csv.reader(io.StringIO(f"{text}.", newline="")) if cells) - 1


def _check_columns(
    named: list[str], file: str, columns: Sequence[str], required: Sequence[str], problems: list[Problem]
) -> None:
    """Tell of unknown columns, whose cells are passed over, and of columns that stand twice."""
    for name, count in Counter(named).items():
        if name not in columns:
            problems.append(Problem(f"unknown column {short(name)}", did_you_mean(name, columns), file, 1))
        elif count > 1:
            problems.append(Problem(f"column {name} is there {count} times", "keep one of them", file, 1))
    if missing := [name for name in required if name not in named]:
        problems.insert(0, Problem(f"column {missing[0]} is missing", "the first row names the columns", file, 1))
        raise InputError(capped(problems, file))


def _wrong_length(cells: list[str], columns: list[str], place: Problem) -> Problem:
    count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    message = f"has {count}, the first row names {len(columns)} columns; it begins with {short(cells[0])}"
    return replace(place, message=message, fix="put a cell that holds a comma or a line end in quotes")
