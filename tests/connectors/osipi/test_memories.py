"""Digests of values: the same text for the same value, however it is written, as offsets of older versions hold."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.osipi.memories import digest_of

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
