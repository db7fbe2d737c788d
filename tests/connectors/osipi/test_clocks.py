"""A reader's clock that is ahead of the server's, and a server's that is put back: nothing is lost untold, and the cause is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.connectors.osipi.conftest import NOW
from tests.connectors.osipi.recorded import Connectors, at, check, read, set_clock

if TYPE_CHECKING:
    from connectors.osipi import OsipiLakeflowConnect
    from tests.connectors.osipi.server import PiServer, Request


def written_until(pi: PiServer, minutes: int) -> None:
    """Have the server's clock be so many minutes past 11:00, with a value of each minute until then."""
    pi.now = NOW - timedelta(hours=1) + timedelta(minutes=minutes)
    pi.add("A", [(at(60 * minute), minute) for minute in range(minutes + 1)])


Run = Callable[["OsipiLakeflowConnect", Any, int], tuple[list[dict[str, Any]], Any, list[str]]]


@pytest.fixture
def run(caplog: pytest.LogCaptureFixture) -> Run:
    """Give a function that reads on at so many minutes past 11:00 by the reader's clock; it gives also what was told."""

    def run(one: OsipiLakeflowConnect, offset: Any, minutes: int) -> tuple[list[dict[str, Any]], Any, list[str]]:
        caplog.clear()
        set_clock(one, timedelta(minutes=minutes - 60))
        rows, after = read(one, ["A"], offset)
        return rows, after, list(caplog.messages)

    return run


def test_a_reader_whose_clock_is_ahead_reads_no_further_than_the_servers(pi: PiServer, connector: Connectors, run: Run) -> None:
    found: list[dict[str, Any]] = []
    offset = None
    told: list[str] = []
    for minute in (20, 25, 40, 41):
        written_until(pi, minute)
        rows, offset, words = run(connector(lookback_minutes="60"), offset, minute + 17)
        found += rows
        told += words

    check(pi, found, ["A"])
    assert len(told) == 4
    assert all("behind this machine's" in words and "came later" not in words and "put back" not in words for words in told)
    assert "1020 s" in told[0]


def test_a_clock_that_is_a_little_off_is_not_told(pi: PiServer, connector: Connectors, run: Run) -> None:
    written_until(pi, 30)

    rows, _, told = run(connector(lookback_minutes="60"), None, 31)

    check(pi, rows, ["A"])
    assert not told


def test_a_clock_that_was_put_back_is_told_with_the_time_that_is_to_be_read_again(
    pi: PiServer, connector: Connectors, run: Run
) -> None:
    written_until(pi, 50)
    rows, offset, told = run(connector(lookback_minutes="60"), None, 50)
    check(pi, rows, ["A"])
    assert not told

    pi.now = NOW - timedelta(minutes=40)  # 11:20
    again, offset, told = run(connector(), offset, 51)

    assert not again
    assert told
    assert "put back" in told[0]
    assert "--from 2026-03-01T11:20:00Z --to 2026-03-01T11:50:00Z" in told[0]
    written_until(pi, 58)
    rest, _, told = run(connector(), offset, 58)
    check(pi, [*rows, *rest], ["A"])
    assert not told


def test_the_servers_clock_goes_on_while_nobody_asks_it(pi: PiServer, connector: Connectors, run: Run) -> None:
    written_until(pi, 60)
    one = connector()
    rows, offset, _ = run(one, None, 60)
    written_until(pi, 75)

    more, _, words = run(one, offset, 75)

    check(pi, rows + more, ["A"])
    assert words == []


def test_what_comes_until_the_servers_clock_is_where_ours_was_is_not_told_as_late(
    pi: PiServer, connector: Connectors, run: Run
) -> None:
    written_until(pi, 40)
    rows, offset, told = run(connector(), None, 60)
    written_until(pi, 70)

    more, _, words = run(connector(), offset, 75)

    check(pi, rows + more, ["A"])
    assert not [line for line in told + words if "came later" in line]


def test_a_run_looks_no_further_than_the_servers_clock_was_when_it_began(pi: PiServer, connector: Connectors) -> None:
    written_until(pi, 40)

    def passes(_: Request) -> None:
        assert pi.now
        pi.now += timedelta(seconds=10)

    pi.trouble.append(passes)

    _, offset = read(connector(maxCount="10"), ["A"], max_records_per_batch="10")

    assert offset["until"] == "2026-03-01T11:40:10"
