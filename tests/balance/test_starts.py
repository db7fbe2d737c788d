"""Offsets of a layout's pipelines: spread at first, then kept, and the timeline that shows them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from headgate.balance.starts import Lane, assign_offsets, starts_of, timeline
from headgate.definition.model import Definition
from headgate.layout.deployed import Deployed
from headgate.layout.model import Asked, Layout, Pipeline, Placement
from headgate.problems import InputError
from headgate.tables.group import Group
from headgate.tables.ids import TableId
from tests.support.from_rows import plan_stacks
from tests.support.samples import parts_of, tables_of

if TYPE_CHECKING:
    from collections.abc import Mapping

QUARTER, HOURLY, DAILY = "*/15 * * * *", "0 * * * *", "@daily"


def definition_of(**schedules: Any) -> Definition:
    return Definition.model_validate(parts_of({"schedules": schedules}))


class Site:
    """Pipelines p_1, p_2, … on schedules, with loads in minutes."""

    def __init__(self, schedules: list[str], minutes: list[float], **settings: Any) -> None:
        self.definition = definition_of(**settings)
        self.pipelines = [Pipeline(f"p_{number}", "g", 1) for number in range(1, len(schedules) + 1)]
        names = [pipeline.id for pipeline in self.pipelines]
        self.groups = {name: Group("g", schedule, "c") for name, schedule in zip(names, schedules, strict=True)}
        self.loads = {name: 60 * its for name, its in zip(names, minutes, strict=True)}

    def assigned(self, before: Mapping[str, int] | None = None, *, respread: bool = False) -> dict[str, int]:
        lock = {name: Pipeline(name, "g", 1, offset=offset) for name, offset in (before or {}).items()}
        found = assign_offsets(self.pipelines, self.groups, self.loads, self.definition, lock, respread=respread)
        assert [pipeline.id for pipeline in found] == [pipeline.id for pipeline in self.pipelines]
        self.pipelines = found
        return {pipeline.id: pipeline.offset for pipeline in found}

    def peaks(self) -> tuple[int, int, int]:
        line = timeline(self.pipelines, self.groups, self.loads, self.definition)
        return line.peak_before, line.peak_after, line.bound


def forty(**settings: Any) -> Site:
    random = Random(1)  # noqa: S311 - an example
    return Site([QUARTER] * 40, [random.randint(1, 10) for _ in range(40)], **settings)


def test_forty_at_once_become_as_few_as_can_be() -> None:
    site = forty()
    site.assigned()
    before, after, bound = site.peaks()
    assert before == 40
    assert after == bound < 18


def test_the_order_of_pipelines_does_not_matter() -> None:
    site, turned = forty(), forty()
    turned.pipelines.reverse()
    turned.groups = dict(reversed(turned.groups.items()))
    assert site.assigned() == turned.assigned()


def test_one_pipeline_on_each_schedule_starts_at_the_minute_that_is_written() -> None:
    assert set(Site([QUARTER, HOURLY, DAILY, ""], [5, 5, 5, 5]).assigned().values()) == {0}


def test_schedules_are_one_however_they_are_spelt() -> None:
    assert sorted(Site(["@daily", "0 0 * * *"], [3, 3]).assigned().values()) == [0, 3]
    assert sorted(Site([QUARTER, "quartz:0 0,15,30,45 * * * ?"], [3, 3]).assigned().values()) == [0, 3]


def test_offsets_of_the_lock_stay_and_a_new_pipeline_goes_where_least_runs() -> None:
    site = Site([QUARTER] * 3, [5, 5, 5])
    assert site.assigned({"p_1": 9, "p_2": 9}) == {"p_1": 9, "p_2": 9, "p_3": 4}


def test_a_pipeline_of_an_old_lock_keeps_its_minute_until_all_are_spread_anew() -> None:
    site = Site([QUARTER] * 3, [5, 5, 5])
    old = dict.fromkeys(("p_1", "p_2", "p_3"), 0)
    assert site.assigned(old) == old
    assert sorted(site.assigned(old, respread=True).values()) == [0, 5, 10]


def test_an_offset_that_the_schedule_does_not_take_any_more_is_given_anew() -> None:
    site = Site(["*/5 * * * *"] * 2, [2, 2])
    assert site.assigned({"p_1": 4, "p_2": 12})["p_1"] == 4
    assert {pipeline.offset for pipeline in site.pipelines} <= set(range(5))


@pytest.mark.parametrize("settings", [{"spread_minutes": 0}, {"exact": ["0,15,30,45 * * * *"]}, {"exact": ["g"]}])
def test_an_exact_schedule_stays_exact_even_where_the_lock_has_offsets(settings: dict[str, Any]) -> None:
    site = Site([QUARTER] * 3, [5, 5, 5], **settings)
    assert set(site.assigned({"p_1": 9}).values()) == {0}
    assert site.peaks() == (3, 3, 3)


def test_what_is_named_as_exact_and_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="names 'gg'") as caught:
        Site([QUARTER], [5], exact=["gg"]).assigned()
    assert caught.value.problems[0].fix


def test_exact_pipelines_are_counted_where_the_others_go() -> None:
    site = Site([HOURLY, "quartz:0 0 * * * ?", DAILY, DAILY], [10, 10, 5, 5], exact=[HOURLY])
    found = site.assigned()
    assert (found["p_1"], found["p_2"]) == (0, 0)
    assert min(found["p_3"], found["p_4"]) >= 10
    assert abs(found["p_3"] - found["p_4"]) >= 5
    assert site.peaks() == (4, 2, 2)


def test_streaming_has_no_timeline() -> None:
    site = Site(["", ""], [5, 5])
    line = timeline(site.pipelines, site.groups, site.loads, site.definition)
    assert (line.lanes, line.peak_before, line.bound) == ((), 0, 0)


def test_a_pipeline_that_holds_no_table_keeps_its_offset() -> None:
    site = Site([QUARTER, QUARTER], [5, 5])
    del site.groups["p_2"]
    assert site.assigned({"p_1": 0, "p_2": 7}) == {"p_1": 0, "p_2": 7}


@pytest.mark.parametrize(
    ("schedules", "expected"),
    [
        ({}, "0 4/15 * * * ?"),
        ({"exact": ["all"]}, "0 0/15 * * * ?"),
        ({"spread_minutes": 2}, "0 1/15 * * * ?"),  # a smaller window, not balanced for yet
    ],
)
def test_the_job_starts_at_the_offset_as_far_as_its_schedule_takes_it(schedules: dict[str, Any], expected: str) -> None:
    definition = definition_of(unknown=QUARTER, **schedules)
    layout = Layout(
        "crm", Asked(None, 1), (Pipeline("p_1", "all", 1, offset=4),), (Placement(TableId("t_1", "main.bronze.t_1"), "p_1"),)
    )
    body = plan_stacks(definition, tables_of(1), layout, "dev", Deployed("dev"))[1].body
    assert body["resource"]["databricks_job"]["p_1"]["schedule"]["quartz_cron_expression"] == expected


def test_the_timeline_tells_each_run_of_the_period() -> None:
    site = Site([QUARTER, QUARTER, HOURLY], [5, 5, 90])
    site.assigned()
    line = timeline(site.pipelines, site.groups, site.loads, site.definition, startup_seconds=30)

    assert line.period == 60
    assert [lane.pipeline for lane in line.lanes] == ["p_1", "p_2", "p_3"]
    assert (line.lanes[0].before, line.lanes[0].own_period) == (((0, 6),), 15)
    offset = line.lanes[1].offset
    assert line.lanes[1].after == ((offset % 15, 6),)
    assert line.lanes[2].after == ((0, 60),)  # a run lasts until the next one at most
    assert line.lanes[2] == Lane("p_3", HOURLY, offset=0, minutes=91, starts=(0,), period=60, own_period=60)


@pytest.mark.parametrize(
    ("schedule", "period", "starts"),
    [
        (QUARTER, 15, (0,)),
        ("*/7 * * * *", 60, (0, 7, 14, 21, 28, 35, 42, 49, 56)),
        ("30 2 * * *", 1440, (150,)),
        ("0 6 * * 1,2", 10080, (360, 1800)),
        ("0 2 15 * *", 1440, (120,)),
        ("0 0 1 * *", 1440, (0,)),
        ("quartz:*/20 0 * * * ?", 60, (0,)),
        ("quartz:0 0 0 1 1 ? 2020", 1, ()),
    ],
)
def test_a_schedule_is_told_in_its_shortest_period(schedule: str, period: int, starts: tuple[int, ...]) -> None:
    assert starts_of(schedule) == (period, starts)
