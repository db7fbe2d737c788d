"""What tables weigh: as given, as their last runs took, by estimated size, or by ingestion type. Pure.

Only exact steps of floating point are taken on the way to a rounded weight, and no clock is read: the same files give the
same weights on every machine.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.inventory.csv_file import capped
from headgate.inventory.defaults import declared_seconds, estimated_seconds
from headgate.inventory.runs import COMPLETED, LOCAL
from headgate.problems import Problem, did_you_mean, short
from headgate.tables.ids import TableId
from headgate.tables.names import Names, blurred, folded
from headgate.tables.weight import Weight

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.inventory.row import TableRow
    from headgate.inventory.runs import Run

HALF_LIFE_DAYS = 14
FEWEST_RUNS = 3  # from which on runs alone have the say
SIZE_CONFIDENCE = 0.2  # of a size: less than one run gives; half of it where only a share is read
_FARTHEST = 2.0  # times what was agreed, which a weight from fewer runs stays within without being followed
_FAR = 3.5  # robust deviations from the median from which on a run is an outlier
_MAD = 1.4826  # median absolute deviations in a standard deviation of a normal distribution
_STEADY = 0.02  # of the median: no run nearer than _FAR times this is an outlier, however steady the others are
_OLDEST = 50  # half-lives after which a run loses no more
_DOUBT = 2  # so many fresh, steady runs give a confidence of a half
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Timed:
    """A run's seconds, and what it counts: 1 for the newest of the file, half of it each half-life before."""

    seconds: float
    counts: float


def weigh(
    rows: Mapping[TableId, TableRow], definition: Definition, runs: Sequence[Run] = (), *, half_life_days: int = HALF_LIFE_DAYS
) -> dict[TableId, Weight]:
    """Weigh each table: as its row says, else by its runs of use, else by its size, else by ingestion type.

    `rows`: table → its row. A full load says nothing of the runs after it, so it is kept apart, and so is the first run into
    a destination where the file doesn't say what it was; a snapshot is loaded in full each time, and all its runs count. A run
    that failed counts for nothing, and one on this machine only where no workspace's run of use is known. Of three runs or
    more, those far from the median are outliers (modified z-score above 3.5: Iglewicz and Hoaglin, How to Detect and Handle
    Outliers, 1993), and the rest is averaged. A run counts half for each
    half-life that it lies before the newest of the file, in straight lines between, in the median as in the average; so a
    table that has grown for good is followed.

    One or two runs may be anybody's bad day: a table is to move by them only where it would by a doubled weight. So they are
    followed only where they are twice what was agreed before them, or half of it; else that stays. What was agreed is what a
    balance after each run would have: at first the size or the type, then the average that was far enough from it. The file
    has all that this takes, so that the lock need not hold weights.

    Observed weights have three significant digits. The order of runs has no say; a run that more than one table could be
    meant by counts for none.
    """
    of_table = assigned_runs(rows, definition, runs, half_life_days=half_life_days)
    return {one: _weigh(row, definition, of_table[one]) for one, row in rows.items()}


def observed(runs: Sequence[tuple[Run, float]], ingestion_type: str, value_of: Callable[[Run], float]) -> float | None:
    """Give the mean of what runs say, each with what it counts, averaged as weights are; None where too few are of use."""
    usable = _usable(runs, ingestion_type, value_of)
    return None if len(usable) < FEWEST_RUNS else _mean(_steady(usable))


def _usable(runs: Sequence[tuple[Run, float]], ingestion_type: str, value_of: Callable[[Run], float]) -> list[_Timed]:
    """Give the runs of use that have a say, by start."""
    usual, _ = _heard([run for run, _ in runs], ingestion_type)
    return _timed(usual, runs, value_of)


def _timed(some: Iterable[Run], runs: Sequence[tuple[Run, float]], value_of: Callable[[Run], float]) -> list[_Timed]:
    """Give some of the runs, each with its value and what it counts."""
    counts = {id(run): its for run, its in runs}
    return [_Timed(value_of(run), counts[id(run)]) for run in some]


