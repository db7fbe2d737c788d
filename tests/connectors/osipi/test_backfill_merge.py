"""`headgate backfill --merge`: into the tables that pipelines write, by a SQL warehouse of a workspace on this machine."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headgate.backfill.merge import merges
from headgate.backfill.source import BackfillPart, BackfillPlan
from headgate.cli import main
from tests.connectors.osipi.recorded import at
from tests.workspace import model
from tests.workspace.faults import Fault
from tests.workspace.server import served
from tests.workspace.workspace import TOKEN, Workspace

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer

CODE = Path(__file__).parents[3] / "connectors" / "osipi"
DEFINITION = """\
id: osipi
source: osipi
connection: {name: osipi_connection, secrets: [access_token], options: {pi_base_url: "URL"}, external_options: [tag_webids]}
destination: {catalog: main, schema: bronze}
schedules: {append: "0 * * * *"}
targets:
  dev: {default: true, catalog: dev_main}
  prod: {}
"""
SPAN = ("--from", "2026-03-01T11:00:00Z", "--to", "2026-03-01T13:00:00Z", "--requests-per-second", "1000")
SECRET = "a-token-of-the-tests"  # noqa: S105  # no real one
NAME = "dev_main.bronze.pi_timeseries"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    workspace = Workspace()
    with served(workspace) as host:
        monkeypatch.setenv("DATABRICKS_HOST", host)
        monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
        monkeypatch.setenv("DATABRICKS_WAREHOUSE_ID", "wh1")
        yield workspace


@pytest.fixture
def table(cloud: Workspace) -> model.Table:
    return made(cloud, NAME)


def made(cloud: Workspace, name: str) -> model.Table:
    return cloud.tables.setdefault(name, model.Table(name, "robot@example.com", {"pipelines.pipelineId": "aaaa-1"}))


@pytest.fixture
def project(tmp_path: Path, pi: PiServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "connectors" / "osipi"
    shutil.copytree(CODE, folder, ignore=shutil.ignore_patterns("*.csv", "*.yaml", "*.lock", "__pycache__"))
    (folder / "connector.yaml").write_text(DEFINITION.replace("URL", pi.url))
    inventory(tmp_path, "pi_timeseries,,")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def inventory(root: Path, *rows: str) -> None:
    head = "source_table,destination_table,table_options_json,ingestion_type"
    (root / "connectors" / "osipi" / "tables.csv").write_text("\n".join([head, *(row + ",append" for row in rows), ""]))


@pytest.fixture
def backfill(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:  # noqa: ARG001
    """Give the command with --merge into dev's tables, in this process, which is quicker."""
    monkeypatch.setenv("HEADGATE_OPTION_ACCESS_TOKEN", SECRET)
    monkeypatch.setenv("HEADGATE_OPTION_MAX_TRIES", "1")
    monkeypatch.setenv("HEADGATE_TARGET", "dev")

    def run(*words: str, code: int = 0, where: tuple[str, ...] = ("--merge",)) -> subprocess.CompletedProcess[str]:
        found = 0
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["headgate", "backfill", "osipi", *SPAN, *where, *words])
        try:
            main()
        except SystemExit as ended:
            found = int(ended.code or 0)
        said = capsys.readouterr()
        assert found == code, said
        assert SECRET not in said.out + said.err
        assert TOKEN not in said.out + said.err
        return subprocess.CompletedProcess(words, found, said.out, said.err)

    return run


def fill(pi: PiServer, tags: str = "AB") -> None:
    """Two hours of values, one each minute, and one of a time that has one already."""
    for tag in tags:
        pi.add(tag, [(at(60 * number), float(number)) for number in range(120)])
        pi.tags[tag].values.insert(60, {"Timestamp": at(3600), "Value": -1.0, "Good": True})


def compared(table: model.Table) -> list[tuple[Any, ...]]:
    return sorted((row["tag_webid"], row["timestamp"].rstrip("Z"), row["occurrence"], row["value"]) for row in table.rows)


def truth(pi: PiServer, tags: str = "AB") -> list[tuple[Any, ...]]:
    found, last = [], ("", 0)
    for tag in tags:
        for value in pi.tags[tag].values:
            stamp = value["Timestamp"].rstrip("Z")
            last = (stamp, last[1] + 1 if stamp == last[0] else 0)
            found.append((tag, stamp, last[1], value["Value"]))
    return sorted(found)


