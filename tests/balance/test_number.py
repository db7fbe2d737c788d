"""How many pipelines a group gets by its deadline, and how the balance keeps to it."""

from collections.abc import Callable
from dataclasses import replace

from headgate.balance.plan import Plan
from headgate.definition.model import Definition
from headgate.inventory.row import TableRow
from tests.support.from_rows import balance

Define = Callable[..., Definition]
HALF_AN_HOUR = {"minutes": 30, "startup_seconds": 0}


def tables_of(count: int, weight: float) -> list[TableRow]:
    return [TableRow(f"t_{number:03}", pipeline_group="g", weight=weight) for number in range(count)]


def pipelines(plan: Plan) -> int:
    return len({placement.agreed for placement in plan.layout.tables})


def test_a_group_gets_the_fewest_pipelines_that_end_in_time(define: Define) -> None:
    plan = balance(tables_of(40, 300), define(deadline=HALF_AN_HOUR, tolerance=0))

    assert pipelines(plan) == 7  # 12,000 s of work in half hours of 1,800 s


def test_the_start_of_a_pipeline_counts(define: Define) -> None:
    plan = balance(tables_of(40, 300), define(deadline=HALF_AN_HOUR | {"startup_seconds": 600}, tolerance=0))

    assert pipelines(plan) == 10


def test_what_stands_in_the_way_is_said(define: Define) -> None:
    tables = [*tables_of(10, 60), TableRow("pi_timeseries", pipeline_group="g", weight=52 * 60)]

    (group,) = balance(tables, define(deadline={"minutes": 45, "startup_seconds": 0})).groups

    assert group.obstacles == ("pi_timeseries alone takes 52 of 45 minutes; split it",)


def test_a_layout_in_time_is_left_alone_though_fewer_pipelines_would_do(define: Define) -> None:
    definition = define(deadline=HALF_AN_HOUR)
    lock = balance(tables_of(40, 300), definition).layout
    lighter = tables_of(40, 100)

    assert balance(lighter, definition, lock).layout == lock
    assert pipelines(balance(lighter, definition, lock, rebalance=True)) < pipelines(balance(lighter, definition, lock))


def test_a_layout_that_is_late_gets_another_pipeline_and_then_rests(define: Define) -> None:
    definition = define(deadline=HALF_AN_HOUR)
    first = balance(tables_of(40, 300), definition)
    slower = [replace(table, weight=380) for table in tables_of(40, 300)]

    plan = balance(slower, definition, first.layout)

    assert pipelines(plan) > pipelines(first)
    assert max(plan.groups[0].makespan, 0) <= 30 * 60
    assert balance(slower, definition, plan.layout).layout == plan.layout


def test_limits_on_pipelines_hold_against_the_deadline(define: Define) -> None:
    (group,) = balance(tables_of(40, 300), define(deadline=HALF_AN_HOUR, max_pipelines=4)).groups

    assert group.pipelines == 4
    assert group.obstacles == ("4 pipelines make any layout take 50 of 30 minutes; allow more",)


def test_a_lowered_limit_on_pipelines_takes_them_away_though_the_deadline_is_missed(define: Define) -> None:
    lock = balance(tables_of(40, 300), define(deadline=HALF_AN_HOUR)).layout

    plan = balance(tables_of(40, 300), define(deadline=HALF_AN_HOUR, max_pipelines=3), lock)

    assert pipelines(plan) == 3


def test_the_cheapest_number_counts_the_workers_of_sized_clusters(define: Define) -> None:
    sizing = {"max_workers": 8, "weight_per_worker": 1000}
    compute = {"compute": {"kind": "classic", "sizing": sizing}}
    asked = HALF_AN_HOUR | {"minutes": 300}

    fewest = balance(tables_of(40, 300), define(compute, deadline=asked))
    cheapest = balance(tables_of(40, 300), define(compute, deadline=asked | {"goal": "cheapest"}))

    assert pipelines(fewest) == 1  # 12,000 s on 9 machines: 108,000 machine-seconds
    assert pipelines(cheapest) == 14  # three tables, 900 s, are what one worker takes on
