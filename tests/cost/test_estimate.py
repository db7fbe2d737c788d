"""Pipeline-hours of an average month, and what they cost."""

from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from headgate.cost import Cost
from headgate.layout.model import Move, Retirement
from headgate.problems import StaleError
from headgate.use_cases.outputs.layouts import CostOutput
from tests.cost.conftest import PLACES, TABLES, layout

Estimate = Callable[..., Cost]
DAYS = 30.4375


def test_a_run_takes_the_weights_of_its_tables_and_the_startup(estimate: Estimate) -> None:
    money, people = estimate().groups

    assert (people.name, people.pipelines, people.tables, people.runs) == ("people (0 2 * * *)", 2, 2, DAYS)
    assert people.amount.hours == pytest.approx(DAYS * (1800 + 900 + 2 * 90) / 3600)
    assert money.runs == 24 * DAYS
    assert money.amount.hours == pytest.approx(24 * DAYS * (300 + 90) / 3600)


def test_hours_become_dbus_and_money_at_the_given_rates(estimate: Estimate) -> None:
    total = estimate().total

    assert total.hours == pytest.approx(DAYS * 2880 / 3600 + 24 * DAYS * 390 / 3600)
    assert total.dbus == pytest.approx(8 * total.hours)
    assert total.price == pytest.approx(0.5 * 8 * total.hours)


def test_tables_in_one_pipeline_start_once(estimate: Estimate) -> None:
    apart, together = estimate(), estimate(own=layout(PLACES | {"companies": "people_1"}))

    assert apart.total.hours - together.total.hours == pytest.approx(DAYS * 90 / 3600)


def test_without_prices_only_hours_are_told(estimate: Estimate) -> None:
    cost = estimate({"cost": {}})

    assert (cost.total.dbus, cost.total.price, cost.currency) == (None, None, None)
    assert cost.total.hours == pytest.approx(DAYS * 2700 / 3600 + 24 * DAYS * 300 / 3600)
    assert "No price is given (cost.dbu_price in connector.yaml)." in cost.assumptions


def test_rates_without_a_price_give_dbus(estimate: Estimate) -> None:
    total = estimate({"cost": {"dbus_per_hour": {"serverless": 2}}}).total

    assert total.dbus == pytest.approx(2 * total.hours)
    assert total.price is None


def test_the_deadlines_startup_is_the_default(estimate: Estimate) -> None:
    cost = estimate({"cost": {}, "balance": {"deadline": {"minutes": 60, "startup_seconds": 45}}})

    assert cost.assumptions[0] == "A run takes the weights of its tables and 45 seconds of startup; none runs twice."


def test_continuous_pipelines_run_all_the_time(estimate: Estimate) -> None:
    cost = estimate({"mode": "streaming"})

    assert cost.total.hours == pytest.approx(3 * 24 * DAYS)
    assert [group.runs for group in cost.groups] == [None, None]
    assert cost.assumptions == ("Pipelines are continuous: each runs for all 730.5 hours of an average month.",)


def test_no_pipeline_runs_longer_than_the_month(estimate: Estimate) -> None:
    cost = estimate({"schedules": {"snapshot": "*/15 * * * *"}})

    assert cost.groups[1].amount.hours == pytest.approx(2 * 24 * DAYS)
    assert "A pipeline whose runs take longer than the time between them is assumed to run all the time." in cost.assumptions


def test_what_has_no_schedule_runs_never_and_that_is_said(estimate: Estimate) -> None:
    cost = estimate({"schedules": {"snapshot": "0 2 * * *"}})

    assert cost.groups[0].amount.hours == 0
    assert "Pipelines without a schedule are assumed never to run." in cost.assumptions


@pytest.mark.parametrize(
    ("compute", "dbus_an_hour"),
    [
        ({"workers": 0}, 2),
        ({"workers": 3}, 11),
        ({"autoscale": {"min_workers": 1, "max_workers": 4}}, 14),
        ({"sizing": {"max_workers": 9, "weight_per_worker": 300}}, None),
    ],
)
def test_a_classic_cluster_is_a_driver_and_its_workers(
    compute: dict[str, object], dbus_an_hour: float | None, estimate: Estimate
) -> None:
    pricing = {"currency": "EUR", "dbu_price": 0.25, "dbus_per_hour": {"driver": 2, "worker": 3}}
    cost = estimate({"compute": {"kind": "classic"} | compute, "cost": pricing})
    sized = DAYS * (0.5 * (2 + 6 * 3) + 0.25 * (2 + 3 * 3)) + 24 * DAYS * (300 / 3600) * (2 + 3)

    assert cost.total.dbus == pytest.approx(sized if dbus_an_hour is None else dbus_an_hour * cost.total.hours)
    assert "The cloud's own price of the machines is not in it." in cost.assumptions