class TestRows:
    def test_a_pipelines_own_table_gets_what_the_source_has(self, pi: PiServer, backfill: Run, table: model.Table) -> None:
        fill(pi)
        table.rows = [{"tag_webid": "A", "timestamp": at(0), "sub_microsecond": 0, "occurrence": 0, "value": 0.0}]

        done = backfill("--tags", "A,B")

        assert compared(table) == truth(pi)
        assert done.stdout == f"pi_timeseries: 242 rows in 2 parts to {NAME}\n"

    def test_a_repeat_changes_nothing_and_corrected_values_overwrite(
        self, pi: PiServer, backfill: Run, table: model.Table
    ) -> None:
        fill(pi)
        backfill("--tags", "A,B")
        before = json.dumps(table.rows)
        backfill("--tags", "A,B")
        assert json.dumps(table.rows) == before  # not even when they were read
        pi.tags["A"].values[7]["Value"] = -7.0
        backfill("--tags", "A,B")

        assert compared(table) == truth(pi)
        changed = [row for row, old in zip(table.rows, json.loads(before), strict=True) if row != old]
        assert [row["value"] for row in changed] == [-7.0]

    def test_what_was_deleted_goes_by_delete_alone_and_within_tags_and_range(
        self, pi: PiServer, backfill: Run, table: model.Table
    ) -> None:
        fill(pi)
        backfill("--tags", "A,B")
        before = compared(table)
        for tag in "AB":
            del pi.tags[tag].values[:]
        backfill("--tags", "A")
        assert compared(table) == before
        backfill("--tags", "A", "--delete", "--to", "2026-03-01T12:00:00Z")

        assert compared(table) == [row for row in before if row[0] == "B" or row[1] >= "2026-03-01T12"]

    def test_a_forbidden_tags_rows_are_no_deleted_ones(self, pi: PiServer, backfill: Run, table: model.Table) -> None:
        fill(pi)
        backfill("--tags", "A,B")
        before = compared(table)
        pi.tags["B"].broken = 403, {"Errors": ["not for you"]}
        done = backfill("--tags", "A,B", "--delete")

        assert compared(table) == before
        assert "not read: B: 403" in done.stderr

    def test_what_was_read_of_a_tag_that_then_failed_is_not_there_twice(self) -> None:
        part = BackfillPart(("A", "B"), "2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z")
        plan = BackfillPlan("t", ("tag", "time"), {"tag": "string", "time": "timestamp"}, "tag", "time", (part,))
        rows = [{"tag": tag, "time": "2026-03-01T11:00:00Z"} for tag in "AB"]

        (statement,) = merges(NAME, plan, part, rows, ["A"], delete=False)

        assert '"tag":"A"' in statement
        assert '"tag":"B"' not in statement
        assert list(merges(NAME, plan, part, rows, [], delete=True)) == []

    @pytest.mark.parametrize("most", [1, 5000])
    def test_many_rows_go_in_several_statements_of_which_none_deletes_anothers(
        self, pi: PiServer, backfill: Run, table: model.Table, cloud: Workspace, monkeypatch: pytest.MonkeyPatch, most: int
    ) -> None:
        monkeypatch.setitem(merges_defaults(), "most", most)
        fill(pi)
        pi.add("C", [(at(number / 4), number) for number in range(60)])
        backfill("--tags", "A,B,C", "--delete")
        backfill("--tags", "A,B,C", "--delete")
        assert compared(table) == truth(pi, "ABC")
        del pi.tags["A"].values[5:100]
        del pi.tags["C"].values[5:50]
        backfill("--tags", "A,B,C", "--delete")

        assert compared(table) == truth(pi, "ABC")
        assert len(cloud.statements) > 30
        assert max(len(one.text) for one in cloud.statements.values()) < most + 10_000

    def test_whatever_a_value_holds_arrives_as_it_is(self, pi: PiServer, backfill: Run, table: model.Table) -> None:
        texts = ["O'Neil", "\\", "\\n", "${x}", "é\u2028", "a\nb\tc", '"', "😀", "; DROP TABLE x --", "\\u0041", "\\'"]
        pi.add("A", [])
        pi.tags["A"].values = [{"Timestamp": at(number), "Value": text, "Good": True} for number, text in enumerate(texts)]
        backfill("--tags", "A")

        assert [row["value_text"] for row in table.rows] == texts


def merges_defaults() -> dict[str, Any]:
    assert merges.__kwdefaults__ is not None
    return merges.__kwdefaults__


