"""What was recorded of a table under another spelling is still known of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from headgate.balance.draft import match
from headgate.definition.load import parse_definition
from headgate.definition.together import clashes
from headgate.discovery.arrange import Rules, arrange
from headgate.handover.journal import HandoverJournal
from headgate.handover.resume import unfinished
from headgate.inventory.grouping import groups_of
from headgate.inventory.merge import merge_discovered
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.inventory.runs import parse_runs
from headgate.layout.deployed import Deployed, read_deployed
from headgate.layout.lock import parse_lock
from headgate.layout.model import Asked, Layout, Move, Pipeline, Placement
from headgate.layout.observe import State, observe
from headgate.layout.strays import strays
from headgate.problems import InputError
from headgate.project import read_connectors
from headgate.review.accepted import Accepted, Entry, lift
from headgate.review.model import Finding
from headgate.tables.ids import TableId

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.definition.model import Definition

LOCK = """{
"format": 1,
"connector": "crm",
"asked": {"pipelines": null, "stacks": 1},
"pipelines": [{"id": "a_1", "group": "a", "stack": 1}, {"id": "b_1", "group": "b", "stack": 1}, null],
"tables": [
  {"source_table": "Orders", "destination": "Main.bronze.Orders", "pipeline": "b_1"},
  null
],
"left": [null],
"retired": [null]
}
"""


def moving(source_table: str) -> Layout:
    placement = Placement(TableId(source_table, f"main.bronze.{source_table}"), "a_1", Move("b_1", {}))
    return Layout("crm", Asked(None, 1), (Pipeline("a_1", "a", 1), Pipeline("b_1", "b", 1)), (placement,))


def test_a_table_is_astray_in_whatever_capitals_its_record_has_it(tmp_path: Path) -> None:
    text = '{"format": 1, "ids": {"databricks_pipeline.a_1": "1"}, "tables": {"orders → main.bronze.orders": "a_1"}}'
    (tmp_path / "deployed.dev.json").write_text(text)

    (problem,) = strays(parse_lock(LOCK), read_deployed(tmp_path, "dev"), None)

    assert "in pipeline 'a_1', and the lock has it in 'b_1' without a handover" in problem.message


def test_a_record_has_a_table_once_and_as_the_state_spells_it() -> None:
    ids = {"databricks_pipeline.a_1": "1", "databricks_pipeline.b_1": "2"}
    known = Deployed("dev", ids, {TableId("orders", "main.bronze.orders"): "a_1"})
    states = {1: State({"databricks_pipeline.b_1": "2"}, {}, {"b_1": [TableId("Orders", "main.bronze.Orders")]})}
    pipelines = (Pipeline("a_1", "a", 2), Pipeline("b_1", "b", 1))
    layout = Layout("crm", Asked(None, 2), pipelines, (Placement(TableId("Orders", "main.bronze.Orders"), "b_1"),))

    _, deployed = observe(layout, "dev", ["dev"], states, {}, known)

    assert [(str(table), name) for table, name in deployed.tables.items()] == [("Orders → main.bronze.Orders", "b_1")]


def test_a_handover_that_was_cut_off_is_unfinished_in_any_capitals_until_it_is_recorded() -> None:
    journal = HandoverJournal().beginning("prod.bronze.orders")

    (problem,) = unfinished(moving("Orders"), "prod", journal)

    assert "the handover of Orders was cut off" in problem.message
    assert journal.ended("PROD.bronze.Orders").begun == ()


def test_an_accepted_loss_is_that_of_the_table_in_any_capitals_and_of_no_other() -> None:
    entry = Entry(
        address="orders → main.bronze.orders",
        what="table-lost",
        target="prod",
        reason="switched off",
        until=date(2026, 12, 31),
    )

    def verdicts(subject: str) -> set[str]:
        finding = Finding("loss", "table-lost", subject, "", "crm-prod-1")
        return {one.level for one in lift([finding], Accepted((entry,)), "prod", date(2026, 1, 1))}

    assert verdicts("Orders → main.bronze.ORDERS") == {"attention"}
    assert "loss" in verdicts("orders → main.bronze.orders_2")
    assert "loss" in verdicts("sales → main.bronze.orders")


def test_a_run_stands_twice_in_any_capitals_of_its_destination() -> None:
    rows = "source_table,destination,started_at,seconds\n{}orders,main.b.orders,2026-01-01T00:00Z,1\n"
    again = "Orders,Main.b.Orders,2026-01-01T00:00Z,2\n"

    assert len(parse_runs(rows.format("").encode())) == 1
    with pytest.raises(InputError, match="in row 1 already"):
        parse_runs(rows.format(again).encode())


def test_a_source_that_knows_capitals_has_two_tables_which_go_to_two_destinations() -> None:
    found = arrange([TableRow("users"), TableRow("Users")], Rules())
    assert [table.destination_name for table in found] == ["users", "Users_2"]

    merged = merge_discovered(found, arrange([TableRow("Users"), TableRow("users")], Rules(), found))

    assert (merged.added, merged.gone) == ((), ())
    assert [table.destination_name for table in merged.tables] == ["users", "Users_2"]


def test_a_table_that_is_found_in_other_capitals_takes_no_name_from_a_new_one() -> None:
    found = arrange([TableRow("Orders"), TableRow("orders 2")], Rules(), [TableRow("orders")])

    assert [table.destination_name for table in found] == ["Orders", "orders_2"]


def test_names_that_may_be_one_to_unity_catalog_are_refused_over_connectors(project: Path) -> None:
    folder = project / "connectors/erp"
    folder.mkdir()
    text = (project / "connectors/crm/connector.yaml").read_text()
    (folder / "connector.yaml").write_text(text.replace("crm", "erp"))
    (folder / "tables.csv").write_text("source_table,destination_table\nplaces,cafe\u0301\n")
    (project / "connectors/crm/tables.csv").write_text("source_table,destination_table\nplaces,CAF\u00c9\n")

    with pytest.raises(InputError) as refused:
        read_connectors(project)

    assert "of connector 'crm'" in str(refused.value)
    assert "which may be the same name to Unity Catalog" in str(refused.value)


def definition_of(connection: str, name: str = "crm") -> Definition:
    text = f"""
id: {name}
source: crm
connection: {{name: {connection}}}
destination: {{catalog: main, schema: bronze}}
targets: {{dev: {{}}}}
"""
    return parse_definition(text, "connector.yaml")


def test_a_rows_connection_is_the_definitions_own_in_any_capitals() -> None:
    definition = definition_of("crm_connection")

    one, other = groups_of([TableRow("a", connection_name="CRM_connection"), TableRow("b")], definition)

    assert one == other


def test_two_definitions_do_not_manage_one_connection_in_other_capitals() -> None:
    (problem,) = clashes([("crm", definition_of("shared")), ("erp", definition_of("Shared", "erp"))])

    assert "have the same connection, 'shared'" in problem.message


def test_a_row_with_another_destination_is_known_by_its_source_table_in_any_capitals() -> None:
    tables = resolve([TableRow("ORDERS", destination_table="sold"), TableRow("users")], definition_of("crm"))

    found = match(tables, moving("orders"))

    assert {table.id.destination: placement.table.destination for table, placement in found.items()} == {
        "main.bronze.sold": "main.bronze.orders"
    }
