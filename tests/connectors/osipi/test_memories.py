"""Digests of values: the same text for the same value, however it is written, as offsets of older versions hold."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import blake2b
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.osipi.incremental import SPOILT, Memory
from connectors.osipi.memories import Numbered, digest_of, forget, hour_of, next_hour, remember, summed

STAMP = "2026-03-01T11:00:00.8321671"
values = st.floats() | st.integers() | st.booleans() | st.none() | st.text() | st.just({"Name": "Open", "Value": 1})
flags = st.booleans() | st.integers(0, 1) | st.none()


@given(values, st.lists(flags, min_size=4, max_size=4), st.booleans())
def test_a_digest_is_that_of_the_values_json(value: Any, quality: list[Any], more: bool) -> None:
    names = ("Good", "Questionable", "Substituted", "Annotated")
    told = {"Value": value, **dict(zip(names, quality, strict=True))} | ({"UnitsAbbreviation": "m"} if more else {})
    text = json.dumps({name: one for name, one in told.items() if one is not None}, sort_keys=True)

    digest = digest_of({"Timestamp": STAMP + "Z", **told}, STAMP, 2)

    assert digest == int.from_bytes(blake2b(f"{STAMP} 2 {text}".encode(), digest_size=8).digest(), "big")


def numbered(seconds: list[int]) -> list[Numbered]:
    """Give values at so many seconds after 11:00, numbered among those of their instant."""
    stamps = [f"2026-03-01T{11 + second // 3600}:{second // 60 % 60:02}:{second % 60:02}" for second in seconds]
    return [
        ({"Value": second}, stamp, stamps[:place].count(stamp))
        for place, (second, stamp) in enumerate(zip(seconds, stamps, strict=True))
    ]


times = st.lists(st.integers(0, 6 * 3600 - 1) | st.sampled_from([0, 3600, 7200]), max_size=12)
ANCHOR, KEYED = "2026-03-01T11:30:00", "2026-03-01T13:00:00"


@given(times, st.integers(0, 12))
def test_an_hours_sum_is_that_of_its_values_however_many_reads_they_came_in(seconds: list[int], first: int) -> None:
    values = numbered(seconds)
    memory = Memory(ANCHOR, KEYED)
    remember(memory, values[:first])
    remember(memory, values[first:])

    known = [value for value in values if value[1] >= ANCHOR]
    hours = {hour_of(stamp, ANCHOR) for _, stamp, _ in known}
    assert memory.sums == {hour: summed(value for value in known if hour <= value[1] < next_hour(hour)) for hour in hours}
    assert hours <= {ANCHOR, *(f"2026-03-01T{hour}:00:00" for hour in range(12, 17))}
    assert memory.given == Counter(stamp for _, stamp, _ in values if stamp >= KEYED)


@given(times)
def test_the_order_of_values_makes_no_difference_to_their_sum_which_takes_others_up(seconds: list[int]) -> None:
    values = numbered(seconds)
    count, total = summed(values)

    assert (count, total) == summed(reversed(values)) == summed(values[1:], summed(values[:1]))
    assert (count, 0 <= total < 2**64) == (len(values), True)
    assert summed(values, (1, SPOILT)) == (1 + len(values), SPOILT)


@given(times, st.integers(0, 5 * 3600), st.integers(0, 8))
def test_hours_that_ended_are_forgotten_and_instants_of_the_oldest_where_there_are_too_many(
    seconds: list[int], end: int, most: int
) -> None:
    memory = Memory(ANCHOR, ANCHOR)
    remember(memory, numbered(seconds))
    before = numbered([end])[0][1]
    sums, given_ = dict(memory.sums), memory.given.copy()

    forget(memory, before, most)

    assert memory.anchor == hour_of(before, ANCHOR)
    assert memory.sums == {hour: its for hour, its in sums.items() if hour >= memory.anchor}
    assert memory.given == Counter({stamp: count for stamp, count in given_.items() if stamp >= memory.keyed})
    assert memory.given.total() <= most
    left = {hour: count for hour, (count, _) in memory.sums.items()}
    keyed = [hour for hour in left if hour >= memory.keyed]
    dropped = [hour for hour in left if hour < memory.keyed]
    assert sum(left[hour] for hour in keyed) == memory.given.total()
    assert not dropped or sum(left[hour] for hour in [max(dropped), *keyed]) > most
