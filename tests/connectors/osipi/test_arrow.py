"""Recorded values as columns are the rows that `read_table` gives, whatever PI sends."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="needs the extra 'delta': make .venv/.exact.ready")

import pyarrow as pa

from connectors.osipi.arrow import SCHEMA, batches
from connectors.osipi.problems import PiError
from connectors.osipi.times import stamp_of
from connectors.osipi.values import Values, blank
from tests.connectors.osipi.by_columns import rows_of
from tests.connectors.osipi.recorded import TABLE, at

if TYPE_CHECKING:
    from tests.connectors.osipi.recorded import Connectors
    from tests.connectors.osipi.server import PiServer

TAG = ("F1DPAAAA", "a", "m3")
NOW = "2026-03-01T12:00:00Z"
SYSTEM = {"Name": "No Data", "Value": 248, "IsSystem": True}

STATES = st.fixed_dictionaries(
    {"Name": st.text(max_size=3), "Value": st.integers(0, 300)}, optional={"IsSystem": st.booleans()}
)
VALUES = st.one_of(
    st.floats(),
    st.integers(-(2**63), 2**64 - 1),
    st.booleans(),
    st.none(),
    st.text(max_size=3),
    st.sampled_from(["NaN", "Infinity", "-Infinity", SYSTEM, {"Name": None, "Value": None}, [1, "é"], {"Name": "half"}]),
    STATES,
)
FLAG = st.one_of(st.booleans(), st.none())
# Instants of which many are equal, some differ by 100 ns, and some lie where 64 bits of nanoseconds don't reach.
INSTANTS = st.tuples(
    st.sampled_from(["2026-03-01T11:00:0", "1969-12-31T23:59:5", "2300-01-01T00:00:0"]),
    st.integers(0, 9),
    st.sampled_from(["", ".5", ".000001", ".0000001", ".1234567", ".1234560", ".1000000"]),
    st.sampled_from(["Z", "Z", "Z", "+00:00", "+01:00", ""]),
)


@st.composite
def an_item(draw: st.DrawFn) -> dict[str, Any]:
    usual = draw(st.booleans())
    start, second, fraction, zone = draw(INSTANTS)
    item = {
        "Timestamp": f"{start}{second}{fraction}{'Z' if usual else zone}",
        "Value": draw(st.floats(allow_nan=False, allow_infinity=False) if usual else VALUES),
        **{name: draw(st.booleans() if usual else FLAG) for name in ("Good", "Questionable", "Substituted", "Annotated")},
    }
    if not usual:
        item |= draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "UnitsAbbreviation": st.sampled_from(["", "kg", None]),
                    "Errors": st.sampled_from([None, [], [{"FieldName": "Value", "Message": ["é"]}]]),
                },
            )
        )
        for name in draw(st.sets(st.sampled_from(["Value", "Good", "Annotated"]), max_size=2)):
            del item[name]
    return item


@st.composite
def a_block(draw: st.DrawFn) -> Values | list[dict[str, Any]]:
    tag = draw(st.sampled_from([TAG, ("B", "b", ""), ("C", "", "°C")]))
    if draw(st.integers(0, 4)) == 0:
        gone = {"timestamp": "2026-03-01T11:00:00.25Z", "sub_microsecond": 7, "occurrence": 1, "value_type": "deleted"}
        return [blank(tag, NOW) | gone] * draw(st.integers(0, 2))
    items = draw(st.lists(an_item(), max_size=6))
    stamps = sorted({stamp_of(item["Timestamp"]) for item in items})
    seen = draw(st.dictionaries(st.sampled_from([*stamps, "2026-03-01T10:00:00"]), st.integers(1, 2), max_size=3))
    return Values(tag, items, draw(st.sampled_from([NOW, "2026-03-01T12:00:00.000001Z"])), seen)


def comparable(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row whose instant is written in one way."""
    return {**row, "timestamp": stamp_of(row["timestamp"])}


