"""Loads beside the weight: spread over pipelines and in time, within limits that are refused, kept, or said."""

import json
from collections.abc import Callable
from math import fsum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.balance.report import Report, report
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.layout.lock import render_lock
from headgate.layout.model import Layout
from headgate.problems import InputError
from headgate.render.balance_page import balance_page
from headgate.render.layout import report_csv, report_text
from headgate.use_cases.outputs.layouts import BalanceOutput
from tests.support.examples import examples
from tests.support.from_rows import balance

Define = Callable[..., Definition]
HOURLY = "0 * * * *"


def rows_of(*pairs: tuple[float, float], schedule: str = "") -> list[TableRow]:
    """Give a row for each weight and number of requests."""
    return [
        TableRow(f"t_{number:03}", weight=weight, loads={"requests": requests}, schedule=schedule)
        for number, (weight, requests) in enumerate(pairs)
    ]


def reported(rows: list[TableRow], definition: Definition, lock: Layout | None = None) -> Report:
    plan = balance(rows, definition, lock)
    return report(resolve(rows, definition), definition, plan.layout, lock, plan.groups)


def test_both_loads_are_spread(define: Define) -> None:
    rows = rows_of((100, 1), (100, 1), (1, 100), (1, 100))

    shown = reported(rows, define(pipelines=2, loads={"requests": {}}))

    assert [(row.weight, row.loads) for row in shown.rows] == [(101, {"requests": 101})] * 2
    assert [(load.name, load.bound, load.heaviest) for group in shown.groups for load in group.loads] == [
        ("requests", 101, 101)
    ]
    assert shown.groups[0].optimal


def test_a_load_that_nothing_names_has_no_say(define: Define) -> None:
    weights = [70, 41, 33, 32, 9, 8, 2]
    rows = rows_of(*((weight, 100 - weight) for weight in weights))
    plain = [TableRow(row.source_table, weight=row.weight) for row in rows]

    assert render_lock(balance(rows, define(pipelines=3)).layout) == render_lock(balance(plain, define(pipelines=3)).layout)


def test_a_load_of_which_there_is_nothing_changes_nothing(define: Define) -> None:
    rows = [TableRow(f"t_{number}", weight=weight) for number, weight in enumerate([70, 41, 33, 32, 9, 8, 2])]

    assert balance(rows, define(pipelines=3, loads={"requests": {}})).layout == balance(rows, define(pipelines=3)).layout


@pytest.mark.parametrize("requests", [60, 61])
def test_as_many_pipelines_are_made_as_a_limit_takes(define: Define, requests: float) -> None:
    rows = rows_of(*[(10, requests)] * 6)

    shown = reported(rows, define(pipelines=1, loads={"requests": {"per_pipeline": 120}}))

    assert [row.loads["requests"] for row in shown.rows] == ([120] * 3 if requests == 60 else [61] * 6)
    assert shown.problems == ()


@examples(8)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), min_size=1, max_size=12), st.integers(1, 4), st.data())
def test_a_limit_is_never_passed_on_the_first_balance_or_a_later_one(
    pairs: list[tuple[float, float]], pipelines: int, data: st.DataObject
) -> None:
    settings_ = {"pipelines": min(pipelines, len(pairs)), "loads": {"requests": {"per_pipeline": 50}}}
    definition = Definition.model_validate(
        {"id": "crm", "source": "crm", "connection": {"name": "c"}, "destination": {"catalog": "m", "schema": "b"}}
        | {"balance": settings_}
    )
    first = balance(rows_of(*pairs), definition)
    drifted = [(weight, data.draw(st.integers(0, 50))) for weight, _ in pairs]
    later = balance(rows_of(*drifted), definition, first.layout)

    for rows, plan in ((pairs, first), (drifted, later)):
        tables = {table.id: table for table in resolve(rows_of(*rows), definition)}
        for one in plan.layout.pipelines:
            inside = [tables[placed.table] for placed in plan.layout.tables if placed.agreed == one.id]
            assert fsum(table.loads["requests"].amount for table in inside) <= 50


