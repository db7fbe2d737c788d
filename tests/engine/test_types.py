"""Which values of a connector a column takes: exactly those that its type in Spark holds, and JSON's forms of them."""

from __future__ import annotations

import base64
import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.engine.worker.cells import to_column
from headgate.engine.worker.errors import TableError
from headgate.engine.worker.spark_types import arrow_schema
from tests.engine.played import BOOLEAN, DOUBLE, LONG, STRING, Connector, Table, spark, struct

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.played import Engine

BYTE, SHORT, INTEGER, FLOAT, BINARY, DATE, TIMESTAMP, NTZ = (
    spark(f"{name}Type") for name in ("Byte", "Short", "Integer", "Float", "Binary", "Date", "Timestamp", "TimestampNTZ")
)
PRICE = spark("DecimalType", 6, 2)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NAN, INF = math.nan, math.inf


class Level(IntEnum):
    HIGH = 3


def made(kind: Any, *values: Any) -> tuple[list[Any], dict[int, str], int]:
    """Give the values that a column of a type has of these, why some don't fit, and how many were converted."""
    column = to_column(values, arrow_schema(struct(v=kind)).field("v").type, "v")
    return column.array.to_pylist(), column.unfit, column.told.converted


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (BYTE, [-128, 127, None]),
        (SHORT, [-32768, 32767]),
        (INTEGER, [-(2**31), 2**31 - 1]),
        (LONG, [-(2**63), 2**63 - 1, None]),
        (FLOAT, [0.5, INF, None]),
        (DOUBLE, [0.1, 1e308, -INF, None]),
        (BOOLEAN, [True, False, None]),
        (STRING, ["", "ä\u0000😀", None]),
        (BINARY, [b"", b"\xff\x00", None]),
        (DATE, [date(1, 1, 1), date(9999, 12, 31), None]),
        (TIMESTAMP, [NOON, datetime(1, 1, 1, tzinfo=UTC), None]),
        (NTZ, [datetime(2026, 1, 31, 12), None]),  # noqa: DTZ001  # it has no zone
        (PRICE, [Decimal("-9999.99"), Decimal("0.01"), None]),
        (struct(x=LONG, y=struct(z=STRING)), [{"x": 1, "y": {"z": "a"}}, {"x": None, "y": None}, None]),
        (spark("ArrayType", LONG), [[], [1, None], None]),
    ],
)
def test_what_a_type_holds_is_taken_as_it_is(kind: Any, values: list[Any]) -> None:
    assert made(kind, *values) == (values, {}, 0)


