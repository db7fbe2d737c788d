"""An inventory at its full size, and a file that is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headgate.files import write_whole
from headgate.inventory.read import parse_inventory, read_inventory
from headgate.inventory.row import TableRow
from headgate.inventory.write import render_inventory, write_inventory
from headgate.problems import InputError

# The two inventories that the project's users began with.
OSIPI = """\
source_table,pipeline_group,schedule,category,ingestion_type
pi_dataservers,metadata_snapshot,0 0 * * *,metadata,snapshot
pi_timeseries,timeseries_append,*/15 * * * *,timeseries,append
"""
HUBSPOT = """\
source_table,destination_table,destination_catalog,destination_schema,pipeline_group,schedule,table_options_json,weight
contacts,contacts,marketing,bronze,main,0 2 * * *,"{""maxCount"":""10000""}",100
companies,companies,marketing,bronze,main,0 2 * * *,,50
"""


@pytest.mark.parametrize("text", [OSIPI, HUBSPOT], ids=["osipi", "hubspot"])
def test_what_is_read_is_written_to_the_byte(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tables.csv"
    path.write_bytes(text.encode())

    assert not write_inventory(path, read_inventory(path))
    assert path.read_bytes() == text.encode()


def test_all_problems_of_all_rows_come_at_once_by_line() -> None:
    text = (
        "source_table,destination_table,schedule,weight,ingestion_type,status\n"
        ",,,7,,\n"
        '"a\nb",a,,nan,,\n'
        "c,A,0 25 * * *,heavy,snapshoot,goen\n"
    )
    with pytest.raises(InputError) as caught:
        parse_inventory(text.encode())

    assert [(problem.line, problem.row, problem.column) for problem in caught.value.problems] == [
        (2, 1, "source_table"),
        (3, 2, "weight"),
        (5, 3, "schedule"),
        (5, 3, "weight"),
        (5, 3, "ingestion_type"),
        (5, 3, "status"),
        (5, 3, "destination_table"),
    ]
    words = {(problem.row, problem.column): problem for problem in caught.value.problems}
    assert "found 'heavy'" in words[3, "weight"].message
    assert words[3, "ingestion_type"].fix == "did you mean 'snapshot'?"
    assert words[3, "status"].fix == "did you mean 'gone'?"
    assert "in row 2" in words[3, "destination_table"].message
    assert all(problem.fix for problem in caught.value.problems)


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_many_tables_are_read_as_they_were_written(count: int) -> None:
    tables = tuple(
        TableRow(f"table_{number}", weight=number / 4, ingestion_type="cdc", schedule="0 2 * * *", options={"n": number})
        for number in range(count)
    )

    assert parse_inventory(render_inventory(tables).encode()) == tables


def test_a_write_that_dies_before_the_end_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tables.csv"
    write_inventory(path, [TableRow("old")])

    def die(_source: Path, _target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        write_inventory(path, [TableRow("new")])

    assert read_inventory(path) == (TableRow("old"),)
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_permissions_that_others_have_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    other, new, old = tmp_path / "other", tmp_path / "new", tmp_path / "old"
    other.touch()
    old.touch()
    old.chmod(0o640)
    for path in (new, old):
        write_whole(path, "x")

    assert new.stat().st_mode == other.stat().st_mode
    assert old.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link_and_its_file_is_written(tmp_path: Path) -> None:
    path, link = tmp_path / "tables.csv", tmp_path / "link.csv"
    path.touch()
    link.symlink_to(path.name)
    write_inventory(link, [TableRow("a")])

    assert os.readlink(link) == "tables.csv"  # noqa: PTH115  # the text of the link
    assert read_inventory(path) == (TableRow("a"),)


def test_text_that_utf8_has_no_bytes_for_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "tables.csv"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")

    assert path.read_text() == "old"
