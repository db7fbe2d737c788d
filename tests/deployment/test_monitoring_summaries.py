"""The monitoring's file, run as its pipeline runs it, on event logs of the documented form: what it makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headgate.deployment.monitoring.expected import Expected
from headgate.deployment.monitoring.file import monitoring_file
from headgate.deployment.monitoring.queries import SYSTEM_TABLES, TABLES, query

duckdb = pytest.importorskip("duckdb", reason="make test installs it")
pytest.importorskip("sqlglot", reason="make test installs it")

from tests.deployment.event_logs import START, EventLog  # noqa: E402  # what it imports may not be there
from tests.deployment.lake import Lake, run  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.deployment.lake import Rows, Update

NAMES = {table: f"crm__prod__{table}" for table in TABLES}
ONE, TWO = "`lake`.`monitoring`.`crm__prod__event_log__all_1`", "`lake`.`monitoring`.`crm__prod__event_log__all_2`"
LOGS = {"all_1": ONE, "all_2": TWO}
HOURLY = Expected("all_1", "crm_all_1", "all", "0 * * * *", 3, 60.0, 50.0, 60.0)
EXPECTED = [HOURLY, replace(HOURLY, pipeline="all_2", name="crm_all_2", expected_seconds=40.0)]


@pytest.fixture
def lake() -> Lake:
    return Lake("monitoring")


@pytest.fixture
def update(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Update]:
    """Give a function that runs an update of the monitoring."""

    def run_it(logs: dict[str, str] = LOGS, module: str = "pyspark") -> Update:
        return run(monitoring_file("crm", "prod", NAMES, logs, EXPECTED), lake, monkeypatch, module)

    return run_it


def rows(lake: Lake, table: str, *names: str) -> list[tuple[Any, ...]]:
    """Give some columns of a summary, sorted."""
    return sorted(tuple(row[name] for name in names) for row in lake.sql(f"SELECT * FROM {NAMES[table]}"))


def asked(lake: Lake, name: str) -> Rows:
    """Give the rows of a query of the dashboard."""
    return lake.sql(query(name, {table: f"`lake`.`monitoring`.`{its}`" for table, its in NAMES.items()}))


def test_an_update_is_summed_up_from_what_it_said(lake: Lake, update: Callable[..., Update]) -> None:
    log = EventLog(lake, ONE, "p-1")
    log.update("u-1", 0, 50)
    log.flow("u-1", "main.crm.orders", 12, 30, num_output_rows=500)
    log.flow("u-1", "main.crm.notes", 12, 40, num_upserted_rows=7, num_deleted_rows=2)
    log.flow("u-1", "main.crm.empty", 12, 1)
    log.say(3600, "maintenance_progress", maintenance="…")

    update()

    (found,) = lake.sql(f"SELECT * FROM {NAMES['updates']}")
    assert (found["pipeline"], found["pipeline_id"], found["update_id"], found["cause"]) == ("all_1", "p-1", "u-1", "JOB_TASK")
    assert (found["state"], found["full_refresh"], found["num_rows"], found["errors"]) == ("COMPLETED", False, 509, 0)
    assert (found["seconds"], found["running_seconds"]) == (60, 50)
    assert (found["created_at"] - START).total_seconds() == 0
    assert rows(lake, "table_updates", "table_name", "state", "num_rows", "seconds") == [
        ("main.crm.empty", "COMPLETED", None, 2),
        ("main.crm.notes", "COMPLETED", 9, 41),
        ("main.crm.orders", "COMPLETED", 500, 31),
    ]


def test_what_failed_has_its_last_error_and_what_still_runs_has_no_end(lake: Lake, update: Callable[..., Update]) -> None:
    log = EventLog(lake, ONE, "p-1")
    log.update("u-1", 0, 5, "FAILED")
    log.flow("u-1", "main.crm.orders", 12, 2, "FAILED")
    log.say(3600, "create_update", "u-2", cause="USER_ACTION")
    log.say(3610, "update_progress", "u-2", state="RUNNING")

    update()

    told = rows(lake, "updates", "update_id", "state", "errors", "last_error", "seconds", "cause")
    assert told == [
        ("u-1", "FAILED", 1, "out of luck", 15, "JOB_TASK"),
        ("u-2", "RUNNING", 0, None, None, "USER_ACTION"),
    ]


@pytest.mark.parametrize(
    ("create", "full"),
    [
        ({}, False),
        ({"full_refresh": True}, True),
        ({"full_refresh_selection": []}, False),
        ({"full_refresh_selection": ["orders"]}, True),
    ],
)
def test_a_full_refresh_is_told_apart(lake: Lake, update: Callable[..., Update], create: dict[str, Any], full: bool) -> None:
    EventLog(lake, ONE, "p-1").update("u-1", 0, 5, **create)

    update()

    assert rows(lake, "updates", "full_refresh") == [(full,)]


@pytest.mark.parametrize("module", ["pyspark", "dlt"])
def test_a_log_that_is_missing_stops_no_other_and_is_named(
    lake: Lake, update: Callable[..., Update], module: str, capsys: pytest.CaptureFixture[str]
) -> None:
    EventLog(lake, TWO, "p-2").update("u-2", 0, 5)

    found = update(module=module)

    assert list(found.flows) == ["events_of_all_2"]
    assert rows(lake, "updates", "pipeline") == [("all_2",)]
    assert f"{ONE} can't be read, the others are: [TABLE_OR_VIEW_NOT_FOUND]" in capsys.readouterr().out


def test_before_any_pipeline_ran_the_summaries_are_empty(lake: Lake, update: Callable[..., Update]) -> None:
    found = update()

    assert list(found.flows) == ["no_events"]
    assert {table: len(rows(lake, table, "pipeline")) for table in ("events", "updates", "table_updates", "pipelines")} == {
        "events": 0, "updates": 0, "table_updates": 0, "pipelines": 2
    }  # fmt: skip
    assert [one["health"] for one in asked(lake, "health")] == ["no update yet"] * 2


def test_each_log_is_read_on_where_it_was_left(lake: Lake, update: Callable[..., Update]) -> None:
    one, two = EventLog(lake, ONE, "p-1"), EventLog(lake, TWO, "p-2")
    one.update("u-1", 0, 5)
    update()
    two.update("u-2", 0, 5)
    one.update("u-3", 3600, 5)
    update()

    assert rows(lake, "updates", "pipeline", "update_id") == [("all_1", "u-1"), ("all_1", "u-3"), ("all_2", "u-2")]
    assert len(rows(lake, "events", "id")) == one.written + two.written


def test_the_union_keeps_what_a_log_told_that_is_read_no_more(lake: Lake, update: Callable[..., Update]) -> None:
    EventLog(lake, ONE, "p-1").update("u-1", 0, 5)
    EventLog(lake, TWO, "p-2").update("u-2", 0, 5)
    update()

    left = update({"all_2": LOGS["all_2"]})

    assert list(left.flows) == ["events_of_all_2"]
    assert rows(lake, "updates", "pipeline") == [("all_1",), ("all_2",)]


def test_an_event_that_two_logs_have_counts_once(lake: Lake, update: Callable[..., Update]) -> None:
    """As where the platform takes a log to its new name when a pipeline gets another id."""
    log = EventLog(lake, ONE, "p-1")
    log.update("u-1", 0, 50)
    log.flow("u-1", "main.crm.orders", 12, 30, num_output_rows=500)
    update()
    lake.sql(f"CREATE TABLE {TWO} AS SELECT * FROM {ONE}")

    update({"all_2": TWO})

    assert rows(lake, "updates", "update_id", "num_rows") == [("u-1", 500)]
    assert rows(lake, "table_updates", "num_rows") == [(500,)]


def platform(lake: Lake) -> None:
    """Make what the platform tells of jobs: two runs, the first of which takes more than an hour, and another workspace's."""
    updates, tasks, runs = SYSTEM_TABLES
    start = {hour: START.replace(hour=hour) for hour in range(2, 6)}
    trigger = "trigger_details STRUCT<job_task: STRUCT<job_id: STRING, job_task_run_id: STRING, performance_target: STRING>>"
    period = "period_start_time TIMESTAMP, period_end_time TIMESTAMP"
    by = {"job_task": {"job_id": "7", "job_task_run_id": "72", "performance_target": None}}
    lake.replace(
        updates, f"workspace_id STRING, pipeline_id STRING, update_id STRING, {trigger}, {period}, result_state STRING",
        [
            ("1", "p-1", "u-1", by, start[2], start[3], None),
            ("1", "p-1", "u-1", by, start[3], start[4], "COMPLETED"),
            ("1", "p-9", "u-9", by, start[2], start[3], "COMPLETED"),
        ],
    )  # fmt: skip
    lake.replace(
        tasks, f"workspace_id STRING, job_id STRING, run_id STRING, job_run_id STRING, {period}, result_state STRING",
        [("1", "7", "72", "71", start[2], start[3], None), ("1", "7", "72", "71", start[3], start[4], "SUCCEEDED"),
         ("2", "7", "72", "99", start[2], start[3], "SUCCEEDED")],
    )  # fmt: skip
    lake.replace(
        runs, f"workspace_id STRING, job_id STRING, run_id STRING, {period}, result_state STRING",
        [("1", "7", "71", start[2], start[3], None), ("1", "7", "71", start[3], start[4], "SUCCEEDED"),
         ("2", "7", "99", start[2], start[3], "FAILED")],
    )  # fmt: skip


