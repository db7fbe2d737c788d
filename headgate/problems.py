"""What is wrong with an input, for the person who can fix it, and the errors that carry it.

A `Problem` is data; the command line and the tests render it. The errors are sorted by what the caller should do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.numbers import counted, some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_LONGEST = 60
_MOST_WORDS = 20
_FEW = 3  # places of one fault that are told one by one


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is, and how to fix it.

    `line` and `row` count from 1; `row` is a data row of a CSV (the header is not counted), `column` its heading;
    `path` is a place inside a document, such as `targets.dev.backend`.
    """

    message: str
    fix: str = ""
    file: str = ""
    line: int | None = None
    row: int | None = None
    column: str = ""
    path: str = ""

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line else "")
        where = [f"row {self.row}" if self.row else "", f"column {self.column}" if self.column else "", self.path]
        head = ": ".join(part for part in (place, ", ".join(part for part in where if part)) if part)
        text = f"{head}: {self.message}" if head else self.message
        return f"{text}\n    {self.fix}" if self.fix else text


class HeadgateError(Exception):
    """Any error that headgate reports by itself, without a stack trace. `exit_code` is the command's."""

    exit_code = 1

    def __init__(self, problems: Problem | str | Iterable[Problem], fix: str = "") -> None:
        if isinstance(problems, str):
            problems = Problem(problems, fix)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(_told(self.problems)))


def _told(problems: Sequence[Problem]) -> Iterator[str]:
    """Give problems as they are read: a fault that many rows have is told once, of the first."""
    alike = grouped((replace(problem, line=None, row=None), problem) for problem in problems)
    for problem in problems:
        same = alike[replace(problem, line=None, row=None)]
        if len(same) <= _FEW:
            yield str(problem)
        elif problem is same[0]:
            last = f"row {same[-1].row}" if same[-1].row else f"line {same[-1].line}" if same[-1].line else "the last"
            yield f"{problem}\n    the same {counted(len(same) - 1, 'time')} more, up to {last}"


class InputError(HeadgateError):
    """A file or an argument is wrong: fix it and run the same again."""

    exit_code = 1


class StaleError(HeadgateError):
    """Two committed files don't fit each other any more: run the command that the fix names."""

    exit_code = 3


class SourceError(HeadgateError):
    """Something outside (a connector's code, a server, Terraform) failed: look there, then try again."""

    exit_code = 4


class RefusedError(HeadgateError):
    """What was asked for might lose data: confirm it."""

    exit_code = 5


def refuse(problems: Iterable[Problem], kind: type[HeadgateError] = InputError) -> None:
    """Raise an error with the problems, where there are any."""
    if listed := list(problems):
        raise kind(listed)


def short(text: str) -> str:
    """Give a text as Python would write it, cut to what a line of a terminal can bear."""
    return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "...")


def did_you_mean(found: str, known: Iterable[str], listed: Iterable[str] | None = None) -> str:
    """Give `did you mean 'x'?` for the known word nearest to the one found, else the known words, or the first of many.

    listed: the words to give then instead, each thing by one, where things have several.
    """
    words = list(known)
    near = get_close_matches(found.lower(), {word.lower(): word for word in words}, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{next(word for word in words if word.lower() == near[0])}'?"
    words = words if listed is None else list(dict.fromkeys(listed))
    return "use one of: " + some(sorted(words), _MOST_WORDS) if words else ""
