"""Pipelines, as databricks-sdk sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from databricks.sdk.errors import NotFound, ResourceConflict
from databricks.sdk.service.pipelines import FileLibrary, PipelineLibrary, RunAs

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from tests.workspace.workspace import Workspace

FILE = "/Shared/headgate/crm/ingest/a.py"


def ingest(*tables: str) -> str:
    objects = [{"table": {"source_table": table, "destination_table": table}} for table in tables]
    return f"pipeline_spec = { {'connection_name': 'c', 'objects': objects}!r}\n"


def make(client: WorkspaceClient, name: str, **said: Any) -> str:
    libraries = [PipelineLibrary(file=FileLibrary(path=f"/Workspace{FILE}"))]
    id_: str = client.pipelines.create(name=name, catalog="main", schema="bronze", libraries=libraries, **said).pipeline_id
    return id_


def test_what_was_created_is_read_back_with_the_platforms_defaults(client: WorkspaceClient) -> None:
    id_ = make(client, "a", tags={"team": "x"}, serverless=True)

    found = client.pipelines.get(id_)
    assert found.spec.as_dict() == {
        "id": id_, "name": "a", "catalog": "main", "schema": "bronze", "tags": {"team": "x"}, "serverless": True,
        "libraries": [{"file": {"path": f"/Workspace{FILE}"}}], "continuous": False, "development": False, "photon": False,
        "channel": "CURRENT", "edition": "ADVANCED",
    }  # fmt: skip
    assert (found.state.value, found.creator_user_name, found.run_as_user_name) == ("IDLE", *2 * ["robot@example.com"])
    assert found.effective_publishing_mode.value == "DEFAULT_PUBLISHING_MODE"
    assert not found.latest_updates


def test_without_a_catalog_it_gets_a_storage(client: WorkspaceClient) -> None:
    id_ = client.pipelines.create(name="hive").pipeline_id

    assert client.pipelines.get(id_).spec.storage == f"dbfs:/pipelines/{id_}"


def test_a_name_that_is_taken_is_refused_unless_it_may_be_there_twice(client: WorkspaceClient, workspace: Workspace) -> None:
    first = make(client, "a")
    other = make(client, "b")

    with pytest.raises(ResourceConflict, match="The pipeline name 'a' is already used by another pipeline"):
        make(client, "a")
    with pytest.raises(ResourceConflict, match="already used"):
        client.pipelines.update(other, name="a")
    client.pipelines.update(first, name="a")
    make(client, "a", allow_duplicate_names=True)
    assert sorted(one.name for one in workspace.pipelines.values()) == ["a", "a", "b"]


def test_an_edit_replaces_the_whole_specification(client: WorkspaceClient) -> None:
    id_ = make(client, "a", tags={"team": "x"}, run_as=RunAs(user_name="other@example.com"))

    client.pipelines.update(id_, name="b", catalog="main")

    found = client.pipelines.get(id_)
    assert (found.name, found.spec.schema, found.spec.tags) == ("b", None, None)
    assert (found.run_as_user_name, found.run_as.user_name) == 2 * ("other@example.com",)


def test_an_edit_of_what_changed_meanwhile_is_refused(client: WorkspaceClient) -> None:
    id_ = make(client, "a")
    seen = client.pipelines.get(id_).last_modified
    client.pipelines.update(id_, name="a", expected_last_modified=seen)

    with pytest.raises(ResourceConflict, match="was modified"):
        client.pipelines.update(id_, name="a", expected_last_modified=seen)


def test_lists_have_pages_a_filter_and_no_specification(client: WorkspaceClient, workspace: Workspace) -> None:
    ids = [make(client, f"crm_{number}") for number in range(30)]
    make(client, "other")

    found = list(client.pipelines.list_pipelines(filter="name LIKE 'crm%'"))
    assert [one.pipeline_id for one in found] == ids
    assert len(workspace.asked("GET", "/pipelines")) == 2
    assert [one.name for one in client.pipelines.list_pipelines(filter="name LIKE 'crm_7'", max_results=100)] == ["crm_7"]
    assert list(client.pipelines.list_pipelines(filter=f"notebook='{FILE}'")) == []


def test_a_deleted_pipeline_takes_its_tables_along_unless_told_otherwise(client: WorkspaceClient, workspace: Workspace) -> None:
    workspace.put(FILE, ingest("orders"))
    id_ = make(client, "a")
    workspace.run(id_)
    client.pipelines.delete(id_, cascade=False)
    assert list(workspace.tables) == ["main.bronze.orders"]
    with pytest.raises(NotFound, match=f"The specified pipeline {id_} was not found"):
        client.pipelines.get(id_)

    workspace.put(FILE, ingest("items"))
    id_ = make(client, "a")
    workspace.run(id_)
    client.pipelines.delete(id_)
    assert (list(workspace.tables), list(workspace.dropped)) == (["main.bronze.orders"], ["main.bronze.items"])


def test_an_update_makes_the_tables_that_the_file_names_and_runs_until_it_is_stopped(
    client: WorkspaceClient, workspace: Workspace
) -> None:
    workspace.put(FILE, ingest("orders", "Items"))
    id_ = make(client, "a")

    update = client.pipelines.start_update(id_).update_id
    assert {key: table.pipeline for key, table in workspace.tables.items()} == dict.fromkeys(
        ("main.bronze.orders", "main.bronze.items"), id_
    )
    with pytest.raises(ResourceConflict, match="An active update"):
        client.pipelines.start_update(id_)
    assert client.pipelines.get(id_).state.value == "RUNNING"
    client.pipelines.stop(id_)
    assert [client.pipelines.get(id_).state.value for _ in range(2)] == ["STOPPING", "IDLE"]
    assert client.pipelines.get_update(id_, update).update.state.value == "CANCELED"
    assert [one.update_id for one in client.pipelines.list_updates(id_).updates] == [update]
    client.pipelines.stop(id_)
    assert workspace.clashes == []


def test_a_continuous_pipeline_runs_from_its_creation_until_it_is_no_longer_continuous(
    client: WorkspaceClient, workspace: Workspace
) -> None:
    workspace.put(FILE, ingest("orders"))
    id_ = make(client, "a", continuous=True)
    assert client.pipelines.get(id_).state.value == "RUNNING"
    assert workspace.tables["main.bronze.orders"].pipeline == id_

    client.pipelines.update(id_, name="a", catalog="main", continuous=True)
    assert [one.state for one in workspace.pipelines[id_].updates] == ["RUNNING", "CANCELED"]
    client.pipelines.update(id_, name="a", catalog="main", continuous=False)
    assert [client.pipelines.get(id_).state.value for _ in range(2)] == ["STOPPING", "IDLE"]


def test_a_managed_ingestion_names_its_tables_itself(client: WorkspaceClient, workspace: Workspace) -> None:
    table = {"source_table": "orders", "destination_catalog": "main", "destination_schema": "silver"}
    answer = client.api_client.do(
        "POST", "/api/2.0/pipelines", body={"name": "a", "ingestion_definition": {"objects": [{"table": table}]}}
    )

    assert [one.name for one in workspace.run(answer["pipeline_id"])] == ["main.silver.orders"]


def test_pipelines_that_run_with_the_same_table_are_noted(client: WorkspaceClient, workspace: Workspace) -> None:
    workspace.put(FILE, ingest("orders"))
    first, second = make(client, "a"), make(client, "b")
    workspace.run(first)
    assert workspace.clashes == []

    workspace.start(second)
    assert workspace.clashes == [f"['{second}'] run with main.bronze.orders, which {first} owns"]
    workspace.start(first)
    assert f"main.bronze.orders is read by ['{first}', '{second}']" in workspace.clashes


def test_what_is_unknown_of_a_pipeline_is_ignored(client: WorkspaceClient) -> None:
    id_ = client.api_client.do("POST", "/api/2.0/pipelines", body={"name": "a", "no_such_thing": 1})["pipeline_id"]

    assert "no_such_thing" not in client.api_client.do("GET", f"/api/2.0/pipelines/{id_}")["spec"]
