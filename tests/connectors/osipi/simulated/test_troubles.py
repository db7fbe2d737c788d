"""A server that fails, in part or whole, for a while or for good: all is read, or an error says that it is not."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from apps.pi_simulator.faults import Fault
from apps.pi_simulator.times import SECOND
from connectors.osipi.problems import PiUnavailableError
from tests.connectors.osipi.simulated.expected import webid
from tests.connectors.osipi.simulated.world import NOON, TABLE, options_of, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.connectors.osipi.simulated.world import World

MINUTE = 60 * SECOND
PARTS: dict[str, Callable[[int], Fault | None]] = {
    "503 for one part": lambda number: Fault.UNAVAILABLE if number == 3 else None,
    "503 for every tenth": lambda number: Fault.UNAVAILABLE if number % 10 == 9 else None,
    "502 for four rounds": lambda number: Fault.BAD_GATEWAY if number < 4 else None,
    "200 with a WebException": lambda number: Fault.EXCEPTION if number in {0, 3} else None,
}
WHOLE = {
    "503": Fault.UNAVAILABLE,
    "502 with a page of HTML": Fault.BAD_GATEWAY,
    "429": Fault.TOO_MANY,
    "504": Fault.TIMEOUT,
    "200 with a WebException": Fault.EXCEPTION,
    "a reset in the middle of a body": Fault.RESET,
    "half a body and a farewell": Fault.TRUNCATED,
}
HOW_MANY = pytest.mark.parametrize("tags", [5, 100], ids=["a request", "a batch"])


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS.keys())
def test_a_batch_of_which_parts_fail(world: World, parts: Callable[[int], Fault | None]) -> None:
    noted = world.serve(parts=parts)
    numbers, start = range(300), NOON - MINUTE

    rows, _, _ = read(world.connector(), options_of(numbers, start))

    assert noted.asked.count(("POST", "/piwebapi/batch")) > 3
    world.check(rows, numbers, start)


@pytest.mark.parametrize("trouble", WHOLE.values(), ids=WHOLE.keys())
@HOW_MANY
def test_requests_that_fail_whole(world: World, waits: list[float], trouble: Fault, tags: int) -> None:
    world.serve(requests=lambda number: trouble if number % 4 < 3 else None)
    start = NOON - 5 * MINUTE

    rows, _, _ = read(world.connector(), options_of(range(tags), start))

    assert len(waits) >= 3
    world.check(rows, range(tags), start)


@pytest.mark.parametrize("trouble", WHOLE.values(), ids=WHOLE.keys())
@HOW_MANY
def test_trouble_without_an_end_is_an_error_and_no_empty_table(world: World, trouble: Fault, tags: int) -> None:
    world.serve(requests=lambda _: trouble)

    with pytest.raises(PiUnavailableError):
        world.connector().read_table(TABLE, None, options_of(range(tags), NOON - MINUTE))


@pytest.mark.parametrize("trouble", [Fault.UNAVAILABLE, Fault.EXCEPTION])
def test_a_part_that_fails_for_good_is_read_outside_of_the_batch(world: World, trouble: Fault) -> None:
    world.serve(parts=lambda number: trouble if number == 0 or number > 3 else None)
    start = NOON - MINUTE

    rows, _, _ = read(world.connector(max_tries="2"), options_of(range(100), start))

    world.check(rows, range(100), start)


def test_no_server_at_all_is_an_error_and_never_an_empty_table(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        world.url = f"http://127.0.0.1:{free.getsockname()[1]}"
    one = world.connector()

    for table in one.list_tables():
        with pytest.raises(PiUnavailableError):
            list(one.read_table(table, None, options_of([0], NOON - MINUTE))[0])


def test_a_tag_that_vanishes_stops_nobody_else_and_is_told(world: World) -> None:
    world.serve(vanishing=5, vanishes_at=NOON + MINUTE)
    numbers, start = range(20), NOON - 5 * MINUTE
    options = options_of(numbers, start, overlap_minutes="130")
    before, offset, _ = read(world.connector(), options)
    world.clock.now += 10 * MINUTE

    one = world.connector()
    after, _, _ = read(one, options, offset)

    gone = set(map(webid, range(4, 20, 5)))
    assert {(problem.webid, problem.status) for problem in one.problems} == {(name, 404) for name in gone}
    world.check([row for row in before if row["tag_webid"] in gone], range(4, 20, 5), start, NOON)
    kept = [number for number in numbers if webid(number) not in gone]
    world.check(
        [row for row in before + after if row["tag_webid"] not in gone and row["timestamp"] >= "2026-03-01T11:55"], kept, start
    )
