"""Sites whose starts are spread together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.balance.beside import Beside
from headgate.balance.neighbours import neighbours, on_clock, pipelines_beside
from headgate.balance.plan import balance
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.schedule.offsets import Arc, running
from tests.support.samples import parts_of

QUARTER = "*/15 * * * *"
HOSTS = {"dev": {"host": "https://one.example.com"}}, {"dev": {"host": "https://two.example.com"}}


def site(pipelines: int = 3, **parts: Any) -> Definition:
    schedules = {"append": QUARTER, **parts.pop("schedules", {})}
    return Definition.model_validate(parts_of({"schedules": schedules, **parts}, pipelines=pipelines, stacks=1))


def tables(definition: Definition, minutes: int = 5) -> Any:
    rows = [TableRow(f"t_{number}", ingestion_type="append", weight=60 * minutes) for number in range(3)]
    return resolve(rows, definition)


def connection(url: str, **more: Any) -> dict[str, Any]:
    return {"name": "c", "options": {"url": url}, **more}


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        pytest.param({}, {}, True, id="workspaces that nothing tells apart"),
        pytest.param({"targets": HOSTS[0]}, {"targets": HOSTS[0]}, True, id="one workspace"),
        pytest.param(
            {"targets": HOSTS[0], "connection": connection("https://a.example.com")},
            {"targets": HOSTS[1], "connection": connection("https://b.example.com")},
            False,
            id="two sources in two workspaces",
        ),
        pytest.param(
            {"targets": HOSTS[0], "connection": connection("https://pi.example.com/a")},
            {"targets": HOSTS[1], "connection": connection("https://PI.example.com/b")},
            True,
            id="one source in two workspaces",
        ),
        pytest.param(
            {"targets": HOSTS[0], "connection": connection("x", existing=True)},
            {"targets": HOSTS[1], "connection": connection("y", existing=True)},
            True,
            id="one connection in two workspaces",
        ),
    ],
)
def test_sites_are_neighbours_by_their_source_or_their_workspace(one: Any, other: Any, *, are: bool) -> None:
    assert neighbours(site(**one), site(**other)) is neighbours(site(**other), site(**one)) is are


def test_a_new_sites_pipelines_start_where_those_beside_it_do_not_run() -> None:
    definition = site()
    first = balance(tables(definition), definition).layout
    beside = pipelines_beside(tables(definition), definition, first)

    alone = balance(tables(definition), definition).layout
    second = balance(tables(definition, 2), definition, beside=beside).layout

    assert alone == first
    assert [one.arc.minutes for one in beside] == [5, 5, 5]
    assert running([one.arc for one in beside], 15).tolist() == [1] * 15  # three of five minutes, one after the other
    both = [*beside, *pipelines_beside(tables(definition, 2), definition, second)]
    assert running([one.arc for one in both], 15).max() == 2


def test_pipelines_of_a_lock_stay_whatever_runs_beside_them() -> None:
    definition = site()
    first = balance(tables(definition), definition).layout
    beside = pipelines_beside(tables(definition), definition, first)

    assert balance(tables(definition), definition, first, beside=beside).layout == first


def test_a_pipeline_alone_on_its_schedule_keeps_its_minute_unless_one_beside_it_has_the_same() -> None:
    definition = site(pipelines=1)
    rows = resolve([TableRow("t", ingestion_type="append", weight=60)], definition)
    first = balance(rows, definition).layout
    beside = pipelines_beside(rows, definition, first)

    second = balance(rows, definition, beside=beside).layout

    assert first.pipelines[0].offset == 0
    assert second.pipelines[0].offset != 0


def test_another_zones_starts_are_told_on_ones_own_clock() -> None:
    definition = site(schedules={"append": "0 6 * * *", "timezone": "Europe/Berlin", "spread_minutes": 0})
    its = pipelines_beside(tables(definition), definition, balance(tables(definition), definition).layout)

    (there, *_), (here, *_) = its, on_clock(its, "Asia/Kolkata", "Europe/Berlin")

    assert there.arc.starts == (360,)
    assert here.arc.starts == here.written == (630,)  # 10:30
    assert on_clock(its, "UTC", "UTC") == its


def test_a_limit_a_minute_holds_for_all_sites_on_one_connection() -> None:
    loads = {"requests": {"per_minute": 60, "default": 300}}
    definition = site(pipelines=1, balance={"loads": loads})
    rows = resolve([TableRow("t", ingestion_type="append", weight=300)], definition)
    heavy = Beside(Arc((0,), 15, 5, 1), (0,), "crm_connection", {"requests": 60})
    light = [Beside(Arc((5,), 15, 10, 1), (5,), "another")] * 3  # so that fewest run in the first five minutes

    def offset(*beside: Beside) -> int:
        return balance(rows, definition, beside=beside).layout.pipelines[0].offset

    assert offset(*light) == 0
    assert 5 <= offset(heavy, *light) <= 10
    assert offset(replace(heavy, connection="another"), *light) == 0
