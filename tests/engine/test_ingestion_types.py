"""What a table holds after each load, for the four ingestion types and both kinds of history, as a workspace would have it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import duckdb_extension_delta  # type: ignore[import-untyped]  # it has none

from tests.engine.played import DOUBLE, LONG, STRING, Connector, struct

if TYPE_CHECKING:
    from tests.engine.played import Engine, Table

PEOPLE = struct(id=LONG, name=STRING, seq=LONG)


def person(key: int, name: str | None, seq: int) -> dict[str, Any]:
    return {"id": key, "name": name, "seq": seq}


def cdc(engine: Engine, folder: Path, kind: str = "cdc", **options: str) -> Table:
    return engine(folder, Connector(PEOPLE, kind, ["id"], "seq"), options)


def snapshot(engine: Engine, folder: Path, **options: str) -> Table:
    return engine(folder, Connector(struct(id=LONG, name=STRING), "snapshot", ["id"]), options)


def test_append_adds_what_is_new_and_reads_nothing_twice(tmp_path: Path, engine: Engine) -> None:
    table = engine(tmp_path, Connector(PEOPLE))
    table.connector.changes = [[person(1, "Ada", 1)], [person(1, "Ada", 1), person(2, "Bob", 2)]]
    first = table.load()
    assert (first.full, first.landed.written) == (True, 3)
    table.connector.changes.append([person(3, "Cy", 3)])
    second = table.load()
    assert (second.full, second.landed.written) == (False, 1)
    assert table.rows("id") == [(1,), (1,), (2,), (3,)]


def test_duckdb_reads_the_same_table(tmp_path: Path, engine: Engine) -> None:
    table = cdc(engine, tmp_path)
    table.connector.changes = [[person(1, "Ada", 1), person(2, "Bob", 1)], [person(2, "Bea", 2)]]
    table.load()
    [extension] = Path(duckdb_extension_delta.__file__).parent.rglob("delta.duckdb_extension")
    connection = duckdb.connect()
    connection.load_extension(str(extension))
    found = connection.execute("SELECT id, name FROM delta_scan(?) ORDER BY id", [str(table.path)]).fetchall()
    assert found == [(1, "Ada"), (2, "Bea")]


def test_a_snapshot_is_what_the_source_has_now(tmp_path: Path, engine: Engine) -> None:
    table = snapshot(engine, tmp_path)
    table.connector.now = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]
    table.load()
    table.connector.now = [{"id": 2, "name": "Bea"}, {"id": 3, "name": "Cy"}]
    table.load()
    assert table.rows("id", "name") == [(2, "Bea"), (3, "Cy")]


def test_a_snapshot_that_did_not_change_writes_nothing(tmp_path: Path, engine: Engine) -> None:
    for table in (snapshot(engine, tmp_path / "plain"), snapshot(engine, tmp_path / "history", scd_type="SCD_TYPE_2")):
        table.connector.now = [{"id": key, "name": "x"} for key in range(5)]
        table.load()
        before = table.version()
        again = table.load()
        assert (table.version(), again.store.commits, again.landed.written) == (before, 0, 0)


def test_a_snapshot_with_history_opens_and_closes_rows(tmp_path: Path, engine: Engine) -> None:
    table = snapshot(engine, tmp_path, scd_type="SCD_TYPE_2")
    table.connector.now = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}, {"id": 4, "name": None}]
    table.load()
    table.connector.now = [{"id": 2, "name": "Bea"}, {"id": 3, "name": "Cy"}, {"id": 4, "name": None}]
    table.load()
    table.connector.now = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bea"}, {"id": 3, "name": "Cy"}, {"id": 4, "name": "D"}]
    table.load()
    rows = table.rows("id", "name", "__START_AT", "__END_AT")
    first, second, third = sorted({start for _, _, start, _ in rows})
    assert sorted(rows, key=lambda row: (row[0], row[2])) == [
        (1, "Ada", first, second),
        (1, "Ada", third, None),
        (2, "Bob", first, second),
        (2, "Bea", second, None),
        (3, "Cy", second, None),
        (4, None, first, third),
        (4, "D", third, None),
    ]


def test_a_snapshots_number_that_is_none_is_the_same_one_again(tmp_path: Path, engine: Engine) -> None:
    schema = struct(id=LONG, v=DOUBLE, at=struct(v=DOUBLE))
    table = engine(tmp_path, Connector(schema, "snapshot", ["id"]), {"scd_type": "SCD_TYPE_2"})
    for _ in range(2):
        table.give([{"id": key, "v": float("nan"), "at": {"v": float("nan")}} for key in range(2)])
    table.give([{"id": 1, "v": 1.0, "at": {"v": float("nan")}}, {"id": 0, "v": float("nan"), "at": {"v": 1.0}}])
    assert len(table.rows()) == 4


def test_cdc_keeps_the_change_with_the_highest_sequence_whenever_it_comes(tmp_path: Path, engine: Engine) -> None:
    table = cdc(engine, tmp_path)
    table.connector.changes = [[person(1, "third", 3), person(1, "first", 1)], [person(1, "second", 2), person(2, "Bob", 1)]]
    table.load()
    assert table.rows("id", "name") == [(1, "third"), (2, "Bob")]
    table.connector.changes.append([person(1, "late", 2), person(2, None, 5)])
    table.load()
    assert table.rows("id", "name") == [(1, "third"), (2, None)]


def test_of_equal_sequences_the_one_that_came_last_holds(tmp_path: Path, engine: Engine) -> None:
    table = cdc(engine, tmp_path)
    table.connector.changes = [[person(1, "a", 1), person(1, "b", 1)]]
    table.load()
    assert table.rows("name") == [("b",)]
    table.connector.changes.append([person(1, "c", 1)])
    table.load()
    assert table.rows("name") == [("c",)]


def test_cdc_with_history_has_a_row_for_each_change_from_when_until_when_it_held(tmp_path: Path, engine: Engine) -> None:
    table = cdc(engine, tmp_path, scd_type="SCD_TYPE_2")
    table.connector.changes = [[person(1, "first", 10), person(1, "third", 30)]]
    table.load()
    table.connector.changes.append([person(1, "second", 20), person(2, "Bob", 5), person(1, "zeroth", 1)])
    table.load()
    assert table.rows("id", "name", "__START_AT", "__END_AT") == [
        (1, "first", 10, 20),
        (1, "second", 20, 30),
        (1, "third", 30, None),
        (1, "zeroth", 1, 10),
        (2, "Bob", 5, None),
    ]


def test_a_change_of_a_sequence_that_history_has_takes_its_place(tmp_path: Path, engine: Engine) -> None:
    table = cdc(engine, tmp_path, scd_type="SCD_TYPE_2")
    for name in ("a", "b"):
        table.connector.changes.append([person(1, name, 10), person(1, "later", 20)])
        table.load()
    assert table.rows("name", "__START_AT", "__END_AT") == [("b", 10, 20), ("later", 20, None)]


def test_append_only_keeps_every_change(tmp_path: Path, engine: Engine) -> None:
    table = cdc(engine, tmp_path, scd_type="APPEND_ONLY")
    table.connector.changes = [[person(1, "a", 1), person(1, "a", 1)], [person(1, "b", 2)]]
    table.load()
    assert table.rows("name") == [("a",), ("a",), ("b",)]


def test_a_deleted_row_is_gone_and_comes_back_by_a_newer_change_alone(tmp_path: Path, engine: Engine) -> None:
    table = cdc(engine, tmp_path, "cdc_with_deletes")
    table.connector.changes = [[person(1, "Ada", 1), person(2, "Bob", 1), person(3, "Cy", 9)]]
    table.connector.deleted = [[person(1, None, 5), person(3, None, 5), person(4, None, 5)]]
    first = table.load()
    assert table.rows("id") == [(2,), (3,)]
    assert first.landed.deleted == 1
    table.connector.changes.append([person(1, "older", 4), person(4, "older", 3), person(4, "equal", 5)])
    table.load()
    assert table.rows("id") == [(2,), (3,)]
    table.connector.changes.append([person(1, "back", 6)])
    table.load()
    assert table.rows("id", "name") == [(1, "back"), (2, "Bob"), (3, "Cy")]


def test_a_deletion_ends_the_row_that_held_and_history_keeps_it(tmp_path: Path, engine: Engine) -> None:
    table = cdc(engine, tmp_path, "cdc_with_deletes", scd_type="SCD_TYPE_2")
    table.connector.changes = [[person(1, "Ada", 1)]]
    table.connector.deleted = [[person(1, None, 5), person(2, None, 7)]]
    table.load()
    assert table.rows("name", "__START_AT", "__END_AT") == [("Ada", 1, 5)]
    table.connector.changes.append([person(1, "late", 3), person(2, "late too", 2), person(1, "back", 8)])
    table.load()
    assert table.rows("name", "__START_AT", "__END_AT") == [
        ("Ada", 1, 3),
        ("back", 8, None),
        ("late too", 2, 7),
        ("late", 3, 5),
    ]


def test_a_source_without_a_row_makes_an_empty_table_with_its_columns(tmp_path: Path, engine: Engine) -> None:
    for kind in ("append", "cdc", "cdc_with_deletes", "snapshot"):
        table = cdc(engine, tmp_path / kind, kind)
        first = table.load()
        assert (table.rows(), first.full) == ([], True)
        assert not table.load().full


def test_a_full_refresh_forgets_rows_deletions_and_unfit_values_of_before(tmp_path: Path, engine: Engine) -> None:
    table = cdc(engine, tmp_path, "cdc_with_deletes")
    table.connector.changes = [[person(1, "Ada", 1), person(2, "Bob", 1), {"id": 3, "name": "x", "seq": 1.5}]]
    table.connector.deleted = [[person(2, None, 9)]]
    table.load()
    assert len(table.quarantined()) == 1
    table.connector.changes = [[person(2, "Bea", 4)]]
    table.connector.deleted = []
    again = table.load(refresh=True)
    assert again.full
    assert table.rows("id", "name") == [(2, "Bea")]
    assert table.quarantined() == []
