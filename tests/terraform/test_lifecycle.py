"""What Terraform does when an inventory or a definition changes: all from one start, two pipelines of three tables each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.inventory.row import TableRow
from headgate.layout.deployed import APPLIED
from headgate.layout.progress import pending, rename_pipeline
from tests.support.samples import SECRETS, tables_of
from tests.support.site import actions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

pytestmark = pytest.mark.terraform


@pytest.fixture
def start(settled: Callable[..., Site]) -> Site:
    return settled({"connection": SECRETS, "schedules": {"unknown": "0 2 * * *", "spread_minutes": 0}}, pipelines=2)


def planned(site: Site) -> dict[str, str]:
    return actions(site.plan())


def test_a_new_table_changes_one_file(start: Site) -> None:
    start.tables.append(TableRow("new", pipeline_group="all", weight=1))
    start.balance()

    home = next(p.pipeline for p in start.agreed.tables if p.table.source_table == "new")
    assert planned(start) == {f"1:databricks_workspace_file.{home}": "update"}


def test_a_table_that_is_gone_changes_one_file(start: Site) -> None:
    start.tables = [table for table in start.tables if table.source_table != "t_1"]
    start.balance()

    assert planned(start) == {"1:databricks_workspace_file.all_1": "update"}


def test_options_change_one_file_and_a_schedule_one_job(start: Site) -> None:
    start.tables[0] = replace(start.tables[0], options={"page_size": "500"})
    assert planned(start) == {"1:databricks_workspace_file.all_1": "update"}
    start.settle()

    start.edit(schedules={"unknown": "0 3 * * *"})
    start.balance()
    assert planned(start) == {"1:databricks_job.all_1": "update", "1:databricks_job.all_2": "update"}


def test_a_display_name_changes_names_in_place(start: Site) -> None:
    start.edit(name="The new CRM")

    assert planned(start) == {f"1:databricks_{kind}.all_{n}": "update" for kind in ("job", "pipeline") for n in (1, 2)}


def test_a_moving_table_changes_no_file_until_it_is_handed_over_and_then_both(start: Site) -> None:
    start.tables = [replace(table, weight=100 if table.source_table in ("t_1", "t_3") else 1) for table in start.tables]
    start.balance(rebalance=True)
    assert planned(start) == {}

    moved = start.hand_over()
    assert moved
    assert planned(start) == {f"1:databricks_workspace_file.all_{n}": "update" for n in (1, 2)}

    start.settle()
    assert not pending(start.agreed, "dev")
    found = sorted(key.source_table for keys in start.ingested().values() for key in keys)
    assert found == [table.source_table for table in start.tables]


def test_more_pipelines_are_made_beside_and_wait_for_their_tables(start: Site) -> None:
    start.edit(balance={"pipelines": 3})
    start.balance()

    assert planned(start) == {f"1:databricks_{kind}.all_3": "create" for kind in ("job", "pipeline", "workspace_file")}
    start.settle()
    assert start.ingested()["all_3"] == []

    assert start.hand_over()
    last = start.settle()
    assert last["crm-dev-1"].planned["databricks_job.all_3"] == "update"  # its schedule is no longer paused
    assert start.ingested()["all_3"] != []


def test_fewer_pipelines_forget_the_emptied_one_and_never_destroy_it(start: Site) -> None:
    before = start.pipelines()
    start.edit(balance={"pipelines": 1})
    start.balance()
    assert planned(start) == {}

    start.hand_over()
    start.settle_moves()
    (left,) = pending(start.agreed, "dev").left
    assert planned(start) == {
        f"1:databricks_pipeline.{left}": "remove",
        f"1:databricks_job.{left}": "delete",
        f"1:databricks_workspace_file.{left}": "delete",
    }
    start.settle()

    assert start.pipelines() == before  # the workspace still has it, with its tables
    assert [left] != list(start.ingested()) == start.deployed.pipelines
    assert "removed" not in start.plans()[1].body


def test_a_group_that_is_gone_forgets_its_pipeline_at_once(settled: Callable[..., Site]) -> None:
    found = settled(tables=[*tables_of(2), TableRow("x", pipeline_group="other")])
    before = found.pipelines()

    found.tables.pop()
    found.balance()
    done = found.deploy()
    assert done["crm-dev-1"].planned == {
        "databricks_pipeline.other_1": "remove",
        "databricks_job.other_1": "delete",
        "databricks_workspace_file.other_1": "delete",
    }
    found.record()
    found.assert_settled()
    assert found.pipelines() == before


def test_a_new_id_keeps_the_pipeline(start: Site) -> None:
    before = start.pipelines()
    start.layout = rename_pipeline(start.agreed, "all_2", "nightly", ["dev"])

    outcome = start.plan()["crm-dev-1"]
    assert outcome.moved == {
        f"databricks_{kind}.nightly": f"databricks_{kind}.all_2" for kind in ("pipeline", "job", "workspace_file")
    }
    assert outcome.planned == {
        "databricks_pipeline.nightly": "update",
        "databricks_job.nightly": "update",
        "databricks_workspace_file.nightly": "replace",  # its path has the id
    }
    start.settle()

    assert sorted(start.pipelines().values()) == sorted(before.values())
    assert start.deployed.pipelines == ["all_1", "nightly"]
    assert all("moved" not in plan.body for plan in start.plans())


def test_a_connection_changes_in_place_and_is_not_replaced_unasked(start: Site) -> None:
    start.edit(connection={"options": {"url": "https://new.example.com"}})
    assert planned(start) == dict.fromkeys(["shared:databricks_connection.crm", f"shared:{APPLIED}"], "update")

    start.edit(connection={"comment": "another"})  # what the provider can only do by a replacement
    start.synth()
    refused = start.terraform.plan(start.folder("crm-dev-shared"))
    assert "Instance cannot be destroyed" in refused.errors[0]


def test_what_is_no_longer_ours_to_make_is_forgotten_and_not_destroyed(settled: Callable[..., Site]) -> None:
    made = {"catalog": "main", "schema": "bronze", "create_catalog": True, "create_schema": True}
    found = settled({"destination": made}, tables_of(1))

    found.edit(destination={"create_catalog": False, "create_schema": False}, connection={"existing": True})

    forgotten = {f"shared:databricks_{kind}.crm": "remove" for kind in ("catalog", "schema", "connection")}
    assert planned(found) == forgotten | {f"shared:{APPLIED}": "delete"}


def test_a_secret_that_the_provider_keeps_is_sent_when_it_changes(start: Site) -> None:
    start.terraform = replace(start.terraform, variables={**start.terraform.variables, "crm_client_secret": "CANARY-3"})

    assert planned(start) == {"shared:databricks_connection.crm": "update"}


def test_what_was_changed_behind_terraforms_back_is_seen(start: Site) -> None:
    with start.terraform.workspace.changing() as workspace:
        for pipeline in workspace.pipelines.values():
            pipeline.spec["channel"] = "CURRENT"
        del workspace.jobs[workspace.jobs_named("crm_all_2")[0].id]

    assert planned(start) == {
        "1:databricks_pipeline.all_1": "update",
        "1:databricks_pipeline.all_2": "update",
        "1:databricks_job.all_2": "create",
    }