class TestTables:
    def test_each_slice_gets_its_tags(self, pi: PiServer, backfill: Run, project: Path, cloud: Workspace) -> None:
        fill(pi, "ABC")
        inventory(project, 'pi_timeseries,,"{""tag_webids"": ""A, B""}"', 'pi_timeseries,two,"{""tag_webids"": ""C""}"')
        first, second = made(cloud, NAME), made(cloud, "dev_main.bronze.two")

        backfill()
        assert (compared(first), compared(second)) == (truth(pi), truth(pi, "C"))
        second.rows.clear()
        done = backfill("--tags", "C")

        assert compared(second) == truth(pi, "C")
        assert done.stdout.endswith("to dev_main.bronze.two\n")

    def test_a_tag_that_no_slice_reads_needs_a_table(self, backfill: Run, project: Path, cloud: Workspace) -> None:
        inventory(project, 'pi_timeseries,,"{""tag_webids"": ""A""}"', 'pi_timeseries,two,"{""tag_webids"": ""B""}"')

        done = backfill("--tags", "X", code=1)

        assert "the tag 'X' has no place" in done.stderr
        assert "--into catalog.schema.table" in done.stderr
        assert not cloud.statements

    def test_two_tables_of_the_same_tags_are_not_taken_for_one(
        self, pi: PiServer, backfill: Run, project: Path, cloud: Workspace
    ) -> None:
        fill(pi)
        inventory(project, 'pi_timeseries,,"{""tag_webids"": ""A""}"', 'pi_timeseries,two,"{""tag_webids"": ""A""}"')
        made(cloud, NAME), made(cloud, "dev_main.bronze.two")

        assert "have the same tags" in backfill(code=1).stderr

    def test_a_renamed_tag_keeps_the_name_that_it_has_in_the_table(
        self, pi: PiServer, backfill: Run, table: model.Table
    ) -> None:
        point = "1DP" + "abcd" * 7
        before, now = (f"F{point}{base64.b64encode(path).decode()}" for path in (rb"\\PLANT\OLD", rb"\\PLANT\NEW"))
        pi.add("I" + point, [(at(60 * number), float(number)) for number in range(120)])
        table.rows = [{"tag_webid": before, "timestamp": at(0), "sub_microsecond": 0, "occurrence": 0, "value": 0.0}]

        backfill("--tags", now)

        assert {row[0] for row in compared(table)} == {before}
        assert len(table.rows) == 120

    def test_into_names_any_other_table(self, pi: PiServer, backfill: Run, cloud: Workspace) -> None:
        fill(pi)
        other = made(cloud, "lake.pi.live")

        backfill("--tags", "A,B", where=("--into", "lake.pi.live"))

        assert compared(other) == truth(pi)

    def test_of_several_targets_one_has_to_be_named(
        self, pi: PiServer, backfill: Run, cloud: Workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(pi)
        prod = made(cloud, "main.bronze.pi_timeseries")
        monkeypatch.delenv("HEADGATE_TARGET")
        assert "several targets: dev, prod" in backfill("--tags", "A", code=1).stderr
        backfill("--tags", "A", "-t", "prod")

        assert compared(prod) == truth(pi, "A")


class TestErrors:
    @pytest.mark.parametrize(
        ("words", "row", "found"),
        [
            (("--out", "rows"), "pi_timeseries,,", "--out and --merge name 2 places"),
            (("--warehouse", ""), "pi_timeseries,,", "DATABRICKS_WAREHOUSE_ID"),
            ((), "pi_points,,", "no row of tables.csv reads 'pi_timeseries'"),
            ((), 'pi_timeseries,,"{""scd_type"": ""SCD_TYPE_2""}"', "keeps the history"),
        ],
    )
    def test_what_is_the_users_is_told(
        self, backfill: Run, project: Path, cloud: Workspace, words: tuple[str, ...], row: str, found: str
    ) -> None:
        inventory(project, row)

        assert found in backfill("--tags", "A", *words, code=1).stderr
        assert not cloud.statements

    @pytest.mark.parametrize("name", ["pi_timeseries", "a.b.c.d", "a..c", "a.b.x y"])
    def test_into_wants_a_full_name(self, backfill: Run, cloud: Workspace, name: str) -> None:
        assert "catalog.schema.table" in backfill("--tags", "A", code=1, where=("--into", name)).stderr
        assert not cloud.statements

    def test_the_warehouses_words_are_told_and_the_run_goes_on_where_it_was(
        self, pi: PiServer, backfill: Run, table: model.Table, cloud: Workspace, project: Path
    ) -> None:
        fill(pi)
        cloud.on_statement = lambda text: "[PERMISSION_DENIED] no MODIFY" if "T12:00:00" in text.split("ON ")[-1][:90] else None
        done = backfill("--tags", "A,B", code=4)
        assert "[PERMISSION_DENIED] no MODIFY" in done.stderr
        assert len(done.stderr) < 1000
        assert len(table.rows) == 120

        cloud.on_statement = lambda _: None
        done = backfill("--tags", "A,B")

        assert "1 part was done before" in done.stdout
        assert compared(table) == truth(pi)
        assert not (project / "connectors" / "osipi" / "backfill.json").exists()

    @pytest.mark.long
    def test_an_answer_that_got_lost_doubles_nothing(
        self, pi: PiServer, backfill: Run, table: model.Table, cloud: Workspace
    ) -> None:
        fill(pi)
        cloud.add(Fault("POST", "*/sql/statements", "after", times=2))

        backfill("--tags", "A,B")

        assert compared(table) == truth(pi)
        assert len(cloud.statements) == 5  # where three had done

    def test_a_table_that_is_not_there_is_told(self, pi: PiServer, backfill: Run, cloud: Workspace) -> None:  # noqa: ARG002
        fill(pi)

        assert "TABLE_OR_VIEW_NOT_FOUND" in backfill("--tags", "A", code=4).stderr