def test_an_update_has_the_run_of_the_job_that_started_it(lake: Lake, update: Callable[..., Update]) -> None:
    platform(lake)
    log = EventLog(lake, ONE, "p-1")
    log.update("u-1", 0, 3700)
    log.update("u-2", 7200, 5, cause="USER_ACTION")

    update()

    told = rows(lake, "updates", "update_id", "job_id", "job_run_id", "job_state")
    assert told == [("u-1", "7", "71", "SUCCEEDED"), ("u-2", None, None, None)]
    assert rows(lake, "job_runs", "update_id") == [("u-1",)]
    (run_of,) = lake.sql(f"SELECT job_ended_at - job_started_at AS took FROM {NAMES['job_runs']}")
    assert run_of["took"].total_seconds() == 7200


def test_without_the_rights_to_see_jobs_updates_have_none(lake: Lake, update: Callable[..., Update]) -> None:
    platform(lake)
    lake.sql(f"DROP TABLE {SYSTEM_TABLES[1]}")
    EventLog(lake, ONE, "p-1").update("u-1", 0, 5)

    update()

    assert rows(lake, "updates", "update_id", "job_run_id") == [("u-1", None)]
    assert rows(lake, "job_runs", "update_id") == []


@pytest.mark.parametrize(
    ("ran_at", "state", "health"),
    [
        (9 * 3600, "COMPLETED", "fine"),  # it is ten hours after START, and both pipelines are to run hourly
        (7 * 3600, "COMPLETED", "late"),
        (9 * 3600, "FAILED", "failed"),
        (9 * 3600, "CANCELED", "failed"),
        (9 * 3600, "STOPPING", "none completed yet"),
    ],
)
def test_health_of_a_pipeline(lake: Lake, update: Callable[..., Update], ran_at: int, state: str, health: str) -> None:
    EventLog(lake, ONE, "p-1").update("u-1", ran_at, 5, state)

    update()

    found = asked(lake, "health")
    assert [(one["name"], one["health"]) for one in found] == [("crm_all_1", health), ("crm_all_2", "no update yet")]


