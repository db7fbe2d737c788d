"""What exception reporting and compression leave of a tag: a snapshot may be there, and be gone when the next one comes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from apps.pi_simulator.archive import Archive
from apps.pi_simulator.compressing import COMP_DEV, COMP_MAX, EXC_DEV, EXC_MAX, NEVER, Event, sift
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.streams.points import attribute
from apps.pi_simulator.tags import compressed, tag
from apps.pi_simulator.times import SECOND, parse
from apps.pi_simulator.truth import Truth

if TYPE_CHECKING:
    from apps.pi_simulator.tags import Tag

NOW = parse("2026-03-01T12:00:00Z", 0)
HOUR = 3600 * SECOND
ONE = compressed(tag(0))


def sifted(*values: float, step: int = SECOND) -> list[tuple[int | None, int | None]]:
    """Give when values a step apart come and go, in steps; None for never."""
    events = [Event(at * step, value) for at, value in enumerate(values)]
    sift(events, None)
    return [tuple(None if time == NEVER else time // step for time in (one.comes, one.goes)) for one in events]  # type: ignore[misc]  # two


class TestTheTests:
    def test_a_snapshot_on_the_line_to_the_next_one_goes_when_that_comes(self) -> None:
        assert sifted(0, 100, 200, 300) == [(0, None), (1, 2), (2, 3), (3, None)]

    def test_one_off_that_line_stays(self) -> None:
        assert sifted(0, COMP_DEV * 2, 0, 0 + EXC_DEV * 2) == [(0, None), (1, None), (2, None), (3, None)]

    def test_what_differs_by_no_more_than_excdev_is_not_reported_but_with_the_next_that_does(self) -> None:
        assert sifted(0, EXC_DEV, 1, EXC_DEV * 2)[1:] == [(None, None), (3, 3), (3, None)]

    def test_unless_excmax_has_passed(self) -> None:
        assert sifted(0, 0, 0, step=EXC_MAX) == [(0, None), (1, 2), (2, None)]

    def test_a_system_state_and_what_is_beside_it_stays(self) -> None:
        assert sifted(0, float("nan"), 0, 0) == [(0, None), (1, None), (2, None), (None, None)]


class TestATag:
    @pytest.mark.parametrize("number", [0, 9, 3])
    def test_what_is_seen_comes_and_goes_at_an_instant_that_time_alone_tells(self, number: int) -> None:
        one, truth = compressed(tag(number)), Truth(2)
        whole = set(truth.between(one, NOW - 2 * HOUR, NOW, NOW + 4 * HOUR).times.tolist())
        went = 0
        for now in range(NOW - HOUR, NOW, HOUR // 60):
            seen = set(truth.between(one, NOW - 2 * HOUR, NOW, now).times.tolist())
            gone = seen - whole
            went += len(gone)
            assert len(gone) <= 1
            assert gone <= {max(seen)}, "only the newest may go"
        assert went > 5

    def test_two_halves_of_an_hour_hold_what_the_hour_holds(self) -> None:
        middle = NOW - HOUR // 2 + 123
        whole = Truth(7).between(ONE, NOW - HOUR, NOW, NOW)
        halves = [Truth(7).between(ONE, *ends, NOW) for ends in ((NOW - HOUR, middle - 1), (middle, NOW))]

        assert whole.times.tolist() == [time for half in halves for time in half.times.tolist()]

    def test_it_keeps_some_and_at_least_one_of_each_compmax(self) -> None:
        times = Truth(1).between(ONE, NOW - 24 * HOUR, NOW, NOW).times
        every = Truth(1).between(tag(0), NOW - 24 * HOUR, NOW, NOW).times

        assert set(times.tolist()) < set(every.tolist())
        assert len(times) < 0.8 * len(every)
        assert max(later - sooner for sooner, later in pairwise(times.tolist())) < 2 * COMP_MAX

    def test_what_comes_out_of_order_is_archived_as_it_is(self) -> None:
        events = Truth(1).events(ONE, NOW - 24 * HOUR, NOW)
        late = events.pick(events.arrivals > events.times).times.tolist()

        assert len(late) > 100
        assert set(late) <= set(Truth(1).between(ONE, NOW - 24 * HOUR, NOW, NOW + 4 * HOUR).times.tolist())

    def test_a_channel_is_told_of_each_snapshot_also_of_those_that_go(self) -> None:
        truth, since = Truth(1), NOW - 600 * SECOND
        told = set(truth.arrived(ONE, since, NOW).times.tolist())
        kept = set(truth.between(ONE, since + 1, NOW, NOW).times.tolist())

        assert kept < told

    def test_the_last_values_are_found_as_in_the_whole(self) -> None:
        whole = Truth(3).between(ONE, NOW - 48 * HOUR, NOW, NOW).times.tolist()

        assert Truth(3).last(ONE, NOW, NOW, 50).times.tolist() == whole[-50:]
        assert Truth(3).first(ONE, NOW - 48 * HOUR, NOW, NOW, 50).times.tolist() == whole[:50]


def test_only_an_archive_that_is_to_has_points_that_compress_and_their_attributes_say_so() -> None:
    plain, compresses = Archive(100), Archive(100, compression=True)

    def told(one: Tag) -> tuple[object, ...]:
        return tuple(attribute(one, name) for name in ("compressing", "compdev", "compmax", "excdev", "excmax"))

    assert told(compresses.look(0, NOW)) == (1, COMP_DEV, COMP_MAX / SECOND, EXC_DEV, EXC_MAX / SECOND)
    assert told(compresses.look(1, NOW)) == told(plain.look(0, NOW))
    assert attribute(plain.look(0, NOW), "compressing") == 0
    assert sum(compresses.look(number, NOW).compressing for number in range(100)) > 20
    assert not any(plain.look(number, NOW).compressing for number in range(100))
    assert not Settings().compression
