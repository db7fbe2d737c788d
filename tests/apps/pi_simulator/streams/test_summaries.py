"""Summaries, against plain Python."""

from __future__ import annotations

from datetime import UTC

import numpy as np
import pytest

from apps.pi_simulator.streams.parameters import Window
from apps.pi_simulator.streams.readings import planned, series_of
from apps.pi_simulator.streams.samples import Sample, state
from apps.pi_simulator.streams.summaries import Basis, Series, TimeType, by_time, events, parts, summed
from apps.pi_simulator.times import SECOND
from tests.apps.pi_simulator.streams import plain
from tests.apps.pi_simulator.streams.plain import HOUR, MINUTE, NOW, everything, seen

ALL = ["Total", "Average", "Minimum", "Maximum", "Range", "StdDev", "PopulationStdDev", "Count", "PercentGood"]


def _told(number: int, start: int, end: int, basis: str, duration: str | None = None) -> dict[str, list[Sample]]:
    view, window = seen(number), Window(start, end, UTC)
    plan = planned(100_000, window, ["All"], basis, "Auto", duration)
    told: dict[str, list[Sample]] = {}
    series = series_of(view, window, plan.basis)
    for kind, sample in summed(series, plan.ends, plan.kinds, plan.basis, plan.time_type, "m"):
        told.setdefault(kind, []).append(sample)
    return told


@pytest.mark.parametrize("number", [0, 9, 44, 88])
@pytest.mark.parametrize("basis", ["TimeWeighted", "TimeWeightedContinuous", "TimeWeightedDiscrete"])
def test_by_time_values_weigh_as_long_as_they_hold(number: int, basis: str) -> None:
    view = seen(number)
    values = everything(view)
    step = view.tag.step if basis == "TimeWeighted" else basis.endswith("Discrete")
    for start, end in ((NOW - 3 * HOUR - 5, NOW - HOUR), (values[-900][0], values[-400][0])):
        told = plain.by_time(values, start, end, step=step)
        found = _told(number, start, end, basis)
        for kind in ALL:
            assert found[kind][0].value == pytest.approx(told[kind], rel=1e-6), kind
        assert found["TotalWithUOM"] == found["Total"]


@pytest.mark.parametrize("number", [0, 9, 44, 88])
def test_by_event_each_value_weighs_alike(number: int) -> None:
    values = everything(seen(number))
    for start, end in ((NOW - 3 * HOUR - 5, NOW - HOUR), (values[-900][0], values[-400][0])):
        told = plain.by_events([value for value in values if start <= value[0] <= end])
        found = _told(number, start, end, "EventWeighted")
        for kind in ALL:
            assert found[kind][0].value == pytest.approx(told[kind]), kind


def test_parts_of_a_time_share_no_event_and_leave_none_out() -> None:
    values = everything(seen(0))
    start, end = values[-900][0], values[-400][0]
    for window in ((start, end), (end, start)):
        counts = [one.value for one in _told(0, *window, "EventWeighted", "7m")["Count"]]
        own = sum(1 for value in values if start <= value[0] <= end and value[2])
        at_far_end = sum(1 for value in values if value[0] == window[1] and value[2])
        assert sum(counts) == own - at_far_end
        assert len(counts) == -(-(end - start) // (7 * MINUTE))


def test_parts_by_time_make_the_whole() -> None:
    start, end = NOW - 5 * HOUR, NOW - HOUR
    whole = _told(0, start, end, "TimeWeighted")
    hours = _told(0, start, end, "TimeWeighted", "1h")

    assert [one.time for one in hours["Average"]] == [start + at * HOUR for at in range(4)]
    assert sum(one.value for one in hours["Count"]) == pytest.approx(whole["Count"][0].value)
    weights = [one.value for one in hours["Count"]]
    mean = sum(one.value * weight for one, weight in zip(hours["Average"], weights, strict=True)) / sum(weights)
    assert mean == pytest.approx(whole["Average"][0].value)


def test_a_least_value_has_its_own_time_and_others_that_of_the_start_unless_told_otherwise() -> None:
    values = everything(seen(0))
    start, end = NOW - 2 * HOUR, NOW - HOUR
    window = Window(start, end, UTC)
    series = series_of(seen(0), window, Basis.EVENT_WEIGHTED)
    least = min((value for value in values if start <= value[0] <= end and value[2]), key=lambda value: value[1])

    def times(time_type: TimeType) -> list[int]:
        told = summed(series, [(start, end)], ["Minimum", "Average"], Basis.EVENT_WEIGHTED, time_type, "")
        return [sample.time for _, sample in told]

    assert times(TimeType.AUTO) == [least[0], start]
    assert times(TimeType.EARLIEST) == [start, start]
    assert times(TimeType.MOST_RECENT) == [end, end]


def test_where_nothing_is_good_there_is_no_data() -> None:
    series = Series(np.array([0, HOUR]), np.array([np.nan, np.nan]), np.array([False, False]), step=False)

    for basis in (Basis.TIME_WEIGHTED, Basis.EVENT_WEIGHTED):
        told = dict(summed(series, [(0, HOUR)], ["Average", "Count", "PercentGood"], basis, TimeType.AUTO, ""))
        assert (told["Average"].value, told["Average"].good) == (state("No Data"), False)
        assert (told["Count"].value, told["PercentGood"].value) == (0, 0)


def test_a_line_is_worked_out_exactly() -> None:
    series = Series(np.array([0, HOUR]), np.array([0.0, 6.0]), np.array([True, True]), step=False)
    told = by_time(series, 0, HOUR)

    assert (told.mean, told.least, told.greatest) == (3.0, (0.0, 0), (6.0, HOUR))
    assert told.variance == pytest.approx(3.0)
    assert told.total == pytest.approx(3.0 / 24)
    assert told.weight == HOUR / SECOND


@pytest.mark.parametrize(
    ("basis", "alone", "backwards", "told"),
    [
        (Basis.EVENT_WEIGHTED, True, False, (0, 3)),
        (Basis.EVENT_WEIGHTED, False, False, (0, 2)),
        (Basis.EVENT_WEIGHTED, False, True, (1, 3)),
        (Basis.EVENT_WEIGHTED_EXCLUDE_MOST_RECENT, True, False, (0, 2)),
        (Basis.EVENT_WEIGHTED_EXCLUDE_EARLIEST, True, False, (1, 3)),
        (Basis.EVENT_WEIGHTED_INCLUDE_BOTH_ENDS, False, False, (0, 3)),
    ],
)
def test_which_events_at_the_ends_belong_to_a_part(basis: Basis, alone: bool, backwards: bool, told: tuple[int, int]) -> None:
    series = Series(np.array([0, 5, 10]), np.ones(3), np.ones(3, np.bool_), step=False)

    assert events(series, 0, 10, basis, alone=alone, backwards=backwards) == told


def test_the_last_part_is_as_short_as_what_is_left() -> None:
    assert parts(0, 25, [0, 10, 20]) == [(0, 10), (10, 20), (20, 25)]
    assert parts(25, 0, [25, 15, 5]) == [(15, 25), (5, 15), (0, 5)]
    assert parts(0, 20, [0, 10, 20]) == [(0, 10), (10, 20)]
    assert parts(7, 7, [7]) == [(7, 7)]
