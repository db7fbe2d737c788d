"""What a layout can't keep is said, and what nobody can mean is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from headgate.balance.report import Report, report
from headgate.balance.starts import timeline
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.layout.model import Layout
from headgate.problems import InputError
from headgate.tables.group import Group
from headgate.use_cases.outputs.layouts import BalanceOutput
from tests.support.from_rows import balance

Define = Callable[..., Definition]
QUARTER = "*/15 * * * *"
NIGHTLY = "0 0 * * *"


def tables_of(*weights: float, schedule: str = NIGHTLY) -> list[TableRow]:
    return [TableRow(f"t_{number:03}", weight=weight, schedule=schedule) for number, weight in enumerate(weights)]


def reported(rows: list[TableRow], definition: Definition, layout: Layout | None = None) -> Report:
    """Give the report of a balance, or of a layout as `show` and `check` see it."""
    plan = balance(rows, definition)
    tables = resolve(rows, definition)
    return report(tables, definition, layout or plan.layout, layout, () if layout else plan.groups)


def test_a_pipeline_that_runs_longer_than_until_its_next_start_is_said(define: Define) -> None:
    shown = reported(tables_of(2200, schedule=QUARTER), define())

    assert shown.problems == (
        (
            "pipeline all_1 takes 37.67 minutes with a start-up of 60 s, and is to start every 15: starts that come while it "
            "runs are left out"
        ),
    )
    assert BalanceOutput.of(shown).problems == shown.problems


def test_the_start_up_counts_and_what_just_fits_is_fine(define: Define) -> None:
    assert reported(tables_of(840, schedule=QUARTER), define()).problems == ()
    assert len(reported(tables_of(841, schedule=QUARTER), define()).problems) == 1


def test_a_run_that_overlaps_its_next_start_counts_once_and_without_a_break(define: Define) -> None:
    rows = [*tables_of(2253, schedule=QUARTER), TableRow("other", weight=30, schedule="7 * * * *")]
    plan = balance(rows, define())
    groups = {name: Group("all", when, "crm_connection") for name, when in (("all_1", QUARTER), ("all_2", "7 * * * *"))}

    shown = timeline(plan.layout.pipelines, groups, {"all_1": 2253, "all_2": 30}, define())

    assert shown.peak_after == 2
    assert [lane.minutes for lane in shown.lanes] == [38, 1]


@pytest.mark.parametrize("seen", ["balance", "show"])
def test_a_deadline_that_no_number_of_pipelines_meets_is_said(define: Define, seen: str) -> None:
    definition = define(deadline={"minutes": 45, "startup_seconds": 0})
    rows = tables_of(52 * 60, *[60] * 10)

    shown = reported(rows, definition, balance(rows, definition).layout if seen == "show" else None)

    assert shown.problems == ("group all 0 0 * * *: t_000 alone takes 52 of 45 minutes; split it",)


def test_a_layout_that_is_late_and_need_not_be_is_said_to(define: Define) -> None:
    definition = define(deadline={"minutes": 30, "startup_seconds": 0})
    layout = balance(tables_of(*[60] * 30), definition).layout

    assert reported(tables_of(*[130] * 30), definition, layout).problems == (
        "group all 0 0 * * *: a run ends after the deadline: balance again",
    )


def test_more_pipelines_at_once_than_a_workspace_takes_are_said(define: Define) -> None:
    rows = tables_of(*[60] * 210)
    parts = {"schedules": {"spread_minutes": 0}}

    assert reported(rows, define(parts, pipelines=210)).problems == (
        "210 pipelines run at once, and 200 updates may: the others wait, or fail",
    )
    assert reported(rows, define(parts, pipelines=200)).problems == ()


def test_continuous_pipelines_all_run_at_once(define: Define) -> None:
    rows = [TableRow(f"t_{number}", weight=1) for number in range(201)]

    assert len(reported(rows, define({"mode": "streaming"}, pipelines=201)).problems) == 1


@pytest.mark.parametrize(
    ("balance_settings", "message"),
    [
        ({"deadline": {"minutes": 1}}, "the deadline is 1 minute, and a pipeline starts for 60 s: no table is read by then"),
        ({"pipelines": 5000}, "5,000 pipelines are asked for, and there are 3 tables"),
    ],
)
def test_what_nobody_can_mean_is_refused(define: Define, balance_settings: dict[str, Any], message: str) -> None:
    rows = tables_of(1, 2, 3)
    lock = balance(rows, define()).layout

    with pytest.raises(InputError, match=message):
        balance(rows, define(**balance_settings), lock)


def test_a_number_of_pipelines_that_was_right_stays_so_though_tables_leave(define: Define) -> None:
    lock = balance(tables_of(1, 2, 3), define(pipelines=3)).layout

    plan = balance(tables_of(1, 2), define(pipelines=3), lock)

    assert len(plan.layout.pipelines) == 2
    shown = report(resolve(tables_of(1, 2), define()), define(pipelines=3), plan.layout, lock, plan.groups)
    assert shown.problems == ("3 pipelines are asked for, and there are 2 tables",)


NEARLY = (352, 30, 422, 23, 161, 85, 62)


def test_nothing_is_held_in_reserve_for_a_table_that_stands_alone(define: Define) -> None:
    plan = balance(tables_of(*NEARLY), define(deadline={"minutes": 7.3294, "startup_seconds": 0}, tolerance=0.05))

    (group,) = plan.groups
    assert (group.pipelines, group.makespan, group.obstacles) == (3, 422, ())


def test_a_deadline_that_only_the_reserve_misses_says_so_and_is_met(define: Define) -> None:
    shown = reported(tables_of(100, 100, 100, 100), define(deadline={"minutes": 3.4, "startup_seconds": 0}, max_pipelines=2))

    assert [row.weight for row in shown.rows] == [200, 200]
    assert shown.problems == (
        (
            "group all 0 0 * * *: a run takes 3.33 of 3.4 minutes, which leaves less than the 5.0% that loads may drift "
            "(balance.tolerance); allow more time, or less drift"
        ),
    )
