"""A CSV file whose first row names the columns: its rows, and what is wrong with it before any cell is looked at.

Spreadsheets write CSVs in many ways; what has one reading alone is read.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from headgate.files import decoded
from headgate.numbers import counted
from headgate.problems import InputError, Problem, did_you_mean, short

if TYPE_CHECKING:
    import _csv
    from collections.abc import Iterator, Mapping, Sequence

MOST_PROBLEMS = 50
UTF8 = "save it as UTF-8 (in Excel: CSV UTF-8)"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls
_SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_SAID = re.compile(r'"?sep=([^"\w\s]|\t)"?(\r\n|\r|\n)')  # Excel's own first line


@dataclass(frozen=True, slots=True)
class Line:
    """A data row: its number from 1, the line of the file that it begins on, and its cells by column."""

    row: int
    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file may have, the `required` ones first, and what other programs call them.

    `theirs`: heading → one of ours, or empty for a column to pass over; `more` is what else mends an unknown one. `family`: the
    pattern of further ones.
    """

    known: Sequence[str]
    required: Sequence[str]
    theirs: Mapping[str, str] = field(default_factory=dict)
    more: str = ""
    family: re.Pattern[str] | None = None

    def knows(self, name: str) -> bool:
        """Say whether a column is one of those that the file may have."""
        return name in self.known or bool(self.family and self.family.fullmatch(name))

    def name_of(self, heading: str) -> str:
        """Give the column's name: `Source Table` is source_table, and what is not known is as it is."""
        found = self.theirs.get(heading.strip()) or heading.strip()
        plain = re.sub(r"[\s-]+", "_", found).lower()
        return plain if self.knows(plain) else found

    def passes_over(self, name: str) -> bool:
        """Say whether a column is left out on purpose."""
        return self.theirs.get(name) == ""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The text from the headings on, the lines before it, and what stands between cells."""

    text: str
    before: int
    separator: str

    def reader(self) -> _csv.Reader:
        """Give a reader of the rows from the headings on."""
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
        return csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, strict=True)


def read_lines(data: bytes, file: str, columns: Columns, problems: list[Problem]) -> Iterator[Line]:
    """Give the data rows; a row without a word is none. What is wrong with one goes to `problems`.

    Read are UTF-8, and UTF-16 that says so; commas, and what else parts the headings into known columns; headings in capitals
    and with spaces; empty cells beyond the headings. Stops where the file can't be read on. Raises InputError for what is no
    text, and where a required column is missing.
    """
    sheet = _sheet(csv_text(data, file), file, columns)
    reader = sheet.reader()
    row, begin = 0, sheet.before + 1
    try:
        named = _headings(next(reader), columns)
        _check_columns(named, sheet.separator, Problem("", "", file, begin), columns, problems)
        begin = sheet.before + reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row += 1
                if not any(cell.strip() for cell in cells[len(named) :]):
                    del cells[len(named) :]
                if len(cells) == len(named):
                    yield Line(row, begin, dict(zip(named, cells, strict=True)))
                else:
                    problems.append(_wrong_length(cells, named, sheet.separator, Problem("", "", file, begin, row)))
            begin = sheet.before + reader.line_num + 1
    except csv.Error as error:
        problems.append(replace(unread(error), file=file, line=begin, row=row + 1))


def columns_of(data: bytes, file: str, columns: Columns) -> list[str]:
    """Give the names of a file's columns, in its order. Raises what `read_lines` raises."""
    return _headings(next(_sheet(csv_text(data, file), file, columns).reader()), columns)


def separator_of(data: bytes, file: str, columns: Columns) -> str:
    """Give what stands between cells. Raises what `read_lines` raises."""
    return _sheet(csv_text(data, file), file, columns).separator


def headings_of(data: bytes, file: str, columns: Columns) -> list[str]:
    """Give the headings as they are written. Raises what `read_lines` raises."""
    return [cell.strip() for cell in next(_sheet(csv_text(data, file), file, columns).reader())]


def csv_text(data: bytes, file: str) -> str:
    """Give the text of a CSV's bytes. Raises InputError for what is none."""
    if data.startswith(_WORKBOOKS):
        raise InputError(Problem("is a workbook, not a CSV", 'save the sheet as "CSV UTF-8"', file))
    text = decoded(data, file, UTF8)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(Problem("holds a NUL character, as UTF-16 without its mark does", UTF8, file, line))
    return text


def unread(error: csv.Error) -> Problem:
    """Say why a row can't be read."""
    fault = "a quote is opened and not closed" if "end of data" in str(error) else f"can't be read as CSV: {error}"
    return Problem(fault, 'put a cell with a comma, a quote or a line end in quotes, and write a quote inside twice ("")')


def capped(problems: list[Problem], file: str) -> list[Problem]:
    """Give the first problems of a file, and how many more there are."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    more = Problem(f"and {counted(len(problems) - MOST_PROBLEMS, 'more problem')}", "fix these first", file)
    return [*problems[:MOST_PROBLEMS], more]


def _sheet(text: str, file: str, columns: Columns) -> _Sheet:
    said = _SAID.match(text)
    sheet = _Sheet(text[said.end() :], 1, said[1]) if said else _Sheet(text, 0, ",")
    if not sheet.text.strip():
        fix = f"the first row names the columns; required: {', '.join(columns.required)}"
        raise InputError(Problem("is empty", fix, file))
    guesses = [sheet, *(replace(sheet, separator=other) for other in _SEPARATORS if not said)]
    return next((guess for guess in guesses if set(columns.required) <= set(_first(guess, columns))), sheet)


def _first(sheet: _Sheet, columns: Columns) -> list[str]:
    try:
        return _headings(next(sheet.reader()), columns)
    except csv.Error:
        return []


def _headings(cells: list[str], columns: Columns) -> list[str]:
    """Give the columns' names; what ends in empty cells ends before them."""
    named = [columns.name_of(cell) for cell in cells]
    while named and not named[-1]:
        named.pop()
    return named


def _check_columns(named: list[str], separator: str, place: Problem, columns: Columns, problems: list[Problem]) -> None:
    """Tell of unknown columns, whose cells are passed over, and of columns that stand twice."""
    for name, count in Counter(named).items():
        if not name:
            message, fix = f"column {named.index(name) + 1} has no heading", "name it, or take it out"
        elif not columns.knows(name) and not columns.passes_over(name):
            message, fix = f"unknown column {short(name)}", did_you_mean(name, columns.known) + columns.more
        elif count > 1:
            message, fix = f"column {name} is there {count} times", "keep one of them"
        else:
            continue
        problems.append(replace(place, message=message, fix=fix))
    if missing := [name for name in columns.required if name not in named]:
        message = f"column {missing[0]} is missing; cells are parted by {_called(separator)}"
        fix = "the first row names the columns, with commas between" + columns.more
        problems.insert(0, replace(place, message=message, fix=fix))
        raise InputError(capped(problems, place.file))


def _wrong_length(cells: list[str], columns: list[str], separator: str, place: Problem) -> Problem:
    found, named = counted(len(cells), "cell"), counted(len(columns), "column")
    message = f"has {found}, the first row names {named}; it begins with {short(cells[0])}"
    return replace(place, message=message, fix=f"put a cell that holds {_called(separator)} or a line end in quotes")


def _called(separator: str) -> str:
    return _SEPARATORS.get(separator, short(separator))
