"""How many pipelines there are where nobody says it, and why."""

from collections.abc import Callable

import pytest

from headgate.balance.starts import interval_minutes
from headgate.definition.model import Definition
from headgate.inventory.row import TableRow
from tests.support.from_rows import balance

Define = Callable[..., Definition]


def tables_of(*weights: float, schedule: str = "") -> list[TableRow]:
    return [TableRow(f"t_{number:03}", weight=weight, schedule=schedule) for number, weight in enumerate(weights)]


def test_light_tables_share_a_pipeline(define: Define) -> None:
    (group,) = balance(tables_of(*[10] * 40), define()).groups

    assert group.pipelines == 1
    assert group.reason == "all its tables take 400 s, and a pipeline reads for up to 10 times its start-up of 60 s"


def test_heavy_tables_get_as_many_as_read_for_ten_times_a_start_up(define: Define) -> None:
    (group,) = balance(tables_of(*[30] * 80), define(tolerance=0)).groups

    assert group.pipelines == 4  # 2,400 s of work, 600 s each
    assert group.reason == "with fewer, one would read for more than 10 times its start-up of 60 s"


def test_a_schedule_that_comes_often_asks_for_more(define: Define) -> None:
    (group,) = balance(tables_of(*[30] * 80, schedule="*/15 * * * *"), define(tolerance=0)).groups

    assert group.pipelines == 7  # 2,400 s of work; 450 s is half of the time, of which 60 s are for the start
    assert group.reason == "with fewer, one would run for more than half of the 15 minutes between two starts"


def test_no_pipeline_is_added_beside_a_table_that_takes_longer_than_all_the_others(define: Define) -> None:
    (group,) = balance(tables_of(1400, *[100] * 14), define(tolerance=0)).groups

    assert group.pipelines == 2
    assert group.reason == "t_000 alone takes 1,400 s, and with more no run ends sooner"


@pytest.mark.parametrize("said", [{"pipelines": 3}, {"min_pipelines": 3}, {"max_weight_per_pipeline": 900}])
def test_what_a_person_says_is_what_there_is(define: Define, said: dict[str, int]) -> None:
    (group,) = balance(tables_of(*[30] * 80), define(**said)).groups

    assert (group.pipelines, group.reason) == (3, "")


def test_a_layout_keeps_its_number_until_it_is_asked_for_anew(define: Define) -> None:
    lock = balance(tables_of(*[30] * 80), define()).layout
    lighter = tables_of(*[3] * 80)

    assert len({p.agreed for p in balance(lighter, define(), lock).layout.tables}) == len(lock.pipelines)
    assert len({p.agreed for p in balance(lighter, define(), lock, rebalance=True).layout.tables}) == 1


@pytest.mark.parametrize(
    ("schedule", "minutes"),
    [
        ("", None),
        ("*/15 * * * *", 15),
        ("0 9,17 * * *", 480),
        ("0 0 * * 1", 10080),
        ("0 0 1 * *", 29 * 1440),  # the shortest month from January 2024 on
        ("quartz: 0 0 12 1 1 ? 2030", None),
    ],
)
def test_the_time_between_two_starts(schedule: str, minutes: int | None) -> None:
    assert interval_minutes(schedule) == minutes
