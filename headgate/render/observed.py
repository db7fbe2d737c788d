"""What was observed as text: each pipeline's load beside its bound, what tables took, and alarms."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from headgate.numbers import counted, number_text
from headgate.render.tables import table_text
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.observe.alarms import Alarm
    from headgate.observe.model import Observation
    from headgate.observe.summary import Observed, PipelineSeen, TableSeen

_COLUMNS = ("pipeline", "tables", "updates", "expected", "seen", "lower bound", "waiting", "increments", "first loads")
_MANY = 100
_MOST_TABLES = 20
_MOST_ERROR = 120


def observed_text(found: Observed, width: int | None = None) -> str:
    """Give what was seen of a connector as a table of pipelines, then of its heaviest tables, then what became of it."""
    tables = found.tables
    runs = len(found.observation.runs)
    head = (
        f"{found.connector} in {found.target}: {counted(len(found.observation.updates), 'update')}, "
        f"{counted(runs, 'run')} of {counted(len(tables), 'table')}; seconds of one run"
    )
    pipelines = table_text(_COLUMNS, [_pipeline(one) for one in found.pipelines], range(1, 9), width=width, spare=(6, 1, 2))
    return "\n".join([head, pipelines, *_tables(tables, width), *_sums(found.pipelines, tables), _kept(found)])


def _pipeline(one: PipelineSeen) -> tuple[str, ...]:
    return (
        one.pipeline,
        str(one.tables),
        str(one.updates),
        _number(one.expected),
        _number(one.seen),
        _number(one.bound),
        _number(one.waiting),
        _number(one.increments),
        _number(one.first_loads),
    )


def _number(value: float | None) -> str:
    """Give seconds with no more digits than they are worth."""
    return "-" if value is None else number_text(round(value) if value >= _MANY else float(f"{value:.3g}"))


def _tables(tables: Sequence[TableSeen], width: int | None) -> Iterator[str]:
    shown = sorted(tables, key=lambda one: (-one.weight, one.destination))[:_MOST_TABLES]
    columns = ("table", "pipeline", "runs", "last", "rows", "weight", "from", "a run", "first load", "state")
    rows = [
        (
            one.source_table, one.pipeline, str(one.runs), _number(one.seconds), "-" if one.rows is None else f"{one.rows:,}",
            number_text(one.weight), one.weight_from, _number(one.increment), _number(one.first_load), one.state,
        )
        for one in shown
    ]  # fmt: skip
    if rows:
        yield table_text(columns, rows, (2, 3, 4, 5, 7, 8), width=width, spare=(4, 1, 2))
    if len(tables) > len(shown):
        yield f"and {counted(len(tables) - len(shown), 'lighter table')} (all of them with --format json)"


def _sums(pipelines: Sequence[PipelineSeen], tables: Sequence[TableSeen]) -> Iterator[str]:
    if first := sum(one.first_loads or 0.0 for one in pipelines):
        known = [one.increments for one in pipelines if one.increments is not None]
        since = f"a run of what was observed since takes {_number(sum(known))} s" if known else "and none was observed since"
        yield f"the last first loads took {_number(first)} s in all, {since}"
    told = {"given": "as written", "observed": "as observed", "estimate": "by estimated size", "type": "by ingestion type"}
    origins = Counter(one.weight_from for one in tables)
    if origins:
        yield "weights of these tables: " + ", ".join(f"{origins[key]} {words}" for key, words in told.items() if origins[key])
    if written := origins["given"]:
        have = counted(written, "of these tables has a weight", "of these tables have a weight")
        yield f"{have} written in tables.csv, which runs don't change: empty the cell to have runs weigh a table"
    retries, failed = sum(one.retries for one in tables), [one for one in tables if one.state == "failed"]
    if retries:
        yield f"{counted(retries, 'retry', 'retries')}"
    for one in failed:
        yield f"failed last: {one.destination}: {seen(one.error)[:_MOST_ERROR] or 'the log says no error'}"


def _kept(found: Observed) -> str:
    cut = f", {counted(found.cut, 'old one')} cut" if found.cut else ""
    return f"{found.runs_file}: {counted(found.added, 'run')} added{cut}" if found.added else f"{found.runs_file}: nothing new"


def alarm_text(alarm: Alarm) -> str:
    """Give an alarm, with what to do."""
    return f"alarm: {seen(alarm.name)}: {alarm.message}\n    {alarm.fix}"


def unknown_text(observation: Observation) -> list[str]:
    """Say what of the logs was not understood, and which flows belong to no table."""
    said = [f"not understood, {counted(count, 'time')}: {seen(what)}" for what, count in sorted(observation.unknown.items())]
    return said + [
        f"of no table, {counted(count, 'time')}: flow {seen(flow)}" for flow, count in sorted(observation.unplaced.items())
    ]
