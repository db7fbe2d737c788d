"""A load that fails anywhere, and is run again, gives the table that an undisturbed one gives."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.table import TableMerger

from headgate.engine.worker.delta import Store
from headgate.engine.worker.errors import StoppedError, TableError
from headgate.engine.worker.state import State
from tests.engine.played import LONG, STRING, Connector, Table, broken, struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAYS = {
    "append": ("append", "SCD_TYPE_1"),
    "type 1": ("cdc_with_deletes", "SCD_TYPE_1"),
    "type 2": ("cdc_with_deletes", "SCD_TYPE_2"),
    "snapshot": ("snapshot", "SCD_TYPE_1"),
    "snapshot with history": ("snapshot", "SCD_TYPE_2"),
}


class Killed(BaseException):
    """The process is no more."""


def row(key: Any, name: str, seq: float) -> dict[str, Any]:
    return {"id": key, "name": name, "seq": seq}


def answers() -> list[list[Any]]:
    return [
        [row(1, "a", 1), row(2, "b", 1), row("x", "unfit", 1)],
        [row(1, "c", 2), row(3, "d", 1.5)],
        [row(1, "older", 0), row(2, "e", 3)],
    ]


def disturbed_table(folder: Path, way: str) -> tuple[Table, list[Callable[[], None]]]:
    """Give a table, and what makes its source have more, step by step."""
    kind, scd = WAYS[way]
    table = Table(folder, Connector(struct(id=LONG, name=STRING, seq=LONG), kind, ["id"], "seq"), {"scd_type": scd}, memory=40)
    connector = table.connector

    def first() -> None:
        connector.now = [row(1, "a", 1), row(2, "b", 1), row("x", "unfit", 1), row(1, "twice", 1)]
        connector.changes = answers()[:2]
        connector.deleted = [[row(2, "", 2)]]

    def then() -> None:
        connector.now = [row(1, "c", 2), row(3, "d", 1), row(4, "e", 1.5)]
        connector.changes = answers()
        connector.deleted = [[row(2, "", 2)], [row(1, "", 5), row(9, "", 1)]]

    return table, [first, then]


def held(table: Table) -> tuple[Any, Any]:
    """Give a table's rows and cells, without the times at which they were read."""
    snapshot = table.connector.kind == "snapshot"
    rows = [
        {name: value is not None if snapshot and name.startswith("__") else value for name, value in one.items()}
        for one in table.rows()
    ]
    cells = [{name: cell[name] for name in ("key", "column", "value", "reason", "row")} for cell in table.quarantined()]
    return sorted(rows, key=repr), sorted(cells, key=repr)


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[int]]:
    """Give what has the process killed right after its n-th commit; what that gives counts them."""

    def install(at: int) -> list[int]:
        count = [0]

        def guarded(write: Any) -> Any:
            def call(*given: Any, **named: Any) -> Any:
                result = write(*given, **named)
                count[0] += 1
                if count[0] == at:
                    raise Killed
                return result

            return call

        monkeypatch.undo()
        monkeypatch.setattr(TableMerger, "execute", guarded(TableMerger.execute))
        monkeypatch.setattr("headgate.engine.worker.delta.write_deltalake", guarded(write_deltalake))
        for name in ("create", "delete"):
            monkeypatch.setattr(DeltaTable, name, guarded(getattr(DeltaTable, name)))
        return count

    return install


@pytest.mark.parametrize("way", WAYS)
def test_killed_after_any_commit_and_run_again(way: str, tmp_path: Path, killing: Callable[[int], list[int]]) -> None:
    before, [first, _] = disturbed_table(tmp_path / "before", way)
    first()
    before.load()
    whole, steps = disturbed_table(shutil.copytree(before.root, tmp_path / "whole"), way)
    steps[1]()
    whole.load()
    for at in range(1, 100):
        table, steps = disturbed_table(shutil.copytree(before.root, tmp_path / str(at)), way)
        count = killing(at)
        steps[1]()
        with suppress(Killed):
            table.load()
        over = count[0] < at
        killing(0)
        steps[1]()
        table.load()
        assert held(table) == held(whole), f"killed after commit {at}"
        if over:
            break
    assert at > 2  # there were as many commits to be killed at


