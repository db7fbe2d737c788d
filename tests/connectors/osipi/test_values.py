"""Values and times come out as PI sent them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.osipi.times import next_after, resolve, seconds_of, shifted, stamp_of
from connectors.osipi.values import columns_of, numbered, value_rows

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "columns"),
    [
        (1.5, (1.5, None, "number", None)),
        (7, (7.0, None, "number", None)),
        (2**53 + 1, (float(2**53), "9007199254740993", "number", None)),
        (True, (1.0, "true", "boolean", None)),
        ("text", (None, "text", "string", None)),
        ("", (None, "", "string", None)),
        ("AAECAw==", (None, "AAECAw==", "string", None)),
        (None, (None, None, "null", None)),
        ({"Name": "Open", "Value": 1, "IsSystem": False}, (1.0, "Open", "digital", 1)),
        ({"Name": "No Data", "Value": 248, "IsSystem": True}, (None, "No Data", "system", 248)),
        ({"Name": None, "Value": None}, (None, None, "digital", None)),
        ([1, "é"], (None, '[1, "é"]', "object", None)),
        ("NaN", (None, "NaN", "not_finite", None)),
        ("-Infinity", (None, "-Infinity", "not_finite", None)),
        (math.nan, (None, "NaN", "not_finite", None)),
        (math.inf, (None, "Infinity", "not_finite", None)),
    ],
)
def test_each_kind_of_value_has_its_columns(value: Any, columns: tuple[Any, ...]) -> None:
    assert columns_of(value) == columns


def test_quality_units_and_errors_come_along() -> None:
    item = {
        "Timestamp": "2026-03-01T00:00:00.1234567Z",
        "Value": {"Name": "Bad Input", "Value": 255, "IsSystem": True},
        "Good": False,
        "Questionable": True,
        "Substituted": False,
        "Annotated": True,
        "Errors": [{"FieldName": "Value", "Message": ["failed"]}],
    }
    (row,) = value_rows(("A", "a", "m3"), [item], "now")

    assert (row["timestamp"], row["sub_microsecond"]) == ("2026-03-01T00:00:00.123456Z", 7)
    assert (row["quality_good"], row["quality_questionable"], row["quality_substituted"]) == (False, True, False)
    assert (row["annotated"], row["units"]) == (True, "m3")
    assert row["errors"] == '[{"FieldName": "Value", "Message": ["failed"]}]'


def test_values_of_one_instant_are_numbered_whatever_way_it_is_written() -> None:
    times = ["2026-03-01T00:00:00Z", "2026-03-01T01:00:00+01:00", "2026-03-01T00:00:00.0000000Z", "2026-03-01T00:00:01Z"]
    assert [number for _, _, number in numbered([{"Timestamp": time} for time in times])] == [0, 1, 2, 0]


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("*", "2026-03-01T12:30:00"),
        ("*-1d", "2026-02-28T12:30:00"),
        ("*-1h30m", "2026-03-01T11:00:00"),
        ("t", "2026-03-01T00:00:00"),
        ("t+8h", "2026-03-01T08:00:00"),
        ("Y", "2026-02-28T00:00:00"),
        ("2026-01-31", "2026-01-31T00:00:00"),
        ("2026-01-31T06:00:00.1234567Z", "2026-01-31T06:00:00.1234567"),
        ("2026-01-31 06:00+02:00", "2026-01-31T04:00:00"),
    ],
)
def test_pi_time_strings(text: str, stamp: str) -> None:
    assert resolve(text, NOW) == stamp


@pytest.mark.parametrize("text", ["", "soon", "*-", "*-1x", "2026", "t+8"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time"):
        resolve(text, NOW)


def test_spans() -> None:
    assert [seconds_of(text) for text in ("10m", "1h30m", "500ms", "2 days"[:3])] == [600, 5400, 0.5, 172800]


TICKS = st.integers(min_value=0, max_value=10**15)


def stamp_at(ticks: int) -> str:
    """Give the stamp so many 100 ns after 2020."""
    second, below = divmod(ticks, 10**7)
    moment = datetime.fromtimestamp(1577836800 + second, UTC)
    return stamp_of(f"{moment:%Y-%m-%dT%H:%M:%S}.{below:07d}Z")


@given(TICKS, TICKS)
def test_stamps_sort_as_their_instants(one: int, other: int) -> None:
    assert (stamp_at(one) < stamp_at(other)) == (one < other)


@given(TICKS, st.integers(min_value=-(10**6), max_value=10**6))
def test_stamps_are_moved_by_seconds_and_by_the_least_step(ticks: int, seconds: int) -> None:
    assert next_after(stamp_at(ticks)) == stamp_at(ticks + 1)
    assert shifted(stamp_at(ticks + 10**13), seconds) == stamp_at(ticks + 10**13 + seconds * 10**7)


@given(st.lists(TICKS, max_size=5), st.sampled_from("T "), st.sampled_from(["Z", "+00:00"]), st.integers(0, 9))
def test_a_row_has_the_stamp_of_its_value_however_that_is_written(
    ticks: list[int], middle: str, zone: str, digits: int
) -> None:
    stamps = [stamp_at(one) for one in ticks]
    padded = [(stamp if "." in stamp else stamp + ".").ljust(20 + digits, "0").removesuffix(".") for stamp in stamps]
    items = [{"Timestamp": time.replace("T", middle) + zone, "Value": 1.0} for time in padded]

    rows = list(value_rows(("A", "a", "m"), items, "2026-03-01T12:00:00Z"))

    assert [stamp_of(row["timestamp"]) for row in rows] == [stamp_of(stamp[:26] + "Z") for stamp in stamps]
    assert [row["sub_microsecond"] for row in rows] == [one % 10 for one in ticks]
