"""What a read covered of a tag's time: how far the tag moves on, and which times stay open."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from connectors.osipi.coverage import Coverage, joined
from connectors.osipi.problems import TagProblem
from connectors.osipi.streamsets import Page, Window
from connectors.osipi.times import next_after, previous

TICKS = ["2026-03-01T11:59:59.9999995"]  # 100 ns apart, over a full second
while len(TICKS) < 32:
    TICKS.append(next_after(TICKS[-1]))
LAST = len(TICKS) - 1
Part = tuple[int, int, str]


@st.composite
def covered(draw: st.DrawFn) -> tuple[list[Part], Coverage]:
    """A window cut into parts (first tick, tick after the last, kind), added in any order, but for those left out."""
    edges = [0, *sorted(draw(st.sets(st.integers(1, LAST - 1), max_size=8))), LAST]
    parts = [(start, stop, draw(st.sampled_from(["page", "page", "problem", "nothing"]))) for start, stop in pairwise(edges)]
    coverage = Coverage(Window("A", TICKS[0], previous(TICKS[LAST])))
    for start, stop, kind in draw(st.permutations(parts)):
        if kind == "page":
            coverage.add(Page("A", "", "", [], start=TICKS[start], stop=TICKS[stop]))
        elif kind == "problem":
            coverage.add(TagProblem("A", 502, "", TICKS[start], previous(TICKS[stop])))
    return parts, coverage


@given(covered(), st.integers(0, 3))
def test_a_tag_moves_on_to_the_last_page_before_which_all_was_told_of_and_few_times_are_open(
    case: tuple[list[Part], Coverage], most: int
) -> None:
    parts, coverage = case
    reached = open_ = gaps = 0
    for _, stop, kind in parts:
        if kind == "nothing" or (kind == "page" and open_ > most):
            break
        open_ += kind == "problem"
        if kind == "page":
            reached, gaps = stop, open_

    until, pages, problems = coverage.settle(most)

    assert until == min(TICKS[reached], coverage.window.end)
    assert [page.start for page in pages] == [TICKS[start] for start, _, kind in parts if kind == "page" and start < reached]
    assert len(problems) == gaps
    assert all(problem.start < until for problem in problems)


@given(covered())
def test_all_times_without_a_page_are_open(case: tuple[list[Part], Coverage]) -> None:
    parts, coverage = case
    without = {tick for start, stop, kind in parts if kind != "page" for tick in TICKS[start:stop]}

    times = coverage.open_times()

    assert {tick for tick in TICKS for start, end in times if start <= tick <= end} == without
    assert all(end < start for (_, end), (start, _) in pairwise(times))


@given(st.lists(st.tuples(st.integers(0, LAST), st.integers(0, LAST)).map(sorted), max_size=6))
def test_times_that_overlap_or_touch_are_one(spans: list[list[int]]) -> None:
    found = joined((TICKS[first], TICKS[last]) for first, last in spans)

    ticks = [(TICKS.index(first), TICKS.index(last)) for first, last in found]
    assert {tick for first, last in ticks for tick in range(first, last + 1)} == {
        tick for first, last in spans for tick in range(first, last + 1)
    }
    assert all(first - last > 1 for (_, last), (first, _) in pairwise(ticks))
