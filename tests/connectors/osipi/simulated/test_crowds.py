"""Bursts: thousands of values of one instant, 1,200 at 100 ns, cut by pages and by reads, in every way of reading."""

from __future__ import annotations

from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from apps.pi_simulator.tags import CROWDS
from apps.pi_simulator.times import SECOND
from connectors.osipi.streaming.commit import Landing
from connectors.osipi.streaming.segments import Segments
from tests.connectors.osipi.simulated.expected import iso, webid
from tests.connectors.osipi.simulated.world import NOON, TABLE, options_of, read
from tests.connectors.osipi.streaming.conftest import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.connectors.osipi.simulated.world import Rows, World

    Reader = Callable[[World, list[int], int, list[int], Path, dict[str, str]], Rows]

MINUTE = 60 * SECOND
START = NOON - MINUTE  # the burst is at noon
OVERLAP = "15"  # minutes: values come five too late, or two hours, which is after these tests
# Crowds of all kinds, a tag whose values are spread over a second, and one that has nothing of all this.
NUMBERS = [*CROWDS.values(), 88, 0]


def pulled(world: World, numbers: list[int], start: int, ends: list[int], _: Path, options: dict[str, str]) -> Rows:
    """Read table after table, each up to one of the ends, as a pipeline's runs do."""
    rows: Rows = []
    offset = None
    for end in ends:
        world.clock.now = end
        some, offset, _words = read(world.connector(), options_of(numbers, start, overlap_minutes=OVERLAP, **options), offset)
        rows += some
    # Its overlap reaches behind the start, where a first read did not look.
    return [row for row in rows if row["timestamp"] >= iso(start)]


def in_partitions(world: World, numbers: list[int], start: int, ends: list[int], _: Path, options: dict[str, str]) -> Rows:
    """Read batch after batch, each in parts; the server's clock is that of the last end, for what is late is not read here."""
    world.clock.now = ends[-1]
    one, rows = world.connector(partitioned="true", tags_per_request="3"), list[Any]()
    offset: dict[str, Any] = {}
    for end in ends:
        wanted = options_of(numbers, start, settle_seconds="0", endTime=iso(end), **options)
        until = one.latest_offset(TABLE, wanted, offset)
        for part in one.get_partitions(TABLE, wanted, offset, until):
            rows += one.read_partition(TABLE, part, wanted)
        offset = until
    return rows


def by_hand(world: World, numbers: list[int], start: int, ends: list[int], _: Path, options: dict[str, str]) -> Rows:
    """Read range after range, each from where the one before it ended, as `headgate backfill` does."""
    world.clock.now = ends[-1]
    one, rows = world.connector(), list[Any]()
    wanted = options_of(numbers, start, **options)
    del wanted["startTime"]
    borders = [start, *(end // 10 * 10 for end in ends[:-1]), ends[-1] + SECOND]
    for begin, before in pairwise(borders):
        for part in one.plan_backfill(TABLE, iso(begin), iso(before), wanted)["parts"]:
            rows += one.read_backfill(part, wanted)
    return rows


def streamed(world: World, numbers: list[int], start: int, ends: list[int], folder: Path, options: dict[str, str]) -> Rows:
    """Fill gap after gap, each by a reader that begins where another one died."""
    webids = [webid(number) for number in numbers]
    given = {"pi_base_url": world.url, "startTime": iso(start), "overlap_minutes": OVERLAP, **options}
    for end in ends:
        world.clock.now = end
        segments = Segments(folder)
        with closing(segments):
            Landing(given, segments).land(webids, iso(end).rstrip("Z").rstrip("0").rstrip("."))
    return [row for row in rows_of(folder) if row["timestamp"] >= iso(start)]


READERS = [pulled, in_partitions, by_hand, streamed]


@pytest.mark.parametrize("page", ["", "1000"])
@pytest.mark.parametrize("reader", READERS)
def test_more_than_a_page_of_equal_and_near_equal_times(world: World, tmp_path: Path, reader: Reader, page: str) -> None:
    world.serve()

    rows = reader(world, NUMBERS, START, [NOON + MINUTE], tmp_path, {"maxCount": page} if page else {})

    world.check(rows, NUMBERS, START)
    assert max(row["occurrence"] for row in rows) > 2400


@pytest.mark.parametrize("reader", READERS)
def test_reads_that_end_in_the_middle_of_a_burst(world: World, tmp_path: Path, reader: Reader) -> None:
    world.serve()
    numbers = [CROWDS["Crowd.Second.1200"], CROWDS["Crowd.Sevens.1200"], 88]
    ends = [NOON + 30, NOON + 800, NOON + SECOND // 2, NOON + 10 * MINUTE]  # 3 µs and 80 µs after noon, and half a second

    rows = reader(world, numbers, START, ends, tmp_path, {"maxCount": "300"})

    world.check(rows, numbers, START)


@pytest.mark.parametrize("page", ["50", "300", *(pytest.param(page, marks=pytest.mark.long) for page in ("2", "7", "13"))])
@pytest.mark.parametrize("reader", READERS)
def test_equal_times_at_a_cut(world: World, tmp_path: Path, reader: Reader, page: str) -> None:
    world.serve()
    numbers = [CROWDS["Crowd.Instant.300"], CROWDS["Crowd.Sevens.1200"]]

    rows = reader(world, numbers, START, [NOON + MINUTE], tmp_path, {"maxCount": page})

    world.check(rows, numbers, START)


def test_more_values_of_one_instant_than_the_server_gives_are_told_and_stop_no_other_tag(world: World) -> None:
    world.serve(max_items=1000)
    world.clock.now = NOON + MINUTE
    numbers = [CROWDS["Crowd.Instant.2500"], CROWDS["Crowd.Instant.300"], 0]
    one = world.connector()

    rows, _, words = read(one, options_of(numbers, START))

    assert any("more values have the time 2026-03-01T12:00:00.0000001Z than the 1000" in word for word in words)
    assert {row["tag_webid"] for row in rows} == set(map(webid, numbers[1:]))
    world.check(rows, numbers[1:], START)
