"""Pipelines of transforms, deployed beside those that ingest: what comes, changes, and goes, and that tables stay."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.layout.progress import pending, retire_target
from tests.standin.running import NEWEST, OLDEST
from tests.support.samples import tables_of
from tests.support.site import actions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

pytestmark = pytest.mark.terraform

PEOPLE = """\
catalog: main
schema: silver
deploy: {on_update: any}
sources:
  first: {connector: crm, table: t_1}
tables:
  people: {type: materialized_view, from: first}
"""
TEAMS = """\
catalog: main
schema: silver
deploy: {pipeline: people}
sources:
  people: {table: main.silver.people}
tables:
  teams: {type: materialized_view, from: people}
"""
SALES = """\
catalog: main
schema: silver
deploy:
  name: Sales of the day
  schedule: 0 6 * * *
  cluster: {workers: 1}
sources:
  orders: {files: /Volumes/main/raw/orders, format: json}
tables:
  sales: {type: streaming_table, from: orders, expectations: {known: {check: id IS NOT NULL}}}
sinks:
  out: {from: orders, format: kafka, options: {topic: sales}}
"""


@pytest.fixture
def start(settled: Callable[..., Site]) -> Site:
    """A connector with two pipelines that ingest, deployed."""
    made = settled(None, tables_of(4), pipelines=2, stacks=1)
    made.files.mkdir(exist_ok=True)
    return made


def add(site: Site, name: str, text: str) -> None:
    (site.files / f"{name}.pipeline.yaml").write_text(text)
    site.balance()


def sql_of(site: Site, name: str) -> str:
    return b64decode(site.workspace()["databricks_workspace_file"][f"/Shared/headgate/dev/crm/sql/{name}"]).decode()


@pytest.mark.parametrize("provider", [OLDEST, pytest.param(NEWEST, marks=pytest.mark.long)])
def test_pipelines_of_transforms_come_beside_those_that_ingest(start: Site) -> None:
    add(start, "people", PEOPLE)
    add(start, "sales", SALES)

    done = actions(start.settle())

    assert set(done.values()) == {"create"}
    assert {address for address in done if address.startswith("shared:databricks_pipeline")} == {
        "shared:databricks_pipeline.people",
        "shared:databricks_pipeline.sales",
    }
    assert "MATERIALIZED VIEW `main`.`silver`.`people`" in sql_of(start, "people.sql")
    assert "create_sink(name='out'" in sql_of(start, "sales_sinks.py")
    ids = start.pipelines()
    assert start.deployed.transforms == {"people": ids["crm_people"], "sales": ids["crm_Sales of the day"]}
    jobs = {one.settings["name"]: one.settings for one in start.terraform.workspace.jobs.values()}
    assert jobs["crm_people"]["trigger"]["table_update"] == {"table_names": ["main.bronze.t_1"], "condition": "ANY_UPDATED"}
    assert jobs["crm_Sales of the day"]["schedule"]["quartz_cron_expression"] == "0 0 6 * * ?"


@pytest.mark.long
def test_what_a_file_changes_changes_in_place(start: Site) -> None:
    add(start, "people", PEOPLE)
    add(start, "sales", SALES)
    start.settle()
    before = start.deployed.transforms

    add(start, "people", PEOPLE.replace("from: first}", "from: first, comment: All of them}"))
    add(start, "sales", SALES.replace("Sales of the day", "Sales").replace("known: {", "is_known: {"))
    done = actions(start.settle())

    assert done == {
        "shared:databricks_workspace_file.people": "update",
        "shared:databricks_workspace_file.sales": "update",
        "shared:databricks_pipeline.sales": "update",
        "shared:databricks_job.sales": "update",
    }
    assert start.deployed.transforms == before


@pytest.mark.long
def test_a_pipeline_whose_file_goes_stays_with_its_tables(start: Site) -> None:
    add(start, "people", PEOPLE)
    start.settle()
    before = start.pipelines()

    (start.files / "people.pipeline.yaml").unlink()
    start.balance()
    done = actions(start.deploy())

    assert done == {
        "shared:databricks_workspace_file.people": "delete",
        "shared:databricks_job.people": "delete",
        "shared:databricks_pipeline.people": "remove",
    }
    assert start.pipelines() == before
    assert pending(start.agreed, "dev").transforms == ("people",)
    start.record()
    assert not pending(start.agreed, "dev")
    assert start.deployed.transforms == {}
    start.assert_settled()


@pytest.mark.long
def test_a_renamed_file_that_keeps_its_id_changes_nothing_but_the_sqls_heading(start: Site) -> None:
    add(start, "people", PEOPLE)
    start.settle()

    (start.files / "people.pipeline.yaml").unlink()
    add(start, "persons", PEOPLE.replace("deploy: {", "deploy: {id: people, "))
    done = actions(start.settle())

    assert done == {"shared:databricks_workspace_file.people": "update"}


@pytest.mark.long
def test_a_file_that_joins_a_pipeline_changes_it_in_place(start: Site) -> None:
    add(start, "people", PEOPLE)
    start.settle()
    before = start.deployed.transforms

    (start.files / "people.pipeline.yaml").write_text(PEOPLE.replace("deploy: {", "deploy: {pipeline: people, "))
    add(start, "teams", TEAMS)
    done = actions(start.settle())

    assert done == {
        "shared:databricks_workspace_file.people": "delete",
        "shared:databricks_workspace_file.people-people": "create",
        "shared:databricks_workspace_file.people-teams": "create",
        "shared:databricks_pipeline.people": "update",
    }
    assert start.deployed.transforms == before
    (start.files / "teams.pipeline.yaml").unlink()
    start.balance()
    assert actions(start.settle()) == {
        "shared:databricks_workspace_file.people-teams": "delete",
        "shared:databricks_pipeline.people": "update",
    }


@pytest.mark.long
@pytest.mark.parametrize("tables", ["leave", "drop"])
def test_a_target_that_is_taken_down_keeps_or_drops_them(start: Site, tables: str) -> None:
    add(start, "people", PEOPLE)
    start.settle()
    before = start.pipelines()
    start.layout = retire_target(start.agreed, "dev", tables)  # type: ignore[arg-type]  # of two words

    start.deploy()
    start.record()

    assert start.pipelines() == (before if tables == "leave" else {})
    assert start.deployed.transforms == {}
    assert start.plans() == []


@pytest.mark.long
def test_a_review_tells_what_becomes_of_them(start: Site) -> None:
    add(start, "people", PEOPLE)
    start.settle()

    add(start, "people", PEOPLE.replace("from: first}", "from: first, comment: All of them}"))
    changed, _ = start.review()
    assert [(one.kind, one.id, one.reason) for one in changed.pipelines] == [("changed", "people", "its SQL changes")]
    assert changed.verdict == "fine"
    assert "+COMMENT 'All of them'" in next(one.diff for one in changed.resources if one.address.endswith("people"))

    (start.files / "people.pipeline.yaml").unlink()
    start.balance()
    left, _ = start.review()
    assert [(one.level, one.code) for one in left.findings] == [("attention", "pipeline-forgotten")]

    start.layout = replace(start.agreed, transforms=())  # a lock that knows nothing of it
    destroyed, _ = start.review()
    assert [(one.level, one.code) for one in destroyed.findings] == [("loss", "pipeline-deleted")]
    assert "all tables that it makes are dropped with it" in destroyed.findings[0].message
