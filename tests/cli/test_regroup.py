"""A project whose tables are to be grouped by something else, and one that must not be grouped otherwise by an upgrade."""

import json
import re
from pathlib import Path

import pytest

from tests.support.command import Run

CONNECTOR = Path("connectors/shop")
YAML = """\
id: shop  # given once
source: shop
connection: {name: shop_connection}
destination: {catalog: main, schema: shop}
code: {wheels: [/Volumes/main/code/shop-1.0-py3-none-any.whl]}
group_by: category  # as the team is organised
targets: {dev: {}}
"""
LISTING = "source_table,ingestion_type,category\n" + "".join(
    f"{area}_{kind}_{number},{kind},{area}\n"
    for area in ("sales", "stock")
    for kind in ("cdc", "snapshot")
    for number in range(3)
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose connector was discovered and balanced by category."""
    folder = tmp_path / CONNECTOR
    folder.mkdir(parents=True)
    (folder / "connector.yaml").write_text(YAML)
    (tmp_path / "list.csv").write_text(LISTING)
    monkeypatch.chdir(tmp_path)
    return folder


def discover(headgate: Run, *flags: str) -> str:
    return headgate("discover", "--connector-name", "shop", "--from-csv", "list.csv", *flags).stdout


def groups(headgate: Run) -> set[str]:
    (found,) = json.loads(headgate("balance", "shop", "--format", "json").stdout)
    return {row["group"] for row in found["pipelines"] if row["tables"]}


def test_a_group_by_that_is_changed_in_the_definition_is_said_and_done(headgate: Run, shop: Path) -> None:
    discover(headgate)
    headgate("balance")
    (shop / "connector.yaml").write_text(YAML.replace("group_by: category", "group_by: ingestion_type"))

    said = headgate("balance").stdout

    assert "groups are by ingestion_type now, not by category: 6 of 12 tables move to another pipeline" in said
    assert groups(headgate) == {"cdc", "snapshot"}
    assert "groups are by" not in headgate("balance").stdout


def test_discover_puts_another_group_by_into_the_definition_and_says_what_would_move(headgate: Run, shop: Path) -> None:
    discover(headgate)
    headgate("balance")

    said = discover(headgate, "--group-by", "ingestion_type")

    assert "groups are by ingestion_type now, not by category: connector.yaml says so" in said
    assert "6 tables would move to another pipeline for it: `headgate balance` plans that" in said
    assert (shop / "connector.yaml").read_text() == YAML.replace("group_by: category", "group_by: ingestion_type")
    assert groups(headgate) == {"cdc", "snapshot"}
    assert "groups are by" not in discover(headgate, "--group-by", "ingestion_type")


@pytest.mark.usefixtures("shop")
def test_every_group_by_can_be_asked_for(headgate: Run) -> None:
    expected = {
        "category_and_ingestion_type": {"sales_cdc", "sales_snapshot", "stock_cdc", "stock_snapshot"},
        "ingestion_type": {"cdc", "snapshot"},
        "none": {"all"},
        "category": {"sales", "stock"},
        "auto": {"all"},
    }
    discover(headgate)

    for group_by, found in expected.items():
        discover(headgate, "--group-by", group_by)
        assert groups(headgate) == found


def test_what_a_person_wrote_stays_when_groups_change(headgate: Run, shop: Path) -> None:
    discover(headgate)
    headgate("balance")
    tables = shop / "tables.csv"
    header, first, *rest = tables.read_text().splitlines()
    edited = [header + ",pipeline_group,weight", first + ",vip,7", *(row + ",," for row in rest)]
    tables.write_text("\n".join(edited) + "\n")

    discover(headgate, "--group-by", "none")

    assert groups(headgate) == {"vip", "all"}
    assert ",7," in tables.read_text()


def as_before_auto(shop: Path) -> None:
    """Make of the project what one was before: its rows name groups, and its lock does not say by what they were made."""
    rows = "".join(
        f"{area}_{kind}_{number},{kind},{area},{area}_{kind}\n"
        for area in ("sales", "stock")
        for kind in ("cdc", "snapshot")
        for number in range(3)
    )
    (shop / "tables.csv").write_text("source_table,ingestion_type,category,pipeline_group\n" + rows)


def old_lock(headgate: Run, shop: Path) -> bytes:
    headgate("balance")
    lock = shop / "layout.lock"
    lock.write_text(re.sub(r', "group_by": "\w+"', "", lock.read_text()))
    return lock.read_bytes()


@pytest.mark.parametrize("said", ["group_by: category_and_ingestion_type\n", ""])
def test_a_lock_from_before_auto_keeps_its_groups(headgate: Run, shop: Path, said: str) -> None:
    (shop / "connector.yaml").write_text(YAML.replace("group_by: category  # as the team is organised\n", said))
    as_before_auto(shop)
    before = old_lock(headgate, shop)

    headgate("check", "--frozen")
    headgate("balance")

    assert (shop / "layout.lock").read_bytes() == before


def test_a_lock_from_before_auto_that_has_no_groups_in_its_rows_keeps_them_too(headgate: Run, shop: Path) -> None:
    (shop / "connector.yaml").write_text(YAML.replace("group_by: category ", "group_by: category_and_ingestion_type "))
    discover(headgate)
    before = old_lock(headgate, shop)
    (shop / "connector.yaml").write_text(YAML.replace("group_by: category  # as the team is organised\n", ""))

    headgate("check", "--frozen")

    assert (shop / "layout.lock").read_bytes() == before


def test_auto_can_be_asked_for_where_a_discovery_wrote_groups(headgate: Run, shop: Path) -> None:
    (shop / "connector.yaml").write_text(YAML.replace("group_by: category ", "group_by: category_and_ingestion_type "))
    as_before_auto(shop)
    old_lock(headgate, shop)
    (shop / "connector.yaml").write_text(YAML.replace("group_by: category ", "group_by: auto "))

    done = headgate("balance")

    assert "12 groups that a discovery wrote are out of tables.csv" in done.stderr
    assert "pipeline_group" not in (shop / "tables.csv").read_text()
    assert groups(headgate) == {"all"}


def test_where_it_can_not_be_known_what_is_meant_rows_win_and_it_is_said_how_to_change_that(headgate: Run, shop: Path) -> None:
    (shop / "connector.yaml").write_text(YAML.replace("group_by: category ", "group_by: category_and_ingestion_type "))
    as_before_auto(shop)
    before = old_lock(headgate, shop)
    (shop / "connector.yaml").write_text(YAML.replace("group_by: category ", "group_by: ingestion_type "))

    said = headgate("balance").stdout

    assert (shop / "layout.lock").read_bytes() == before
    assert "tables.csv names groups as category_and_ingestion_type makes them, which wins over group_by: ingestion_type" in said
    assert "headgate discover --group-by ingestion_type" in said


def test_categories_that_a_discovery_made_of_names_go_when_groups_are_asked_for(headgate: Run, shop: Path) -> None:
    (shop.parents[1] / "list.csv").write_text(re.sub(r",\w+$", "", LISTING, flags=re.MULTILINE))
    as_before_auto(shop)
    old_lock(headgate, shop)

    discover(headgate, "--group-by", "category")

    assert "category" not in (shop / "tables.csv").read_text()
    assert groups(headgate) == {"other"}


def test_a_new_connector_has_no_category_that_nobody_declared(headgate: Run, shop: Path) -> None:
    (shop.parents[1] / "list.csv").write_text(
        "source_table,ingestion_type\ncrm_users,cdc\ncrm_deals,snapshot\nweb_hits,append\n"
    )

    headgate(
        "init",
        "connector",
        "hub",
        "--from-csv",
        "list.csv",
        "--connection-name",
        "c",
        "--dest-catalog",
        "m",
        "--dest-schema",
        "s",
    )
    (found,) = json.loads(headgate("balance", "hub", "--format", "json").stdout)

    assert "category" not in Path("connectors/hub/tables.csv").read_text()
    assert [row["tables"] for row in found["pipelines"]] == [3]


def test_isolate_that_names_no_category_is_refused(headgate: Run, shop: Path) -> None:
    (shop / "connector.yaml").write_text(YAML.replace("group_by: category ", "isolate: [sale]\ngroup_by: auto "))
    discover(headgate)

    said = headgate("balance", code=1).stderr

    assert "isolate of shop names 'sale', which is no table's category" in said
    assert "did you mean 'sales'?" in said
