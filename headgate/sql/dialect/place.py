"""Places in SQL: characters from the start of a text, and its lines; what is wrong with a text's form, and where."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from headgate.problems import Problem


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters of a text from `start` to before `end`, both from 0."""

    start: int
    end: int


class Lines:
    """Lines and columns of a text, both from 1."""

    def __init__(self, text: str) -> None:
        lengths = (len(line) + 1 for line in text.split("\n"))
        self._starts = [0, *accumulate(lengths)]

    def at(self, offset: int) -> tuple[int, int]:
        """Give the line and the column of a character."""
        line = bisect_right(self._starts, offset, hi=len(self._starts) - 1)
        return line, offset - self._starts[line - 1] + 1


class FormError(Exception):
    """A statement that can't be read: what is wrong, where, and how to fix it."""

    def __init__(self, message: str, span: Span, fix: str = "") -> None:
        super().__init__(message)
        self.message, self.span, self.fix = message, span, fix

    def problem(self, file: str, text: str) -> Problem:
        """Give it as a problem of the file that the text is of."""
        return Problem(self.message, self.fix, file, text.count("\n", 0, self.span.start) + 1)