@pytest.mark.parametrize("way", WAYS)
def test_a_connector_that_fails_in_the_middle_and_is_run_again(way: str, tmp_path: Path) -> None:
    whole, steps = disturbed_table(tmp_path / "whole", way)
    for step in steps:
        step()
        whole.load()
    table, steps = disturbed_table(tmp_path / "failed", way)
    connector = table.connector
    for step in steps:
        for place in range(2):
            step()
            place += len(connector.changes) - 2  # of what is not read yet  # noqa: PLW2901
            connector.now = broken(connector.now[:1], OSError("gone"))
            connector.changes[place] = broken(connector.changes[place][:1], OSError("gone"))
            connector.deleted[-1] = broken(connector.deleted[-1], OSError("gone"))
            with suppress(TableError):  # not of what landed already
                table.load()
        step()
        table.load()
    assert held(table) == held(whole)


def test_what_was_whole_lands_though_a_later_answer_fails(tmp_path: Path) -> None:
    table = Table(tmp_path, Connector(struct(id=LONG)))
    table.connector.changes = [[{"id": 1}, {"id": "x"}], broken([{"id": 2}, {"id": "y"}] * 100, OSError("gone"))]
    with pytest.raises(TableError):
        table.load()
    assert (table.rows("id"), [cell["value"] for cell in table.quarantined()]) == ([(1,)], ['"x"'])


def test_ended_by_hand_what_was_whole_lands(tmp_path: Path) -> None:
    for kind in ("append", "cdc", "snapshot"):
        table = Table(tmp_path / kind, Connector(struct(id=LONG, seq=LONG), kind, ["id"], "seq"))
        table.connector.changes = [[{"id": key, "seq": 1}] for key in range(3)]
        table.connector.now = [{"id": 1, "seq": 1}]
        with pytest.raises(StoppedError):
            table.load(stopping=lambda: True)
        assert (table.rows("id") == [(0,)]) if kind != "snapshot" else not table.path.exists()


def test_changes_that_change_nothing_are_read_once(tmp_path: Path) -> None:
    for scd in ("SCD_TYPE_1", "SCD_TYPE_2"):
        table = Table(
            tmp_path / scd, Connector(struct(id=LONG, seq=LONG), "cdc_with_deletes", ["id"], "seq"), {"scd_type": scd}
        )
        table.give([{"id": 1, "seq": 5}])
        table.connector.deleted = [[{"id": 2, "seq": 1}]]
        table.load()
        table.connector.deleted.append([{"id": 2, "seq": 1}])
        if scd == "SCD_TYPE_1":
            table.connector.changes.append([{"id": 1, "seq": 4}])
        table.load()
        again = table.load()
        assert (again.intake.rows, again.store.commits) == (0, 0)


def test_many_small_files_are_made_few_and_the_load_goes_on_from_where_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for key in range(24):
        store.write(pa.table({"id": [key]}), store.state.after(rows={"at": key}))
        store.tidy()
    assert [one["operation"] for one in DeltaTable(str(tmp_path)).history()].count("OPTIMIZE") == 0
    again = Store(tmp_path)
    again.write(pa.table({"id": [24]}), again.state.after(rows={"at": 24}))
    again.tidy()
    assert len(DeltaTable(str(tmp_path)).file_uris()) == 1
    assert Store(tmp_path).state == again.state


def test_what_others_do_to_the_table_is_no_hindrance(tmp_path: Path) -> None:
    table = Table(tmp_path, Connector(struct(id=LONG, seq=LONG), "cdc", ["id"], "seq"))
    for key in range(3):
        table.give([{"id": key, "seq": 1}])
    other = DeltaTable(str(table.path))
    other.optimize.compact()
    row = pa.table({"id": [7], "seq": [1]})
    other.merge(row, "t.id = s.id", source_alias="s", target_alias="t").when_not_matched_insert_all().execute()
    table.give([{"id": 1, "seq": 2}])
    assert table.rows("id", "seq") == [(0, 1), (1, 2), (2, 1), (7, 1)]


def test_another_writer_between_reading_and_writing_is_waited_for(tmp_path: Path) -> None:
    table = Table(tmp_path, Connector(struct(id=LONG, seq=LONG), "cdc", ["id"], "seq"))
    table.give([{"id": 1, "seq": 1}])
    load = table.ready()
    DeltaTable(str(table.path)).delete("id = 1")
    table.connector.changes.append([{"id": 2, "seq": 1}])
    load.run()
    assert table.rows("id") == [(2,)]


def test_of_two_that_write_one_table_at_once_the_later_is_refused(tmp_path: Path) -> None:
    ids = pa.table({"id": [1]})
    Store(tmp_path).write(ids, State().after())
    one, other = Store(tmp_path), Store(tmp_path)
    one.write(ids, one.state.after())
    with pytest.raises(TableError, match="another run wrote this table meanwhile"):
        other.write(ids, other.state.after())
    assert DeltaTable(str(tmp_path)).count() == 2


