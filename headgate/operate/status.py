"""How a pipeline's last update went, by its log: how long it took, what it brought, and what went wrong. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.observe.flows import flow_runs
from headgate.observe.log_event import log_event
from headgate.observe.updates import observed_update
from headgate.operate.advice import advice_for
from headgate.redaction.environment import without_own_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from headgate.operate.model import Listed, Update


@dataclass(frozen=True, slots=True)
class Status:
    """An update, None of a pipeline that has none. Seconds are from when it was asked for.

    running: of them, while tables were loaded; None where the log doesn't say. rows: None where it tells of none. tables: how
    many it loaded; error: what failed, in the service's words; fix: what to do, where that is known.
    """

    update: Update | None = None
    seconds: float | None = None
    running: float | None = None
    tables: int = 0
    rows: int | None = None
    error: str = ""
    fix: str = ""


def status_of(listed: Listed, rows: Iterable[Mapping[str, Any]], now: datetime) -> Status:
    """Give how the newest update went, by the rows of its pipeline's log; one that runs has taken until `now`."""
    last = listed.last
    if last is None:
        return Status()
    unknown: Counter[str] = Counter()
    events = [event for row in rows if (event := log_event(row, unknown)) is not None and event.update == last.id]
    update = observed_update(events, unknown) if events else None
    end = update.ended_at if update else None
    begun = last.created or (update.started_at if update else None)
    flows = flow_runs(events, end, unknown).values()
    counts = [flow.rows for flow in flows if flow.rows is not None]
    error = next((flow.error for flow in flows if flow.error), "") or next(
        (one.error for one in reversed(events) if one.error), ""
    )
    said = without_own_secrets(error)
    until = end or (None if last.ended else now)
    return Status(
        last,
        round((until - begun).total_seconds(), 3) if until and begun else None,
        update.running_seconds if update else None,
        len(flows),
        sum(counts) if counts else None,
        said,
        advice_for(said),
    )


def flows_in(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Give each flow that a log tells of → the dataset that it loads, empty where that is not told."""
    unknown: Counter[str] = Counter()
    events = (log_event(row, unknown) for row in rows)
    return {event.flow: event.dataset for event in events if event is not None and event.type == "flow_progress" and event.flow}
