"""Rows of event logs to updates and runs of tables, without keeping the rows: an update is summed up once it is over.

Rows may come in any order within an update, from several files, and twice. Where two excerpts have the same update, the one
with more events counts.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from math import inf
from typing import TYPE_CHECKING, Any

from headgate.assess.model import NEWEST, PipelineRead, TableRead, UpdateRead
from headgate.observe.flows import flow_runs
from headgate.observe.log_event import log_event
from headgate.observe.placing import plain_flow
from headgate.observe.shares import shares_of
from headgate.observe.updates import observed_update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from headgate.observe.log_event import LogEvent

_OPEN = 2_000  # updates whose events are kept at a time: more than run at once in a workspace
_SLACK = 2 * NEWEST  # runs of a table, from which on the oldest are dropped


class Gathering:
    """What was read so far. only: whether a pipeline is meant, by name and id; that of an event without a name is its id.

    latest: seconds since 1970 after which nothing can have started: what does was timed by a wrong clock, and is counted
    in `unknown`.
    """

    def __init__(self, only: Callable[[str, str], bool] = lambda _name, _id: True, latest: float = inf) -> None:
        self._only, self._latest = only, latest
        self._open: OrderedDict[tuple[str, str], dict[str, LogEvent]] = OrderedDict()
        self.pipelines: dict[str, PipelineRead] = {}
        self.unknown: Counter[str] = Counter()

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Read rows of logs, in whichever of their forms."""
        unknown, opened = self.unknown, self._open
        for row in rows:
            event = log_event(row, unknown)
            if event is None:
                continue
            key = event.pipeline_id or event.pipeline_name, event.update
            events = opened.get(key)
            if events is None:
                events = opened[key] = {}
                if len(opened) > _OPEN:
                    self._close(*opened.popitem(last=False))
            else:
                opened.move_to_end(key)
            events[event.id] = event

    def end(self) -> None:
        """Sum up what is still open: there are no more rows, or they are of other updates."""
        while self._open:
            self._close(*self._open.popitem(last=False))
        for one in self.pipelines.values():
            for runs in one.tables.values():
                _keep_newest(runs)

    def merge(self, others: Mapping[str, PipelineRead], unknown: Mapping[str, int]) -> None:
        """Take in what another process read."""
        self.unknown.update(unknown)
        for id_, other in others.items():
            one = self.pipelines.setdefault(id_, PipelineRead(id_, other.name))
            one.name = one.name or other.name
            better = {key for key, update in other.updates.items() if _is_better(update, one.updates.get(key))}
            one.updates.update((key, other.updates[key]) for key in better)
            for table, its in other.tables.items():
                mine = one.tables.setdefault(table, {})
                mine.update((key, run) for key, run in its.items() if key in better)
                _keep_newest(mine)

    def _close(self, key: tuple[str, str], found: Mapping[str, LogEvent]) -> None:
        events = list(found.values())
        id_, update = key
        name = next((event.pipeline_name for event in events if event.pipeline_name), "")
        if not self._only(name or id_, id_):
            return
        seen = observed_update(events, self.unknown)
        if seen.started_at.timestamp() > self._latest:
            self.unknown["updates that start more than a day from now"] += 1
            return
        one = self.pipelines.setdefault(id_, PipelineRead(id_))
        one.name = name or one.name
        before = one.updates.get(update)
        if before is not None and before.events >= len(events):
            return
        flows = flow_runs(events, seen.ended_at, self.unknown)
        counts = [flow.rows for flow in flows.values() if flow.rows is not None]
        start = seen.started_at.timestamp()
        one.updates[update] = UpdateRead(
            start,
            seen.ended_at.timestamp() if seen.ended_at else None,
            seen.waiting_seconds,
            seen.setup_seconds,
            seen.running_seconds,
            seen.state,
            sum(counts) if counts else None,
            seen.full_refresh,
            len(events),
        )
        if seen.full_refresh:
            return
        shares = shares_of({names: flow.spans for names, flow in flows.items() if flow.state == "completed"})
        seconds: Counter[str] = Counter()
        for (flow, dataset), share in shares.items():
            seconds[dataset or plain_flow(flow)] += share  # type: ignore[assignment]  # a sum of seconds
        for table, share in seconds.items():
            runs = one.tables.setdefault(table, {})
            runs[update] = TableRead(start, share)
            if len(runs) > _SLACK:
                _keep_newest(runs)


def _is_better(update: UpdateRead, than: UpdateRead | None) -> bool:
    return than is None or update.events > than.events


def _keep_newest(runs: dict[str, TableRead]) -> None:
    if len(runs) <= NEWEST:
        return
    for key in sorted(runs, key=lambda key: -runs[key].start)[NEWEST:]:
        del runs[key]
