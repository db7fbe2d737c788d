"""What tables hold beside what they are to hold: which rows are missing or too many, and which columns of which row differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING, Any, Literal

from headgate.files import json_or_none
from headgate.numbers import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.sql.testing.jobs import TestJob
    from headgate.sql.testing.suite import Rows, Step, Test

Texts = Sequence[str | None]
_NESTED = ("struct", "array", "map", "variant")
_MOST_PAIRS = 250_000  # of rows that are compared one with the other


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a row that differs. None: NULL."""

    column: str
    expected: str | None
    found: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as a test expects it. step: from 1; line: of the test's file.

    kind: differs, a row of which `cells` differ; missing and unexpected, a row, whose values are in `cells`; count, for how
    many rows an expectation does not hold; error, what stopped the test, as `message` says.
    """

    kind: Literal["differs", "missing", "unexpected", "count", "error"]
    step: int
    table: str
    line: int
    row: int | None = None
    cells: tuple[Cell, ...] = ()
    message: str = ""
    dropped: bool = False


def differences(test: Test, job: TestJob, answer: Mapping[str, Any]) -> list[Difference]:
    """Give what differs from what a test expects. answer: what the process with Spark says of the job."""
    found: list[Difference] = []
    for number, (step, said) in enumerate(zip(test.steps, answer["steps"], strict=False), 1):
        one = _Step(number, step, job, said)
        found += one.error() if "error" in said else one.compared()
    return found


class _Step:
    def __init__(self, number: int, step: Step, job: TestJob, said: Mapping[str, Any]) -> None:
        self.number, self.step, self.job, self.said = number, step, job, said

    def error(self) -> list[Difference]:
        """Give what stopped the step; of values that are of another type, each."""
        name, message = self.said["error"]["dataset"], self.said["error"]["message"]
        if "bad" not in self.said:
            return [self._error(self.job.names.get(name, ""), message, self.step.line)]
        step = self.job.steps[self.number - 1]
        kinds = list(self.job.tables[name].items())
        found = []
        for row, column in self.said["bad"]:
            message = f"given: {kinds[column][0]}: {step['rows'][name][row][column]!r} is no {kinds[column][1]}"
            found.append(self._error("", message, step["lines"][name][row]))
        return found

    def compared(self) -> list[Difference]:
        """Give what differs in a step that ran."""
        stopped = self.said.get("stopped")
        if stopped and not self._is_expected(stopped):
            name = self.job.names[stopped["dataset"]]
            return [self._error(name, f"the update stops: expectation {stopped['expectation']} does not hold", self.step.line)]
        found = self._violations()
        if stopped:
            return found
        for name, rows in self.step.expect.items():
            found += self._rows(name, rows, self.said["tables"][self.job.asked[name]])
        for name, rows in self.step.dropped.items():
            answer = self.said["dropped"][self.job.asked[name]]
            if answer is None:
                answer = {"kinds": [], "found": [], "expected": [], "columns": []}
                if rows.rows:
                    found.append(self._error(name, "no expectation of it drops rows", rows.line))
                    continue
            found += self._rows(name, rows, answer, dropped=True)
        return found

    def _is_expected(self, stopped: Mapping[str, str]) -> bool:
        counts = (one for name, (one, _) in self.step.violations.items() if self.job.asked[name] == stopped["dataset"])
        return any(one.get(stopped["expectation"]) for one in counts)

    def _violations(self) -> list[Difference]:
        found = []
        for name, (counts, line) in self.step.violations.items():
            said = self.said["violations"].get(self.job.asked[name], {})
            for key, count in counts.items():
                if said.get(key, 0) != count:
                    message = f"expectation {key} does not hold for {counted(said.get(key, 0), 'row')}, expected {count}"
                    found.append(Difference("count", self.number, name, line, message=message))
        return found

    def _rows(self, name: str, rows: Rows, answer: Mapping[str, Any], *, dropped: bool = False) -> list[Difference]:
        if answer.get("streams"):
            return [
                self._error(
                    name, "is a view of a stream, which holds no rows: expect those of a table that reads it", rows.line
                )
            ]
        if "unknown" in answer:
            has = f"it has {', '.join(answer['columns'])}"
            return [self._error(name, f"has no column {', '.join(answer['unknown'])}; {has}", rows.line)]
        columns = rows.columns or tuple(answer["columns"])
        found = []
        for kind, row, cells in compared(columns, answer["kinds"], answer["expected"], answer["found"]):
            line = rows.line if row is None else rows.rows[row].line
            number = None if row is None else row + 1
            found.append(Difference(kind, self.number, name, line, number, cells, dropped=dropped))
        return found

    def _error(self, table: str, message: str, line: int) -> Difference:
        return Difference("error", self.number, table, line, message=message)


def compared(
    columns: Sequence[str], kinds: Sequence[str], expected: Sequence[Texts], found: Sequence[Texts]
) -> list[tuple[Literal["differs", "missing", "unexpected"], int | None, tuple[Cell, ...]]]:
    """Compare rows in any order; kinds: the columns' types. Give how they differ, with the expected row's number (from 0).

    A row that is expected and not there is compared with the found one that differs from it in the fewest columns, as long as
    these are not all; if there is none, it is missing. Broken numbers are equal to 9 digits.
    """
    there = Counter(map(tuple, found))
    rest: list[tuple[int, Texts]] = []
    for number, row in enumerate(expected):
        if there[tuple(row)]:
            there[tuple(row)] -= 1
        else:
            rest.append((number, row))
    left = sorted(there.elements(), key=_order)
    pairs = _paired(rest, left, kinds)
    result: list[tuple[Literal["differs", "missing", "unexpected"], int | None, tuple[Cell, ...]]] = []
    for number, row in rest:
        if number not in pairs:
            result.append(("missing", number, tuple(Cell(*one, None) for one in zip(columns, row, strict=False))))
            continue
        other = left[pairs[number]]
        cells = tuple(
            Cell(column, one, two)
            for column, kind, one, two in zip(columns, kinds, row, other, strict=True)
            if not _same(kind, one, two)
        )
        if cells:
            result.append(("differs", number, cells))
    taken = set(pairs.values())
    for index, row in enumerate(left):
        if index not in taken:
            result.append(
                ("unexpected", None, tuple(Cell(column, None, one) for column, one in zip(columns, row, strict=False)))
            )
    return result


def _paired(rest: Sequence[tuple[int, Texts]], left: Sequence[Texts], kinds: Sequence[str]) -> dict[int, int]:
    """Give for expected rows, by number, the found row that each is compared with: the nearest pairs first."""
    if len(rest) * len(left) > _MOST_PAIRS:
        return {}
    distances = sorted(
        (sum(not _same(*one) for one in zip(kinds, row, other, strict=True)), number, index)
        for number, row in rest
        for index, other in enumerate(left)
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for distance, number, index in distances:
        if distance < max(len(kinds), 2) and number not in pairs and index not in taken:
            pairs[number] = index
            taken.add(index)
    return pairs


def _same(kind: str, one: str | None, other: str | None) -> bool:
    if one == other or one is None or other is None:
        return one == other
    if kind in ("float", "double"):
        return _close(one, other)
    return kind.startswith(_NESTED) and bool(json_or_none(one) == json_or_none(other))


def _close(one: str, other: str) -> bool:
    try:
        return isclose(float(one), float(other), rel_tol=1e-9)
    except ValueError:  # what is expected is no number
        return False


def _order(row: Texts) -> tuple[tuple[bool, str], ...]:
    return tuple((one is not None, one or "") for one in row)
