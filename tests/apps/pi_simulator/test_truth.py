import json
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from apps.pi_simulator.rendering import items
from apps.pi_simulator.tags import BURST, tag
from apps.pi_simulator.times import NEVER_ENDS, SECOND, parse, span, ticks_of, written
from apps.pi_simulator.truth import Truth

NOW = ticks_of(datetime(2026, 3, 1, 12, tzinfo=UTC))
HOUR = 3600 * SECOND


def test_two_halves_of_an_hour_hold_what_the_hour_holds() -> None:
    for number in (0, 11, 22, 55, 77, 88):
        whole = Truth(7).between(tag(number), NOW - HOUR, NOW, NOW)
        middle = NOW - HOUR // 2
        halves = [Truth(7).between(tag(number), *ends, NOW) for ends in ((NOW - HOUR, middle - 1), (middle, NOW))]

        assert whole.times.tolist() == [time for half in halves for time in half.times.tolist()]
        assert whole.times.tolist() == sorted(whole.times.tolist())


@pytest.mark.parametrize("number", [0, 5, 11, 22, 44, 55, 66, 77, 88])
def test_fast_rendering_says_what_the_rows_say(number: int) -> None:
    values = Truth(1).between(tag(number), NOW - 2 * HOUR, NOW, NOW)

    assert json.loads(b"[" + items(values) + b"]") == [values.row(at) for at in range(len(values))]


def test_no_values_are_an_empty_list() -> None:
    assert items(Truth(1).between(tag(0), NOW + HOUR, NOW + 2 * HOUR, NOW)) == b""


def test_an_archive_holds_several_values_at_one_time_and_others_100_ns_apart() -> None:
    times = Truth(1).between(tag(0), NOW - 24 * HOUR, NOW, NOW).times.tolist()

    assert max(Counter(times).values()) > 1
    assert 1 in {later - earlier for earlier, later in pairwise(times)}


def test_late_values_arrive_and_then_stay() -> None:
    early = set(Truth(1).between(tag(0), NOW - HOUR, NOW, NOW).times.tolist())
    later = set(Truth(1).between(tag(0), NOW - HOUR, NOW, NOW + 3 * HOUR).times.tolist())

    assert early < later


def test_a_burst_holds_1200_values_in_one_second() -> None:
    start = NOW - HOUR

    assert len(Truth(1).between(tag(88), start, start + SECOND, NOW + 24 * HOUR)) >= BURST - 1


def test_a_future_tag_goes_on_after_now_and_others_end_there() -> None:
    assert len(Truth(1).between(tag(77), NOW + HOUR, NOW + 2 * HOUR, NOW)) > 0
    assert len(Truth(1).between(tag(0), NOW + HOUR, NOW + 2 * HOUR, NOW)) == 0


def test_1040_tags_give_about_375000_values_an_hour() -> None:
    count = sum(len(Truth(1).between(tag(number), NOW - HOUR, NOW, NOW)) for number in range(1040))

    assert 350_000 < count < 400_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("*", "2026-03-01T12:00:00Z"),
        ("*-1d", "2026-02-28T12:00:00Z"),
        ("* - 1h 30m", "2026-03-01T10:30:00Z"),
        ("t+8h", "2026-03-01T08:00:00Z"),
        ("y", "2026-02-28T00:00:00Z"),
        ("-10s", "2026-03-01T11:59:50Z"),
        ("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.1234567Z"),
        ("2026-01-02T03:04:05.50+01:00", "2026-01-02T02:04:05.5Z"),
        ("2026-01-02", "2026-01-02T00:00:00Z"),
    ],
)
def test_times_are_read_as_pi_reads_them(text: str, told: str) -> None:
    assert written(parse(text, NOW)) == told


@pytest.mark.parametrize("text", ["", "yesterdayish", "*-1parsec", "* 1h x", "2026-13-45"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the caller words it: any ValueError will do)
        parse(text, NOW)


def test_what_never_ends_ends_in_9999() -> None:
    assert written(NEVER_ENDS) == "9999-12-31T23:59:59.9999999Z"
    assert span("1h") == HOUR
