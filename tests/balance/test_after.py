"""Tables that come after others: in the same pipeline, or in later ones of the same job."""

from collections.abc import Callable
from typing import Any

import pytest

from headgate.balance.explain import explain
from headgate.balance.fit import misfits
from headgate.balance.report import report
from headgate.definition.checks import faults
from headgate.definition.model import Definition
from headgate.handover.runbook import make_runbook
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.layout.chains import Chain, chains_in, chains_of
from headgate.layout.deployed import Deployed
from headgate.layout.model import Layout
from headgate.problems import InputError
from headgate.tables.ids import TableId
from tests.support.from_rows import balance, plan_stacks

Define = Callable[..., Definition]
HOURLY = {"schedules": {"unknown": "0 * * * *"}}
ROWS = [TableRow(name, weight=60) for name in ("customers", "orders", "lines", "stock")]
AFTER = {"orders": ["customers"], "lines": ["orders"]}


def homes(layout: Layout) -> dict[str, str]:
    return {placed.table.source_table: placed.agreed for placed in layout.tables}


def jobs(definition: Definition, layout: Layout) -> dict[str, dict[str, Any]]:
    plans = plan_stacks(definition, ROWS, layout, "dev", Deployed("dev", {}))
    return {name: block for plan in plans for name, block in plan.body["resource"].get("databricks_job", {}).items()}


def test_a_table_is_in_no_earlier_pipeline_than_those_that_it_comes_after(define: Define) -> None:
    definition = define(HOURLY, pipelines=4, stacks=2, after=AFTER)
    layout = balance(ROWS, definition).layout

    found = homes(layout)
    assert found["customers"] < found["orders"] < found["lines"]
    assert misfits(resolve(ROWS, definition), definition, layout) == []
    of_chain = {one.stack for one in layout.pipelines if one.id != found["stock"]}
    assert len(of_chain) == 1


def test_a_changed_order_moves_as_few_tables_as_it_takes(define: Define) -> None:
    layout = balance(ROWS, define(HOURLY, pipelines=4)).layout
    by_home = sorted(homes(layout).items(), key=lambda pair: pair[1])
    definition = define(HOURLY, pipelines=4, trigger=5.0, after={by_home[0][0]: [by_home[-1][0]]})

    assert any("which it is to come after" in text for text in misfits(resolve(ROWS, definition), definition, layout))
    moved = [placed for placed in balance(ROWS, definition, layout).layout.tables if placed.move]
    assert len(moved) == 1


def test_one_job_runs_the_pipelines_of_a_chain_in_order(define: Define) -> None:
    definition = define(HOURLY, pipelines=4, after=AFTER)
    layout = balance(ROWS, definition).layout
    found, made = homes(layout), jobs(definition, layout)

    leader = made[found["customers"]]
    assert [(task["task_key"], task.get("depends_on")) for task in leader["task"]] == [
        ("ingest", None),
        (found["orders"], [{"task_key": "ingest"}]),
        (found["lines"], [{"task_key": found["orders"]}]),
    ]
    assert [task["pipeline_task"]["pipeline_id"] for task in leader["task"]] == [
        f"${{databricks_pipeline.{found[name]}.id}}" for name in ("customers", "orders", "lines")
    ]
    assert {name for name, job in made.items() if "schedule" in job} == {found["customers"], found["stock"]}


def test_without_after_each_job_runs_its_pipeline_alone(define: Define) -> None:
    definition = define(HOURLY, pipelines=4)

    made = jobs(definition, balance(ROWS, definition).layout)

    assert {(len(job["task"]), job["task"][0]["task_key"], "schedule" in job) for job in made.values()} == {(1, "ingest", True)}


def test_a_run_counts_what_it_waits_for(define: Define) -> None:
    definition = define({"schedules": {"unknown": "*/5 * * * *"}}, pipelines=4, after=AFTER, deadline=None)
    layout = balance(ROWS, definition).layout

    shown = report(resolve(ROWS, definition), definition, layout, None)

    last = homes(layout)["lines"]
    assert [text.partition(":")[0] for text in shown.problems] == [
        f"pipeline {last} with those that it comes after takes 6 minutes with a start-up of 60 s, and is to start every 5"
    ]
    assert any("balance.after" in note and last in note for note in shown.notes)
    reasons = explain("lines", resolve(ROWS, definition), definition, None, shown)[0].reasons
    assert any("balance.after" in reason for reason in reasons)


