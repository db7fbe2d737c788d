"""What a table weighs, where that is known from, and how sure it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.model import Definition
from headgate.inventory.defaults import table_id
from headgate.inventory.row import TableRow
from headgate.inventory.runs import Run
from headgate.inventory.weighing import unknown_runs, weigh
from headgate.tables.weight import Weight
from tests.support.samples import parts_of

if TYPE_CHECKING:
    import random

NOW = datetime(2025, 3, 1, 4, 0, tzinfo=UTC)
DEFINITION = Definition.model_validate(parts_of({"targets": {"dev": {"catalog": "dev_main"}, "prod": {}}}))
ORDERS = TableRow("orders", ingestion_type="append")


def run(seconds: float, days_ago: float = 0, table: str = "orders", destination: str = "", *, full: bool | None = False) -> Run:
    return Run(table, destination, NOW - timedelta(days=days_ago), seconds, full)


def weighed(*runs: Run, table: TableRow = ORDERS, among: tuple[TableRow, ...] = ()) -> Weight:
    return weigh({table_id(row, DEFINITION): row for row in (table, *among)}, DEFINITION, runs)[table_id(table, DEFINITION)]


def test_a_weight_in_the_row_is_a_decision_and_wins() -> None:
    table = TableRow("orders", weight=100)

    assert weighed(*[run(10, day) for day in range(9)], table=table) == Weight(
        100, "given", 1.0, 100, runs=0, left_out=9, increment=10, of_use=9
    )


def test_a_weight_of_nothing_is_a_decision_too() -> None:
    assert weighed(*[run(10, day) for day in range(9)], table=TableRow("orders", weight=0)).source == "given"


def test_without_runs_the_type_has_the_say() -> None:
    assert weighed() == Weight(10, "type", 0.0, 10)
    assert weighed(table=TableRow("a", ingestion_type="snapshot")) == Weight(1, "type", 0.0, 1)


def test_a_size_weighs_until_there_are_runs() -> None:
    whole = TableRow("orders", ingestion_type="snapshot", estimated_rows=3_000_000)

    assert weighed(table=whole) == Weight(300, "estimate", 0.2, 300)
    assert weighed(run(40), run(40, 1), run(40, 2), table=whole).source == "observed"
    assert weighed(table=replace(whole, weight=5)).source == "given"


def test_of_a_table_that_is_not_read_whole_a_share_weighs() -> None:
    assert weighed(table=replace(ORDERS, estimated_rows=3_000_000)) == Weight(3, "estimate", 0.1, 3)


def test_the_slower_of_rows_and_bytes_counts_and_no_run_takes_less_than_a_second() -> None:
    both = TableRow("orders", ingestion_type="snapshot", estimated_rows=10_000, estimated_bytes=5e9)

    assert weighed(table=both).seconds == 500
    assert weighed(table=replace(both, estimated_bytes=0.0, estimated_rows=0.0)).seconds == 1


def test_the_rates_are_the_definitions() -> None:
    definition = Definition.model_validate(parts_of(sizes={"rows_per_second": 100, "share_a_run": 0.5}))
    row = replace(ORDERS, estimated_rows=10_000)

    assert weigh({table_id(row, definition): row}, definition)[table_id(row, definition)].seconds == 50


def test_one_run_counts_where_it_is_twice_what_the_files_say_or_half_of_it() -> None:
    assert weighed(run(20)) == Weight(20, "observed", 0.33, 10, runs=1, increment=20, of_use=1)
    assert weighed(run(5)) == Weight(5, "observed", 0.33, 10, runs=1, increment=5, of_use=1)


def test_one_run_that_is_nearer_moves_nothing() -> None:
    assert weighed(run(19.9)) == Weight(10, "type", 0.0, 10, left_out=1, increment=19.9, of_use=1)
    assert weighed(run(5.1)) == Weight(10, "type", 0.0, 10, left_out=1, increment=5.1, of_use=1)


def test_with_a_second_run_what_was_agreed_by_the_first_stays_until_it_is_far_from_that() -> None:
    assert weighed(run(21, 1), run(17)).seconds == 21.0
    assert weighed(run(21, 1), run(80)).seconds == 51.0
    assert weighed(run(15, 1), run(30)) == Weight(22.6, "observed", 0.5, 10, runs=2, increment=22.6, of_use=2)


def test_from_three_runs_on_they_alone_have_the_say() -> None:
    assert weighed(run(12), run(12, 1), run(12, 2)) == Weight(12, "observed", 0.59, 10, runs=3, increment=12, of_use=3)


def test_few_runs_give_less_confidence_than_many_and_more_than_a_size() -> None:
    sized = weighed(table=TableRow("orders", ingestion_type="snapshot", estimated_rows=3_000_000))
    one, two, three = (weighed(*[run(40, day) for day in range(number)]) for number in (1, 2, 3))

    assert sized.confidence < one.confidence < two.confidence < three.confidence


def test_a_run_that_failed_says_nothing() -> None:
    failed = [replace(run(3, day), state="failed") for day in range(5)]

    assert weighed(*failed) == Weight(10, "type", 0.0, 10, left_out=5)


def test_what_the_last_full_load_took_is_told_beside_the_weight() -> None:
    loads = [run(3600, 9, full=True), run(1800, 5, full=True)]

    assert weighed(*loads) == Weight(10, "type", 0.0, 10, left_out=2, first_load=1800)
    assert weighed(*loads, run(30), run(30, 1), run(30, 2)).first_load == 1800
    assert weighed(run(70, 1, full=None)).first_load == 70


def test_a_snapshot_has_no_first_load_of_its_own() -> None:
    assert weighed(run(20, full=True), table=TableRow("a", ingestion_type="snapshot")).first_load is None


def test_runs_of_no_table_are_named_once_with_what_was_perhaps_meant() -> None:
    known = {table_id(ORDERS, DEFINITION): ORDERS}
    fine = [run(1), run(1, table="ORDERS"), run(1, destination="dev_main.bronze.orders")]
    ordrs = [replace(run(1, day, "ordrs"), row=day) for day in (4, 7)]
    moved = replace(run(1, destination="main.bronze.other"), row=9)

    assert [str(problem) for problem in unknown_runs(known, DEFINITION, [*fine, *ordrs, moved], "runs.csv")] == [
        (
            "runs.csv: row 4, column source_table: 'ordrs' is no table of tables.csv; its 2 runs count for nothing\n"
            "    did you mean 'orders'?"
        ),
        (
            "runs.csv: row 9, column destination: 'orders' does not go to 'main.bronze.other'; its run counts for nothing\n"
            "    it goes to main.bronze.orders"
        ),
    ]


def test_a_run_far_from_the_others_is_left_out() -> None:
    found = weighed(*[run(seconds, day) for day, seconds in enumerate([30, 31, 29, 400, 30, 1, 30])])

    assert (found.seconds, found.runs, found.left_out) == (30.0, 5, 2)


def test_steady_runs_do_not_make_an_outlier_of_one_that_is_nearly_the_same() -> None:
    assert weighed(*[run(100, day) for day in range(6)], run(105, 6)).left_out == 0


def test_full_loads_are_kept_apart_however_many() -> None:
    loads = [run(3600, day, full=True) for day in (3, 6, 9, 12)]

    found = weighed(*loads, run(30, 1), run(30, 2), run(30, 4))

    assert (found.seconds, found.runs, found.left_out, found.first_load) == (30.0, 3, 4, 3600)


def test_the_first_run_into_a_destination_is_kept_apart_where_it_is_not_known_what_it_was() -> None:
    dev, prod = "dev_main.bronze.orders", "main.bronze.orders"
    firsts = [run(60, 9, destination=dev, full=None), run(60, 8, destination=prod, full=None)]
    later = [run(30, day, destination=prod, full=None) for day in (1, 2, 3)]

    found = weighed(*firsts, *later)

    assert (found.seconds, found.runs, found.left_out) == (30.0, 3, 2)


def test_a_snapshot_is_loaded_in_full_each_time_and_all_its_runs_count() -> None:
    snapshot = TableRow("orders", ingestion_type="snapshot")

    found = weighed(*[run(20, day, full=True) for day in range(4)], table=snapshot)

    assert (found.seconds, found.source, found.runs) == (20.0, "observed", 4)


def test_a_table_that_grew_for_good_is_followed() -> None:
    old = [run(10, day) for day in range(60, 80)]
    new = [run(20, day) for day in range(8)]

    assert weighed(*old, *new).seconds == 20.0


def test_one_fresh_run_after_a_long_time_does_not_outvote_all_others() -> None:
    old = [run(10, 100 + 30 * month) for month in range(6)]

    assert weighed(*old, run(500)).seconds == 10.0


def test_age_is_measured_from_the_newest_run_of_the_file_and_never_from_a_clock() -> None:
    runs = [run(seconds, day) for day, seconds in enumerate([10, 11, 12, 13, 14, 15])]
    earlier = [Run(one.source_table, "", one.started_at - timedelta(days=3000), one.seconds, one.full_load) for one in runs]

    assert weighed(*runs) == weighed(*earlier)
    assert weighed(*runs, run(1, -28, table="another")).confidence < weighed(*runs).confidence


def test_many_fresh_and_steady_runs_give_more_confidence() -> None:
    steady = weighed(*[run(30, day) for day in range(20)])
    few = weighed(*[run(30, day) for day in range(3)])
    stale = weighed(*[run(30, day) for day in range(60, 80)], run(1, table="another"))
    scattered = weighed(*[run(30 + 8 * (day % 3), day) for day in range(20)])

    assert 0 < stale.confidence < few.confidence < steady.confidence < 1
    assert scattered.confidence < steady.confidence


def test_a_small_jitter_changes_no_weight() -> None:
    first = weighed(*[run(123.41, day) for day in range(5)])
    second = weighed(*[run(123.44, day) for day in range(5)])

    assert first.seconds == second.seconds == 123.0


def test_runs_of_a_target_with_its_own_catalog_are_the_tables_too_in_any_capitals() -> None:
    names = ["main.bronze.orders", "dev_main.bronze.orders", "MAIN.Bronze.orders"]

    assert weighed(*[run(30, day, destination=name) for day, name in enumerate(names)]).runs == 3
    assert weighed(*[run(30, day, destination="main.gold.orders") for day in range(3)]).source == "type"


def test_a_run_that_two_tables_could_be_meant_by_counts_for_none() -> None:
    copy = TableRow("orders", "orders_copy", ingestion_type="append")
    unnamed = [run(30, day) for day in range(3)]
    named = [run(50, day, destination="main.bronze.orders_copy") for day in range(3)]

    assert weighed(*unnamed, among=(copy,)).source == "type"
    assert weighed(*unnamed, *named, table=copy, among=(ORDERS,)).seconds == 50.0


def test_runs_of_nothing_and_runs_in_the_far_past_are_fine() -> None:
    past = [Run("orders", "", datetime(1, 1, day, tzinfo=UTC), 5, full_load=False) for day in (1, 2, 3)]

    assert weighed(*[run(0, day) for day in range(3)]).seconds == 0.0
    assert weighed(*past, run(1, table="another")).seconds == 5.0


RUNS = st.lists(
    st.builds(
        run,
        seconds=st.floats(0, 1e6),
        days_ago=st.integers(0, 100) | st.floats(0, 100),
        destination=st.sampled_from(["", "main.bronze.orders", "dev_main.bronze.orders"]),
        full=st.sampled_from([None, True, False]),
    ),
    max_size=12,
)


@given(RUNS, st.randoms(use_true_random=False))
def test_the_order_of_runs_never_matters_and_no_weight_leaves_what_was_seen(runs: list[Run], chance: random.Random) -> None:
    found = weighed(*runs)
    shuffled = list(runs)
    chance.shuffle(shuffled)

    assert weighed(*shuffled) == found
    assert found.runs + found.left_out == len(runs)
    assert 0 <= found.confidence <= 1
    if found.source == "observed":
        assert found.runs >= 1
        assert min(one.seconds for one in runs) * 0.99 <= found.seconds <= max(one.seconds for one in runs) * 1.01


@given(
    st.lists(st.floats(90, 110), min_size=7, max_size=15),
    st.lists(st.floats(1e4, 1e6) | st.floats(0, 1), max_size=2),
)
def test_a_few_wild_runs_never_move_the_weight_out_of_the_others(usual: list[float], wild: list[float]) -> None:
    found = weighed(*[run(seconds, 0.1 * number) for number, seconds in enumerate([*usual, *wild])])

    assert 89 <= found.seconds <= 111