@given(st.lists(a_block(), max_size=5), st.booleans())
def test_columns_hold_the_rows_in_their_order(blocks: list[Any], split: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if split:
            patch.setattr("connectors.osipi.arrow._AT_ONCE", 3)
        found = list(batches(blocks))

    assert all(batch.schema.equals(SCHEMA) and batch.num_rows for batch in found)
    rows = [comparable(row) for block in blocks for row in block]
    columns = [comparable(row) for row in rows_of(found)]
    assert columns == rows
    assert [list(map(type, row.values())) for row in columns] == [[type(row[name]) for name in SCHEMA.names] for row in rows]


USUAL = {"Timestamp": NOW, "Value": 1.0, "Good": True, "Questionable": False, "Substituted": False, "Annotated": False}


def without(field: str, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in USUAL.items() if name != field} | more


@pytest.mark.parametrize(
    "odd",
    [
        USUAL | {"Value": float("nan")},
        USUAL | {"Value": float("inf")},
        without("Value", Errors=["failed"]),
        without("Annotated", UnitsAbbreviation="kg"),
        USUAL | {"Timestamp": "2026-03-01T12:00:00.123456789Z"},
        USUAL | {"Timestamp": "2026-03-01T12:00:00.12345678901Z"},
    ],
)
def test_one_value_unlike_all_others_is_told_apart(odd: dict[str, Any]) -> None:
    block = Values(TAG, [USUAL, odd, USUAL], NOW)

    assert [comparable(row) for row in rows_of(batches([block]))] == [comparable(row) for row in block]


def test_a_page_of_many_values_is_one_batch_and_small_ones_go_together() -> None:
    large, small = Values(TAG, [USUAL] * 40_000, NOW), Values(TAG, [USUAL], NOW)

    assert [batch.num_rows for batch in batches([small, large, *[small] * 10])] == [40_001, 10]


@pytest.mark.parametrize(("field", "value"), [("Good", "yes"), ("Annotated", 1), ("Timestamp", "2026-02-30T00:00:00Z")])
def test_what_no_column_can_hold_is_an_error_and_no_other_value(field: str, value: Any) -> None:
    with pytest.raises(PiError, match="no column can hold"):
        list(batches([Values(TAG, [USUAL | {field: value}], NOW)]))


def test_the_schema_is_the_tables(connector: Connectors, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("pyspark.sql.types")
    kinds = {"StringType": pa.string(), "LongType": pa.int64(), "DoubleType": pa.float64(), "BooleanType": pa.bool_()}
    kinds |= {"TimestampType": pa.timestamp("us", "UTC")}
    vars(module).update(
        {name: lambda kind=kind: kind for name, kind in kinds.items()}, StructField=pa.field, StructType=pa.schema
    )
    monkeypatch.setitem(sys.modules, "pyspark.sql.types", module)

    assert connector().get_table_schema(TABLE, {}) == SCHEMA


def test_reads_go_on_by_the_other_form(pi: PiServer, connector: Connectors) -> None:
    pi.add("A", [(at(60 * number, number), number / 2) for number in range(50)])
    pi.add("B", [(at(90 * number), {"Name": "On", "Value": 1}) for number in range(30)])
    options = {"tag_webids": "A,B", "max_records_per_batch": "20", "window_minutes": "10"}
    one, other = connector(), connector()
    rows: list[dict[str, Any]] = []
    offset: Any = None
    for number in range(100):
        by_rows, after = one.read_table(TABLE, offset, options)
        found = other.read_table_arrow(TABLE, offset, options)
        assert found is not None
        some = list(by_rows)
        assert [comparable(row) for row in rows_of(found[0])] == [comparable(row) for row in some]
        assert found[1] == after
        rows += some
        if after == offset:
            break
        offset = (after, found[1])[number % 2]

    assert len(rows) == 80


@pytest.mark.parametrize("table", ["pi_points", "pi_plot", "pi_event_frames"])
def test_other_tables_have_rows_only(connector: Connectors, table: str) -> None:
    assert connector().read_table_arrow(table, None, {}) is None


@pytest.mark.parametrize("missing", ["pyarrow", "numpy"])
def test_without_the_libraries_there_are_rows_only(
    connector: Connectors, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delitem(sys.modules, "connectors.osipi.arrow")
    monkeypatch.setitem(sys.modules, missing, None)

    assert connector().read_table_arrow(TABLE, None, {"tag_webids": "A"}) is None


def test_a_table_that_there_is_not_is_refused(connector: Connectors) -> None:
    with pytest.raises(ValueError, match="near to it: pi_timeseries"):
        connector().read_table_arrow("pi_timeserie", None, {})
