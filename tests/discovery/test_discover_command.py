"""`headgate discover` writes an inventory, keeps what people edited in it, and says what changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from headgate.cli import app
from headgate.definition.load import load_definition
from headgate.inventory.read import parse_lists, read_inventory
from headgate.names import catalog_name_fault
from headgate.problems import InputError, SourceError
from tests.support.listing import write_listing
from tests.support.shared import COMMUNITY, shared

PACKAGES = Path(__file__).parent / "packages"
PROJECT = Path(__file__).parents[2]
OSIPI = PROJECT / "connectors" / "osipi"
ODD_NAMES = ["class", "select", "Größe_ü", 'it\'s "quoted"', "a,b\nc", "Packaging Tasks", "packaging_tasks", "a.b/c", "表"]
DEFINITION = """\
id: shop
source: shop
connection:
  name: shop_conn
  options:
    tables: "['a_one', 'a_two']"
  secrets: [metadata]
destination:
  catalog: main
  schema: shop
group_by: category
"""


def run(root: Path, *arguments: str) -> Result:
    """Run the command on the project folder `root`; raises what it raises."""
    done = CliRunner().invoke(app, ["discover", "--root", str(root), *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def rows(root: Path, name: str = "shop") -> dict[str, dict[str, str]]:
    tables = read_inventory(root / "connectors" / name / "tables.csv")
    return {t.source_table: {"group": t.pipeline_group, "type": t.ingestion_type, "status": t.status} for t in tables}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project whose connector `shop` lists the tables that HEADGATE_OPTION_TABLES or the definition names."""
    folder = tmp_path / "connectors" / "shop"
    folder.mkdir(parents=True)
    (folder / "connector.yaml").write_text(DEFINITION)
    (folder / "wrong.py").write_text((PACKAGES / "wrong.py").read_text())
    return tmp_path


def test_osipi_is_discovered_with_a_starter_definition(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "--connector-name",
        "pi",
        "--connector-python-file",
        str(OSIPI),
        "--dest-catalog",
        "lake",
        "--dest-schema",
        "raw",
    )
    tables = read_inventory(tmp_path / "connectors" / "pi" / "tables.csv")
    assert len(tables) == 39
    assert {table.destination_schema for table in tables} == {""}
    assert {table.category for table in tables} >= {"time_series", "event_frames"}
    assert {table.pipeline_group for table in tables} == {""}
    assert "first discovery: all tables are new" in done.stdout
    scaffold = (tmp_path / "connectors" / "pi" / "connector.yaml").read_text()
    assert "lake" in scaffold
    assert "connector.yaml written" in done.stderr


def test_what_the_starter_says_is_not_said_again_for_each_table(tmp_path: Path) -> None:
    flags = ("--connection-name", "conn", "--dest-catalog", "lake", "--schedule-append", "0 3 * * *", "--weight-append", "60")
    run(tmp_path, "--connector-name", "pi", "--connector-python-file", str(OSIPI), "--group-by", "ingestion_type", *flags)
    definition = load_definition(tmp_path / "connectors" / "pi" / "connector.yaml")
    assert (definition.connection.name, definition.destination.catalog, definition.group_by) == (
        "conn",
        "lake",
        "ingestion_type",
    )
    assert definition.schedules.append == "0 3 * * *"
    tables = read_inventory(tmp_path / "connectors" / "pi" / "tables.csv")
    assert {(t.connection_name, t.destination_catalog, t.schedule) for t in tables} == {("", "", "")}
    assert {(t.ingestion_type, t.weight) for t in tables} == {("append", 60), ("snapshot", None)}


def test_names_of_any_kind_can_be_read_again(tmp_path: Path) -> None:
    run(tmp_path, "--connector-name", "odd", "--connector-python-file", str(PACKAGES / "odd_names.py"))
    tables = read_inventory(tmp_path / "connectors" / "odd" / "tables.csv")
    assert [table.source_table for table in tables] == ODD_NAMES
    assert not any(catalog_name_fault(table.destination_name) for table in tables)


