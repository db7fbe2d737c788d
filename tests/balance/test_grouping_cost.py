"""What groups cost is said beside what the same number of pipelines could reach without them."""

from collections.abc import Callable
from dataclasses import replace

from headgate.balance.report import Report, report
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.render.layout import report_text
from tests.support.from_rows import balance

Define = Callable[..., Definition]
NIGHTLY, HOURLY = "0 0 * * *", "0 * * * *"


def grouped(group: str, *weights: float, schedule: str = NIGHTLY) -> list[TableRow]:
    names = (f"{group}_{number}" for number in range(len(weights)))
    return [TableRow(name, pipeline_group=group, weight=weight, schedule=schedule)
            for name, weight in zip(names, weights, strict=True)]  # fmt: skip


def reported(rows: list[TableRow], definition: Definition) -> Report:
    plan = balance(rows, definition)
    return report(resolve(rows, definition), definition, plan.layout, None, plan.groups)


def test_a_schedules_heaviest_pipeline_stands_beside_what_as_many_reach_as_one_group(define: Define) -> None:
    shown = reported([*grouped("heavy", *[100] * 5), *grouped("light", 5), *grouped("tiny", 1)], define())

    (cost,) = shown.grouping
    assert (cost.groups, cost.pipelines, cost.heaviest, cost.reachable) == (3, 3, 500, 200)
    assert "on 0 0 * * *: the heaviest of 3 pipelines weighs 500; as many reach 200 if its 3 groups were one" in report_text(
        shown
    )


def test_groups_that_cost_nothing_are_said_to(define: Define) -> None:
    shown = reported([*grouped("a", 50), *grouped("b", 50)], define())

    assert "on 0 0 * * *: the heaviest of 2 pipelines weighs 50, and would without groups too" in report_text(shown)


def test_the_connector_is_told_of_over_all_its_schedules(define: Define) -> None:
    rows = [*grouped("a", *[100] * 5), *grouped("b", *[1] * 6, schedule=HOURLY), *grouped("c", 1, schedule=HOURLY)]

    whole = reported(rows, define()).grouping[-1]

    assert (whole.whole, whole.groups, whole.pipelines, whole.heaviest, whole.reachable) == (True, 3, 3, 500, 300)


def test_of_many_tables_what_could_be_reached_is_found_too(define: Define) -> None:
    shown = reported([*grouped("a", *range(1, 301)), *grouped("b", 1)], define(pipelines=4))

    (cost,) = shown.grouping
    assert cost.heaviest == 15_050  # three pipelines for 45,150 s, as one is for the other group
    assert 11_288 <= cost.reachable < 11_300


def test_rules_hold_in_what_could_be_reached(define: Define) -> None:
    rows = [*grouped("a", 60, 60), *grouped("b", 1)]

    (cost,) = reported(rows, define(together=[["a_0", "a_1"]])).grouping

    assert cost.reachable == cost.heaviest == 120


def test_one_group_costs_nothing_and_is_not_spoken_of(define: Define) -> None:
    assert reported(grouped("a", 1, 2, 3), define()).grouping == ()


def test_a_proof_is_said_to_be_one_for_these_groups(define: Define) -> None:
    said = report_text(reported(grouped("a", 1, 2, 3), define()))

    assert "1 of 1 group proved optimal, given these groups" in said


def test_what_is_not_proved_is_not_said_to_be_at_its_bound(define: Define) -> None:
    shown = reported(grouped("a", 1, 2, 3), define())
    (group,) = shown.groups
    almost = replace(shown, groups=(replace(group, makespan=6.00001, optimal=False),))

    assert "at most less than 0.01% above their group's lower bound; 0 of 1 group" not in report_text(almost)
    assert "heaviest pipelines: less than 0.01% above their group's lower bound; 0 of 1 group" in report_text(almost)
