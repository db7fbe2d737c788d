"""Nearly nothing moves: 250 tables of one connector, a snapshot weighing 1 and all others 10."""

import csv
import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.balance.plan import Plan
from headgate.definition.model import Definition
from headgate.inventory.row import TableRow
from headgate.layout.model import Asked, Layout, Pipeline, Placement
from headgate.tables.ids import TableId
from tests.support.examples import examples
from tests.support.from_rows import balance
from tests.support.shared import COMMUNITY, shared

Define = Callable[..., Definition]


def real() -> list[TableRow]:
    with shared(COMMUNITY).open(newline="", encoding="utf-8") as file:
        return [
            TableRow(row["source_table"], ingestion_type=row["ingestion_type"])
            for row in csv.DictReader(file)
            if row["connector"] == "sap_successfactors"
        ]


def made() -> list[TableRow]:
    return [TableRow(f"t_{number:03}", ingestion_type="cdc" if number % 10 < 7 else "snapshot") for number in range(250)]


SOURCES = pytest.mark.parametrize(
    "tables", [pytest.param(real, marks=pytest.mark.shared(COMMUNITY), id="SAP SuccessFactors"), made]
)


def moved(plan: Plan) -> int:
    return sum(group.moved for group in plan.groups)


@SOURCES
def test_one_pipeline_less_or_more_moves_about_its_own_tables(define: Define, tables: Callable[[], list[TableRow]]) -> None:
    def asked(pipelines: int) -> Definition:
        return define({"group_by": "none"}, pipelines=pipelines)

    lock = balance(tables(), asked(8)).layout

    fewer = balance(tables(), asked(7), lock)
    more = balance(tables(), asked(9), lock)

    assert moved(fewer) <= 40
    assert moved(more) <= 40
    assert all(group.makespan <= 1.05 * group.bound for group in (*fewer.groups, *more.groups))


@SOURCES
def test_one_more_heavy_table_and_shuffled_rows_move_none(define: Define, tables: Callable[[], list[TableRow]]) -> None:
    definition = define({"group_by": "none"}, pipelines=8, trigger=0.05)
    lock = balance(tables(), definition).layout
    rows = [*tables(), TableRow("one_more", ingestion_type="cdc")]

    plan = balance(random.Random(3).sample(rows, len(rows)), definition, lock)  # noqa: S311  # no secret

    assert moved(plan) == 0
    assert all(placement.move is None for placement in plan.layout.tables)


def test_more_moves_than_allowed_are_not_made_and_said(define: Define) -> None:
    tables = [TableRow(f"t_{number:02}", pipeline_group="g", weight=10) for number in range(40)]
    lock = balance(tables, define(pipelines=4)).layout
    homes = {placement.table.source_table: placement.agreed for placement in lock.tables}
    heavier = [
        TableRow(t.source_table, pipeline_group="g", weight=40 if homes[t.source_table] == "g_1" else 10) for t in tables
    ]

    held = balance(heavier, define(pipelines=4, max_moves=2), lock)
    free = balance(heavier, define(pipelines=4), lock)

    (group,) = held.groups
    assert (moved(held), group.reached) == (0, False)
    assert group.wanted_moves == moved(free) > 2
    assert held.layout == lock


def test_drift_within_the_trigger_moves_none_and_beyond_it_as_little_as_needed(define: Define) -> None:
    tables = [TableRow(f"t_{number:02}", pipeline_group="g", weight=10) for number in range(40)]
    lock = balance(tables, define(pipelines=4)).layout
    homes = {placement.table.source_table: placement.agreed for placement in lock.tables}

    def heavier(weight: float) -> list[TableRow]:
        return [
            TableRow(t.source_table, pipeline_group="g", weight=weight if homes[t.source_table] == "g_1" else 10)
            for t in tables
        ]

    assert balance(heavier(12), define(pipelines=4), lock).layout == lock
    beyond = balance(heavier(16), define(pipelines=4), lock)
    assert 0 < moved(beyond) <= 4
    assert beyond.groups[0].makespan <= 1.05 * beyond.groups[0].bound


@examples(40)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=25), st.integers(0, 50), st.integers(1, 5))
def test_a_new_table_moves_none_where_there_is_room(weights: list[int], new: int, pipelines: int) -> None:
    definition = Definition.model_validate(
        {
            "id": "crm",
            "source": "crm",
            "connection": {"name": "c"},
            "destination": {"catalog": "main", "schema": "bronze"},
            "balance": {"pipelines": min(pipelines, len(weights)), "trigger": 0.5},
        }
    )
    tables = [TableRow(f"t_{number:02}", pipeline_group="g", weight=weight) for number, weight in enumerate(weights)]
    lock = balance(tables, definition).layout
    loads = Counter[str]({pipeline.id: 0 for pipeline in lock.pipelines})
    for table, placement in zip(tables, lock.tables, strict=True):
        loads[placement.agreed] += int(table.weight or 0)

    plan = balance([*tables, TableRow("t_new", pipeline_group="g", weight=new)], definition, lock)

    if max(*loads.values(), min(loads.values()) + new) <= 1.5 * plan.groups[0].bound:
        assert moved(plan) == 0


@pytest.mark.parametrize(("move_by", "moves"), [("tables", ["heavy"]), ("seconds", ["s_0", "s_1", "s_2", "s_3"])])
def test_moves_are_few_tables_or_few_seconds_as_is_asked_for(define: Define, move_by: str, moves: list[str]) -> None:
    """A pipeline is 40 s too heavy: by one cdc table, which is dear to move, or by four snapshots, which are cheap."""
    weights = {"rest": ("cdc", 60), "heavy": ("cdc", 40), "other": ("cdc", 60)} | {f"s_{n}": ("snapshot", 10) for n in range(4)}
    rows = [TableRow(name, pipeline_group="g", ingestion_type=kind, weight=weight) for name, (kind, weight) in weights.items()]
    places = [Placement(TableId(name, f"main.bronze.{name}"), "g_2" if name == "other" else "g_1") for name in sorted(weights)]
    lock = Layout("crm", Asked(2, 1, "auto"), (Pipeline("g_1", "g", 1), Pipeline("g_2", "g", 1)), tuple(places))
    costs = {"handover_seconds": 1}

    plan = balance(rows, define(pipelines=2, move_by=move_by, tolerance=0, move_costs=costs), lock)

    assert [placement.table.source_table for placement in plan.layout.tables if placement.move] == moves
    assert plan.groups[0].cost == (801 if move_by == "tables" else 44)  # seconds in any case
