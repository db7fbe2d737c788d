"""How a month's cost differs, and how both are told."""

from collections.abc import Callable

from headgate.cost import Cost, difference
from headgate.cost.model import Amount
from headgate.render.cost import cost_lines, difference_lines
from tests.cost.conftest import PLACES, SERVERLESS, layout

Estimate = Callable[..., Cost]


def test_only_groups_that_change_are_told(estimate: Estimate) -> None:
    found = difference(estimate(), estimate(own=layout(PLACES | {"companies": "people_1"})))

    less = "-3.04 USD (-6.09 DBUs, -0.76 hours) a month:"

    assert difference_lines(found) == [
        f"crm in dev: {less} 413.95 USD (827.90 DBUs, 103.49 hours) → 410.91 USD (821.81 DBUs, 102.73 hours)",
        f"- people (0 2 * * *): {less} 97.40 USD (194.80 DBUs, 24.35 hours) → 94.36 USD (188.71 DBUs, 23.59 hours)",
    ]


def test_what_stays_is_one_line(estimate: Estimate) -> None:
    found = difference(estimate(), estimate())

    assert found.groups == ()
    assert difference_lines(found) == ["crm in dev: 413.95 USD (827.90 DBUs, 103.49 hours) a month, as before"]


def test_a_schedule_that_changes_is_one_group_less_and_one_more(estimate: Estimate) -> None:
    found = difference(estimate(), estimate({"schedules": {"snapshot": "0 2 * * 0", "append": "0 * * * *"}}))

    assert [(change.name, change.before.hours > 0, change.after.hours > 0) for change in found.groups] == [
        ("people (0 2 * * *)", True, False),
        ("people (0 2 * * 0)", False, True),
    ]
    assert found.total.delta.price is not None
    assert found.total.delta.price < 0


def test_a_new_connector_costs_all_of_it(estimate: Estimate) -> None:
    found = difference(None, estimate())

    assert found.total.delta == estimate().total
    assert difference_lines(found)[0].startswith("crm in dev: +413.95 USD (+827.90 DBUs, +103.49 hours) a month: 0.00 USD")


def test_a_new_connector_without_rates_is_told_in_hours_on_both_sides(estimate: Estimate) -> None:
    found = difference(None, estimate({"cost": {"startup_seconds": 90}}))

    assert difference_lines(found)[0] == "crm in dev: +103.49 hours a month: 0.00 hours → 103.49 hours"


def test_where_a_price_is_put_in_both_sides_are_told_in_dbus(estimate: Estimate) -> None:
    unpriced = {"dbus_per_hour": SERVERLESS["dbus_per_hour"]}
    found = difference(estimate({"cost": unpriced | {"startup_seconds": 0}}), estimate())

    before, _, after = difference_lines(found)[0].rpartition(": ")[2].partition(" → ")
    assert (before.split()[1::2], after) == (["hours,", "DBUs"], "103.49 hours, 827.90 DBUs")


def test_prices_in_two_currencies_are_not_compared(estimate: Estimate) -> None:
    found = difference(estimate(), estimate({"cost": SERVERLESS | {"currency": "EUR"}}))

    assert (found.currency, found.total.delta.price) == (None, None)
    assert difference_lines(found) == ["crm in dev: 103.49 hours, 827.90 DBUs a month, as before"]


def test_without_prices_hours_are_compared(estimate: Estimate) -> None:
    found = difference(estimate({"cost": {"startup_seconds": 90}}), estimate({"cost": {"startup_seconds": 90}}))

    assert found.total.delta == Amount(0, None, None)


def test_a_cost_is_told_group_by_group_with_what_it_takes_for_granted(estimate: Estimate) -> None:
    assert cost_lines(estimate()) == [
        "crm in dev: 413.95 USD (827.90 DBUs, 103.49 hours) a month",
        "- money (0 * * * *): 316.55 USD (633.10 DBUs, 79.14 hours); 1 pipeline, 1 table, 730.5 runs each",
        "- people (0 2 * * *): 97.40 USD (194.80 DBUs, 24.35 hours); 2 pipelines, 2 tables, 30.4 runs each",
        "",
        "A run takes the weights of its tables and 90 seconds of startup; none runs twice.",
        "Weights of tables: 0 observed, 3 given, 0 by ingestion type alone.",
    ]


def test_continuous_pipelines_are_told_without_a_price(estimate: Estimate) -> None:
    lines = cost_lines(estimate({"mode": "streaming", "cost": {}}))

    assert lines[:2] == ["crm in dev: 2,191.50 hours a month", "- money: 730.50 hours; 1 pipeline, 1 table, all the time"]
