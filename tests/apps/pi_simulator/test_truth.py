from collections import Counter
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from apps.pi_simulator.bodies import dumps
from apps.pi_simulator.rendering import items
from apps.pi_simulator.tags import BURST, CROWDS, tag
from apps.pi_simulator.times import SECOND, ticks_of
from apps.pi_simulator.truth import GOOD, Slice, Truth

NOW = ticks_of(datetime(2026, 3, 1, 12, tzinfo=UTC))
HOUR = 3600 * SECOND


def test_two_halves_of_an_hour_hold_what_the_hour_holds() -> None:
    for number in (0, 11, 22, 55, 77, 88, *CROWDS.values()):
        whole = Truth(7).between(tag(number), NOW - HOUR, NOW, NOW)
        middle = NOW - HOUR // 2
        halves = [Truth(7).between(tag(number), *ends, NOW) for ends in ((NOW - HOUR, middle - 1), (middle, NOW))]

        assert whole.times.tolist() == [time for half in halves for time in half.times.tolist()]
        assert whole.times.tolist() == sorted(whole.times.tolist())


@pytest.mark.parametrize("number", [0, 5, 11, 22, 44, 55, 66, 77, 88, *CROWDS.values()])
def test_fast_rendering_says_what_the_rows_say(number: int) -> None:
    values = Truth(1).between(tag(number), NOW - 2 * HOUR, NOW, NOW)

    assert items(values) == dumps(values.rows())[1:-1]


@cache
def many(number: int) -> tuple[Slice, list[dict[str, Any]]]:
    """Values of a tag, enough for all that is rendered apart, and the same as rows."""
    values = Truth(1).between(tag(number), NOW - 30 * HOUR, NOW, NOW)
    return values, values.rows()


@pytest.mark.parametrize(
    "names", [("Timestamp",), ("Value",), ("Good",), ("Timestamp", "Value", "Good"), ("Value", "Annotated")]
)
@pytest.mark.parametrize("number", [0, 11, 22, 44, 55])
def test_fast_rendering_says_no_more_than_the_properties_that_are_wanted(number: int, names: tuple[str, ...]) -> None:
    values, rows = many(number)

    assert items(values, names) == dumps([{name: row[name] for name in names} for row in rows])[1:-1]


def test_values_of_which_none_is_plain_are_rendered_too() -> None:
    values = Truth(1).between(tag(0), NOW - 24 * HOUR, NOW, NOW)
    odd = values.pick(values.codes != GOOD)

    assert items(odd.pick(slice(0, 1))) == dumps(odd.rows()[:1])[1:-1]


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


@pytest.mark.long
def test_a_late_value_stands_behind_the_one_of_its_time_that_was_there_before() -> None:
    found = 0
    for number in range(40):
        late = Truth(1).between(tag(number), NOW - 96 * HOUR, NOW, NOW + 3 * HOUR)
        pairs = [at for at, (time, later) in enumerate(pairwise(late.times.tolist())) if time == later]
        found += sum(late.arrivals[at] < late.arrivals[at + 1] for at in pairs)
        assert not any(late.arrivals[at] > late.arrivals[at + 1] for at in pairs)
    assert found > 0


def test_a_burst_holds_1200_values_in_one_second() -> None:
    start = NOW - HOUR

    assert len(Truth(1).between(tag(88), start, start + SECOND, NOW + 24 * HOUR)) >= BURST - 1


