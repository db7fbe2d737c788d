"""What is made of updates: rhythm, month, who holds up whom, who idles, and what balancing brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.assess.assess import assess
from headgate.assess.balanced import balanced_over
from headgate.assess.beside import concurrency
from headgate.assess.gather import Gathering
from headgate.assess.model import Prices
from headgate.assess.rhythm import rhythm_of
from headgate.cost.estimate import DAYS_A_MONTH
from tests.assess.logs import CLOUD, every, update
from tests.support.examples import examples

if TYPE_CHECKING:
    from headgate.assess.model import Assessment, PipelineAssessed
    from tests.assess.logs import Row


def assessed(rows: list[Row], prices: Prices | None = None) -> Assessment:
    found = Gathering()
    found.add(rows)
    found.end()
    return assess(list(found.pipelines.values()), prices or Prices(), {})


WHOLE = assessed([row for rows in CLOUD.values() for row in rows], Prices(4, 0.5, "EUR"))


def pipeline(name: str) -> PipelineAssessed:
    (one,) = (one for one in WHOLE.pipelines if one.name == name)
    return one


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (61, "every minute"), (7 * 60, "every 7 minutes"), (14 * 60, "every 15 minutes"), (3700, "every hour"),
        (5 * 3600, "every 5 hours"), (86_000, "every day"), (3 * 86_400, "every 3 days"), (6.9 * 86_400, "every week"),
        (31 * 86_400, "every month"), (None, "once"),
    ],
)  # fmt: skip
def test_how_often_something_starts_is_told_as_schedules_are(seconds: float | None, words: str) -> None:
    assert rhythm_of(seconds)[0] == words


def test_a_pipeline_is_told_by_its_usual_run() -> None:
    heavy = pipeline("heavy")

    assert (heavy.rhythm, heavy.usual_start, heavy.updates, heavy.failed) == ("every day", "04:00", 10, 0)
    assert (heavy.waiting, heavy.setup, heavy.running) == (20, 40, 1000)
    assert (heavy.tables, heavy.heaviest, heavy.heaviest_seconds) == (3, "main.a.orders", 600)
    assert pipeline("nothing").rhythm == "every hour"


def test_a_months_hours_are_those_of_the_log_for_an_average_month() -> None:
    days = (239 * 3600 + 90) / 86_400  # from the first start to the last end, which is that of `nothing`

    assert pipeline("heavy").hours == pytest.approx(10 * 1040 / 3600 / days * DAYS_A_MONTH)
    assert WHOLE.hours == pytest.approx(sum(one.hours for one in WHOLE.pipelines))
    assert WHOLE.dbus == pytest.approx(4 * WHOLE.hours)
    assert WHOLE.price == pytest.approx(2 * WHOLE.hours)


def test_the_longest_run_of_those_that_start_as_often_holds_up_the_others() -> None:
    assert [one.name for one in WHOLE.pipelines if one.bottleneck] == ["heavy"]
    daily = next(one for one in WHOLE.rhythms if one.rhythm == "every day")
    assert (daily.bottleneck, daily.run_seconds, daily.pipelines, daily.tables) == ("heavy", 1060, 3, 6)
    assert (daily.bound, daily.bound_table) == (660, "main.a.orders")


def test_the_curve_goes_from_one_pipeline_down_to_the_heaviest_table() -> None:
    daily = next(one for one in WHOLE.rhythms if one.rhythm == "every day")

    assert [point.pipelines for point in daily.points] == [1, 2, 3, 4, 5, 6]
    assert [point.run_seconds for point in daily.points][:2] == [1140 + 60, 600 + 60]
    assert {point.run_seconds for point in daily.points[2:]} == {660}
    assert [point.pipelines for point in daily.points if point.today] == [3]
    runs = DAYS_A_MONTH
    assert [point.hours for point in daily.points] == pytest.approx(
        [runs * (1140 + number * 40) / 3600 for number in range(1, 7)]
    )
    assert daily.points[0].moves == 3  # all that is not in `heavy`


def test_who_brings_nothing_or_no_longer_starts_is_idle() -> None:
    assert pipeline("nothing").idle == "240 of 240 updates brought no rows"
    assert (pipeline("nothing").empty, pipeline("heavy").empty) == (1.0, 0.0)
    assert pipeline("double").idle == "has not started since 2026-03-03"
    assert pipeline("heavy").idle == pipeline("light").idle == ""


def test_a_table_that_several_load_is_told() -> None:
    assert WHOLE.shared == {"main.a.users": ("double", "light")}


def test_one_that_takes_longer_than_until_its_next_start_is_late() -> None:
    (one,) = assessed(every(0.25, "one", {"a": 2000})).pipelines

    assert one.late == 1
    assert pipeline("heavy").late == 0


def test_of_one_that_failed_or_ran_once_nothing_is_made_up() -> None:
    (one,) = assessed(list(update("one", 0, 0, {"a": 50}, state="FAILED"))).pipelines

    assert (one.rhythm, one.failed, one.running, one.tables, one.empty) == ("once", 1, 0, 0, None)
    nothing = assess([], Prices(), {})
    assert (nothing.pipelines, nothing.peak, nothing.first, nothing.hours) == ((), 0, None, 0)


def test_updates_that_start_in_one_instant_are_two() -> None:
    rows = [*update("one", 0, 0, {"a": 50}), *list(update("one", 1, 0, {"a": 50}))[:4]]
    rows += list(update("one", 2, 0, {"a": 50}))[:4]

    assert [one.updates for one in assessed(rows).pipelines] == [3]


SPANS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 400_000), st.integers(1, 9_000)).map(lambda span: (float(span[0]), float(sum(span)))),
        max_size=5,
    ),
    min_size=1,
    max_size=5,
)


@given(SPANS)
def test_what_runs_at_once_is_what_counting_it_gives(spans: list[list[tuple[float, float]]]) -> None:
    found = concurrency(spans)

    flat = [span for its in spans for span in its]
    moments = [start for start, _ in flat]
    assert found.peak == max((sum(start <= at < end for start, end in flat) for at in moments), default=0)
    seconds = sum(end - start for start, end in flat)
    if flat:
        first, last = min(moments) // 3600, -(-max(end for _, end in flat) // 3600)
        hours = [int(hour % 24) for hour in range(int(first), int(last))]
        assert sum(found.busy[hour] for hour in hours) * 3600 == pytest.approx(seconds)
    for its, beside in zip(spans, found.beside, strict=True):
        own = sum(end - start for start, end in its)
        shared = sum(max(0.0, min(end, until) - max(start, since)) for start, end in its for since, until in flat)
        assert beside == pytest.approx((shared - own) / own if own else 0, abs=1e-6)


@examples(6)  # each is up to twelve searches
@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 5)), min_size=2, max_size=12))
def test_each_number_of_pipelines_is_balanced_and_moves_no_more_than_all(tables: list[tuple[int, int]]) -> None:
    numbers = {home: number for number, home in enumerate(sorted({home for _, home in tables}))}
    seconds, homes = [float(weight) for weight, _ in tables], [numbers[home] for _, home in tables]

    found = balanced_over(seconds, homes)

    assert [one.pipelines for one in found] == sorted({*range(1, min(20, len(tables)) + 1), len(numbers)})
    assert found[0].heaviest == pytest.approx(sum(seconds))
    largest = max(homes.count(home) for home in homes)
    assert found[0].moves == len(tables) - largest
    for one in found:
        bound = max(*seconds, sum(seconds) / one.pipelines)
        assert bound - 0.01 <= one.heaviest <= 4 / 3 * 1.05 * bound + 0.01
        assert 0 <= one.moves <= len(tables)


def test_what_is_balanced_already_stays_as_it_is() -> None:
    assert [one.moves for one in balanced_over([10, 20, 30, 10, 20, 30], [0, 0, 0, 1, 1, 1])][1] == 0