def test_loads_are_held_against_the_bound_by_the_median_of_the_last_ten_runs(lake: Lake, update: Callable[..., Update]) -> None:
    log = EventLog(lake, ONE, "p-1")
    log.update("slow", 0, 900)
    log.update("of all", 11 * 3600, 5000, full_refresh=True)
    for hour in range(1, 11):
        log.update(f"u-{hour}", hour * 3600, 60 if hour % 2 else 90)

    update()

    assert asked(lake, "load") == [
        {"name": "crm_all_1", "group_name": "all", "runs": 10, "median_seconds": 75, "expected_seconds": 60,
         "bound_seconds": 50, "of_bound": 1.5},
        {"name": "crm_all_2", "group_name": "all", "runs": None, "median_seconds": None, "expected_seconds": 40,
         "bound_seconds": 50, "of_bound": None},
    ]  # fmt: skip
    bars = {(one["name"], one["measure"]): one["seconds"] for one in asked(lake, "measures")}
    assert bars["crm_all_1", "median of the last runs"] == 75
    assert len(bars) == 6


def test_a_first_load_is_no_measure_of_a_run_whatever_it_was_called(lake: Lake, update: Callable[..., Update]) -> None:
    log = EventLog(lake, ONE, "p-1")
    for hour, (seconds, state) in enumerate([(700, "FAILED"), (900, "COMPLETED"), (60, "COMPLETED")]):
        log.update(f"u-{hour}", hour * 3600, seconds, state)

    update()

    assert rows(lake, "updates", "update_id", "first_load") == [("u-0", True), ("u-1", True), ("u-2", False)]
    assert [(one["runs"], one["median_seconds"]) for one in asked(lake, "load")] == [(1, 60), (None, None)]


def test_activity_by_day_and_freshness_by_table(lake: Lake, update: Callable[..., Update]) -> None:
    log, day = EventLog(lake, ONE, "p-1"), 24 * 3600
    for number, (rows_read, state) in enumerate([(500, "COMPLETED"), (0, "COMPLETED"), (0, "FAILED")]):
        log.update(f"u-{number}", number * day, 1790, state)
        log.flow(f"u-{number}", "main.crm.orders", number * day + 12, 30, state, num_output_rows=rows_read)

    update()

    told = [(one["day"].day, one["state"], one["updates"], one["num_rows"], one["hours"]) for one in asked(lake, "activity")]
    assert told == [(2, "COMPLETED", 1, 500, 0.5), (3, "COMPLETED", 1, 0, 0.5), (4, "FAILED", 1, 0, 0.5)]
    (table,) = asked(lake, "tables")
    assert (table["table_name"], table["state"], table["num_rows"]) == ("main.crm.orders", "FAILED", 0)
    assert (table["rows_came_at"].day, table["ended_at"].day) == (2, 4)
