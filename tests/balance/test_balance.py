"""What a balance keeps and what it changes."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.layout.lock import faults, parse_lock, render_lock
from headgate.layout.model import Layout
from headgate.layout.progress import pending, record_done, record_handover, rename_pipeline
from headgate.problems import RefusedError
from tests.support import from_rows
from tests.support.examples import examples

Define = Callable[..., Definition]
TARGETS = ("dev", "prod")


def balance(
    tables: list[TableRow],
    definition: Definition,
    lock: Layout | None = None,
    *,
    rebalance: bool = False,
    restack: bool = False,
) -> Layout:
    return from_rows.balance(tables, definition, lock, rebalance=rebalance, restack=restack).layout


def tables_of(count: int, group: str = "all", weight: float = 10) -> list[TableRow]:
    return [TableRow(f"{group}_{number:04}", pipeline_group=group, weight=weight) for number in range(count)]


def homes(layout: Layout) -> dict[str, str]:
    return {placement.table.source_table: placement.agreed for placement in layout.tables}


def moving(layout: Layout) -> list[str]:
    return [placement.table.source_table for placement in layout.tables if placement.move]


def test_tables_of_one_group_are_spread_by_weight(define: Define) -> None:
    tables = [TableRow(name, weight=weight) for name, weight in (("a", 8), ("b", 7), ("c", 6), ("d", 5), ("e", 4))]

    layout = balance(tables, define(pipelines=2))

    loads = Counter[str]()
    for table in resolve(tables, define()):
        loads[homes(layout)[table.id.source_table]] += int(table.weight.seconds)
    assert sorted(loads.values()) == [15, 15]  # longest first alone gives 17 and 13


def test_schedule_and_connection_part_groups(define: Define) -> None:
    tables = [
        TableRow("hourly", pipeline_group="g", schedule="0 * * * *"),
        TableRow("daily", pipeline_group="g", schedule="0 0 * * *"),
        TableRow("elsewhere", pipeline_group="g", schedule="0 0 * * *", connection_name="other"),
    ]

    layout = balance(tables, define())

    assert sorted(homes(layout).values()) == ["g_1", "g_2", "g_3"]


def test_streaming_does_not_part_by_schedule(define: Define) -> None:
    tables = [TableRow("a", pipeline_group="g", schedule="0 * * * *"), TableRow("b", pipeline_group="g", schedule="0 0 * * *")]

    layout = balance(tables, define({"mode": "streaming"}))

    assert set(homes(layout).values()) == {"g_1"}


def test_order_of_rows_does_not_matter(define: Define) -> None:
    tables = tables_of(50)
    shuffled = random.Random(7).sample(tables, 50)  # noqa: S311  # no secret

    assert balance(shuffled, define(pipelines=4, stacks=2)) == balance(tables, define(pipelines=4, stacks=2))


def test_with_a_lock_nothing_moves_when_weights_drift(define: Define) -> None:
    tables = tables_of(40)
    lock = balance(tables, define(pipelines=4))
    drifted = [replace(table, weight=10 + number) for number, table in enumerate(tables)]

    assert balance(drifted, define(pipelines=4), lock) == lock


def test_a_new_table_goes_where_there_is_room_and_moves_none(define: Define) -> None:
    tables = tables_of(40)
    lock = balance(tables, define(pipelines=4))
    without = [table for table in tables if homes(lock)[table.source_table] != "all_2"][:29] + [
        table for table in tables if homes(lock)[table.source_table] == "all_2"
    ][:3]
    smaller = balance(without, define(pipelines=4), lock)

    grown = balance([*without, TableRow("new", pipeline_group="all", weight=10)], define(pipelines=4), smaller)

    assert homes(grown)["new"] == "all_2"
    assert moving(grown) == []


def test_gone_tables_are_dropped_and_an_emptied_pipeline_leaves_for_good(define: Define) -> None:
    tables = tables_of(2, "a") + tables_of(2, "b")
    lock = balance(tables, define())

    left = balance(tables[:2], define(), lock)
    back = balance(tables, define(), left)

    assert [entry.id for entry in left.left] == ["b_1"]
    assert left.left[0].until == TARGETS
    assert homes(back)["b_0000"] == "b_2"  # the id b_1 is never given again


def test_more_pipelines_fill_from_the_heaviest_by_planned_moves(define: Define) -> None:
    tables = tables_of(40)
    lock = balance(tables, define(pipelines=4))

    grown = balance(tables, define(pipelines=5), lock)

    assert Counter(homes(grown).values()) == {"all_1": 8, "all_2": 8, "all_3": 8, "all_4": 8, "all_5": 8}
    assert len(moving(grown)) == 8
    assert all(placement.in_target("prod") != "all_5" for placement in grown.tables)  # files are as they were


def test_fewer_pipelines_empty_the_lightest_which_stays_until_its_tables_are_handed_over(define: Define) -> None:
    tables = [*tables_of(9), TableRow("all_light", pipeline_group="all", weight=1)]
    lock = balance(tables, define(pipelines=4))

    shrunk = balance(tables, define(pipelines=3), lock)

    assert len(set(homes(shrunk).values())) == 3
    assert len(shrunk.pipelines) == 4
    assert not shrunk.left
    layout = shrunk
    for target in TARGETS:
        layout = record_handover(layout, target, pending(layout, target).planned)
        layout = record_done(layout, target, TARGETS, tables=pending(layout, target).handed_over)
    assert len(layout.pipelines) == 3
    assert len(layout.left) == 1
    assert moving(layout) == []
    assert balance(tables, define(pipelines=3), layout) == layout


def test_a_group_or_schedule_that_changes_for_all_tables_moves_none(define: Define) -> None:
    tables = tables_of(20)
    lock = balance(tables, define(pipelines=3))
    renamed = [replace(table, pipeline_group="other", schedule="0 5 * * *") for table in tables]

    layout = balance(renamed, define(pipelines=3), lock)

    assert homes(layout) == homes(lock)
    assert moving(layout) == []


def test_a_table_that_changes_its_group_moves_to_a_pipeline_of_that_group(define: Define) -> None:
    tables = tables_of(3, "a") + tables_of(3, "b")
    lock = balance(tables, define())
    tables[0] = replace(tables[0], pipeline_group="b")

    layout = balance(tables, define(), lock)

    assert moving(layout) == ["a_0000"]
    assert homes(layout)["a_0000"] == "b_1"


def test_a_changed_destination_keeps_the_pipeline(define: Define) -> None:
    tables = tables_of(6)
    lock = balance(tables, define(pipelines=3))
    tables[0] = replace(tables[0], destination_table="elsewhere")

    layout = balance(tables, define(pipelines=3), lock)

    assert homes(layout) == homes(lock)
    assert layout != lock


def test_one_source_table_twice_is_never_in_one_pipeline(define: Define) -> None:
    tables = [TableRow("t", destination_table=f"copy_{number}") for number in range(3)]

    layout = balance(tables, define(pipelines=1))

    assert len({placement.agreed for placement in layout.tables}) == 3


def test_no_pipeline_gets_more_tables_than_the_cap(define: Define) -> None:
    layout = balance(tables_of(25), define(max_tables_per_pipeline=10))

    assert max(Counter(homes(layout).values()).values()) <= 10
    assert len(layout.pipelines) == 3


def test_a_lowered_cap_adds_a_pipeline_and_moves_only_to_it(define: Define) -> None:
    tables = tables_of(20)
    lock = balance(tables, define(pipelines=2))

    layout = balance(tables, define(pipelines=2, max_tables_per_pipeline=8), lock)

    assert max(Counter(homes(layout).values()).values()) <= 8
    assert {homes(layout)[name] for name in moving(layout)} == {"all_3"}
    assert len(moving(layout)) == 6


def test_a_cap_on_weight_cuts_a_group_and_a_heavier_table_stands_alone(define: Define) -> None:
    tables = [*tables_of(4), TableRow("all_heavy", pipeline_group="all", weight=99)]

    layout = balance(tables, define(max_weight_per_pipeline=20))

    assert sorted(Counter(homes(layout).values()).values()) == [1, 2, 2]


def test_rebalance_plans_anew_and_keeps_the_names_with_the_most_in_common(define: Define) -> None:
    tables = tables_of(12)
    lock = balance(tables, define(pipelines=3))
    drifted = [replace(table, weight=100 if homes(lock)[table.source_table] == "all_1" else 1) for table in tables]

    layout = balance(drifted, define(pipelines=3), lock, rebalance=True)

    assert 0 < len(moving(layout)) < 12
    assert {pipeline.id for pipeline in layout.pipelines} == {pipeline.id for pipeline in lock.pipelines}
    assert balance(drifted, define(pipelines=3), layout) == layout


def test_a_table_handed_over_in_one_target_stays_on_its_way(define: Define) -> None:
    tables = tables_of(12)
    grown = balance(tables, define(pipelines=3), balance(tables, define(pipelines=2)))
    given_over = record_handover(grown, "dev", pending(grown, "dev").planned)

    again = balance(tables, define(pipelines=2), given_over)

    assert set(moving(given_over)) <= set(moving(again))


def test_a_pipeline_stays_in_its_stack_and_new_ones_fill_the_lightest(define: Define) -> None:
    tables = tables_of(2, "a") + tables_of(2, "b") + tables_of(2, "c")
    lock = balance(tables, define(stacks=3))

    layout = balance([*tables, *tables_of(1, "d", 1)], define(stacks=3), lock)

    before = {pipeline.id: pipeline.stack for pipeline in lock.pipelines}
    assert sorted(before.values()) == [1, 2, 3]
    assert {p.id: p.stack for p in layout.pipelines if p.id in before} == before


def test_fewer_stacks_take_pipelines_along_and_remember_where_they_were(define: Define) -> None:
    tables = tables_of(2, "a") + tables_of(2, "b")
    lock = balance(tables, define(stacks=2))

    layout = balance(tables, define(stacks=1), lock)

    changed = [pipeline for pipeline in layout.pipelines if pipeline.restacked]
    assert [(p.stack, p.restacked.before, p.restacked.until) for p in changed if p.restacked] == [(1, "2", TARGETS)]
    with pytest.raises(RefusedError, match="last change is under way"):
        balance(tables, define(stacks=2), layout, restack=True)


def test_a_pipeline_that_leaves_while_it_changes_stack_is_forgotten_in_both(define: Define) -> None:
    tables = tables_of(2, "a") + tables_of(2, "b")
    lock = balance(tables, define(stacks=1), balance(tables, define(stacks=2)))
    changed = next(pipeline for pipeline in lock.pipelines if pipeline.restacked)
    rest = [table for table in tables if homes(lock)[table.source_table] != changed.id]

    left = balance(rest, define(stacks=1), lock).left

    assert [(entry.id, entry.stack, entry.restacked) for entry in left] == [(changed.id, 1, changed.restacked)]


def test_an_id_that_is_still_being_forgotten_is_not_given_again(define: Define) -> None:
    renamed = rename_pipeline(balance(tables_of(2, "a"), define()), "a_1", "nightly", TARGETS)
    left = balance(tables_of(2, "b"), define(), renamed)

    back = balance(tables_of(2, "b") + tables_of(2, "a"), define(), left)

    assert homes(back)["a_0000"] == "a_2"


def test_a_group_without_a_key_of_its_own_is_named_by_the_definition(define: Define) -> None:
    table = TableRow("t", category="sales", ingestion_type="cdc_with_deletes")

    named = {
        group_by: balance([table], define({"group_by": group_by})).pipelines[0].id
        for group_by in ("category_and_ingestion_type", "ingestion_type", "category", "none")
    }

    assert named == {
        "category_and_ingestion_type": "sales_cdc_with_deletes_1",
        "ingestion_type": "cdc_with_deletes_1",
        "category": "sales_1",
        "none": "all_1",
    }


@st.composite
def inventories(draw: st.DrawFn) -> list[TableRow]:
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from([f"t{number}" for number in range(12)]),
                st.sampled_from(["", "x", "y"]),
                st.sampled_from(["g", "h"]),
                st.sampled_from(["", "0 0 * * *"]),
                st.floats(0, 100),
            ),
            min_size=1,
            max_size=25,
            unique_by=lambda row: (row[0], row[1]),
        )
    )
    return [
        TableRow(name, destination_table=f"{name}_{copy}" if copy else "", pipeline_group=group, schedule=when, weight=weight)
        for name, copy, group, when, weight in rows
    ]


SETTINGS = st.fixed_dictionaries(
    {
        "pipelines": st.none() | st.integers(1, 8),
        "stacks": st.integers(1, 3),
        "max_tables_per_pipeline": st.sampled_from([2, 5, 1000]),
    }
)


@examples(25)
@given(inventories(), inventories(), SETTINGS, SETTINGS, st.booleans())
def test_every_table_exactly_once_caps_hold_and_the_lock_reads_back(
    first: list[TableRow], second: list[TableRow], one: dict[str, int], two: dict[str, int], rebalance: bool
) -> None:
    def definition(numbers: dict[str, int]) -> Definition:
        return Definition.model_validate(
            {
                "id": "crm",
                "source": "crm",
                "connection": {"name": "c"},
                "destination": {"catalog": "main", "schema": "bronze"},
                "balance": numbers,
                "targets": {"dev": {}, "prod": {}},
            }
        )

    for numbers, rows in ((one, first), (two, second)):
        numbers["pipelines"] = numbers["pipelines"] and min(numbers["pipelines"], len(rows))
    lock = balance(first, definition(one))
    layout = balance(second, definition(two), lock, rebalance=rebalance)

    assert sorted(str(p.table) for p in layout.tables) == sorted(str(table.id) for table in resolve(second, definition(two)))
    assert max(Counter(p.agreed for p in layout.tables).values()) <= two["max_tables_per_pipeline"]
    assert faults(layout) == []
    assert parse_lock(render_lock(layout)) == layout
    assert balance(second[::-1], definition(two), layout) == layout
    groups = {table.id: table.group for table in resolve(second, definition(two))}
    for name in {p.agreed for p in layout.tables}:
        assert len({groups[p.table] for p in layout.tables if p.agreed == name}) == 1
    known = {p.id for p in lock.pipelines}
    assert known <= {p.id for p in layout.pipelines} | {left.id for left in layout.left}
