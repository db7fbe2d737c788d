"""Columns, keys and folders of any name are only names."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from headgate.engine.folder import RunFolder
from headgate.engine.worker.delta import Store
from headgate.engine.worker.errors import TableError
from headgate.tables.ids import TableId
from tests.engine.played import LONG, STRING, Connector, Table, spark, struct

NAMES = ("a.b", "a b", 'a"b', "a`b", "a'b", "ä", "select", "a;b", "{x}", "t", "s", "100%", "a,b=c", "A-b", "__kind", "$1")


@pytest.mark.parametrize("name", NAMES)
def test_columns_keys_and_sequences_of_any_name(name: str, tmp_path: Path) -> None:
    schema = struct(**{name: STRING, "value.x": LONG, "seq of": LONG})
    for scd in ("SCD_TYPE_1", "SCD_TYPE_2"):
        table = Table(tmp_path / scd, Connector(schema, "cdc_with_deletes", [name], "seq of"), {"scd_type": scd})
        table.connector.deleted = [[{name: "b", "seq of": 5}]]
        table.give([{name: key, "value.x": 1, "seq of": 1} for key in "ab"])
        table.give([{name: "a", "value.x": 2, "seq of": 2}, {name: "a", "value.x": 1.5, "seq of": 3}])
        ended = [] if scd == "SCD_TYPE_1" else [("a", 1), ("b", 1)]
        assert table.rows(name, "value.x") == [*ended[:1], ("a", 2), *ended[1:]]
        assert [cell["column"] for cell in table.quarantined()] == ["value.x"]


def test_a_column_cannot_have_a_name_of_the_engines(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="columns can't be named __headgate: rows have these of their own"):
        Table(tmp_path, Connector(struct(__headgate=LONG))).load()


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (spark("BooleanType"), [True, False]),
        (spark("DoubleType"), [0.5, -0.0]),
        (spark("DecimalType", 5, 2), ["0.50", "-1"]),
        (spark("BinaryType"), [b"", b"\xff"]),
        (spark("TimestampType"), ["2026-01-31T00:00:00Z", "2026-01-31T00:00:00.000001Z"]),
        (spark("DateType"), ["2026-01-31", "0001-01-01"]),
        (STRING, ["", "a'b"]),
    ],
)
def test_keys_and_sequences_of_any_plain_type(kind: object, keys: list[object], tmp_path: Path) -> None:
    for at, scd in enumerate(("SCD_TYPE_1", "SCD_TYPE_2")):
        table = Table(tmp_path / scd, Connector(struct(id=kind, n=LONG), "cdc_with_deletes", ["id"], "n"), {"scd_type": scd})
        table.connector.deleted = [[{"id": keys[1], "n": 5}]]
        for number in (1, 2):
            table.give([{"id": key, "n": number} for key in keys])
        assert len(table.rows("n")) == (4 if at else 1)
        table = Table(tmp_path / f"by-{scd}", Connector(struct(id=LONG, n=kind), "cdc", ["id"], "n"), {"scd_type": scd})
        table.give([{"id": 1, "n": one} for one in keys])
        table.give([{"id": 1, "n": one} for one in reversed(keys)])
        assert len(table.rows("id")) == (2 if at else 1)


def test_a_key_that_orders_changes_too(tmp_path: Path) -> None:
    for kind in ("cdc", "cdc_with_deletes"):
        table = Table(tmp_path / kind, Connector(struct(id=LONG, at=LONG, v=LONG), kind, ["id", "at", "ID"], "at"))
        table.connector.deleted = [[{"id": 1, "at": 2}]]
        for v in (1, 2):
            table.give([{"id": 1, "at": at, "v": v} for at in (1, 2)])
        assert table.rows("at", "v") == ([(1, 2), (2, 2)] if kind == "cdc" else [(1, 2)])


@pytest.mark.parametrize(
    "name", ["a b", "100%25", "ä#?", "con", "_headgate", "A", "a'b\"c", "x:y", "日本", "[1]", "..", "a\\b", "=41", "\t"]
)
def test_a_table_of_any_name_is_in_a_folder_of_its_own(name: str, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "out")
    path = folder.table(TableId("things", f"main.b.{name}"))
    for key in range(2):
        store = Store(path)
        store.write(pa.table({"id": [key]}), store.state.after())
    assert sorted(pl.read_delta(str(path))["id"]) == [0, 1]
    assert [one.relative_to(folder.path).parts[0] for one in folder.path.rglob("_delta_log")] == ["main"]


def test_what_the_engine_keeps_is_in_no_table_s_way() -> None:
    folder = RunFolder(Path("out"))
    tables = [TableId("things", f"{catalog}.b.c") for catalog in ("_headgate", "_headgate_more", "main", "=5Fheadgate")]
    places = [folder.table(table) for table in tables] + [folder.aside(table) for table in tables] + [folder.events]
    assert len({str(place).lower() for place in places}) == len(places)
    assert all(folder.path / "_headgate" not in folder.table(table).parents for table in tables)
