"""A source's schema changes between two loads: what a table takes over, and what it refuses until it is loaded anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headgate.engine.worker.errors import TableError
from tests.engine.played import DOUBLE, LONG, STRING, Connector, Table, spark, struct

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.played import Engine

WAYS = [
    pytest.param(kind, {"scd_type": scd}, id=f"{kind}-{scd}")
    for kind in ("append", "cdc", "snapshot")
    for scd in ("SCD_TYPE_1", "SCD_TYPE_2")
    if (kind, scd) != ("append", "SCD_TYPE_2")
]


def loaded(folder: Path, schema: Any, rows: list[Any], kind: str, options: dict[str, str], engine: Engine = Table) -> Table:
    table = engine(folder, Connector(schema, kind, ["id"], "seq"), options)
    table.give(rows)
    return table


@pytest.mark.parametrize(("kind", "options"), WAYS)
def test_new_columns_and_fields_are_added_and_rows_of_before_keep_their_values(
    kind: str, options: dict[str, str], tmp_path: Path, engine: Engine
) -> None:
    before = struct(id=LONG, seq=LONG, at=struct(x=LONG), many=spark("ArrayType", struct(x=LONG)))
    rows = [{"id": key, "seq": 1, "at": {"x": key}, "many": [{"x": key}]} for key in (1, 2)]
    table = loaded(tmp_path, before, rows, kind, options, engine)
    both = struct(x=LONG, y=STRING)
    table.connector.schema = struct(id=LONG, seq=LONG, at=both, many=spark("ArrayType", both), new=DOUBLE)
    changed = {"id": 1, "seq": 2, "at": {"x": 7, "y": "y"}, "many": [{"x": 7, "y": "y"}], "new": 1.5}
    table.give([changed, rows[1]])
    found = {(row["id"], row["seq"]): row for row in table.rows()}
    assert {name: found[1, 2][name] for name in changed} == changed
    assert (found[2, 1]["at"], found[2, 1]["many"], found[2, 1]["new"]) == ({"x": 2, "y": None}, [{"x": 2, "y": None}], None)
    if (1, 1) in found:  # of history, and of an append
        assert (found[1, 1]["at"], found[1, 1]["new"]) == ({"x": 1, "y": None}, None)


def test_a_snapshots_row_opens_no_new_row_of_history_for_a_new_column_without_a_value(tmp_path: Path) -> None:
    table = loaded(
        tmp_path, struct(id=LONG, at=struct(x=LONG)), [{"id": 1, "at": {"x": 1}}], "snapshot", {"scd_type": "SCD_TYPE_2"}
    )
    table.connector.schema = struct(id=LONG, at=struct(x=LONG, y=LONG), new=LONG)
    table.give([{"id": 1, "at": {"x": 1}}])
    assert len(table.rows()) == 1


@pytest.mark.parametrize(("kind", "options"), WAYS)
def test_a_column_that_is_gone_stays_and_is_empty_in_new_rows(
    kind: str, options: dict[str, str], tmp_path: Path, engine: Engine
) -> None:
    before = struct(id=LONG, seq=LONG, name=STRING)
    table = loaded(tmp_path, before, [{"id": 1, "seq": 1, "name": "Ada"}], kind, options, engine)
    table.connector.schema = struct(id=LONG, seq=LONG)
    table.give([{"id": 2, "seq": 1}])
    assert (2, None) in table.rows("id", "name")


@pytest.mark.parametrize(("kind", "options"), WAYS)
def test_a_field_that_is_gone_stays_and_is_empty_in_new_rows(kind: str, options: dict[str, str], tmp_path: Path) -> None:
    table = loaded(
        tmp_path,
        struct(id=LONG, seq=LONG, at=struct(x=LONG, y=LONG)),
        [{"id": 1, "seq": 1, "at": {"x": 1, "y": 1}}],
        kind,
        options,
    )
    table.connector.schema = struct(id=LONG, seq=LONG, at=struct(y=LONG))
    table.give([{"id": 1, "seq": 2, "at": {"y": 2}}, {"id": 2, "seq": 1, "at": {"y": 2}}])
    assert (2, {"x": None, "y": 2}) in table.rows("id", "at")


@pytest.mark.parametrize(("kind", "options"), WAYS)
def test_columns_of_other_capitals_are_the_ones_that_the_table_has(kind: str, options: dict[str, str], tmp_path: Path) -> None:
    table = loaded(tmp_path, struct(id=LONG, seq=LONG, Name=STRING), [{"id": 1, "seq": 1, "Name": "Ada"}], kind, options)
    table.connector.schema = struct(ID=LONG, Seq=LONG, name=STRING)
    table.connector.keys, table.connector.cursor = ["ID"], "Seq"
    table.give([{"ID": 1, "Seq": 2, "name": "Bea"}, {"ID": 2, "Seq": 1, "name": "Cy"}])
    assert {(1, "Bea"), (2, "Cy")} <= set(table.rows("id", "Name"))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (STRING, "column v was int64 and is string now"),
        (spark("IntegerType"), "column v was int64 and is int32 now"),
        (struct(x=LONG), "column v was int64 and is struct<x: int64> now"),
    ],
)
def test_another_type_is_refused_until_the_table_is_loaded_anew(now: Any, said: str, tmp_path: Path) -> None:
    table = loaded(tmp_path, struct(id=LONG, v=LONG), [{"id": 1, "v": 1}], "append", {})
    table.connector.schema = struct(id=LONG, v=now)
    with pytest.raises(TableError) as refused:
        table.load()
    assert (refused.value.message, "--full-refresh" in refused.value.fix) == (said, True)
    assert table.rows("v") == [(1,)]
    table.connector.changes = [[{"id": 2, "v": None}]]
    table.load(refresh=True)
    assert table.rows("id", "v") == [(2, None)]


def test_another_type_within_a_struct_is_told_with_its_path(tmp_path: Path) -> None:
    many = spark("ArrayType", struct(x=LONG))
    table = loaded(tmp_path, struct(id=LONG, at=struct(many=many)), [{"id": 1}], "append", {})
    for field, said in (
        ("x", "column at.many.element.x was int64 and is string now"),
        ("X", "column at.many.element.x is X now"),
    ):
        table.connector.schema = struct(id=LONG, at=struct(many=spark("ArrayType", struct(**{field: STRING}))))
        with pytest.raises(TableError, match=said):
            table.load()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"keys": ["name"]},
            "the table was loaded as cdc by id in the order of seq, and is cdc by name in the order of seq now",
        ),
        ({"cursor": "name"}, "and is cdc by id in the order of name now"),
        ({"kind": "snapshot"}, "and is snapshot by id now"),
        ({"kind": "append"}, "and is append now"),
    ],
)
def test_other_keys_another_order_or_kind_are_refused_until_the_table_is_loaded_anew(
    change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    table = loaded(tmp_path, struct(id=LONG, seq=LONG, name=STRING), [{"id": 1, "seq": 1, "name": "Ada"}], "cdc", {})
    for name, value in change.items():
        setattr(table.connector, name, value)
    with pytest.raises(TableError, match=said):
        table.load()
    table.connector.now = [{"id": 1, "seq": 1, "name": "Ada"}]
    table.load(refresh=True)
    assert len(table.rows()) == 1


def test_a_field_that_must_not_be_null_can_neither_go_nor_become_null(tmp_path: Path) -> None:
    table = loaded(tmp_path, struct(at=struct(x=(LONG,), y=LONG)), [{"at": {"x": 1, "y": 1}}], "append", {})
    for fields, said in (
        ({"y": LONG}, "column at.x was never null, and is gone"),
        ({"x": LONG}, "column at.x was never null, and may"),
    ):
        table.connector.schema = struct(at=struct(**fields))
        with pytest.raises(TableError, match=said):
            table.load()


def test_a_struct_in_a_map_takes_no_new_field(tmp_path: Path) -> None:
    table = loaded(tmp_path, struct(m=spark("MapType", STRING, struct(x=LONG))), [{"m": {"k": {"x": 1}}}], "append", {})
    table.connector.schema = struct(m=spark("MapType", STRING, struct(x=LONG, y=LONG)))
    with pytest.raises(TableError, match="column m, a map, was"):
        table.load()
    table.connector.changes = [[{"m": {"k": {"x": 1, "y": 2}}}]]
    table.load(refresh=True)
    assert table.rows("m") == [({"k": {"x": 1, "y": 2}},)]


def test_history_that_is_asked_for_later_needs_a_full_refresh(tmp_path: Path, engine: Engine) -> None:
    table = loaded(tmp_path, struct(id=LONG, seq=LONG), [{"id": 1, "seq": 1}], "cdc", {}, engine)
    table.options = {"scd_type": "SCD_TYPE_2"}
    with pytest.raises(TableError, match="loaded without history"):
        table.load()
    table.load(refresh=True)
    assert table.rows("id", "__START_AT", "__END_AT") == [(1, 1, None)]


def test_keys_of_another_type_forget_the_deletions_of_before(tmp_path: Path) -> None:
    table = Table(tmp_path, Connector(struct(id=LONG, seq=LONG), "cdc_with_deletes", ["id"], "seq"))
    table.connector.deleted = [[{"id": 1, "seq": 9}]]
    table.give([{"id": 1, "seq": 1}])
    table.connector.schema = struct(id=STRING, seq=LONG)
    table.connector.changes, table.connector.deleted = [[{"id": "1", "seq": 1}]], [[{"id": "2", "seq": 1}]]
    table.load(refresh=True)
    assert table.rows("id") == [("1",)]


def test_a_schema_that_changes_within_a_run_is_found_at_the_next(tmp_path: Path) -> None:
    table = loaded(tmp_path, struct(id=LONG), [{"id": 1}], "append", {})

    def rows() -> Any:
        yield {"id": 2, "new": "a"}
        table.connector.schema = struct(id=LONG, new=STRING)
        yield {"id": 3, "new": "b"}

    assert table.give(rows()).intake.unknown == {"new"}
    table.give([{"id": 4, "new": "c"}])
    assert table.rows("id", "new") == [(1, None), (2, None), (3, None), (4, "c")]