@pytest.mark.parametrize(
    ("name", "most", "apart"),
    [("Crowd.Instant.300", 300, 0), ("Crowd.Instant.2500", 2500, 0), ("Crowd.Second.1200", 2, 1), ("Crowd.Sevens.1200", 8, 0)],
)
def test_what_crowds_comes_at_one_instant_or_100_ns_apart(name: str, most: int, apart: int) -> None:
    values = Truth(1).between(tag(CROWDS[name]), NOW - HOUR, NOW - HOUR + SECOND, NOW + 24 * HOUR)
    times = values.times.tolist()

    assert max(Counter(times).values()) in range(most - most // 100 - 1, most + 1)
    assert Counter(later - earlier for earlier, later in pairwise(times)).most_common(1)[0][0] == apart
    assert times == sorted(times)
    assert len(times) >= tag(CROWDS[name]).burst - 1  # one may be at the time of the last before


def test_what_arrives_late_in_a_crowd_stands_behind_all_that_was_there_before() -> None:
    crowd = tag(CROWDS["Crowd.Instant.2500"])
    early, later = (Truth(1).between(crowd, NOW - HOUR, NOW - HOUR + SECOND, look) for look in (NOW - HOUR + SECOND, NOW))

    assert 0 < len(early) < len(later)
    assert later.pick(slice(len(early))).hashes.tolist() == early.hashes.tolist()


def test_a_future_tag_goes_on_after_now_and_others_end_there() -> None:
    assert len(Truth(1).between(tag(77), NOW + HOUR, NOW + 2 * HOUR, NOW)) > 0
    assert len(Truth(1).between(tag(0), NOW + HOUR, NOW + 2 * HOUR, NOW)) == 0


def test_1040_tags_give_about_375000_values_an_hour() -> None:
    count = sum(len(Truth(1).between(tag(number), NOW - HOUR, NOW, NOW)) for number in range(1040))

    assert 350_000 < count < 400_000


def test_the_first_and_last_values_are_found_however_far_they_lie() -> None:
    truth = Truth(3)
    for number in (0, 9, 77, 88, *CROWDS.values()):
        whole = truth.between(tag(number), NOW - 48 * HOUR, NOW, NOW)

        assert truth.first(tag(number), NOW - 48 * HOUR, NOW, NOW, 50).times.tolist() == whole.times[:50].tolist()
        assert truth.first(tag(number), NOW, NOW - 48 * HOUR, NOW, 50).times.tolist() == whole.times[-50:].tolist()
        assert truth.first(tag(number), NOW - 48 * HOUR, NOW, NOW, 10**6).hashes.tolist() == whole.hashes.tolist()
        assert truth.first(tag(number), NOW, NOW - 48 * HOUR, NOW, 10**6).hashes.tolist() == whole.hashes.tolist()
        assert truth.last(tag(number), NOW, NOW).times.tolist() == whole.times[-1:].tolist()
        assert truth.next(tag(number), NOW - 48 * HOUR, NOW).times.tolist() == whole.times[:1].tolist()


def test_what_arrived_between_two_looks_is_what_the_second_sees_more() -> None:
    for number in (0, 77, *CROWDS.values()):
        end = NOW + 24 * HOUR
        before, after = (Truth(2).between(tag(number), NOW - 6 * HOUR, end, look) for look in (NOW - HOUR, NOW))
        new = Truth(2).arrived(tag(number), NOW - HOUR, NOW)

        assert sorted(new.hashes.tolist()) == sorted(set(after.hashes.tolist()) - set(before.hashes.tolist()))
        assert new.times.tolist() == sorted(new.times.tolist())


def test_what_lies_after_all_that_is_known_is_not_looked_for() -> None:
    far = NOW + 10**9 * SECOND
    for number in (0, 77):
        whole = Truth(2).between(tag(number), NOW - HOUR, far, NOW)

        assert len(Truth(2).between(tag(number), far, 2 * far, NOW)) == 0
        assert len(Truth(2).first(tag(number), 2 * far, far, NOW, 5)) == 0
        assert Truth(2).last(tag(number), far, NOW).times.tolist() == whole.times[-1:].tolist()
        assert Truth(2).first(tag(number), NOW - HOUR, far, NOW, 10**6).times.tolist() == whole.times.tolist()
        assert Truth(2).first(tag(number), far, NOW - HOUR, NOW, 10**6).times.tolist() == whole.times.tolist()
