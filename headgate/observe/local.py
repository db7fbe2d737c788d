"""Runs on this machine, from the event log that `headgate run` writes. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headgate.engine.events import Event
from headgate.grouped import grouped
from headgate.observe.model import Observation, ObservedUpdate, TableRun

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.observe.model import Origin, RunState, UpdateState

_STATES: dict[str, UpdateState] = {"started": "running", "loaded": "completed", "failed": "failed", "stopped": "canceled"}
_RUNS: dict[str, RunState] = {"loaded": "completed", "failed": "failed", "stopped": "stopped"}


def local_event(row: Mapping[str, Any], unknown: Counter[str]) -> Event | None:
    """Give the event that a row says; None, and counted in `unknown`, for what is none."""
    try:
        return Event.model_validate(row)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        unknown[f"events of a run with another {where or 'form'}"] += 1
        return None


def local_observation(events: Iterable[Event], connector: str, target: str, unknown: Counter[str]) -> Observation:
    """Give the updates and runs that events tell of a connector in a target. An event that is there twice is one.

    A pipeline loads its tables one after the other, so a table's share of the time is all that it took; until the first of
    them begins, its process is set up.
    """
    updates: dict[tuple[str, str], ObservedUpdate] = {}
    runs: dict[tuple[str, str, object], TableRun] = {}
    for event in events:
        if (event.connector, event.target) != (connector, target) or event.pipeline is None:
            continue
        if event.kind == "pipeline":
            updates[event.run, event.pipeline] = _update(event)
        elif event.kind == "table" and event.table and event.state in _RUNS:
            runs[event.run, event.table, event.started_at] = _run(event)
    of_update = grouped(((run.update, run.pipeline), run) for run in runs.values())
    found = [_with_runs(update, of_update[key]) for key, update in updates.items()]
    return Observation(
        tuple(sorted(found, key=lambda update: (update.started_at, update.pipeline))),
        tuple(sorted(runs.values(), key=lambda run: (run.started_at, run.destination))),
        unknown,
    )


def _with_runs(update: ObservedUpdate, runs: Sequence[TableRun]) -> ObservedUpdate:
    if not runs:
        return update
    setup = max(0.0, (min(run.started_at for run in runs) - update.started_at).total_seconds())
    return replace(
        update,
        full_refresh=any(run.full_load for run in runs),
        setup_seconds=setup,
        running_seconds=max(0.0, update.running_seconds - setup),
    )


def _whose(event: Event) -> tuple[Origin, str, str, str, str, str]:
    return event.origin, event.connector, event.target, event.pipeline or "", "", event.run


def _update(event: Event) -> ObservedUpdate:
    return ObservedUpdate(
        *_whose(event),
        event.started_at,
        event.ended_at,
        _STATES[event.state],
        cause="headgate run" if event.origin == "local" else "",
        running_seconds=event.seconds or 0.0,
    )


def _run(event: Event) -> TableRun:
    seconds = event.seconds or 0.0
    return TableRun(
        *_whose(event),
        event.source_table or "",
        event.table or "",
        event.started_at,
        event.ended_at,
        seconds,
        seconds,
        _RUNS[event.state],
        event.full_load,
        event.rows,
        event.retries or 0,
        error=event.error or "",
    )
