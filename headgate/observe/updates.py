"""From events of a workspace's logs to updates of pipelines and runs of tables. Pure.

Source: Databricks documentation, "Pipeline event log schema", details for create_update and update_progress, and REST API
reference, update states: QUEUED and WAITING_FOR_RESOURCES wait; INITIALIZING, RESETTING and SETTING_UP_TABLES set up; RUNNING
and STOPPING run; COMPLETED, FAILED and CANCELED end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from headgate.observe.flows import flow_runs
from headgate.observe.model import Observation, ObservedUpdate, TableRun
from headgate.observe.placing import Places
from headgate.observe.shares import shares_of
from headgate.problems import short

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from headgate.observe.flows import FlowRun
    from headgate.observe.log_event import LogEvent
    from headgate.observe.model import RunState, UpdateState
    from headgate.tables.ids import TableId

_WAITING = ("QUEUED", "CREATED", "WAITING_FOR_RESOURCES")
_SETUP = ("INITIALIZING", "RESETTING", "SETTING_UP_TABLES")
_RUNNING = ("RUNNING", "STOPPING")
_ENDS: dict[str, UpdateState] = {"COMPLETED": "completed", "FAILED": "failed", "CANCELED": "canceled"}
# In the order in which they come, for those of one instant.
_KNOWN = {state: rank for rank, state in enumerate((*_WAITING, *_SETUP, *_RUNNING, *_ENDS))}
# The worst of a table's flows says how its run ended.
_WORST: tuple[RunState, ...] = ("running", "failed", "stopped", "skipped", "completed", "idle")


@dataclass(frozen=True, slots=True)
class ObservedConnector:
    """Whose events are read: a connector in a target.

    pipelines: the workspace's id → headgate's. names: what people see of a pipeline → headgate's id, for logs of those that no
    id is recorded of. tables: headgate's id → the tables that its files name there, as the target has them. elsewhere: the ids
    of the connector's pipelines in other targets.
    """

    connector: str
    target: str
    tables: Mapping[str, Sequence[TableId]]
    pipelines: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Collection[str] = ()

    def pipeline(self, event: LogEvent) -> str | None:
        """Give headgate's id of an event's pipeline, None for one of somebody else's."""
        if found := self.pipelines.get(event.pipeline_id):
            return found
        other = event.pipeline_id in self.elsewhere or self.is_namesake(event)
        return None if other else self.names.get(event.pipeline_name)

    def is_namesake(self, event: LogEvent) -> bool:
        """Whether an event's pipeline is called as one of these, and is another by the ids."""
        named, recorded = self.names.get(event.pipeline_name), self.pipelines
        return event.pipeline_id not in {"", *recorded, *self.elsewhere} and named in recorded.values()


def observed_in(events: Iterable[LogEvent], whose: ObservedConnector, unknown: Counter[str]) -> Observation:
    """Give the updates and runs that events tell of, those of others' pipelines left out; an event that is there twice is one.

    A run whose beginning the log does not have is left out and counted: nobody knows how long it took. Where an update
    started over with nothing, all that it loaded are full loads, and so is what a pipeline loads first of a table that another
    completed before; a table that the pipeline's earlier update in the log completed is not loaded in full again by the next
    one; of any other run it isn't known.
    """
    of_update: defaultdict[tuple[str, str], list[LogEvent]] = defaultdict(list)
    pipelines: dict[tuple[str, str], str] = {}
    for event in {event.id: event for event in events}.values():
        if (pipeline := whose.pipeline(event)) is not None:
            key = event.pipeline_id or event.pipeline_name, event.update
            of_update[key].append(event)
            pipelines[key] = pipeline
        elif whose.is_namesake(event):
            unknown[f"events of a pipeline {short(event.pipeline_name)} with another id than is recorded"] += 1
    updates, runs, unplaced = [], [], Counter[str]()
    completed: dict[str, str] = {}
    places = Places(table for its in whose.tables.values() for table in its)
    for key in sorted(of_update, key=lambda key: (min(event.at for event in of_update[key]), key)):
        its = _Update(whose, pipelines[key], of_update[key], unknown)
        updates.append(its.update)
        made = (its.run(table, flows, completed) for table, flows in its.flows(places, unplaced).items())
        found = [run for run in made if run is not None]
        runs += found
        completed |= {run.destination: run.pipeline for run in found if run.state == "completed"}
    runs.sort(key=lambda run: (run.started_at, run.destination))
    return Observation(tuple(updates), tuple(runs), unknown, unplaced)


def observed_update(events: Sequence[LogEvent], unknown: Counter[str]) -> ObservedUpdate:
    """Give what an update's events, in any order, say of it as a whole. A state that is not known is counted in `unknown`."""
    return _observed(events, _created(events), _known_steps(events, unknown), "", "", "")


