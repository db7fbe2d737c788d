"""Adding runs to `runs.csv`: at its end, each once, the newest of each table; what is there stays as it is written. Pure."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.inventory.csv_file import Columns, columns_of, read_lines, separator_of
from headgate.inventory.load_cells import RUN_LOADS
from headgate.inventory.runs import COLUMNS, COMPLETED, FAILED, LOCAL, REQUIRED, RUNS, parse_runs
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headgate.inventory.runs import Run
    from headgate.tables.ids import TableId

MOST_RUNS = 50  # of a table: with a half-life of two weeks, runs before them say nothing new
MOST_FAILED = 5  # more than an alarm asks for
_MOST_DAYS = 14  # on which it brought rows: how long it is used to bring none shows by them, however often it runs
_COLUMNS = Columns(COLUMNS, REQUIRED, family=RUN_LOADS)

Key = tuple["str | TableId", "datetime", str]


@dataclass(frozen=True, slots=True)
class KeptRuns:
    """A file's text with runs added, the same where none were; how many were added, and how many old ones were cut.

    unsaid: column that the file lacks → how many runs could not be added for that, since they would be taken for others.
    """

    text: str
    added: int
    cut: int
    unsaid: Mapping[str, int]


def with_runs(data: bytes | None, runs: Iterable[Run], file: str = RUNS) -> KeptRuns:
    """Give the text of runs.csv (None: there is none yet) with those of the runs that it doesn't have, by start, then table.

    Of each table and origin that comes with new runs, the newest `MOST_RUNS` stay, the last full load whenever it was, of the
    last days on which it brought rows the last run that did, and the last few that failed; rows before those are cut. Rows are
    written in the columns that the file has, and its header stays: without a column `state` it gets no runs that failed,
    without `full_load` no full loads, and without `origin` none of this machine. Raises InputError for a file that can't be
    read, or is not UTF-8.
    """
    if data and data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise InputError(Problem("is UTF-16: no rows can be added to it", "save it as UTF-8 (in Excel: CSV UTF-8)", file))
    old = parse_runs(data, file) if data else ()
    columns = columns_of(data, file, _COLUMNS) if data else list(COLUMNS)
    new, unsaid = _new(old, runs, columns)
    stay = _staying([*old, *new])
    new = [run for run in new if _told(run) in stay]
    new.sort(key=lambda run: (run.started_at, run.source_table, run.destination, run.origin))
    touched = {(run.key[0], run.origin) for run in new}
    cut = [run for run in old if (run.key[0], run.origin) in touched and _told(run) not in stay]
    gone = {row for run in cut for row in (run.row, *run.repeats)}
    before = _without(data, file, gone) if data else ",".join(COLUMNS) + "\n"
    return KeptRuns(_appended(before, data, file, columns, new), len(new), len(cut), unsaid)


def _new(old: Iterable[Run], runs: Iterable[Run], columns: Sequence[str]) -> tuple[list[Run], Counter[str]]:
    """Give the runs that are not among the old ones, each once, and how many the file can't say for want of which column."""
    known = grouped((run.key, run) for run in old)
    unsaid = Counter[str]()
    new = []
    for run in runs:
        missing = next((column for column in _needed(run) if column not in columns), None)
        if missing:
            unsaid[missing] += 1
            continue
        told = _as_told(run, columns)
        if not any(one.may_be(told) for one in known[told.key]):
            known[told.key].append(told)
            new.append(told)
    return new, unsaid


def _needed(run: Run) -> Iterator[str]:
    """Give the columns without which a run would be taken for another kind of run."""
    if run.state == FAILED:
        yield "state"
    elif run.full_load:
        yield "full_load"
    if run.origin == LOCAL:
        yield "origin"


def _as_told(run: Run, columns: Sequence[str]) -> Run:
    """Give a run as the file can say it: a file without destinations knows tables by their sources' names."""
    destination = run.destination if "destination" in columns else ""
    return replace(run, destination=destination, origin=run.origin if "origin" in columns else "")


def _told(run: Run) -> Key:
    return (*run.key, run.origin)


def _staying(runs: Sequence[Run]) -> set[Key]:
    newest_first = sorted(runs, key=lambda run: run.started_at, reverse=True)
    by_table = grouped(((run.key[0], run.origin, run.state), run) for run in newest_first)
    stay = set()
    for (*_, state), its in by_table.items():
        most = MOST_FAILED if state == FAILED else MOST_RUNS
        full = [run for run in its if run.full_load and state == COMPLETED]
        stay |= {_told(run) for run in (*its[:most], *full[:1], *(_days(its) if state == COMPLETED else ()))}
    return stay


def _days(newest_first: Sequence[Run]) -> list[Run]:
    """Give the last run that brought rows of each of the last days (UTC) that have one, full loads left out."""
    last: dict[date, Run] = {}
    for run in newest_first:
        if run.rows and not run.full_load:
            last.setdefault(run.started_at.astimezone(UTC).date(), run)
    return list(last.values())[:_MOST_DAYS]


def _without(data: bytes, file: str, rows: set[int]) -> str:
    """Give the file's text less some of its rows, which may be several lines each."""
    text = data.decode()
    if not rows:
        return text
    lines = list(io.StringIO(text, newline=""))
    begins = [(line.row, line.line) for line in read_lines(data, file, _COLUMNS, [])]
    ends = [line for _, line in begins[1:]] + [len(lines) + 1]
    gone = {number for (row, begin), end in zip(begins, ends, strict=True) if row in rows for number in range(begin, end)}
    return "".join(line for number, line in enumerate(lines, 1) if number not in gone)


def _appended(text: str, data: bytes | None, file: str, columns: Sequence[str], runs: Sequence[Run]) -> str:
    if not runs and data:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator_of(data, file, _COLUMNS) if data else ",", lineterminator=end)
    writer.writerows([_cells(run).get(column, "") for column in columns] for run in runs)
    return text + ("" if text.endswith(("\n", "\r")) else end) + out.getvalue()


def _cells(run: Run) -> dict[str, str]:
    return {
        "source_table": run.source_table,
        "destination": run.destination,
        "started_at": run.started_at.isoformat().replace("+00:00", "Z"),
        "seconds": f"{run.seconds:.3f}".rstrip("0").rstrip("."),
        "full_load": "" if run.full_load is None else str(run.full_load).lower(),
        "rows": "" if run.rows is None else str(run.rows),
        "state": run.state,
        "origin": run.origin,
        **{f"load.{name}": f"{amount:g}" for name, amount in run.loads.items()},
    }
