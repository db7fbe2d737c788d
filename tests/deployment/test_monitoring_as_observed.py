"""The summaries beside `headgate observe`: of the same events, both tell the same rows and seconds."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.deployment.monitoring.file import monitoring_file
from headgate.deployment.monitoring.queries import TABLES
from headgate.observe.log_event import log_event
from headgate.observe.updates import ObservedConnector, observed_in
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from collections.abc import Iterable

duckdb = pytest.importorskip("duckdb", reason="make test installs it")
pytest.importorskip("sqlglot", reason="make test installs it")

from tests.deployment.event_logs import EventLog  # noqa: E402  # what it imports may not be there
from tests.deployment.lake import Lake, run  # noqa: E402
from tests.support.examples import examples  # noqa: E402

NAMES = {table: f"crm__prod__{table}" for table in TABLES}
LOG = "`lake`.`monitoring`.`crm__prod__event_log__all_1`"
ORDERS = "main.crm.orders"
WHOSE = ObservedConnector("crm", "prod", {"all_1": (TableId("orders", ORDERS),)}, {"p-1": "all_1"})
OUTPUT, UPSERTED, DELETED = "num_output_rows", "num_upserted_rows", "num_deleted_rows"

# A step of a flow: the seconds after the step before it, its status, its metrics.
Step = tuple[int, str, dict[str, Any]]
# Update → (how it ends, the seconds after its last step; None: not yet) and the steps of each flow of one table.
Said = dict[str, tuple[tuple[str, int] | None, dict[str, list[Step]]]]

COUNTS = st.one_of(st.none(), st.integers(-1, 500))
METRICS = st.dictionaries(st.sampled_from((OUTPUT, UPSERTED, DELETED)), COUNTS)


def steps_of(*states: str, at_most: int) -> st.SearchStrategy[list[Step]]:
    return st.lists(st.tuples(st.integers(0, 60), st.sampled_from(states), METRICS), max_size=at_most)


def in_order(parts: Iterable[list[Step]]) -> list[Step]:
    return list(chain.from_iterable(parts))


# As a flow goes: it waits, then starts, then runs or has nothing to do, then ends once, or not yet.
START = st.integers(0, 60).map(lambda after: [(after, "STARTING", dict[str, Any]())])
STEPS = st.tuples(
    steps_of("QUEUED", "PLANNING", at_most=2),
    START,
    steps_of("RUNNING", "IDLE", at_most=4),
    steps_of("COMPLETED", "FAILED", "STOPPED", at_most=1),
).map(in_order)
ENDS = st.tuples(st.sampled_from(("COMPLETED", "FAILED", "CANCELED")), st.integers(0, 60))
FLOWS = st.dictionaries(st.sampled_from(("orders_flow", "orders_delete_flow")), STEPS, min_size=1)


def both(said: Said) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give update → rows and seconds of its table: as the summaries have it, and as observe does."""
    lake = Lake("monitoring")
    log = EventLog(lake, LOG, "p-1")
    for number, (update, (end, flows)) in enumerate(said.items()):
        begin = number * 3600
        log.say(begin, "create_update", update, cause="JOB_TASK", full_refresh=False)
        log.say(begin + 1, "update_progress", update, state="RUNNING")
        last = begin + 1
        for flow, steps in flows.items():
            second = begin + 1
            for after, status, metrics in steps:
                second += after
                log.say(second, "flow_progress", update, flow=flow, dataset=ORDERS, status=status, metrics=metrics)
            last = max(last, second)
        if end is not None:
            log.say(last + end[1], "update_progress", update, state=end[0])
    with pytest.MonkeyPatch.context() as patch:
        run(monitoring_file("crm", "prod", NAMES, {"all_1": LOG}, []), lake, patch)
    summed = {
        row["update_id"]: (row["num_rows"], row["seconds"]) for row in lake.sql(f"SELECT * FROM {NAMES['table_updates']}")
    }
    in_all = {row["update_id"]: row["num_rows"] for row in lake.sql(f"SELECT * FROM {NAMES['updates']}")}
    assert {update: in_all[update] for update in summed} == {update: rows for update, (rows, _) in summed.items()}
    unknown = Counter[str]()
    logged = [log_event(row | {"timestamp": str(row["timestamp"])}, unknown) for row in lake.sql(f"SELECT * FROM {LOG}")]
    observed = observed_in([event for event in logged if event], WHOSE, unknown)
    return summed, {one.update: (one.rows, one.seconds) for one in observed.runs}


@pytest.mark.parametrize(
    ("steps", "rows", "seconds"),
    [
        pytest.param(
            [(10, "RUNNING", {OUTPUT: 300}), (10, "RUNNING", {OUTPUT: 200}), (10, "COMPLETED", {OUTPUT: 500})], 500, 20,
            id="batches, and their total at the end",
        ),
        pytest.param(
            [(10, "RUNNING", {OUTPUT: None, UPSERTED: 25, DELETED: 4}), (20, "COMPLETED", {OUTPUT: -1})], 29, 20,
            id="a sink that counts nothing",
        ),
        pytest.param([(10, "RUNNING", {DELETED: 4}), (20, "COMPLETED", {})], 4, 20, id="only deletions"),
        pytest.param([(10, "RUNNING", {}), (20, "COMPLETED", {})], None, 20, id="no rows are told"),
        pytest.param([(10, "RUNNING", {}), (10, "IDLE", {}), (30, "STOPPED", {})], None, 10, id="a time with nothing to do"),
        pytest.param([(10, "STARTING", {}), (10, "RUNNING", {})], None, 15, id="stopped by the end of the update"),
    ],
)  # fmt: skip
def test_a_table_s_rows_and_seconds_are_those_that_observe_tells(steps: list[Step], rows: int | None, seconds: int) -> None:
    summed, observed = both({"u-1": (("COMPLETED", 5), {"orders_flow": steps})})

    assert summed == observed == {"u-1": (rows, seconds)}


@examples(5)
@given(st.lists(st.tuples(ENDS, FLOWS), min_size=5, max_size=5))
def test_of_flows_that_go_as_flows_do_both_tell_the_same(updates: list[Any]) -> None:
    summed, observed = both({f"u-{number}": update for number, update in enumerate(updates)})

    assert summed == observed