def test_a_map_holds_its_keys_in_order() -> None:
    assert made(spark("MapType", STRING, LONG), {"b": 1, "a": None}, {}) == ([[("b", 1), ("a", None)], []], {}, 0)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (LONG, "5", 5),
        (LONG, "5.0", 5),
        (LONG, 5.0, 5),
        (LONG, Decimal("5.00"), 5),
        (LONG, Level.HIGH, 3),
        (DOUBLE, "1.5", 1.5),
        (DOUBLE, Decimal("0.1"), 0.1),
        (DOUBLE, "-Infinity", -INF),
        (BOOLEAN, "YES", True),
        (BOOLEAN, "f", False),
        (BOOLEAN, 1, True),
        (STRING, 5, "5"),
        (STRING, True, "True"),
        (STRING, {"a": 1}, "{'a': 1}"),
        (BINARY, "AP8=", b"\x00\xff"),
        (BINARY, "QUJD\r\nREVG", b"ABCDEF"),
        (BINARY, "00f", b"00f"),
        (BINARY, "ä", "ä".encode()),
        (BINARY, [0, 255], b"\x00\xff"),
        (PRICE, 1, Decimal("1.00")),
        (PRICE, 1.1, Decimal("1.10")),
        (PRICE, "1.100", Decimal("1.10")),
    ],
)
def test_other_forms_of_a_value_are_converted_without_loss_and_counted(kind: Any, value: Any, expected: Any) -> None:
    assert made(kind, value, None) == ([expected, None], {}, 1)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (DATE, "2026-01-31", date(2026, 1, 31)),
        (DATE, "01/31/2026", date(2026, 1, 31)),
        (DATE, "31-01-2026", date(2026, 1, 31)),
        (DATE, "2026-01-31T00:00:00Z", date(2026, 1, 31)),
        (TIMESTAMP, "2026-01-31T12:00:00Z", NOON),
        (TIMESTAMP, "2026-01-31T14:00:00+02:00", NOON),
        (TIMESTAMP, "2026-01-31 12:00:00", NOON),
        (TIMESTAMP, "2026/01/31 12:00:00", NOON),
        (TIMESTAMP, "2026-01-31T12:00:00.1234569Z", NOON + timedelta(microseconds=123456)),
        (TIMESTAMP, NOON.timestamp(), NOON),
        (TIMESTAMP, NOON.astimezone(timezone(timedelta(hours=5))), NOON),
        (TIMESTAMP, NOON.astimezone(timezone(timedelta(hours=5, microseconds=1))), NOON),
        (TIMESTAMP, NOON.replace(tzinfo=None), NOON),
        (NTZ, "2026-01-31T12:00:00", NOON.replace(tzinfo=None)),
    ],
)
def test_days_and_times_are_read_from_jsons_forms_of_them(kind: Any, value: Any, expected: Any) -> None:
    assert made(kind, value) == ([expected], {}, 0)
    assert made(kind, value, None, value) == ([expected, None, expected], {}, 0)


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (LONG, 1.5, "expected a whole number, found float 1.5"),
        (LONG, "1.5", "expected a whole number, found str '1.5'"),
        (LONG, "", "expected a whole number, found str ''"),
        (LONG, True, "expected a whole number, found bool True"),
        (LONG, NAN, "expected a whole number, found float nan"),
        (LONG, INF, "expected a whole number, found float inf"),
        (LONG, 2**63, "int 9223372036854775808 is beyond what 64 bits hold"),
        (LONG, Decimal("1E+99999999"), "expected a whole number, found Decimal Decimal('1E+99999999')"),
        (LONG, [1], "expected a whole number, found list [1]"),
        (BYTE, 128, "int 128 is beyond what 8 bits hold"),
        (SHORT, -32769, "int -32769 is beyond what 16 bits hold"),
        (INTEGER, 2**31, "int 2147483648 is beyond what 32 bits hold"),
        (DOUBLE, True, "expected a number, found bool True"),
        (DOUBLE, "a", "expected a number, found str 'a'"),
        (DOUBLE, 2**53 + 1, "int 9007199254740993 has no exact double"),
        (DOUBLE, str(2**53 + 1), "str '9007199254740993' has no exact double"),
        (DOUBLE, "1e999", "str '1e999' is beyond what 64 bits hold"),
        (DOUBLE, 10**400, "expected a number"),
        (FLOAT, 1e300, "float 1e+300 is beyond what 32 bits hold"),
        (FLOAT, 2**24 + 1, "has no exact"),
        (BOOLEAN, 2, "expected true or false, found int 2"),
        (BOOLEAN, 1.0, "expected true or false, found float 1.0"),
        (BOOLEAN, "maybe", "expected true or false, found str 'maybe'"),
        (STRING, "\ud800", "has half of a character"),
        (BINARY, "AP8=!", "is base64 but for some characters, which would be left out"),
        (BINARY, [256], "expected bytes, found list [256]"),
        (BINARY, 1.5, "expected bytes, found float 1.5"),
        (PRICE, "0.001", "str '0.001' does not fit decimal(6, 2)"),
        (PRICE, 10000, "int 10000 does not fit decimal(6, 2)"),
        (PRICE, NAN, "float nan does not fit decimal(6, 2)"),
        (PRICE, INF, "float inf is no decimal(6, 2)"),
        (PRICE, "sNaN", "is no decimal(6, 2)"),
        (PRICE, True, "expected a number, found bool True"),
        (DATE, "2026-02-30", "expected a date, found str '2026-02-30'"),
        (DATE, "2026-01-31T06:00:00Z", "expected a date, found the time str '2026-01-31T06:00:00Z'"),
        (DATE, NOON, "expected a date, found the time datetime"),
        (DATE, 5, "expected a date, found int 5"),
        (TIMESTAMP, "noon", "expected a time, found str 'noon'"),
        (TIMESTAMP, True, "expected a time, found bool True"),
        (TIMESTAMP, NAN, "expected a time, found float nan"),
        (TIMESTAMP, 1e30, "expected a time, found float 1e+30"),
        (TIMESTAMP, "0001-01-01T00:00:00+05:00", "is before or after what a time can be"),
        (TIMESTAMP, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))), "is before or after what a time can be"),
        (NTZ, NOON, "expected a time without a zone"),
        (NTZ, "2026-01-31T12:00:00Z", "expected a time without a zone"),
        (struct(x=LONG), [1], "expected an object, found list [1]"),
        (struct(at=struct(x=LONG)), {"at": {"x": 1.5}}, "at: x: expected a whole number, found float 1.5"),
        (struct(x=(LONG,)), {}, "x is null, and must not be"),
        (spark("ArrayType", struct(x=LONG)), [{"x": 1}, {"x": True}], "element 1: x: expected a whole number, found bool True"),
        (spark("ArrayType", LONG, containsNull=False), [None], "element 0 is null, and must not be"),
        (spark("ArrayType", LONG, containsNull=False), 5, "expected a list, found int 5"),
        (spark("MapType", STRING, LONG), {"k": 0.5}, "k: expected a whole number, found float 0.5"),
        (spark("MapType", STRING, LONG, valueContainsNull=False), {"k": None}, "k is null, and must not be"),
        (spark("MapType", LONG, LONG), {"1": 1, 1: 2}, "several keys are one, as int64"),
        (spark("MapType", STRING, LONG), [1], "expected an object, found list [1]"),
    ],
)
def test_what_would_be_changed_or_cut_does_not_fit(kind: Any, value: Any, reason: str) -> None:
    array, unfit, _ = made(kind, value)
    assert array == [None]
    assert reason in unfit[0]