def test_what_is_fine_stays_and_a_passed_limit_moves_as_little_as_it_takes(define: Define) -> None:
    definition = define(pipelines=2, trigger=10.0, loads={"requests": {"per_pipeline": 100}})
    rows = rows_of(*[(10, 10)] * 12)
    lock = balance(rows, definition).layout

    assert balance(rows, definition, lock).layout == lock
    home = {placed.table.source_table: placed.pipeline for placed in lock.tables}
    drifted = rows_of(*((10, 17 if home[f"t_{number:03}"] == home["t_000"] else 2) for number in range(12)))
    moved = [placed for placed in balance(drifted, definition, lock).layout.tables if placed.move]
    assert len(moved) == 1
    assert moved[0].pipeline == home["t_000"]


@pytest.mark.parametrize(
    ("pairs", "more", "said"),
    [
        ([(10, 130), (10, 1)], {}, "t_000 asks for 130 of requests, and a pipeline takes 120"),
        (
            [(10, 70)] * 4,
            {"together": [["t_000", "t_001"]]},
            "t_000, t_001 share a pipeline (balance.together) and ask for 140 of requests, and a pipeline takes 120",
        ),
        (
            [(10, 70)] * 4,
            {"max_pipelines": 3},
            "group all asks for 280 of requests: on 3 pipelines (balance.max_pipelines) one has 140 at least, and takes 120",
        ),
    ],
)
def test_what_no_layout_can_keep_is_refused_with_the_numbers(
    define: Define, pairs: list[tuple[float, float]], more: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        balance(rows_of(*pairs), define(loads={"requests": {"per_pipeline": 120}}, **more))

    assert [(problem.message, problem.path) for problem in caught.value.problems] == [
        (said, "balance.loads.requests.per_pipeline")
    ]


def test_schedules_that_ask_for_more_than_there_is_are_refused(define: Define) -> None:
    rows = rows_of((60, 600), (60, 600), schedule="*/10 * * * *")

    said = "the schedules ask crm_connection for 120 of requests a minute on average, and it takes 100"
    with pytest.raises(InputError, match=said):
        balance(rows, define(loads={"requests": {"per_minute": 100}}))


def test_starts_keep_a_limit_a_minute_where_they_can(define: Define) -> None:
    rows = rows_of(*[(240, 400)] * 3, schedule=HOURLY)
    free = {"pipelines": 3, "deadline": None}

    shown = reported(rows, define(**free, loads={"requests": {"per_minute": 100}}))
    tight = reported(rows, define({"schedules": {"spread_minutes": 3}}, **free, loads={"requests": {"per_minute": 100}}))

    assert shown.timeline is not None
    assert [(rate.before, rate.after, rate.per_minute) for rate in shown.timeline.rates] == [(300, 100, 100)]
    assert shown.problems == ()
    assert [text.partition(" (")[0] for text in tight.problems] == [
        "300 of requests in the busiest minute on crm_connection, and it takes 100"
    ]


def test_starts_of_a_lock_change_where_a_limit_needs_it(define: Define) -> None:
    rows = rows_of(*[(240, 400)] * 3, schedule=HOURLY)
    exact = balance(rows, define({"schedules": {"spread_minutes": 0}}, pipelines=3)).layout

    shown = reported(rows, define(pipelines=3, loads={"requests": {"per_minute": 100}}), exact)

    assert shown.timeline is not None
    assert [rate.after for rate in shown.timeline.rates] == [100]


def test_loads_are_shown_in_text_json_csv_and_page(define: Define) -> None:
    shown = reported(rows_of((10, 5), (10, 7)), define(pipelines=2, loads={"requests": {}, "memory_mb": {"default": 64}}))

    text = report_text(shown)
    assert "memory_mb: 2 unknown, counted as 64" in text
    assert "group all: 7 of requests on a pipeline, 100.0% of its lower bound" in text
    assert report_csv([shown]).splitlines()[0].endswith(",share,load.memory_mb,load.requests")
    assert "7 of requests on a pipeline" in balance_page([shown])
    printed = json.loads(json.dumps([row.loads for row in BalanceOutput.of(shown).pipelines]))
    assert printed == [{"memory_mb": 64, "requests": 5}, {"memory_mb": 64, "requests": 7}]
