"""What one update did in one flow, from the flow's events.

Source: Databricks documentation, "Pipeline event log schema", details for flow_progress: a flow is QUEUED, STARTING, RUNNING,
then COMPLETED or FAILED; SKIPPED where an upstream failed, STOPPED by hand, EXCLUDED where the update was not for it, IDLE
with nothing to do. PLANNING, which the product's own logs have, is a part of running.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from headgate.grouped import grouped

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from headgate.observe.log_event import LogEvent
    from headgate.observe.model import RunState
    from headgate.observe.shares import Span

_ACTIVE = frozenset({"PLANNING", "STARTING", "RUNNING"})
_ENDS: dict[str, RunState] = {"COMPLETED": "completed", "FAILED": "failed", "SKIPPED": "skipped", "STOPPED": "stopped"}
# In the order in which they come, for those of one instant.
_KNOWN = {status: rank for rank, status in enumerate(("QUEUED", "PLANNING", "STARTING", "RUNNING", "IDLE", *_ENDS, "EXCLUDED"))}


@dataclass(frozen=True, slots=True)
class FlowRun:
    """A flow in an update. spans: when it ran. rows: None where none are told. begins: whether the log has its beginning."""

    first_at: datetime
    spans: tuple[Span, ...]
    state: RunState
    rows: int | None
    retries: int
    queued_seconds: float
    idle_seconds: float
    error: str
    begins: bool


def flow_runs(events: Iterable[LogEvent], end: datetime | None, unknown: Counter[str]) -> dict[tuple[str, str], FlowRun]:
    """Give what an update's events say of each flow, by the names of flow and dataset; `end` and `unknown` as below."""
    of_flow = grouped(((one.flow, one.dataset), one) for one in events if one.type == "flow_progress")
    ran = {names: flow_run(its, end, unknown) for names, its in sorted(of_flow.items())}
    return {names: run for names, run in ran.items() if run is not None}


def flow_run(events: Sequence[LogEvent], end: datetime | None, unknown: Counter[str]) -> FlowRun | None:
    """Give what the events of a flow say, in any order; None for one that the update was not for.

    end: when the update ended, at which what still ran has stopped; None: it has not. A status that is not known is counted in
    `unknown`, and changes nothing.
    """
    steps = [(event, str(event.details.get("status") or "").upper()) for event in events]
    for _, status in steps:
        if status and status not in _KNOWN:
            unknown[f"flow_progress with status {status!r}"] += 1
    known = sorted(
        ((event.at, status) for event, status in steps if status in _KNOWN), key=lambda step: (step[0], _KNOWN[step[1]])
    )
    if not known or known[-1][1] == "EXCLUDED":
        return None
    seconds = {"QUEUED": 0.0, "IDLE": 0.0}
    spans: list[Span] = []
    until = [at for at, _ in known[1:]] + [end or max(event.at for event in events)]
    for (at, status), then in zip(known, until, strict=True):
        if status in _ACTIVE and then > at:
            spans.append((at, then))
        elif status in seconds:
            seconds[status] += max(0.0, (then - at).total_seconds())
    return FlowRun(
        known[0][0],
        tuple(spans),
        _state(known[-1][1], ended=end is not None),
        _rows(steps),
        sum(_begins_again(before, now) for (_, before), (_, now) in pairwise(known)),
        seconds["QUEUED"],
        seconds["IDLE"],
        next((event.error for event, status in reversed(steps) if event.error and status == "FAILED"), ""),
        known[0][1] in {"QUEUED", "PLANNING", "STARTING", "SKIPPED", "IDLE"},
    )


def _state(last: str, *, ended: bool) -> RunState:
    if last in _ENDS:
        return _ENDS[last]
    if last == "IDLE":
        return "idle"
    return "stopped" if ended else "running"


def _begins_again(before: str, now: str) -> bool:
    return now in {"QUEUED", "STARTING"} and before in {"FAILED", "RUNNING"}


def _rows(steps: Sequence[tuple[LogEvent, str]]) -> int | None:
    """Give the rows: each batch of a stream tells its own while the flow runs, a flow without batches all at its end."""
    running = [rows for event, status in steps if status != "COMPLETED" and (rows := _written(event.details)) is not None]
    at_end = [rows for event, status in steps if status == "COMPLETED" and (rows := _written(event.details)) is not None]
    return max([sum(running), *at_end]) if running or at_end else None


def _written(details: Mapping[str, Any]) -> int | None:
    metrics = details.get("metrics")
    said = metrics if isinstance(metrics, dict) else {}
    changed = [rows for name in ("num_upserted_rows", "num_deleted_rows") if (rows := _count(said.get(name))) is not None]
    output = _count(said.get("num_output_rows"))
    return output if output is not None else sum(changed) if changed else None


def _count(value: object) -> int | None:
    """Give a count, which exports may hold as text; None where it is none: a sink that counts nothing says -1."""
    try:
        number = int(str(value))
    except ValueError:
        return None
    return number if number >= 0 else None