def test_a_handover_stops_the_job_that_starts_the_pipeline_too(define: Define) -> None:
    definition = define(HOURLY, pipelines=4, after=AFTER)
    layout = balance(ROWS, definition).layout
    ids = {f"databricks_{kind}.{one.id}": f"{kind[0]}{number}" for number, one in enumerate(layout.pipelines)
           for kind in ("pipeline", "job")}  # fmt: skip
    found = homes(layout)
    pinned = {"lines": found["lines"], "stock": found["lines"]}
    moved = balance(ROWS, define(HOURLY, pipelines=4, trigger=9.0, after=AFTER, pinned=pinned), layout).layout

    runbook = make_runbook(moved, definition, "dev", Deployed("dev", ids))

    assert {one.pipeline for one in runbook.stopped} == {found["customers"], found["lines"], found["stock"]}


def test_a_chain_takes_as_long_as_its_longest_way_and_runs_so_many_at_once() -> None:
    chain = Chain(("p_1", "p_2", "p_3"), {"p_1": (), "p_2": ("p_1",), "p_3": ("p_1",)})
    takes = {"p_1": 10.0, "p_2": 5.0, "p_3": 7.0}

    assert chain.ends(takes) == {"p_1": 10, "p_2": 15, "p_3": 17}
    assert chain.width(takes) == 2


def test_tables_that_have_yet_to_move_make_no_order_and_unlinked_pipelines_no_chain() -> None:
    a, b, c = (TableId(name, f"main.bronze.{name}") for name in "abc")

    assert chains_of({"p_2": [a], "p_1": [b], "p_3": [c]}, {"b": ["a"]}) == ()
    assert [chain.pipelines for chain in chains_of({"p_2": [a], "p_10": [b], "p_3": [c]}, {"b": ["a"]})] == [("p_2", "p_10")]


@pytest.mark.parametrize(
    ("after", "more", "said", "path"),
    [
        ({"orders": ["customer"]}, {}, "'customer' is not in the inventory", "balance.after.orders[0]"),
        (
            {"orders": ["customers"]},
            {"pinned": {"orders": "all_1", "customers": "all_2"}},
            (
                "group 'all' can't be placed: orders must not be in an earlier pipeline than customers (balance.after), and "
                "customers has to be in pipeline 'all_2' (balance.pinned), and orders has to be in pipeline 'all_1' "
                "(balance.pinned)"
            ),
            "balance",
        ),
    ],
)
def test_what_contradicts_an_order_is_said(
    define: Define, after: dict[str, list[str]], more: dict[str, Any], said: str, path: str
) -> None:
    with pytest.raises(InputError) as caught:
        balance(ROWS, define(HOURLY, pipelines=2, after=after, **more))

    assert [(problem.message, problem.path) for problem in caught.value.problems] == [(said, path)]


def test_tables_of_two_groups_have_no_order(define: Define) -> None:
    rows = [*ROWS, TableRow("daily", weight=1, schedule="0 0 * * *")]

    with pytest.raises(
        InputError, match=r"daily is to come after orders, and their schedule differs: '0 \* \* \* \*' and '0 0"
    ):
        balance(rows, define(HOURLY, after={"daily": ["orders"]}))


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({"a": ["a"]}, ["'a' comes after 'a': none of them can be first"]),
        (
            {"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]},
            ["'a' comes after 'b' comes after 'c' comes after 'a': none of them can be first"],
        ),
        ({"a": ["b"], "c": ["b", "a"]}, []),
    ],
)
def test_a_cycle_is_said_once(define: Define, after: dict[str, list[str]], said: list[str]) -> None:
    assert [fault.message for fault in faults(define(after=after))] == said


def test_continuous_pipelines_have_no_order_and_no_starts(define: Define) -> None:
    found = faults(define({"mode": "streaming"}, after={"a": ["b"]}, loads={"requests": {"per_minute": 5}}))

    assert [".".join(map(str, fault.path)) for fault in found] == ["balance.after", "balance.loads.requests.per_minute"]


def test_a_layout_s_chains_are_those_of_its_tables(define: Define) -> None:
    layout = balance(ROWS, define(HOURLY, pipelines=4, after=AFTER)).layout
    found = homes(layout)

    assert [chain.pipelines for chain in chains_in(layout, AFTER)] == [(found["customers"], found["orders"], found["lines"])]
