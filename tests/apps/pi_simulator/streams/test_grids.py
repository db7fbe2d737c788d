"""Times at even distances, and what a picture needs, against plain Python."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apps.pi_simulator.errors import PiError
from apps.pi_simulator.streams.grids import grid, plotted
from apps.pi_simulator.times import NEVER_ENDS, Span, spans, ticks_of, written
from tests.apps.pi_simulator.streams.plain import HOUR, MINUTE, NOW, everything, seen


def test_a_grid_begins_at_the_start_and_has_the_end_where_it_fits() -> None:
    assert grid(NOW - HOUR, NOW, spans("15m"), 100) == [NOW - HOUR + at * 15 * MINUTE for at in range(5)]
    assert grid(NOW - HOUR, NOW, spans("25m"), 100) == [NOW - HOUR + at * 25 * MINUTE for at in range(3)]
    assert grid(NOW, NOW - HOUR, spans("25m"), 100) == [NOW - at * 25 * MINUTE for at in range(3)]
    assert grid(NOW, NOW, spans("1h"), 100) == [NOW]


def test_a_sync_time_lays_the_grid_and_outside_adds_one_at_each_end() -> None:
    start, end, sync = NOW + 7 * MINUTE, NOW + 52 * MINUTE, NOW - 24 * HOUR
    inside = [NOW + at * 15 * MINUTE for at in (1, 2, 3)]

    assert grid(start, end, spans("15m"), 100, sync) == inside
    assert grid(end, start, spans("15m"), 100, sync) == inside[::-1]
    assert grid(start, end, spans("15m"), 100, sync, outside=True) == [NOW, *inside, NOW + HOUR]
    assert grid(NOW, NOW + HOUR, spans("15m"), 100, sync, outside=True) == [NOW, *inside, NOW + HOUR]


def test_a_grid_of_months_follows_the_calendar() -> None:
    start, end = (ticks_of(datetime(2026, month, 1, tzinfo=UTC)) for month in (1, 6))

    assert [written(time)[5:10] for time in grid(start, end, spans("1mo"), 100)] == [f"{at:02d}-01" for at in range(1, 7)]
    assert [written(time)[5:10] for time in grid(start, end, spans("2mo"), 100, start)] == ["01-01", "03-01", "05-01"]


def test_a_grid_ends_with_the_calendar() -> None:
    assert len(grid(NOW, NEVER_ENDS, spans("1000y"), 100)) == 8


@pytest.mark.parametrize("step", [Span(0, 0), Span(0, -HOUR), spans("1ms")])
def test_a_step_that_leads_nowhere_or_to_too_many_is_refused(step: Span) -> None:
    with pytest.raises(PiError, match="interval"):
        grid(NOW - HOUR, NOW, step, 1000)


@pytest.mark.parametrize("number", [0, 11, 22, 44, 88])
@pytest.mark.parametrize("intervals", [1, 7, 24])
def test_a_picture_has_the_telling_values_of_each_part(number: int, intervals: int) -> None:
    view = seen(number)
    start, end = NOW - 5 * HOUR, NOW - 13
    parts: list[list[tuple[int, object, bool]]] = [[] for _ in range(intervals)]
    for value in everything(view):
        if start <= value[0] <= end:
            edge = max(at for at in range(intervals) if start + (end - start) * at // intervals <= value[0])
            parts[edge].append(value)
    told = []
    for part in filter(None, parts):
        numbers = {at: plain for at, one in enumerate(part) if (plain := _number(one)) is not None}
        chosen = {0, len(part) - 1}
        if numbers:
            chosen |= {min(numbers, key=lambda at: (numbers[at], at)), min(numbers, key=lambda at: (-numbers[at], at))}
        chosen |= set([at for at, (_, _, good) in enumerate(part) if not good][:1])
        told += [part[at][:2] for at in sorted(chosen)]

    assert [(one.time, one.value) for one in plotted(view, start, end, intervals)] == told
    assert [(one.time, one.value) for one in plotted(view, end, start, intervals)] == told[::-1]


def _number(value: tuple[int, object, bool]) -> float | None:
    told = value[1]["Value"] if isinstance(value[1], dict) else value[1]
    return told if value[2] and isinstance(told, int | float) else None