def _heard(runs: Sequence[Run], ingestion_type: str) -> tuple[list[Run], list[Run]]:
    """Give the runs of use and the full loads that have a say: a workspace's, and this machine's where it has none of use."""
    there = increments_and_loads([run for run in runs if run.origin != LOCAL], ingestion_type)
    return there if there[0] else increments_and_loads(runs, ingestion_type)


def _steady(usable: Sequence[_Timed]) -> Sequence[_Timed]:
    """Give the runs without outliers, which one or two have none of."""
    if len(usable) < FEWEST_RUNS:
        return usable
    kept = _without_outliers(usable)
    if len(kept) < FEWEST_RUNS:  # one fresh run outvoted all others: let each say as much
        kept = _without_outliers([_Timed(run.seconds, 1.0) for run in usable])
    return kept


def _mean(kept: Sequence[_Timed]) -> float:
    return math.fsum(run.seconds * run.counts for run in kept) / math.fsum(run.counts for run in kept)


def _weigh(row: TableRow, definition: Definition, runs: Sequence[tuple[Run, float]]) -> Weight:
    declared = declared_seconds(row, definition)
    usual, full = _heard([run for run, _ in runs], row.ingestion_type)
    usable = _timed(usual, runs, lambda run: run.seconds)
    kept = _steady(usable)
    mean = _mean(kept) if kept else None
    first = full[-1].seconds if full else None
    by_files = Weight(declared, "given", 1.0, declared, 0, len(runs), _three_digits(mean), first, len(usable))
    if row.weight is not None:
        return by_files
    seconds = _followed(usable, declared) if len(usable) < FEWEST_RUNS else mean
    if seconds is None:
        if estimated_seconds(row, definition) is None:
            return replace(by_files, source="type", confidence=0.0)
        sure = SIZE_CONFIDENCE if row.ingestion_type == "snapshot" else SIZE_CONFIDENCE / 2
        return replace(by_files, source="estimate", confidence=sure)
    confidence = _confidence([run.counts for run in usable], seconds, kept)
    return replace(
        by_files,
        seconds=float(f"{seconds:.3g}"),
        source="observed",
        local=all(run.origin == LOCAL for run in usual),
        confidence=confidence,
        runs=len(kept),
        left_out=len(runs) - len(kept),
    )


def _three_digits(seconds: float | None) -> float | None:
    return None if seconds is None else float(f"{seconds:.3g}")


def _followed(usable: Sequence[_Timed], declared: float) -> float | None:
    """Give the weight by one or two runs, by start; None where they are near enough to what the files say."""
    agreed = None
    for number in range(1, len(usable) + 1):
        mean = _mean(usable[:number])
        low, high = sorted((mean, declared if agreed is None else agreed))
        if high >= _FARTHEST * low and high > low:
            agreed = mean
    return agreed


def increments_and_loads(runs: Sequence[Run], ingestion_type: str) -> tuple[list[Run], list[Run]]:
    """Give the runs of use and the full loads, by start, of those that completed.

    A full load is a run that says so or, where that isn't known of it, the first of its origin into its
    destination; of a snapshot, none is.
    """
    done = [run for run in runs if run.state == COMPLETED]
    ordered = sorted(done, key=lambda run: (_microseconds(run), run.seconds, str(run.full_load)))
    if ingestion_type == "snapshot":
        return ordered, []
    seen: set[tuple[str, str]] = set()
    usual: list[Run] = []
    full: list[Run] = []
    for run in ordered:
        destination = folded(run.destination)
        first = seen.isdisjoint({(destination, run.origin), (destination, "")})
        seen.add((destination, run.origin))
        (full if run.full_load or (run.full_load is None and first) else usual).append(run)
    return usual, full


def _without_outliers(runs: Sequence[_Timed]) -> list[_Timed]:
    middle, spread = _middle_and_spread(runs)
    return [run for run in runs if abs(run.seconds - middle) <= _FAR * max(spread, _STEADY * middle)]


