"""What the server computes of each step is read once, whole, and of the same steps whenever runs happen."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from apps.pi_simulator.times import SECOND
from connectors.osipi.times import seconds_of, shifted, stamp_of
from tests.connectors.osipi.simulated.expected import webid
from tests.connectors.osipi.simulated.world import NOON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.connectors.osipi.simulated.world import Rows, World

TAGS = range(2)
KINDS = {"Average", "Minimum", "Maximum", "Count", "PercentGood"}
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
STEPS = {"pi_interpolated": "interval", "pi_calculated": "sampleInterval", "pi_streamset_summary": "summaryDuration"}
EVERY_MINUTE = [NOON + 30 * SECOND + minute * MINUTE for minute in range(12)]
NOW_AND_THEN = [NOON + hour * HOUR + 1800 * SECOND for hour in (11, 19, 27, 38, 45)]


def read(world: World, table: str, runs: Iterable[tuple[int, str]], **options: str) -> Rows:
    """Read a table at these times with these intervals, each run to its end, and give all rows."""
    rows: Rows = []
    offset: Any = None
    for now, interval in runs:
        world.clock.now = now
        one = world.connector(tag_webids=",".join(map(webid, TAGS)))
        for _ in range(50):
            some, after = one.read_table(table, offset, {STEPS[table]: interval, "lookback_minutes": "5", **options})
            rows += some
            if after == offset:
                break
            offset = after
        else:
            raise AssertionError("the read does not end")
        assert one.problems == []
    return rows


def keys(rows: Rows) -> list[tuple[str, ...]]:
    """Give each row's tag, the stamp of its step (or its own), and its type, in order."""
    return sorted(
        (
            row["tag_webid"],
            stamp_of(row["interval_start" if "interval_start" in row else "timestamp"]),
            row.get("summary_type", ""),
        )
        for row in rows
    )


def times(rows: Rows) -> list[str]:
    return sorted({stamp for _, stamp, _ in keys(rows)})


@pytest.mark.parametrize("time_type", ["Auto", "EarliestTime", "MostRecentTime"])
def test_each_step_has_a_summary_of_each_type_whatever_time_it_is_given(world: World, time_type: str) -> None:
    world.serve()
    rows = read(world, "pi_streamset_summary", [(now, "1m") for now in EVERY_MINUTE], timeType=time_type)

    steps = [shifted("2026-03-01T11:55:00", 60 * minute) for minute in range(5 + 11)]
    assert keys(rows) == sorted((webid(number), step, kind) for number in TAGS for step in steps for kind in KINDS)


def test_an_extremum_on_the_edge_of_a_step_is_that_steps(world: World) -> None:
    world.serve()
    rows = read(world, "pi_streamset_summary", [(now, "1m") for now in EVERY_MINUTE], summaryType="Minimum,Maximum")

    late = [row for row in rows if stamp_of(row["timestamp"]) == shifted(stamp_of(row["interval_start"]), 60)]
    assert late, "no extremum lies on the last edge of its step"
    spans = [(stamp_of(row["interval_start"]), stamp_of(row["timestamp"])) for row in rows if row["quality_good"]]
    assert all(start <= stamp <= shifted(start, 60) for start, stamp in spans)


@pytest.mark.parametrize("table", STEPS)
@pytest.mark.parametrize(
    ("interval", "runs"), [("7m", EVERY_MINUTE), ("7h", NOW_AND_THEN), ("36h", NOW_AND_THEN), ("2.5s", EVERY_MINUTE[:3])]
)
def test_steps_that_do_not_divide_a_day_are_the_same_whenever_runs_happen(
    world: World, table: str, interval: str, runs: list[int]
) -> None:
    world.serve()
    lookback = str(round(seconds_of(interval) // 60 + 10))
    often = read(world, table, [(now, interval) for now in runs], lookback_minutes=lookback)
    seldom = read(world, table, [(now, interval) for now in (runs[0], runs[-1])], lookback_minutes=lookback)

    assert keys(often) == keys(seldom)
    assert len(set(keys(often))) == len(often)
    assert all(shifted(one, seconds_of(interval)) == other for one, other in pairwise(times(often)))


@pytest.mark.parametrize("table", STEPS)
def test_after_a_change_of_the_interval_a_tag_goes_on_from_the_new_grids_next_time(world: World, table: str) -> None:
    world.serve()
    noon = [(NOON + 7 * MINUTE, "1m"), (NOON + 4 * HOUR, "1h")]
    rows = read(world, table, noon)

    ahead = [] if table == "pi_streamset_summary" else ["2026-03-01T12:07:00", "2026-03-01T16:00:00"]
    minutes = [f"2026-03-01T12:{minute:02}:00" for minute in range(2, 7)]
    hours = [f"2026-03-01T{hour}:00:00" for hour in range(13, 16)]
    assert times(rows) == sorted([*minutes, *hours, *ahead])


@pytest.mark.parametrize("table", ["pi_interpolated", "pi_calculated", "pi_streamset_summary", "pi_plot"])
def test_a_batch_has_no_more_rows_than_it_may_and_the_others_wait_for_the_next(world: World, table: str) -> None:
    world.clock.now = NOON + 30 * SECOND
    world.serve()
    tags = list(range(11))
    step = {STEPS[table]: "30s"} if table in STEPS else {"intervals": "2", "window_seconds": "300"}
    options = {"tag_webids": ",".join(map(webid, tags)), "lookback_minutes": "30", **step}

    def batches(**more: str) -> list[Rows]:
        found: list[Rows] = []
        offset: Any = None
        one = world.connector()
        while True:
            some, after = one.read_table(table, offset, options | more)
            found.append(list(some))
            if after == offset:
                return found
            offset = after

    some, whole = batches(max_records_per_batch="50"), batches()

    assert max(map(len, some)) <= 50 < max(map(len, whole))
    cells = ("tag_webid", "interval_start", "timestamp", "summary_type", "value")
    given, asked = ([[row.get(cell) for cell in cells] for rows in found for row in rows] for found in (some, whole))
    assert sorted(given, key=str) == sorted(asked, key=str)


def test_a_partition_has_all_steps_however_many_batches_they_are(world: World) -> None:
    world.clock.now = NOON + 30 * SECOND
    world.serve()
    one = world.connector(tag_webids=",".join(map(webid, TAGS)))
    options = {"lookback_minutes": "30", "max_records_per_batch": "20"}

    parts = one.get_partitions("pi_interpolated", options)
    rows = [row for part in parts for row in one.read_partition("pi_interpolated", part, options)]

    assert len(rows) == len(TAGS) * 31


def test_tags_that_fail_leave_room_for_the_others_of_a_batch(world: World) -> None:
    world.clock.now = NOON + 30 * SECOND
    world.serve()
    tags = ["F1DPAAAAAAAAAAAAAAAAAAAAAA", *map(webid, range(4))]
    one = world.connector(tag_webids=",".join(tags))
    rows: Rows = []
    offset: Any = None
    while True:
        some, after = one.read_table("pi_interpolated", offset, {"lookback_minutes": "10", "max_records_per_batch": "5"})
        rows += some
        if after == offset:
            break
        offset = after

    assert {tag for tag, *_ in keys(rows)} == set(map(webid, range(4)))
