"""What each number of pipelines takes: run time, machine-seconds, money, moves, and the knee."""

import csv
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.balance.plan import balance
from headgate.cost.curve import Curve, curve_of, knee_of
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.problems import InputError
from headgate.render.curve import curve_csv, curve_page, curve_text
from headgate.use_cases.outputs.layouts import CurveOutput
from tests.support.samples import parts_of

ROWS = [TableRow(f"t_{number:02}", weight=weight) for number, weight in enumerate([300, 200, 150, 150, *[50] * 8])]
PRICED = {"cost": {"currency": "USD", "dbu_price": 0.5, "dbus_per_hour": {"serverless": 8}}}


def definition(**parts: Any) -> Definition:
    return Definition.model_validate(parts_of({"schedules": {"unknown": "0 * * * *"}} | parts))


def curve(**parts: Any) -> Curve:
    made = definition(**parts)
    tables = resolve(ROWS, made)
    return curve_of(tables, made, balance(tables, made).layout, lambda layout: layout)


def test_a_run_takes_the_start_up_and_the_heaviest_pipeline_and_each_costs_its_start_up() -> None:
    found = curve(balance={"pipelines": 3}, **PRICED)

    by_number = {point.pipelines: point for point in found.points}
    assert list(by_number) == list(range(1, 13))
    assert by_number[1].run_seconds == 60 + 1200
    assert by_number[12].run_seconds == 60 + 300
    assert [point.machine_seconds for point in found.points] == [1200 + 60 * number for number in range(1, 13)]
    assert by_number[4].price == pytest.approx(0.5 * 8 * 730.5 * (1200 + 4 * 60) / 3600)
    assert (found.today, by_number[3].moves) == (3, 0)
    assert all(point.moves for number, point in by_number.items() if number != 3)


def test_the_month_is_that_of_a_target_which_runs() -> None:
    found = curve(balance={"pipelines": 3}, targets={"dev": {"default": True, "paused": True}, "prod": {}}, **PRICED)

    assert found.target == "prod"
    assert "a month of target prod" in curve_text(found)
    assert all(point.hours > 0 for point in found.points)


def test_classic_clusters_count_driver_and_workers() -> None:
    found = curve(compute={"kind": "classic", "workers": 2})

    assert found.points[0].machine_seconds == 3 * (1200 + 60)


def test_numbers_that_rules_do_not_come_down_to_are_left_out() -> None:
    apart = curve(balance={"pipelines": 3, "apart": [["t_00", "t_01", "t_02"]]})
    capped = curve(balance={"pipelines": 3, "max_pipelines": 5})

    assert apart.points[0].pipelines == 3
    assert capped.points[-1].pipelines == 5


def test_what_no_number_can_be_is_refused() -> None:
    made = definition(balance={"loads": {"requests": {"per_pipeline": 5, "default": 6}}})

    with pytest.raises(InputError, match="asks for 6 of requests, and a pipeline takes 5"):
        curve_of(resolve(ROWS, made), made, None, lambda layout: layout)


def test_tables_that_come_after_others_make_a_run_longer() -> None:
    plain, ordered = curve(balance={"pipelines": 12}), curve(balance={"pipelines": 12, "after": {"t_01": ["t_00"]}})

    assert plain.points[-1].run_seconds == 360
    assert ordered.points[-1].run_seconds == 360 + 260


@pytest.mark.parametrize(
    ("seconds", "knee"),
    [
        ([100, 50, 45, 44, 43], 1),
        ([100, 90, 80, 70], None),
        ([100, 100, 100], None),
        ([100, 50], None),
        ([100, 99, 10, 9, 9], 2),
    ],
)
def test_the_knee_is_where_the_curve_bends_most(seconds: list[float], knee: int | None) -> None:
    assert knee_of(list(enumerate(seconds, 1))) == knee


@given(st.lists(st.integers(1, 1000), min_size=3, max_size=20), st.sampled_from([0.5, 2, 8]), st.sampled_from([0.25, 4]))
def test_the_knee_does_not_hang_on_units(seconds: list[int], wide: float, high: float) -> None:
    points = [(float(number), float(value)) for number, value in enumerate(seconds, 1)]

    assert knee_of([(wide * pipelines, high * value) for pipelines, value in points]) == knee_of(points)


def test_text_csv_json_and_page_show_the_same_points() -> None:
    found = curve(balance={"pipelines": 3}, **PRICED)
    knee = next(point.pipelines for point in found.points if point.knee)

    rows = list(csv.DictReader(curve_csv([found]).splitlines()))
    printed = CurveOutput.of(found)
    text, page = curve_text(found), curve_page([found])

    assert [int(row["pipelines"]) for row in rows] == [point.pipelines for point in printed.points]
    assert [row["knee"] for row in rows].count("true") == 1
    assert printed.knee == knee
    assert f"{knee} pipelines are the knee" in text
    assert [line.split()[0] for line in text.splitlines() if line.endswith("knee")] == [str(knee)]
    assert "USD a month" in text
    assert page.count("<tr role") == 1 + len(found.points)
    assert (page.count(">knee<"), page.count(">today<")) == (1, 1)
