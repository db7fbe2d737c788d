"""`headgate slice`, as a user types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headgate.cli.slice import slice_
from headgate.problems import InputError, StaleError
from headgate.project import read_connectors
from tests.support.from_rows import balance

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

TABLES = """\
source_table,pipeline_group,table_options_json,weight,ingestion_type,cursor_field
contacts,people,,100,snapshot,
pi_timeseries,series,"{""maxCount"":""1000""}",60,append,
deals,money,,70,snapshot,
"""


@pytest.fixture
def inventory(project: Path) -> Path:
    """Give the inventory with a table to slice; a file of six tags lies in the project's folder."""
    definition = project / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text().replace("[maxCount]", "[maxCount, tags]"))
    path = project / "connectors/crm/tables.csv"
    path.write_text(TABLES)
    (project / "tags.csv").write_text("".join(f"tag {number}\n" for number in range(6)))
    return path


def cut(root: Path, table: str = "pi_timeseries", option: str = "tags", **more: Any) -> None:
    """Do in this process what the command does."""
    slice_("crm", table, option, root / "tags.csv", 2, root=root, **more)


def test_a_table_becomes_rows_with_the_columns_and_the_order_that_the_inventory_had(headgate: Run, inventory: Path) -> None:
    done = headgate("slice", "crm", "pi_timeseries", "--option", "tags", "--values", "tags.csv", "--at-most", "2")

    assert done.stdout.splitlines()[0] == "pi_timeseries: 6 tags in 3 slices"
    assert done.stderr == "connectors/crm/tables.csv written\n"
    assert inventory.read_text() == (
        "source_table,destination_table,pipeline_group,table_options_json,weight,ingestion_type,cursor_field\n"
        "contacts,,people,,100,snapshot,\n"
        'pi_timeseries,,series,"{""maxCount"":""1000"",""tags"":""tag 0,tag 1""}",20,append,\n'
        'pi_timeseries,pi_timeseries_s002,series,"{""maxCount"":""1000"",""tags"":""tag 2,tag 3""}",20,append,\n'
        'pi_timeseries,pi_timeseries_s003,series,"{""maxCount"":""1000"",""tags"":""tag 4,tag 5""}",20,append,\n'
        "deals,,money,,70,snapshot,\n"
    )


def test_slices_go_to_pipelines_of_their_own_and_the_first_stays_where_the_table_was(inventory: Path, project: Path) -> None:
    (before,) = read_connectors(project)
    lock = balance(before.rows, before.definition).layout

    cut(project)

    (after,) = read_connectors(project)
    layout = balance(after.rows, after.definition, lock).layout
    homes = {p.table.destination: p.agreed for p in layout.tables if p.table.source_table == "pi_timeseries"}
    assert homes["main.bronze.pi_timeseries"] == "series_1"
    assert len(set(homes.values())) == len(homes) == 3
    assert not [placement for placement in layout.tables if placement.move]
    assert inventory.exists()


def test_doing_it_again_changes_nothing(inventory: Path, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut(project)
    before = inventory.read_bytes()
    capsys.readouterr()

    cut(project, check=True)

    assert capsys.readouterr().err == ""
    assert inventory.read_bytes() == before


def test_check_writes_nothing_and_exits_with_3(inventory: Path, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StaleError, match=r"tables\.csv would change") as caught:
        cut(project, check=True)

    assert caught.value.exit_code == 3
    assert "pi_timeseries_s003" in capsys.readouterr().out
    assert inventory.read_text() == TABLES


def test_for_a_machine_it_says_what_changed(inventory: Path, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut(project)
    (project / "tags.csv").write_text("tag 0\ntag 1\ntag 2\n")
    capsys.readouterr()

    cut(project, output="json")

    found = json.loads(capsys.readouterr().out)
    assert found["changed"] is True
    assert [(part["destination"], part["row"], part["state"], part["removed"]) for part in found["slices"]] == [
        ("pi_timeseries", 2, "same", []),
        ("pi_timeseries_s002", 3, "changed", ["tag 3"]),
        ("pi_timeseries_s003", 4, "gone", ["tag 4", "tag 5"]),
    ]
    assert inventory.read_text().splitlines()[4].endswith(",gone")


@pytest.mark.usefixtures("inventory")
def test_an_emptied_slice_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut(project)
    (project / "tags.csv").write_text("tag 0\ntag 1\n")

    cut(project)

    said = capsys.readouterr().out
    assert "pi_timeseries_s002 no longer has tag 2, tag 3" in said
    assert "pi_timeseries_s002 holds no value and is marked gone: it is read as before until you delete its row" in said


def test_a_table_without_a_weight_shares_what_its_runs_took(inventory: Path, project: Path) -> None:
    inventory.write_text(TABLES.replace(",60,", ",,"))
    runs = "".join(f"pi_timeseries,2025-03-0{day}T00:00:00Z,900,false\n" for day in (1, 2, 3))
    (inventory.parent / "runs.csv").write_text("source_table,started_at,seconds,full_load\n" + runs)

    cut(project)

    assert [table.weight for table in read_connectors(project)[0].rows] == [100, 300, 300, 300, 70]


@pytest.mark.usefixtures("inventory")
def test_an_option_that_would_not_reach_the_source_is_warned_of(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut(project, option="tag_webids")

    assert "'tag_webids' is not among connection.external_options" in capsys.readouterr().err


def test_all_that_is_wrong_with_the_values_is_told_at_once_and_nothing_written(
    headgate: Run, inventory: Path, project: Path
) -> None:
    (project / "tags.csv").write_text('a\n"b,c"\na\nd,x\n')

    words = ("slice", "crm", "pi_timeseries", "--option", "tags", "--values", "tags.csv", "--at-most", "2")
    said = headgate(*words, code=1).stderr

    assert "tags.csv:2: the value 'b,c' holds the separator ','" in said
    assert "tags.csv:3: 'a' is in line 1 already" in said
    assert "tags.csv:4: the weight 'x' is not a number" in said
    assert inventory.read_text() == TABLES


@pytest.mark.usefixtures("inventory")
def test_what_is_not_there_is_told_with_what_is(project: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'pi_timeseries'"):
        cut(project, table="p_timeseries")
    (project / "tags.csv").unlink()
    with pytest.raises(InputError, match="No such file or directory"):
        cut(project)


def test_a_slice_never_takes_the_destination_of_another_table(inventory: Path, project: Path) -> None:
    inventory.write_text(TABLES + "pi_timeseries_s002,series,,1,append,\n")

    with pytest.raises(InputError, match="a slice would go to pi_timeseries_s002, as the table in row 4 does"):
        cut(project)
    assert inventory.read_text() == TABLES + "pi_timeseries_s002,series,,1,append,\n"
