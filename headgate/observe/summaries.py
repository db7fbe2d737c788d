"""What the monitoring's summaries in a workspace say of updates, as events: the statements, and their rows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from headgate.clients.sql import quoted
from headgate.engine.events import Event
from headgate.observe.placing import Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headgate.deployment.scope import Scope
    from headgate.tables.ids import TableId

State = Literal["started", "loaded", "failed", "stopped"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_UPDATES, _MOST_TABLES = 10_000, 40_000  # of which one answer has room for both
_ENDS: dict[str, State] = {"COMPLETED": "loaded", "FAILED": "failed", "CANCELED": "stopped"}
_TABLES: dict[str, State] = {"COMPLETED": "loaded", "IDLE": "loaded", "FAILED": "failed", "STOPPED": "stopped"}


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """An update: microseconds since 1970 where times are told; None: not yet, or not known."""

    pipeline: str
    update: str
    state: str | None
    created: int
    ended: int | None
    seconds: float | None
    error: str | None


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table in an update, likewise. table: as the log calls it."""

    pipeline: str
    update: str
    table: str
    state: str
    began: int
    ended: int | None
    seconds: float
    rows: int | None
    full_load: bool
    error: str | None


def updates_sql(scope: Scope) -> str:
    """Give the statement for the latest updates since :since, in microseconds since 1970. The target has a monitoring."""
    return (
        "SELECT pipeline, update_id, state, unix_micros(created_at), unix_micros(ended_at), "  # noqa: S608  # names are quoted
        f"CAST(seconds AS DOUBLE), last_error FROM {_name(scope, 'updates')} "
        "WHERE created_at >= timestamp_micros(:since) AND pipeline IS NOT NULL "
        f"ORDER BY created_at DESC LIMIT {_MOST_UPDATES}"
    )


def tables_sql(scope: Scope) -> str:
    """Give the statement for the tables in these updates."""
    return (
        "SELECT its.pipeline, its.update_id, its.table_name, its.state, "  # noqa: S608  # likewise
        "unix_micros(coalesce(its.running_at, one.created_at)), unix_micros(its.ended_at), CAST(its.seconds AS DOUBLE), "
        "CAST(its.num_rows AS BIGINT), one.full_refresh OR one.first_load, one.last_error "
        f"FROM {_name(scope, 'table_updates')} AS its JOIN {_name(scope, 'updates')} AS one "
        "ON its.pipeline_id = one.pipeline_id AND its.update_id = one.update_id "
        "WHERE one.created_at >= timestamp_micros(:since) AND its.pipeline IS NOT NULL "
        f"ORDER BY one.created_at DESC LIMIT {_MOST_TABLES}"
    )


def events_of(
    scope: Scope, tables: Iterable[TableId], updates: Sequence[UpdateRow], runs: Sequence[TableRow]
) -> Iterator[Event]:
    """Give what rows say as events. tables: those of the connector; what is of no table of them is left out."""
    places = Places(table.in_catalog(scope.target.catalog) for table in tables)
    for one in updates:
        yield Event(
            origin="workspace",
            kind="pipeline",
            state=_ENDS.get(one.state or "", "started"),
            run=one.update,
            connector=scope.definition.id,
            target=scope.target_name,
            pipeline=one.pipeline,
            started_at=_moment(one.created),
            ended_at=None if one.ended is None else _moment(one.ended),
            seconds=one.seconds,
            error=one.error,
        )
    for run in runs:
        table, state = places.table(run.table, run.table), _TABLES.get(run.state)
        if table is None or state is None:
            continue
        yield Event(
            origin="workspace",
            kind="table",
            state=state,
            run=run.update,
            connector=scope.definition.id,
            target=scope.target_name,
            pipeline=run.pipeline,
            table=table.destination,
            source_table=table.source_table,
            full_load=run.full_load,
            started_at=_moment(run.began),
            ended_at=_moment(run.began + round(run.seconds * 1e6) if run.ended is None else run.ended),
            seconds=run.seconds,
            rows=run.rows,
            error=run.error if state == "failed" else None,
        )


def _name(scope: Scope, table: str) -> str:
    assert scope.monitoring  # noqa: S101  # as the functions here say
    return quoted(".".join((*scope.monitoring_schema(scope.monitoring), scope.monitoring_name(table))))


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