@pytest.mark.parametrize(
    ("kind", "value", "counted"),
    [
        (struct(x=LONG, y=LONG), {"x": "1", "y": 2}, 1),
        (spark("ArrayType", LONG), ["1", 2, "3"], 2),
        (spark("ArrayType", STRING), "alone", 1),
        (spark("MapType", LONG, STRING), {"1": 1}, 2),
    ],
)
def test_conversions_within_a_value_are_counted_too(kind: Any, value: Any, counted: int) -> None:
    assert made(kind, value)[1:] == ({}, counted)


def test_fields_that_a_struct_has_not_are_told_with_their_path(tmp_path: Path) -> None:
    table = Table(tmp_path, Connector(struct(id=LONG, at=struct(x=LONG), many=spark("ArrayType", struct(x=LONG)))))
    load = table.give([{"id": 1, "at": {"x": 1, "y": 2}, "many": [{"z": 1}], "more\ud800": 5}])
    assert load.intake.unknown == {"at.y", "many.element.z", "more\\ud800"}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (struct(v=spark("VariantType")), "column v: VariantType can't be stored in a Delta table here"),
        (struct(v=spark("ArrayType", spark("NullType"))), "column v.element: NullType can't be stored"),
        (struct(v=struct()), "column v: a struct without any field can't be stored"),
        (struct(), "the table without any field can't be stored"),
        (struct(v=struct(a=LONG, A=LONG)), "columns v.a and v.A are one to a Delta table"),
        (struct(v=spark("DecimalType", 39, 2)), "column v: decimal(39, 2): expected a precision of 1 to 38"),
        (struct(v=spark("DecimalType", 2, 3)), "column v: decimal(2, 3): expected a precision of 1 to 38"),
        (None, "get_table_schema gave NoneType: expected a StructType"),
    ],
)
def test_a_schema_that_no_delta_table_can_have_is_told(schema: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(TableError) as refused:
        Table(tmp_path, Connector(schema)).load()
    assert said in refused.value.message
    assert not (tmp_path / "main").exists()


def test_rows_that_do_not_fit_are_kept_apart_with_all_that_is_known_of_them(tmp_path: Path, engine: Engine) -> None:
    schema = struct(id=LONG, name=STRING, price=(DOUBLE,), seq=LONG)
    table = engine(tmp_path, Connector(schema, "cdc", ["id"], "seq"))
    rows = [
        {"id": 1, "name": "fits", "price": 1.5, "seq": 1},
        {"id": 2, "name": "\ud800", "price": None, "seq": 1},
        {"id": None, "name": "no key", "price": 1, "seq": 1},
        {"id": 3, "name": "no sequence", "price": 1},
    ]
    load = table.give(rows)
    assert (load.intake.rows, load.landed.written, load.intake.quarantined) == (4, 1, 3)
    assert table.rows("id") == [(1,)]
    cells = table.quarantined()
    assert {cell["table"] for cell in cells} == {"main.bronze.things"}
    assert {(cell["key"], cell["column"], cell["value"], cell["reason"]) for cell in cells} == {
        ('{"id": 2, "seq": 1}', "name", '"\\ud800"', "str '\\ud800' has half of a character"),
        ('{"id": 2, "seq": 1}', "price", "null", "is null, and must not be"),
        ('{"id": null, "seq": 1}', "id", "null", "is null, and must not be"),
        ('{"id": 3, "seq": null}', "seq", "null", "is null, and must not be"),
    }
    assert json.loads(next(cell["row"] for cell in cells if cell["column"] == "seq")) == rows[3]


def test_alike_rows_that_do_not_fit_are_all_counted(tmp_path: Path) -> None:
    table = Table(tmp_path, Connector(struct(id=LONG)))
    load = table.give([{"id": 1.5}, {"id": 1.5}, {"id": 1}])
    assert (load.intake.rows, load.landed.written, load.intake.quarantined, len(table.quarantined())) == (3, 1, 2, 2)


def test_a_key_that_a_snapshot_has_twice_is_kept_apart_but_for_the_first(tmp_path: Path, engine: Engine) -> None:
    table = engine(tmp_path, Connector(struct(id=LONG, v=STRING), "snapshot", ["id"]))
    load = table.give([{"id": 1, "v": "a"}, {"id": 2, "v": "b"}, {"id": 1, "v": "c"}])
    assert (load.intake.rows, load.landed.written, load.intake.quarantined) == (3, 2, 1)
    assert table.rows("id", "v") == [(1, "a"), (2, "b")]
    [cell] = table.quarantined()
    assert (cell["value"], cell["reason"]) == ("[1]", "the key is in one snapshot more than once: this row is not the first")


MOMENTS = st.datetimes() | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-11, seconds=1))]))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.decimals() | MOMENTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
KINDS = [BYTE, SHORT, INTEGER, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BINARY, DATE, TIMESTAMP, NTZ, PRICE]


@given(st.sampled_from([*KINDS, struct(x=LONG), spark("ArrayType", LONG), spark("MapType", STRING, LONG)]), st.lists(ANYTHING))
@example(BOOLEAN, [Decimal("sNaN")])  # which can't be compared
def test_any_value_fits_or_has_a_reason_and_is_the_same_alone_and_among_others(kind: Any, values: list[Any]) -> None:
    array, unfit, _ = made(kind, *values)
    assert len(array) == len(values)
    for index, value in enumerate(values):
        assert (array[index] is None) == (value is None or index in unfit)
        alone, reasons, _ = made(kind, value)
        assert repr(alone) == repr([array[index]])
        assert reasons == ({0: unfit[index]} if index in unfit else {})


@given(st.lists(st.binary(max_size=20)))
def test_bytes_come_back_from_their_base64(values: list[bytes]) -> None:
    assert made(BINARY, *(base64.b64encode(value).decode() for value in values))[0] == values