def _observed(
    events: Sequence[LogEvent],
    created: Mapping[str, Any],
    known: Sequence[tuple[datetime, str]],
    connector: str,
    target: str,
    pipeline: str,
) -> ObservedUpdate:
    first = min(event.at for event in events)
    steps = [(first, "CREATED"), *known]
    last_at, last = steps[-1]
    took: defaultdict[str, float] = defaultdict(float)
    for (at, state), (then, _) in pairwise(steps):
        took[state] += (then - at).total_seconds()
    if last in _RUNNING:
        took[last] += (max(event.at for event in events) - last_at).total_seconds()
    reset = any(state == "RESETTING" for _, state in known)
    return ObservedUpdate(
        "workspace",
        connector,
        target,
        pipeline,
        events[0].pipeline_id,
        events[0].update,
        first,
        last_at if last in _ENDS else None,
        _ENDS.get(last, "running"),
        str(created.get("cause") or ""),
        reset or bool(created.get("full_refresh") or created.get("full_refresh_selection")),
        waiting_seconds=_sum(took, _WAITING),
        setup_seconds=_sum(took, _SETUP),
        running_seconds=_sum(took, _RUNNING),
    )


def _created(events: Sequence[LogEvent]) -> Mapping[str, Any]:
    return next((one.details for one in events if one.type == "create_update"), {})


def _known_steps(events: Sequence[LogEvent], unknown: Counter[str]) -> list[tuple[datetime, str]]:
    steps = []
    for event in events:
        if event.type != "update_progress":
            continue
        state = str(event.details.get("state") or "").upper()
        if state in _KNOWN:
            steps.append((event.at, state))
        else:
            unknown[f"update_progress with state {state!r}"] += 1
    return sorted(steps, key=lambda step: (step[0], _KNOWN[step[1]]))


class _Update:
    """An update's events, and what they say."""

    def __init__(self, whose: ObservedConnector, pipeline: str, events: list[LogEvent], unknown: Counter[str]) -> None:
        self._whose, self._pipeline, self._events, self._unknown = whose, pipeline, events, unknown
        self._created = _created(events)
        self._steps = _known_steps(events, unknown)
        self.update = _observed(events, self._created, self._steps, whose.connector, whose.target, pipeline)

    def flows(self, places: Places, unplaced: Counter[str]) -> dict[TableId, list[tuple[FlowRun, float]]]:
        """Give each table's flows with their shares; flows of no table are counted by their names."""
        ran = flow_runs(self._events, self.update.ended_at, self._unknown)
        shares = shares_of({names: run.spans for names, run in ran.items()})
        inside = self._whose.tables.get(self._pipeline, ())
        found: defaultdict[TableId, list[tuple[FlowRun, float]]] = defaultdict(list)
        for (flow, dataset), run in ran.items():
            if (table := places.table(flow, dataset, inside)) is not None:
                found[table].append((run, shares[flow, dataset]))
            else:
                unplaced[flow or dataset] += 1
        return found

    def run(self, table: TableId, flows: Sequence[tuple[FlowRun, float]], completed: Mapping[str, str]) -> TableRun | None:
        """Give a table's run by its flows; None, and counted, where the log does not have its beginning.

        completed: destination → the pipeline that last completed it.
        """
        one, ran = self.update, [run for run, _ in flows]
        began = bool(self._created) or any(state in (*_WAITING, *_SETUP) for _, state in self._steps)
        if not (began or all(run.begins for run in ran)):
            self._unknown["runs whose beginning the log does not have"] += 1
            return None
        spans = [span for run in ran for span in run.spans]
        started = min((start for start, _ in spans), default=min(run.first_at for run in ran))
        ended = max((end for _, end in spans), default=started)
        rows = [run.rows for run in ran if run.rows is not None]
        state = min((run.state for run in ran), key=_WORST.index)
        return TableRun(
            "workspace",
            one.connector,
            one.target,
            one.pipeline,
            one.pipeline_id,
            one.update,
            table.source_table,
            table.destination,
            started,
            None if state == "running" else ended,
            round(sum(share for _, share in flows), 3),
            round((ended - started).total_seconds(), 3),
            state,
            self._is_full(table, completed),
            sum(rows) if rows else None,
            sum(run.retries for run in ran),
            round(max(run.queued_seconds for run in ran), 3),
            round(max(run.idle_seconds for run in ran), 3),
            next((run.error for run in ran if run.error), ""),
        )

    def _is_full(self, table: TableId, completed: Mapping[str, str]) -> bool | None:
        selected = self._created.get("full_refresh_selection")
        if isinstance(selected, list) and selected and not self._created.get("full_refresh"):
            names = {str(name).lower() for name in selected}
            if names & {table.destination.lower(), table.table.lower()}:
                return True
        elif self.update.full_refresh:
            return True
        before = completed.get(table.destination)
        return None if before is None else before != self._pipeline


def _sum(took: Mapping[str, float], states: Sequence[str]) -> float:
    return round(sum(took.get(state, 0.0) for state in states), 3)