def test_a_delta_table_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    table = Table(tmp_path, Connector(struct(id=LONG)))
    write_deltalake(str(table.path), pa.table({"id": [1]}))
    with pytest.raises(TableError, match="is a Delta table that headgate did not make: name another folder: --out"):
        table.give([{"id": 2}])
    assert table.rows("id") == [(1,)]


class Answering(Connector):
    """A connector that gives one answer to each call, whatever the offset: rows and the offset after them."""

    def _answer(self, answers: list[Any], _offset: Any) -> Any:
        return answers.pop(0)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (5, "its offset can't be kept as JSON: 5"),
        ("abc", "its offset can't be kept as JSON: abc"),
        ({"at": {1, 2}}, "its offset can't be kept as JSON: {'at': {1, 2}}"),
        ({"at": float("nan")}, "its offset can't be kept as JSON: {'at': nan}"),
        ({"at": "\ud800"}, "its offset can't be kept as JSON"),
        ({"at": 3}, 'its offset went back, from {"at": 5} to {"at": 3}'),
        ({"at": 1}, 'its offset went back, from {"at": 5} to {"at": 1}'),
        (None, "it gave rows and no offset: each run would append them again"),
    ],
)
def test_an_append_with_an_offset_that_would_lose_or_double_rows_is_refused(after: Any, said: str, tmp_path: Path) -> None:
    table = Table(tmp_path, Answering(struct(id=LONG)))
    rows = [{"id": 1}]
    table.connector.changes = [(rows, {"at": 1}), (rows, {"at": 5}), (rows, after)]
    with pytest.raises(TableError) as refused:
        table.load()
    assert said in refused.value.message
    assert table.rows("id") == [(1,), (1,)]
    table.connector.changes = [([{"id": 2}], {"at": 6}), ([], {"at": 6})]
    table.load()
    assert table.rows("id") == [(1,), (1,), (2,)]


def test_offsets_that_go_round_in_a_circle_are_found(tmp_path: Path) -> None:
    table = Table(tmp_path, Answering(struct(id=LONG, seq=LONG), "cdc", ["id"], "seq"))
    rows = [{"id": 1, "seq": 1}]
    table.connector.changes = [(rows, {"page": "a"}), (rows, {"page": "b"}), (rows, {"page": "a"})]
    with pytest.raises(TableError, match="its offset went back"):
        table.load()


def test_rows_on_the_offset_itself_count_for_nothing_as_to_spark(tmp_path: Path) -> None:
    table = Table(tmp_path, Answering(struct(id=LONG)))
    table.connector.changes = [([{"id": 1}], {"at": 1}), ([{"id": 2}], {"at": 1})]
    assert table.load().intake.rows == 1
    assert table.rows("id") == [(1,)]


def test_cdc_without_an_offset_is_read_whole_each_time(tmp_path: Path) -> None:
    table = Table(tmp_path, Answering(struct(id=LONG, seq=LONG), "cdc", ["id"], "seq"))
    for seq in (1, 2):
        table.connector.changes = [([{"id": 1, "seq": seq}], None)]
        assert table.load().calls == 1
    assert table.rows("id", "seq") == [(1, 2)]


def test_an_empty_offset_is_one(tmp_path: Path) -> None:
    table = Table(tmp_path, Answering(struct(id=LONG)))
    table.connector.changes = [([{"id": 1}], {}), ([], {})]
    table.load()
    assert table.rows("id") == [(1,)]


def generated(rows: int) -> Iterator[dict[str, Any]]:
    """Give rows one by one, as a connector does that reads page by page."""
    for key in range(rows):
        yield {"id": key, "seq": 1, "text": f"{key:0100}"}


def test_an_answer_beyond_what_is_kept_in_memory_lands_in_one_commit_where_each_row_lands_once(tmp_path: Path) -> None:
    expected = [(key,) for key in range(3000)]
    commits = {}
    for kind in ("append", "cdc", "snapshot"):
        table = Table(tmp_path / kind, Connector(struct(id=LONG, seq=LONG, text=STRING), kind, ["id"], "seq"), memory=10_000)
        commits[kind] = table.give(generated(3000)).store.commits
        assert sorted(table.rows("id")) == expected
        assert not list((table.root / "aside" / "spool").glob("*"))
    assert commits["cdc"] > 3  # several
    assert (commits["append"], commits["snapshot"]) == (2, 1)  # of the append one says that the first load is over
