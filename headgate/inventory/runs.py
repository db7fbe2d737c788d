"""Reading `runs.csv`: how long tables took, run by run. Every problem of the file at once, with row, column, value and fix."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from headgate.files import read_bytes
from headgate.inventory.cells import CellError, parse_weight
from headgate.inventory.csv_file import Columns, capped, read_lines
from headgate.inventory.load_cells import GIVEN, RUN_LOADS, parse_loads
from headgate.problems import Problem, refuse, short
from headgate.tables.ids import TableId
from headgate.tables.names import blurred

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from headgate.inventory.csv_file import Line

RUNS = "runs.csv"
COLUMNS = ("source_table", "destination", "started_at", "seconds", "full_load", "rows", "state", "origin")
COMPLETED, FAILED = "completed", "failed"
LOCAL = "local"  # the origin of runs on this machine
REQUIRED = ("source_table", "started_at", "seconds")

# What all of Python 3.11 to 3.13 read alike, and with an offset.
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_PARTS = 3
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one table. `destination` is catalog.schema.table in the workspace, or empty; `full_load` None: not known.

    `rows`: that it brought, None where it isn't known. `state`: completed, or failed. `origin`: `local`, or the target whose
    workspace ran it; empty where it isn't known, which may be any. `loads`: what it asked for beside its time, by name, where
    the file says it; `row` is where the file has it, `repeats` the rows that say it again.
    """

    source_table: str
    destination: str
    started_at: datetime
    seconds: float
    full_load: bool | None
    rows: int | None = None
    state: str = COMPLETED
    origin: str = ""
    loads: Mapping[str, float] = field(default_factory=dict, compare=False)
    row: int = field(default=0, compare=False)
    repeats: tuple[int, ...] = field(default=(), compare=False)

    @property
    def key(self) -> tuple[str | TableId, datetime]:
        """What tells it from other runs: its start, and its destination, or where none is named its source table."""
        return TableId(self.source_table, self.destination) if self.destination else self.source_table, self.started_at

    def may_be(self, other: Run) -> bool:
        """Say whether the other is this run by table, start and origin; one without an origin may be of any."""
        return self.key == other.key and (self.origin == other.origin or not (self.origin and other.origin))

    def joined(self, other: Run) -> Run | None:
        """Give the run that both tell of, what is known of either winning over what isn't; None where they contradict.

        Two excerpts of one log may know different things of a run: whether it was a full load, and its rows.
        """
        same = self.may_be(other) and blurred(self.source_table) == blurred(other.source_table)
        known = ((self.full_load, other.full_load), (self.rows, other.rows))
        apart = any(None not in pair and pair[0] != pair[1] for pair in known)
        if not same or apart or (self.seconds, self.state) != (other.seconds, other.state):
            return None
        return replace(
            self,
            full_load=other.full_load if self.full_load is None else self.full_load,
            rows=other.rows if self.rows is None else self.rows,
            origin=self.origin or other.origin,
            loads={**other.loads, **self.loads},
            repeats=(*self.repeats, other.row, *other.repeats),
        )


def read_runs(folder: Path) -> tuple[Run, ...]:
    """Read the runs beside a connector's definition, none where there is no such file. Raises InputError with every problem."""
    path = folder / RUNS
    data = read_bytes(path)
    return () if data is None else parse_runs(data, str(path))


@lru_cache(maxsize=8)  # a year of runs takes seconds, and several look at the same file: weights, a balance, what changed last
def parse_runs(data: bytes, file: str = RUNS) -> tuple[Run, ...]:
    """Give the runs that a CSV's bytes say, in the file's order. Raises InputError with every problem found.

    Rows of one table, start and origin that don't contradict each other, as a merge of two branches may leave them, are one
    run, which stands where the first of them does.
    """
    problems: list[Problem] = []
    runs: list[Run] = []
    places: defaultdict[tuple[str | TableId, datetime], list[int]] = defaultdict(list)
    for line in read_lines(data, file, Columns(COLUMNS, REQUIRED, family=RUN_LOADS), problems):
        values = _values(line, file, problems)
        if values is None:
            continue
        run = Run(**values, row=line.row)
        before = places[run.key]
        joined = next(((place, whole) for place in before if (whole := runs[place].joined(run))), None)
        earlier = next((runs[place] for place in before if runs[place].origin == run.origin), None)
        if joined:
            runs[joined[0]] = joined[1]
        elif earlier:
            message = f"{short(run.source_table)} started at {run.started_at.isoformat()} in row {earlier.row} already"
            fix = "the rows contradict each other: take one of them out"
            problems.append(Problem(message, fix, file, line.line, line.row, "started_at"))
        else:
            before.append(len(runs))
            runs.append(run)
    refuse(capped(problems, file))
    return tuple(runs)


def _values(line: Line, file: str, problems: list[Problem]) -> dict[str, Any] | None:
    values: dict[str, Any] = {"loads": {}}
    before = len(problems)
    for column, parse in _PARSERS.items():
        text = line.cells.get(column, "")
        try:
            values[column] = parse(text)
        except CellError as error:
            message = f"{error.message}: found {short(text)}"
            problems.append(Problem(message, error.fix, file, line.line, line.row, column))
    values["loads"] = parse_loads(line, GIVEN, file, problems)
    return values if len(problems) == before else None


def _source(text: str) -> str:
    if not text.strip():
        raise CellError("is empty", "name the table as the source does")
    return text


def _destination(text: str) -> str:
    parts = text.strip().split(".")
    if text.strip() and not (len(parts) == _PARTS and all(parts)):
        raise CellError("is not a full name", "write catalog.schema.table, or leave it empty")
    return text.strip()


def _moment(text: str) -> datetime:
    fix = "write ISO 8601 with an offset, such as 2025-03-01T04:15:00+00:00"
    if not _MOMENT.fullmatch(text.strip()):
        raise CellError("is not a time with an offset", fix)
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise CellError(f"is not a time ({error})", fix) from None


def _full_load(text: str) -> bool | None:
    known = {"": None, "true": True, "false": False}
    if text.strip().lower() not in known:
        raise CellError("is neither true nor false", "write true or false, or leave it empty where it is not known")
    return known[text.strip().lower()]


def _rows(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdigit()):
        raise CellError("is no count of rows", "write how many rows the run brought, or leave it empty where it is not known")
    return int(text.strip()[:_MOST_DIGITS])


def _state(text: str) -> str:
    said = text.strip().lower() or COMPLETED
    if said not in {COMPLETED, FAILED}:
        raise CellError("is neither completed nor failed", "write completed or failed; empty: completed")
    return said


_PARSERS: dict[str, Callable[[str], Any]] = {
    "source_table": _source,
    "destination": _destination,
    "started_at": _moment,
    "seconds": lambda text: parse_weight(text, "write seconds, such as 12.5"),
    "full_load": _full_load,
    "rows": _rows,
    "state": _state,
    "origin": str.strip,
}