@pytest.mark.parametrize("source", ["made", pytest.param("community", marks=pytest.mark.shared(COMMUNITY))])
def test_each_connector_of_a_list_makes_an_inventory_of_its_tables(tmp_path: Path, source: str) -> None:
    path = write_listing(tmp_path / "list.csv") if source == "made" else shared(COMMUNITY)
    listings = parse_lists(path.read_bytes(), str(path))
    assert len(listings) == 29
    for connector, listed in listings.items():
        run(tmp_path, "--connector-name", connector, "--from-csv", str(path))
        tables = read_inventory(tmp_path / "connectors" / connector / "tables.csv")
        assert [(t.source_table, t.ingestion_type, t.primary_keys, t.cursor_field) for t in tables] == [
            (t.source_table, t.ingestion_type, t.primary_keys, t.cursor_field) for t in listed
        ]
        assert {(table.pipeline_group, table.category) for table in tables} == {("", "")}
        assert not any(catalog_name_fault(table.destination_name) for table in tables)


def test_that_the_source_knows_no_keys_is_written_down(shop: Path) -> None:
    run(shop, "shop", "--init-options-json", json.dumps({"metadata": "{'ingestion_type': 'snapshot'}"}))

    tables = read_inventory(shop / "connectors" / "shop" / "tables.csv")
    assert [table.primary_keys for table in tables] == [(), ()]


def test_a_second_discovery_changes_nothing(tmp_path: Path) -> None:
    arguments = ("--connector-name", "pi", "--connector-python-file", str(OSIPI))
    run(tmp_path, *arguments)
    before = (tmp_path / "connectors" / "pi" / "tables.csv").read_bytes()
    done = run(tmp_path, *arguments)
    assert "nothing changed" in done.stdout
    assert done.stderr == ""
    assert (tmp_path / "connectors" / "pi" / "tables.csv").read_bytes() == before


def test_the_definition_says_what_flags_leave_out(shop: Path) -> None:
    run(shop, "--connector-name", "shop")
    assert rows(shop) == {name: {"group": "", "type": "", "status": ""} for name in ("a_one", "a_two")}


def test_flags_win_over_the_definition(shop: Path) -> None:
    options = json.dumps({"metadata": "{'ingestion_type': 'cdc'}"})
    flags = ("--group-by", "none", "--init-options-json", options, "--weight-cdc", "3", "--schedule-cdc", "0 * * * *")
    run(shop, "--connector-name", "shop", *flags, "--connection-name", "shop_conn", "--dest-schema", "other")
    table = read_inventory(shop / "connectors" / "shop" / "tables.csv")[0]
    assert (table.weight, table.schedule) == (3, "0 * * * *")
    assert load_definition(shop / "connectors" / "shop" / "connector.yaml").group_by == "none"
    assert (table.connection_name, table.destination_schema) == ("", "other")


