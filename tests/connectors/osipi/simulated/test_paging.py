"""Values that come in pages: one tag with 2,500, many tags of which one fills its page, bursts, cuts between equal times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from apps.pi_simulator.tags import BURST, tag
from apps.pi_simulator.times import SECOND
from apps.pi_simulator.truth import Truth
from tests.connectors.osipi.simulated.expected import iso, webid
from tests.connectors.osipi.simulated.world import NOON, options_of, read

if TYPE_CHECKING:
    from tests.connectors.osipi.simulated.world import World

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND


@pytest.mark.parametrize(
    ("settings", "options"),
    [({}, {}), ({}, {"maxCount": "1000"}), ({"max_items": 1000}, {}), ({"max_items": 999}, {"max_items_per_call": "800"})],
    ids=["at once", "1,000 a page", "a server that gives 1,000 at most", "a server that gives 999 at most"],
)
def test_one_tag_with_2500_values_in_the_window(world: World, settings: dict[str, Any], options: dict[str, str]) -> None:
    world.serve(**settings)
    start = int(Truth(1).last(tag(0), NOON, NOON, 2500).times[0])

    rows, _, _ = read(world.connector(), options_of([0], start, **options))

    assert len(rows) == 2500
    world.check(rows, [0], start)


def test_1040_tags_of_mixed_rates_100_a_request_where_one_stream_fills_max_count_and_others_do_not(world: World) -> None:
    noted = world.serve()
    numbers, start = range(1040), NOON - MINUTE // 2
    world.clock.now += MINUTE // 2  # the bursts' second, in which one tag of each hundred writes 1,200 values, is among it

    rows, _, _ = read(world.connector(), options_of(numbers, start, maxCount="1000", tags_per_request="100"))

    counts = {number: len(world.truth.between(tag(number), start, world.clock.now, world.clock.now)) for number in numbers}
    assert [number for number, count in counts.items() if count >= 1000] == [88 + 100 * hundred for hundred in range(10)]
    assert noted.asked.count(("POST", "/piwebapi/batch")) >= 11
    world.check(rows, numbers, start)


@pytest.mark.parametrize("page", ["", "1000", "100", "13"])
def test_1200_values_within_one_second(world: World, page: str) -> None:
    world.serve()
    start = NOON - MINUTE
    world.clock.now += MINUTE

    rows, _, _ = read(world.connector(), options_of([88], start, maxCount=page))

    assert len(rows) > BURST - 50  # some of them are late
    world.check(rows, [88], start)


@pytest.mark.parametrize("apart", [0, 1], ids=["at one time", "100 ns apart"])
@pytest.mark.parametrize("page", [1, 2, 3, 50])
def test_equal_timestamps_at_a_cut(world: World, page: int, apart: int) -> None:
    world.serve()
    times = world.truth.between(tag(0), NOON - 24 * HOUR, NOON - HOUR, NOON).times
    first = int(np.flatnonzero(np.diff(times) == apart)[3])
    start, end = int(times[first - page + 1]), int(times[first + 2 * page + 2])

    rows, _, _ = read(world.connector(), options_of([0], start, endTime=iso(end), maxCount=str(page)))

    world.check(rows, [0], start, end)


@pytest.mark.parametrize(
    ("settings", "options"),
    [({"max_request": 1024}, {}), ({}, {"max_url_length": "200000", "tags_per_request": "1000"})],
    ids=["a server with less room than is usual", "a connector that was told too much"],
)
def test_a_url_that_grows_too_long_for_the_server(world: World, settings: dict[str, Any], options: dict[str, str]) -> None:
    noted = world.serve(**settings)
    numbers, start = range(500), NOON - MINUTE // 2

    rows, _, _ = read(world.connector(), options_of(numbers, start, **options))

    assert len(",".join(map(webid, numbers))) > 16_384
    assert noted.statuses[400] >= (1 if options else 0)
    world.check(rows, numbers, start)