def test_a_paused_target_costs_nothing_and_says_why(estimate: Estimate) -> None:
    cost = estimate({"targets": {"dev": {"paused": True}}})

    assert (cost.total.hours, cost.total.price, cost.groups) == (0, 0, ())
    assert cost.assumptions == ("dev is paused: its schedules don't start anything.",)


@pytest.mark.parametrize("done", [True, False])
def test_a_target_that_is_taken_down_costs_nothing(done: bool, estimate: Estimate) -> None:
    cost = estimate(own=layout(retired=(Retirement("dev", "leave", done),)))

    assert cost.total.price == 0
    assert cost.assumptions == ("dev is taken down: nothing runs there.",)


def test_of_a_streaming_target_that_is_taken_down_what_runs_on_is_said(estimate: Estimate) -> None:
    streaming = {"mode": "streaming", "schedules": {}}

    (left,) = estimate(streaming, own=layout(retired=(Retirement("dev", "leave", done=False),))).assumptions
    (dropped,) = estimate(streaming, own=layout(retired=(Retirement("dev", "drop", done=False),))).assumptions
    assert "run until they are stopped" in left
    assert dropped == "dev is taken down: nothing runs there."


def test_another_target_that_is_taken_down_changes_nothing(estimate: Estimate) -> None:
    assert estimate(own=layout(retired=(Retirement("prod", "leave", done=False),))) == estimate()


def test_a_table_on_its_way_is_counted_where_it_goes(estimate: Estimate) -> None:
    before = layout()
    moving = tuple(
        replace(placement, move=Move("people_1", {})) if placement.table.source_table == "companies" else placement
        for placement in before.tables
    )
    cost = estimate(own=replace(before, tables=moving))

    assert cost.groups[1].pipelines == 1
    assert "Tables that are on their way are assumed to have arrived." in cost.assumptions


def test_an_inventory_of_other_tables_is_refused_with_the_command(estimate: Estimate) -> None:
    with pytest.raises(StaleError, match="headgate balance crm"):
        estimate(tables=TABLES[:2])


def test_as_json_all_is_told_to_a_hundredth(estimate: Estimate) -> None:
    shown = asdict(CostOutput.of(estimate()))

    assert {key: shown[key] for key in ("format", "connector", "target", "currency", "hours", "dbus", "price")} == {
        "format": 1, "connector": "crm", "target": "dev", "currency": "USD", "hours": 103.49, "dbus": 827.9, "price": 413.95
    }  # fmt: skip
    assert shown["groups"][0] == {
        "group": "money", "schedule": "0 * * * *", "pipelines": 1, "tables": 1, "runs": 730.5, "hours": 79.14, "dbus": 633.1,
        "price": 316.55,
    }  # fmt: skip


def test_the_monitoring_costs_what_its_runs_take(estimate: Estimate) -> None:
    without, found = estimate(), estimate({"monitoring": {"schedule": "0 */6 * * *", "seconds": 60}})

    group = found.groups[-1]
    assert (group.name, group.pipelines, group.tables, group.runs) == ("the monitoring (0 */6 * * *)", 1, 0, 4 * DAYS)
    assert group.amount.hours == pytest.approx(4 * DAYS * (60 + 90) / 3600)
    assert found.total.hours == pytest.approx(without.total.hours + group.amount.hours)
    assert found.assumptions[-1] == "A run of the monitoring is assumed to take 60 seconds, and startup."


def test_the_monitoring_has_one_worker_where_pipelines_have_clusters(estimate: Estimate) -> None:
    classic = {"compute": {"kind": "classic", "workers": 5}, "cost": {"dbus_per_hour": {"driver": 2, "worker": 1}}}

    group = estimate(classic | {"monitoring": {}}).groups[-1]

    assert group.amount.dbus == pytest.approx(3 * group.amount.hours)


@pytest.mark.parametrize(
    ("monitoring", "target", "runs"),
    [({"schedule": ""}, {}, 0), ({}, {"monitoring": False}, None), ({}, {"paused": True}, None)],
)
def test_a_monitoring_that_nothing_starts_costs_nothing(
    estimate: Estimate, monitoring: dict[str, str], target: dict[str, bool], runs: int | None
) -> None:
    groups = estimate({"monitoring": monitoring, "targets": {"dev": target}}).groups

    assert [(group.runs, group.amount.hours) for group in groups if "monitoring" in group.name] == (
        [] if runs is None else [(runs, 0)]
    )
