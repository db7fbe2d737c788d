"""A workspace's event log as updates and runs of tables."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.observe.log_event import log_event
from headgate.observe.updates import observed_in
from tests.observe.logs import BEGIN, EVENTS, ITEMS, ORDERS, PIPELINE, WHOSE, created, event, flow, state, table_flow, update_of

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from headgate.observe.model import Observation, TableRun
    from headgate.observe.updates import ObservedConnector


def observed(rows: Iterable[dict[str, Any]], whose: ObservedConnector = WHOSE) -> Observation:
    unknown: Counter[str] = Counter()
    return observed_in([found for row in rows if (found := log_event(row, unknown))], whose, unknown)


def runs_of(rows: Iterable[dict[str, Any]]) -> dict[str, TableRun]:
    return {run.source_table: run for run in observed(rows).runs}


def test_an_update_waits_is_set_up_and_runs() -> None:
    (update,) = observed(update_of("u1")).updates

    assert (update.pipeline, update.pipeline_id, update.update) == ("all_1", PIPELINE, "u1")
    assert (update.started_at, update.ended_at) == (BEGIN, BEGIN + timedelta(seconds=108))
    assert (update.state, update.cause, update.full_refresh) == ("completed", "JOB_TASK", False)
    assert (update.waiting_seconds, update.setup_seconds, update.running_seconds) == (5, 3, 100)


def test_a_flow_is_queued_then_takes_its_time_alone() -> None:
    run = runs_of(update_of("u1", 0, *table_flow("u1", "main.bronze.orders", 10, 40, 500)))["orders"]

    assert (run.started_at, run.ended_at) == (BEGIN + timedelta(seconds=10), BEGIN + timedelta(seconds=40))
    assert (run.seconds, run.elapsed, run.queued_seconds, run.rows, run.state) == (30, 30, 2, 500, "completed")


def test_flows_side_by_side_share_the_time() -> None:
    orders, items = table_flow("u1", "main.bronze.orders", 10, 40), table_flow("u1", "main.bronze.items", 20, 30)

    runs = runs_of(update_of("u1", 0, *orders, *items))

    assert (runs["orders"].seconds, runs["items"].seconds) == (25, 5)
    assert (runs["orders"].elapsed, runs["items"].elapsed) == (30, 10)


@pytest.mark.parametrize(
    ("names", "table"),
    [
        pytest.param(["main.bronze.orders"], ORDERS, id="a change flow has its target's name"),
        pytest.param(["MAIN.bronze.Orders"], ORDERS, id="in any capitals"),
        pytest.param(["orders"], ORDERS, id="without catalog and schema"),
        pytest.param(["main.bronze.source_events_append_flow"], EVENTS, id="an append flow"),
        pytest.param(["source_events_append_flow"], EVENTS, id="an append flow's bare name"),
        pytest.param(["items_staging_flow"], ITEMS, id="an append flow of an earlier framework"),
        pytest.param(["main.bronze.orders", "main.bronze.source_orders_delete_flow"], ORDERS, id="deletions beside changes"),
    ],
)
def test_the_framework_s_flows_are_their_tables(names: list[str], table: Any) -> None:
    (run,) = observed(update_of("u1", 0, *[row for name in names for row in table_flow("u1", name, 10, 40)])).runs

    assert (run.destination, run.seconds) == (table.destination, 30)
    assert run.rows == 10 * len(names)


def test_a_dataset_beside_the_flow_names_the_table() -> None:
    origin = {"dataset_name": "orders", "catalog_name": "main", "schema_name": "bronze"}
    rows = [flow(10, "u1", "some_flow", "RUNNING", origin=origin), flow(30, "u1", "some_flow", "COMPLETED", origin=origin)]

    assert runs_of(update_of("u1", 0, *rows))["orders"].seconds == 20


def test_flows_of_no_table_are_counted_by_name_and_share_the_time() -> None:
    found = observed(update_of("u1", 0, *table_flow("u1", "main.bronze.orders", 10, 40), *table_flow("u1", "my_view", 10, 40)))

    assert [run.seconds for run in found.runs] == [15]
    assert found.unplaced == {"my_view": 1}


def test_batches_of_a_stream_add_up_and_changes_count_where_no_output_is_told() -> None:
    stream = [
        flow(10, "u1", "orders", "STARTING"),
        flow(20, "u1", "orders", "RUNNING", {"num_output_rows": 300, "backlog_bytes": 0}),
        flow(30, "u1", "orders", "RUNNING", {"num_output_rows": 200}),
        flow(40, "u1", "orders", "COMPLETED"),
    ]
    changes = [
        flow(10, "u1", "items", "STARTING"),
        flow(20, "u1", "items", "RUNNING", {"num_output_rows": None, "num_upserted_rows": 25, "num_deleted_rows": 4}),
        flow(40, "u1", "items", "COMPLETED", {"num_output_rows": -1}),
    ]

    runs = runs_of(update_of("u1", 0, *stream, *changes))

    assert (runs["orders"].rows, runs["items"].rows) == (500, 29)


def test_a_total_that_is_told_at_the_end_is_not_added_to_the_batches() -> None:
    rows = [
        flow(10, "u1", "orders", "RUNNING", {"num_output_rows": 300}),
        flow(20, "u1", "orders", "RUNNING", {"num_output_rows": 200}),
        flow(30, "u1", "orders", "COMPLETED", {"num_output_rows": 500}),
    ]

    assert runs_of(update_of("u1", 0, *rows))["orders"].rows == 500


def test_a_flow_that_fails_is_tried_again_and_its_error_is_told() -> None:
    error = {"fatal": True, "exceptions": [{"class_name": "StreamingQueryException", "message": "no such column"}]}
    rows = [
        flow(8, "u1", "orders", "QUEUED"),
        flow(10, "u1", "orders", "STARTING"),
        flow(20, "u1", "orders", "FAILED", error=error, level="ERROR"),
        flow(30, "u1", "orders", "STARTING"),
        flow(45, "u1", "orders", "FAILED", error=error, level="ERROR"),
    ]

    run = runs_of([*update_of("u1", 0, *rows)[:-1], state(50, "u1", "FAILED")])["orders"]

    assert (run.state, run.retries, run.seconds, run.elapsed) == ("failed", 1, 25, 35)
    assert run.error == "no such column"


def test_skipped_stopped_excluded_and_idle_flows() -> None:
    rows = [
        *[flow(8, "u1", "orders", "QUEUED"), flow(9, "u1", "orders", "SKIPPED")],
        *[flow(10, "u1", "items", "RUNNING"), flow(20, "u1", "items", "IDLE"), flow(50, "u1", "items", "STOPPED")],
        *[flow(8, "u1", "events", "QUEUED"), flow(9, "u1", "events", "EXCLUDED")],
    ]

    runs = runs_of(update_of("u1", 0, *rows))

    assert (runs["orders"].state, runs["orders"].seconds) == ("skipped", 0)
    assert (runs["items"].state, runs["items"].seconds, runs["items"].idle_seconds) == ("stopped", 10, 30)
    assert "events" not in runs


def test_what_still_runs_has_no_end_and_what_an_update_s_end_cuts_was_stopped() -> None:
    running = update_of("u1", 0, flow(10, "u1", "orders", "RUNNING"))

    under_way = observed(running[:-1])
    assert (under_way.updates[0].state, under_way.runs[0].state, under_way.runs[0].ended_at) == ("running", "running", None)
    canceled = runs_of([*running[:-1], state(60, "u1", "CANCELED")])["orders"]
    assert (canceled.state, canceled.seconds) == ("stopped", 50)


def test_full_refreshes_of_all_or_of_some_and_runs_after_a_completed_one() -> None:
    def both(update: str, begin: float) -> list[dict[str, Any]]:
        steps = ((10, "STARTING"), (20, "COMPLETED"))
        return [flow(begin + after, update, name, status) for name in ("orders", "items") for after, status in steps]

    rows = [
        *update_of("u1", 0, *both("u1", 0)),
        *update_of("u2", 200, *both("u2", 200)),
        *update_of("u3", 400, *both("u3", 400), full_refresh_selection=["main.bronze.orders"]),
        *update_of("u4", 600, *both("u4", 600), full_refresh=True),
    ]

    runs = observed(rows).runs
    assert [run.full_load for run in runs if run.source_table == "orders"] == [None, False, True, True]
    assert [run.full_load for run in runs if run.source_table == "items"] == [None, False, False, True]


def test_updates_that_overlap_do_not_share_each_other_s_time() -> None:
    one = update_of("u1", 0, *table_flow("u1", "orders", 10, 40))
    other = [*update_of("u2", 20, flow(30, "u2", "orders", "STARTING"), flow(70, "u2", "orders", "COMPLETED"))]

    assert [run.seconds for run in observed([*one, *other]).runs] == [30, 40]


def test_a_run_whose_beginning_the_log_lacks_is_counted_and_left_out() -> None:
    found = observed([flow(10, "u1", "orders", "RUNNING"), flow(40, "u1", "orders", "COMPLETED"), state(50, "u1", "COMPLETED")])

    assert found.runs == ()
    assert found.unknown == {"runs whose beginning the log does not have": 1}


def test_pipelines_of_others_are_left_out_and_one_that_was_not_recorded_is_known_by_its_name() -> None:
    rows = update_of("u1", 0, *table_flow("u1", "orders", 10, 40))

    renamed = [row | {"origin": row["origin"] | {"pipeline_id": "another"}} for row in rows]
    strange = [row | {"origin": row["origin"] | {"pipeline_id": "another", "pipeline_name": "theirs"}} for row in rows]

    assert [run.pipeline for run in observed(renamed, replace(WHOSE, pipelines={})).runs] == ["all_1"]
    assert observed(strange).updates == ()


def test_a_namesake_of_a_pipeline_whose_id_is_recorded_is_another_one() -> None:
    rows = update_of("u1", 0, *table_flow("u1", "orders", 10, 40))

    found = observed([row | {"origin": row["origin"] | {"pipeline_id": "another"}} for row in rows])

    assert found.runs == ()
    assert found.unknown == {"events of a pipeline 'CRM_all_1' with another id than is recorded": len(rows)}


def test_what_a_pipeline_loads_first_of_a_table_that_another_completed_before_is_a_full_load() -> None:
    def one(update: str, begin: float, pipeline: str) -> list[dict[str, Any]]:
        steps = [flow(begin + after, update, "orders", status) for after, status in ((10, "STARTING"), (20, "COMPLETED"))]
        return [row | {"origin": row["origin"] | {"pipeline_id": pipeline}} for row in update_of(update, begin, *steps)]

    whose = replace(WHOSE, pipelines={"a": "all_1", "b": "all_2"})
    order = [("u1", "a"), ("u2", "a"), ("u3", "b"), ("u4", "b"), ("u5", "a")]
    found = observed([row for n, (update, pipeline) in enumerate(order) for row in one(update, 200 * n, pipeline)], whose)

    assert [run.full_load for run in found.runs] == [None, False, True, False, True]


def test_what_is_not_understood_is_counted_and_named() -> None:
    rows = [
        event(1, "cluster_resources", "u1", {}),
        event(2, "user_action", "u1", {"action": "START"}),
        event(3, "quantum_progress", "u1", {}),
        event(4, "flow_progress", "u1", None),
        event(5, "update_progress", "", {"state": "RUNNING"}),
        state(6, "u1", "PONDERING"),
        flow(7, "u1", "orders", "DREAMING"),
        {"event_type": "flow_progress", "timestamp": "yesterday", "details": {}},
        {"message": "a line of something else"},
    ]

    assert observed(rows).unknown == {
        "events of type 'quantum_progress'": 1,
        "flow_progress without details": 1,
        "update_progress without an update_id": 1,
        "update_progress with state 'PONDERING'": 1,
        "flow_progress with status 'DREAMING'": 1,
        "flow_progress without a time": 1,
        "rows without event_type": 1,
    }


def test_the_three_forms_of_a_log_say_the_same() -> None:
    rest = update_of("u1", 0, *table_flow("u1", "main.bronze.orders", 10, 40))

    table = [row | {name: json.dumps(row[name]) for name in ("origin", "details")} for row in rest]
    for row in table:
        row["timestamp"] = row["timestamp"].replace("T", " ").removesuffix("Z")
    system = [
        {
            "account_id": "acc",
            "workspace_id": "4711",
            "pipeline_id": row["origin"]["pipeline_id"],
            "update_id": row["origin"]["update_id"],
            "pipeline_event_id": row["id"],
            "event_type": row["event_type"],
            "origin": {"pipeline_name": "CRM_all_1", "flow_name": row["origin"].get("flow_name")},
            "level": row["level"],
            "event_time": row["timestamp"].replace("Z", "+00:00"),
            "details": json.dumps(row["details"]),
        }
        for row in rest
    ]

    assert observed(rest) == observed(table) == observed(system)
    assert observed([*rest, *table]) == observed(rest)


def test_errors_of_others_are_shown_without_tokens_and_with_every_character() -> None:
    error = {"exceptions": [{"message": "refused\x1b[31m dapi0123456789abcdef0123456789abcdef"}]}
    rows = [flow(10, "u1", "orders", "STARTING"), flow(20, "u1", "orders", "FAILED", error=error)]

    said = runs_of(update_of("u1", 0, *rows))["orders"].error

    assert "dapi0123" not in said
    assert "\x1b" not in said


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["main.bronze.orders", "items", "source_events_append_flow", "", "x"]),
        st.sampled_from(["QUEUED", "PLANNING", "STARTING", "RUNNING", "IDLE", "COMPLETED", "FAILED", "STOPPED", "?", None]),
        st.floats(0, 100),
        st.none() | st.integers(-1, 9),
    ),
    max_size=30,
)


@given(STEPS, st.randoms(use_true_random=False))
def test_shares_add_up_to_the_time_in_which_any_flow_ran_whatever_comes_in_any_order(
    steps: list[tuple[str, str | None, float, int | None]], chance: random.Random
) -> None:
    rows = [flow(8 + second, "u1", name, status, {"num_output_rows": rows}) for name, status, second, rows in steps]
    whole = update_of("u1", 0, *rows)
    found = observed(whole)
    chance.shuffle(whole)

    assert observed(whole).runs == found.runs
    assert sum(run.seconds for run in found.runs) <= 100 + 0.01
    assert all(0 <= run.seconds <= run.elapsed + 0.001 and run.rows != -1 for run in found.runs)


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
NESTED = st.lists(PLAIN, max_size=3) | st.dictionaries(st.text(max_size=5), PLAIN | st.lists(PLAIN, max_size=2), max_size=3)


@given(
    PLAIN | NESTED | st.dictionaries(st.sampled_from(["flow_progress", "status", "metrics", "exceptions"]), NESTED, max_size=2),
    st.sampled_from(["origin", "details", "timestamp", "error", "event_type", "id"]),
)
def test_no_value_of_another_form_ends_the_reading(value: Any, where: str) -> None:
    rows = [created(0, "u1"), flow(10, "u1", "orders", "STARTING"), flow(20, "u1", "orders", "COMPLETED") | {where: value}]

    found = observed(rows)

    assert len(found.runs) <= 1