def _middle_and_spread(runs: Iterable[_Timed]) -> tuple[float, float]:
    """Give the median of the runs and a standard deviation by their median absolute deviation, with what each counts."""
    found = list(runs)
    middle = _median(found)
    return middle, _MAD * _median([_Timed(abs(run.seconds - middle), run.counts) for run in found])


def _median(runs: Sequence[_Timed]) -> float:
    """Give the lower weighted median: the least value that half of what all count is at or below."""
    ordered = sorted(runs, key=lambda run: (run.seconds, run.counts))
    half = math.fsum(run.counts for run in ordered) / 2
    below = 0.0
    for run in ordered:
        below += run.counts
        if below >= half:
            return run.seconds
    return ordered[-1].seconds


def _confidence(counts: Sequence[float], mean: float, kept: Sequence[_Timed]) -> float:
    """Give more for many and fresh runs, and less for runs that scatter."""
    fresh = math.fsum(counts)
    scatter = _middle_and_spread(kept)[1] / mean if mean else 0.0
    return round(fresh / (fresh + _DOUBT) / (1 + scatter), 2)


def _counts(age: int, half_life: int) -> float:
    """Give 1 at age 0, a half after a half-life, and straight lines between: exact where powers are not."""
    halvings, rest = divmod(age, half_life)
    return math.ldexp(1 - rest / (2 * half_life), -min(halvings, _OLDEST))


def _microseconds(run: Run) -> int:
    return (run.started_at - _EPOCH) // timedelta(microseconds=1)


def unknown_runs(rows: Mapping[TableId, TableRow], definition: Definition, runs: Sequence[Run], file: str) -> list[Problem]:
    """Say which runs are of no table in `rows` (table → its row), once for each name and destination in `file`."""
    meanings = _meanings(rows, definition, runs)
    unknown = grouped(((run.source_table, run.destination), run) for run, meant in meanings if not meant)
    known = Names((table.source_table, table.destination) for table in rows)
    problems = []
    for (source, destination), its in unknown.items():
        goes = known.find(source)
        column, message = "source_table", f"{short(source)} is no table of tables.csv"
        fix = did_you_mean(source, known.known)
        if goes:
            column, message = "destination", f"{short(source)} does not go to {short(destination)}"
            fix = f"it goes to {', '.join(goes)}"
        count = "its run counts" if len(its) == 1 else f"its {len(its)} runs count"
        problems.append(Problem(f"{message}; {count} for nothing", fix, file, row=its[0].row, column=column))
    return capped(problems, file)


def assigned_runs(
    tables: Collection[TableId], definition: Definition, runs: Sequence[Run], *, half_life_days: int = HALF_LIFE_DAYS
) -> dict[TableId, list[tuple[Run, float]]]:
    """Give each table's runs, those that can be of no other, and what each counts."""
    newest = max((_microseconds(run) for run in runs), default=0)
    half_life = timedelta(days=half_life_days) // timedelta(microseconds=1)
    found: dict[TableId, list[tuple[Run, float]]] = {table: [] for table in tables}
    for run, meant in _meanings(tables, definition, runs):
        if len(meant) == 1:
            found[next(iter(meant))].append((run, _counts(newest - _microseconds(run), half_life)))
    return found


def _meanings(
    tables: Collection[TableId], definition: Definition, runs: Sequence[Run]
) -> Iterator[tuple[Run, Collection[TableId]]]:
    """Give each run with the tables that it may be of: by source table and destination (in any target), else by the former."""
    if not runs:  # as at each synthesis: then no table need be looked up
        return
    by_source = Names((table.source_table, table) for table in tables)
    there: defaultdict[TableId, set[TableId]] = defaultdict(set)
    for catalog in {None, *(target.catalog for target in definition.targets.values())}:
        for table in tables:
            there[table.in_catalog(catalog)].add(table)
    for run in runs:
        meant: Collection[TableId] = by_source.find(run.source_table)
        if run.destination:
            source = blurred(run.source_table)
            landed = there.get(TableId(run.source_table, run.destination), set())
            meant = [table for table in landed if blurred(table.source_table) == source]
        yield run, meant
