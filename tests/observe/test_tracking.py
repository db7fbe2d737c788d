"""Observed updates as runs of an experiment."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from headgate.observe.model import Observation, ObservedUpdate, TableRun, UpdateState
from headgate.observe.summary import PipelineSeen
from headgate.observe.tracking import tracked_updates

START = datetime(2026, 3, 1, 4, tzinfo=UTC)
END = START + timedelta(seconds=60)
WHOSE: dict[str, Any] = {
    "origin": "workspace",
    "connector": "crm",
    "target": "prod",
    "pipeline": "people_1",
    "pipeline_id": "p-1",
    "update": "u-1",
}
TIMES: dict[str, Any] = {"started_at": START, "ended_at": END, "state": "completed"}
UPDATE = ObservedUpdate(**WHOSE, **TIMES, cause="JOB_TASK", waiting_seconds=3, setup_seconds=12, running_seconds=45)
RUN = TableRun(**WHOSE, **TIMES, source_table="orders", destination="main.bronze.orders", seconds=30, elapsed=40, rows=600)
SEEN = PipelineSeen("people_1", "people", 2, 1, 36.0, 30.0, 45.0, 15.0, 36.0, 0.0)


def test_an_update_is_a_run_with_its_load_beside_the_bound() -> None:
    items = replace(RUN, source_table="items", destination="main.bronze.items", seconds=15, rows=None, state="failed")
    (found,) = tracked_updates(Observation((UPDATE,), (RUN, items)), [SEEN], {"layout": "sha256:0a", "pipelines": "4"})

    assert (found.key, found.name) == ("prod/people_1/u-1", "prod people_1 2026-03-01 04:00:00")
    assert (found.started_at, found.ended_at, found.status) == (1_772_337_600_000, 1_772_337_660_000, "FINISHED")
    assert found.params == {
        "layout": "sha256:0a",
        "pipelines": "4",
        "connector": "crm",
        "target": "prod",
        "pipeline": "people_1",
        "origin": "workspace",
        "cause": "JOB_TASK",
        "full_refresh": "false",
        "tables_loaded": "2",
    }
    assert found.metrics == {
        "load_seconds": 45,
        "waiting_seconds": 3,
        "setup_seconds": 12,
        "rows": 600,
        "failed_tables": 1,
        "expected_seconds": 36,
        "bound_seconds": 30,
        "load_of_bound": 1.5,
        "main.bronze.orders/seconds": 30,
        "main.bronze.orders/rows": 600,
        "main.bronze.orders/rows_per_second": 20,
        "main.bronze.items/seconds": 15,
    }


def test_how_an_update_ended_is_how_its_run_did_and_one_that_still_runs_is_none() -> None:
    states: tuple[UpdateState, ...] = ("completed", "failed", "canceled")
    ended = [replace(UPDATE, update=state, state=state) for state in states]
    found = tracked_updates(Observation((*ended, replace(UPDATE, state="running", ended_at=None))), [], {})

    assert [one.status for one in found] == ["FINISHED", "FAILED", "KILLED"]


def test_a_pipeline_of_no_layout_has_no_bound() -> None:
    (found,) = tracked_updates(Observation((replace(UPDATE, pipeline="old_1"),)), [SEEN], {})

    assert not [name for name in found.metrics if "bound" in name or "expected" in name]


def test_what_logs_say_of_errors_goes_nowhere() -> None:
    failed = replace(RUN, state="failed", error="login with CANARY-1 refused")

    assert "CANARY" not in repr(tracked_updates(Observation((UPDATE,), (failed,)), [SEEN], {}))


@given(st.lists(st.text(min_size=1, max_size=400), min_size=1, unique=True))
def test_each_table_has_a_metric_of_its_own_whose_name_mlflow_takes(names: list[str]) -> None:
    runs = tuple(replace(RUN, source_table=name, destination=f"main.bronze.{name}") for name in names)
    (found,) = tracked_updates(Observation((UPDATE,), runs), [], {})

    assert sum(1 for name in found.metrics if name.endswith("/seconds")) == len(names)
    assert all(re.fullmatch(r"[/\w.\- :]{1,250}", name) for name in found.metrics)
