"""What targets share and what each has of its own make up what each says, as a bundle merges them."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from headgate.emit.bundle.merge import common, own
from tests.emit.bundle.merged import merged

KEYS = st.sampled_from("abc")
LEAVES = st.one_of(st.integers(0, 2), st.lists(st.integers(0, 1), max_size=2))
MAPPINGS = st.dictionaries(KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3)), max_size=3)


@given(st.lists(MAPPINGS, min_size=1, max_size=3))
def test_the_shared_part_and_its_own_give_each_target_what_it_says(targets: list[dict[str, Any]]) -> None:
    shared = common(targets)
    assert [merged(shared, own(target, shared)) for target in targets] == targets


@given(MAPPINGS)
def test_of_one_target_everything_is_shared(target: dict[str, Any]) -> None:
    assert common([target]) == target
    assert own(target, target) == {}


def test_lists_that_differ_are_shared_in_no_part() -> None:
    assert common([{"a": [1, 2], "b": 1}, {"a": [1], "b": 1}]) == {"b": 1}