def test_what_is_new_gone_and_back_is_said(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(shop, "--connector-name", "shop")
    monkeypatch.setenv("HEADGATE_OPTION_TABLES", "['a_two', 'b_new']")
    done = json.loads(run(shop, "--connector-name", "shop", "--format", "json").stdout)
    assert (done["added"], done["gone"], done["back"], done["tables"]) == (["b_new"], ["a_one"], [], 2)
    assert rows(shop)["a_one"]["status"] == "gone"
    monkeypatch.delenv("HEADGATE_OPTION_TABLES")
    assert "back (1): a_one" in run(shop, "--connector-name", "shop").stdout


def test_what_a_person_edited_stays(shop: Path) -> None:
    run(shop, "--connector-name", "shop")
    csv = shop / "connectors" / "shop" / "tables.csv"
    csv.write_text("source_table,destination_table,pipeline_group,weight\na_one,first,vip,99\na_two,,a,\n")
    run(shop, "--connector-name", "shop")
    table = next(table for table in read_inventory(csv) if table.source_table == "a_one")
    assert (table.destination_table, table.pipeline_group, table.weight) == ("first", "vip", 99)


def test_a_table_that_fails_under_best_effort_is_not_gone(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(shop, "--connector-name", "shop")
    monkeypatch.setenv("HEADGATE_OPTION_METADATA", "{} if table == 'a_two' else 1 / 0")
    monkeypatch.setenv("HEADGATE_OPTION_TABLES", "['a_one', 'a_two', 'b_new']")
    done = run(shop, "--connector-name", "shop", "--best-effort")
    known = {name: {"group": "", "type": "", "status": ""} for name in ("a_one", "a_two")}
    assert rows(shop) == {**known, "b_new": {"group": "", "type": "", "status": "unverified"}}
    assert "added (1): b_new" in done.stdout
    assert "unverified: a_one: ZeroDivisionError" in done.stderr
    assert "unverified: b_new" in done.stderr


def test_a_table_that_answers_at_last_is_like_any_other(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_OPTION_METADATA", "1 / 0")
    flags = ("--best-effort", "--weight-unknown", "7", "--schedule-unknown", "0 1 * * *")
    done = json.loads(run(shop, "--connector-name", "shop", *flags, "--format", "json").stdout)
    assert done["unverified"] == ["a_one", "a_two"]
    monkeypatch.setenv("HEADGATE_OPTION_METADATA", "{'ingestion_type': 'append'}")
    done = json.loads(run(shop, "--connector-name", "shop", "--format", "json").stdout)
    assert (done["changed"], done["unverified"]) == (["a_one", "a_two"], [])
    (table, _) = read_inventory(shop / "connectors/shop/tables.csv")
    assert (table.ingestion_type, table.weight, table.schedule, table.status) == ("append", None, "", "")


def test_an_inventory_elsewhere_says_where_it_is_read(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "list.csv"
    own = shop / "connectors/shop/tables.csv"

    done = run(shop, "--connector-name", "shop", "--output-csv", str(elsewhere))

    assert f"balance, check and synth read {own}: put {elsewhere} there, with connector.yaml beside it" in done.stderr
    assert "synth" not in run(shop, "--connector-name", "shop", "--output-csv", str(own)).stderr


def test_options_of_all_tables_are_what_the_code_is_asked_with(shop: Path) -> None:
    definition = shop / "connectors/shop/connector.yaml"
    definition.write_text(f"{DEFINITION}table_options: {{kind: append}}\n")
    (shop / "connectors/shop/wrong.py").unlink()
    (shop / "connectors/shop/shop.py").write_text(
        "class Shop:\n"
        "    def __init__(self, options): ...\n"
        "    def list_tables(self): return ['a', 'b']\n"
        "    def read_table_metadata(self, table, options): return {'ingestion_type': options['kind']}\n"
    )
    (shop / "connectors/shop/tables.csv").write_text('source_table,table_options_json\nb,"{""kind"":""cdc""}"\n')

    run(shop, "--connector-name", "shop")

    assert {name: row["type"] for name, row in rows(shop).items()} == {"a": "append", "b": "cdc"}


def test_a_failed_discovery_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        run(tmp_path, "--connector-name", "x", "--connector-python-file", str(PACKAGES / "leaks.py"))
    assert list(tmp_path.iterdir()) == []


def test_what_the_code_printed_is_shown_only_when_asked_for(tmp_path: Path) -> None:
    arguments = ("--connector-name", "noisy", "--connector-python-file", str(PACKAGES / "noisy.py"))
    assert "at the end" not in run(tmp_path, *arguments).output
    done = run(tmp_path, *arguments, "-v")
    assert "at the end" in done.stderr
    assert "at the end" not in done.stdout


def test_what_a_connector_says_of_its_tables_sizes_goes_into_the_inventory(tmp_path: Path) -> None:
    done = run(tmp_path, "--connector-name", "sized", "--connector-python-file", str(PACKAGES / "sized.py"), "-v")

    tables = read_inventory(tmp_path / "connectors" / "sized" / "tables.csv")
    assert {table.source_table: (table.estimated_rows, table.estimated_bytes) for table in tables} == {
        "told": (5_000_000, None),
        "asked": (7, 9_000),
        "both": (5_000_000, None),
        "unknown": (None, None),
        "fails": (None, None),
    }
    assert "estimate_table_size('fails'): RuntimeError: no statistics" in done.stderr


def test_a_size_that_a_person_wrote_stays_until_the_source_says_one(tmp_path: Path) -> None:
    flags = ("--connector-name", "sized", "--connector-python-file", str(PACKAGES / "sized.py"))
    run(tmp_path, *flags)
    csv = tmp_path / "connectors" / "sized" / "tables.csv"
    csv.write_text("source_table,estimated_rows\nunknown,400\ntold,400\nasked,\nboth,\nfails,\n")

    run(tmp_path, *flags)

    sizes = {table.source_table: table.estimated_rows for table in read_inventory(csv)}
    assert (sizes["unknown"], sizes["told"]) == (400, 5_000_000)


@pytest.mark.parametrize("size", ["-1", "'many'", "True", "float('nan')"])
def test_a_size_that_is_none_is_refused(shop: Path, monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setenv("HEADGATE_OPTION_METADATA", f"{{'estimated_rows': {size}}}")

    with pytest.raises(SourceError, match=r"estimated_rows is .* not a number from 0 on"):
        run(shop, "--connector-name", "shop")


def test_a_list_of_tables_may_have_their_sizes(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("source_table,ingestion_type,estimated_rows\na,snapshot,1e6\nb,snapshot,\n")
    run(tmp_path, "--connector-name", "shop", "--from-csv", str(tmp_path / "list.csv"))

    tables = read_inventory(tmp_path / "connectors" / "shop" / "tables.csv")

    assert [table.estimated_rows for table in tables] == [1_000_000, None]


def test_rows_of_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "tables.json").write_text('{"namespace": [], "tableName": "crm_users"}')
    run(tmp_path, "--connector-name", "shop", "--from-workspace", str(tmp_path / "tables.json"))
    assert rows(tmp_path) == {"crm_users": {"group": "", "type": "", "status": ""}}


def test_a_prefix_map_makes_categories(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("source_table\ncrm_users\ncrm_x_deals\n")
    prefixes = '{"crm_": "people", "crm_x": "sales"}'
    flags = ("--from-csv", str(tmp_path / "list.csv"), "--category-prefix-map-json", prefixes, "--group-by", "category")
    run(tmp_path, "--connector-name", "shop", *flags)
    tables = read_inventory(tmp_path / "connectors" / "shop" / "tables.csv")
    assert {table.source_table: table.category for table in tables} == {"crm_users": "people", "crm_x_deals": "sales"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--connector-name", "x"), "holds no Python file to discover tables from"),
        (("--connector-name", "../x", "--module", "m"), "is not a folder name"),
        (("--connector-name", "Nul.x", "--module", "m"), "it is a device's name on Windows"),
        (("--connector-name", "crm.", "--module", "m"), "it ends with a full stop"),
        (("--connector-name", "crm", "--module", "m", "--column", "a=weight"), "--column needs --from-csv"),
        (("--connector-name", "x", "--module", "a b"), "is not a module's name"),
        (("--connector-name", "x", "--module", "m", "--from-csv", "t.csv"), "--module and --from-csv each say"),
        (("--connector-name", "x", "--workspace-metadata", "m.json"), "needs --from-workspace"),
        (("--connector-name", "x", "--module", "m", "--timeout", "0"), "--timeout 0 is not a time"),
        (("--connector-name", "x", "--module", "m", "--weight-cdc", "nan"), "--weight-cdc nan is not a weight"),
        (("--connector-name", "x", "--module", "m", "--schedule-cdc", "61 * * * *"), "--schedule-cdc: "),
        (("--connector-name", "x", "--module", "m", "--init-options-json", "{"), "--init-options-json:1: is not JSON"),
    ],
)
def test_flags_that_make_no_sense_are_refused(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(tmp_path, *arguments)


def test_no_option_is_seen_among_the_processes_arguments(tmp_path: Path) -> None:
    (tmp_path / "looks.py").write_text(
        "import sys\n"
        "class Looks:\n"
        "    def __init__(self, options): self.seen = [options['token'] in text for text in sys.orig_argv]\n"
        "    def list_tables(self): return [f'seen_{any(self.seen)}']\n"
        "    def read_table_metadata(self, table, options): return {}\n"
    )
    options = tmp_path / "options.json"
    options.write_text('{"token": "s3cret"}')
    run(
        tmp_path,
        "--connector-name",
        "shop",
        "--connector-python-file",
        str(tmp_path / "looks.py"),
        "--init-options-file",
        str(options),
    )
    assert list(rows(tmp_path)) == ["seen_False"]


def test_as_a_program_results_go_to_stdout_and_errors_to_stderr(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "headgate", "discover", "--root", str(tmp_path), "--connector-name", "x"]
    environment = {**os.environ, "HEADGATE_OPTION_TOKEN": "t0p-s3cret"}
    failed = subprocess.run(
        [*command, "--connector-python-file", str(PACKAGES / "leaks.py")],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert failed.returncode == SourceError.exit_code
    assert failed.stdout == ""
    assert "PermissionError" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert "s3cret" not in failed.stderr
