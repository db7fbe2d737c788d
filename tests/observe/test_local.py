"""Runs on this machine, from the log that `headgate run` writes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from headgate.observe.local import local_event, local_observation

if TYPE_CHECKING:
    from headgate.observe.model import Observation

BEGIN = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def row(kind: str, state: str, begin: float, end: float | None = None, **more: Any) -> dict[str, Any]:
    """Give an event as its line has it."""
    ended = {} if end is None else {"ended_at": at(end), "seconds": end - begin}
    told = {"run": "r1", "connector": "crm", "target": "dev", "pipeline": "all_1"}
    return {"kind": kind, "state": state, "started_at": at(begin), **told, **ended, **more}


def at(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).isoformat()


def table(name: str, begin: float, end: float, state: str = "loaded", **more: Any) -> dict[str, Any]:
    return row("table", state, begin, end, table=f"main.bronze.{name}", source_table=name, **more)


def observed(*rows: dict[str, Any]) -> Observation:
    unknown: Counter[str] = Counter()
    return local_observation([event for one in rows if (event := local_event(one, unknown))], "crm", "dev", unknown)


WHOLE = (
    row("run", "started", 0, pipeline=None),
    row("pipeline", "started", 0),
    table("orders", 2, 10, full_load=True, rows=70, retries=2),
    table("items", 10, 11, "failed", error="no such column"),
    row("pipeline", "failed", 0, 11),
    row("run", "failed", 0, 11, pipeline=None),
)


def test_a_run_s_pipelines_are_updates_and_its_tables_are_runs() -> None:
    found = observed(*WHOLE)

    (update,) = found.updates
    orders, items = found.runs
    assert (update.state, update.setup_seconds, update.running_seconds, update.full_refresh) == ("failed", 2, 9, True)
    assert (orders.destination, orders.seconds, orders.rows, orders.retries, orders.full_load) == (
        "main.bronze.orders", 8, 70, 2, True,
    )  # fmt: skip
    assert (items.state, items.error, items.pipeline) == ("failed", "no such column", "all_1")


def test_the_same_log_twice_is_one() -> None:
    assert observed(*WHOLE, *WHOLE) == observed(*WHOLE)


def test_a_run_that_was_killed_has_no_end() -> None:
    (update,) = observed(*WHOLE[:3]).updates

    assert (update.state, update.ended_at) == ("running", None)


def test_other_connectors_and_targets_are_left_out() -> None:
    assert observed(*(one | {"target": "prod"} for one in WHOLE)) == observed()
    assert observed(*(one | {"connector": "shop"} for one in WHOLE)) == observed()


def test_an_event_of_another_form_is_counted() -> None:
    assert observed(table("orders", 0, 1, shoe_size=43)).unknown == {"events of a run with another shoe_size": 1}
