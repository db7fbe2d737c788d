"""Offsets: what is written is read again as it was; anything else is a clear error, never a wrong place to read from."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.osipi.framerun import FrameRun, run_of
from connectors.osipi.framesearch import FramePlace
from connectors.osipi.incremental import Guard, Memory, Place, Progress, _packed, progress_of
from connectors.osipi.known import Known
from connectors.osipi.problems import OffsetError
from connectors.osipi.times import from_datetime, next_after, shifted

instants = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)).map(from_datetime)  # noqa: DTZ001  # given UTC
stamps = instants | instants.map(next_after)
sums = st.dictionaries(stamps, st.tuples(st.integers(0, 99), st.integers(0, 2**64 - 1)), max_size=3)
counters = st.dictionaries(stamps, st.integers(1, 5), max_size=3).map(Counter)
guards = st.none() | st.builds(Guard, stamps, stamps, st.integers(0, 10**6))
packed = counters.map(_packed)
places = st.builds(Place, stamps, packed, st.floats(0, 1e6), guards)
memories = st.builds(Memory, stamps, stamps, stamps | st.just(""), sums, packed) | st.builds(
    Memory, stamps, stamps, stamps, sums, packed, stamps, st.tuples(st.integers(0, 99), st.integers(0, 2**64 - 1))
)
progresses = st.builds(
    Progress,
    st.dictionaries(st.text(), places, min_size=1, max_size=2),
    st.dictionaries(st.text(), memories, max_size=2),
)


@st.composite
def told(draw: st.DrawFn) -> Progress:
    """Give a progress that remembers paths and tags that went."""
    progress = draw(progresses)
    keys = st.sampled_from(sorted(progress.places))
    progress.paths, progress.gone = draw(st.dictionaries(keys, st.text())), draw(st.sets(keys))
    return progress


@given(told())
def test_what_is_written_is_read_again(progress: Progress) -> None:
    offset = json.loads(json.dumps(progress.to_offset()))

    assert progress_of(offset) == progress
    assert progress_of(offset).to_offset() == offset


def test_without_any_tag_there_is_an_offset_too() -> None:
    assert progress_of(Progress().to_offset()) == Progress()


def test_of_several_places_the_offset_says_once_which_most_tags_have() -> None:
    places = {"A": "2026-03-01T12:00:00", "B": "2026-03-01T13:00:00", "C": "2026-03-01T13:00:00"}

    offset = Progress({tag: Place(until) for tag, until in places.items()}).to_offset()

    assert offset["until"] == "2026-03-01T13:00:00"
    assert offset["tags"].count("2026") == 1


def test_an_offset_of_another_version_is_refused_with_what_it_is() -> None:
    with pytest.raises(OffsetError, match=r"version is '7', not 1"):
        progress_of({"version": 7})
    with pytest.raises(OffsetError, match=r"version is 'None', not 1"):
        progress_of({"until": ""})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(told(), st.data())
def test_a_part_that_is_wrong_is_an_error_or_still_an_offset(progress: Progress, data: st.DataObject) -> None:
    offset = progress.to_offset()
    name = data.draw(st.sampled_from(sorted(offset)))
    wrong = data.draw(anything | anything.map(json.dumps) | st.just(str(offset[name])[:-2]))
    for one in ({**offset, name: wrong}, {key: value for key, value in offset.items() if key != name}):
        with suppress(OffsetError):  # any other error fails the test
            found = progress_of(one)
            found.to_offset()
            for place in found.places.values():
                assert place.start(300) <= place.until


@given(anything)
def test_anything_else_is_an_error(wrong: Any) -> None:
    if not wrong:
        assert progress_of(wrong) == Progress()
        return
    with pytest.raises(OffsetError, match="full refresh"):
        progress_of(wrong)
    with pytest.raises(OffsetError, match="full refresh"):
        run_of(wrong)


def test_writing_many_tags_takes_little_more_memory_than_the_text() -> None:
    places = {f"{'F1DP':x<120}{number:06}": Place("2026-03-01T12:00:00", "A" * 180, 120.0) for number in range(20_000)}
    progress = Progress(places)

    tracemalloc.start()
    offset = progress.to_offset()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1.5 * len(offset["tags"])
    assert progress_of(offset) == progress


@given(anything | anything.map(json.dumps), st.sampled_from(["version", "until", "overlap", "frames", "known", "run"]))
def test_event_frames_refuse_what_they_did_not_write(wrong: Any, name: str) -> None:
    old = {"version": 1, "until": "2026-03-01T12:00:00", "overlap": 86400.0, "frames": '{"DB":{"F1":"abc"}}'}
    assert run_of(old) == FrameRun("2026-03-01T12:00:00", 86400.0, {"DB": {"F1": "abc"}})
    run = FrameRun("2026-03-01T12:00:00", 86400.0, {"DB": {"F1": "abc"}}, "2026-03-02T12:00:00", "2026-02-28T12:00:00", 86400.0)
    run.kept, run.places = {"DB": {"F2": "def"}}, {"DB": FramePlace("2026-03-01T11:00:00", {"F2"})}
    run.known = Known({"DB"}, {"E1", "E2"}, {"E1": "AF\\DB\\E"}, {"E2"})
    assert run_of(run.to_offset()) == run
    with suppress(OffsetError):  # any other error fails the test
        found = run_of({**run.to_offset(), name: wrong})
        found.to_offset()
        assert shifted(found.until, -found.remembered) <= found.until
        assert all(isinstance(digests, dict) for digests in (*found.before.values(), *found.kept.values()))


_TICKS = [next_after("2026-03-01T12:00:00")]  # 100 ns apart
while len(_TICKS) < 200:
    _TICKS.append(next_after(_TICKS[-1]))


@given(untils=st.lists(st.integers(0, len(_TICKS) - 1), min_size=2, max_size=8), overlap=st.sampled_from([2e-6, 5e-6, 1.0]))
def test_of_what_is_read_again_nothing_was_forgotten(untils: list[int], overlap: float) -> None:
    first, *rest = (_TICKS[number] for number in sorted(untils))
    progress = Progress()
    given = Counter[str]()
    for until in rest:
        place = progress.places.get("tag", Place(first))
        new = [stamp for stamp in _TICKS if place.start(overlap) <= stamp <= until and stamp not in place.seen]
        given.update(new)
        progress.advance("tag", first, until, overlap, Counter(new))

    assert {stamp: count for stamp, count in given.items() if count > 1} == {}
