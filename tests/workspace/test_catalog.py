"""Unity Catalog, as databricks-sdk sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import BadRequest, NotFound
from databricks.sdk.service.catalog import ProvisioningInfoState

from headgate.emit.terraform.connection import KEPT_SECRETS

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from tests.workspace.workspace import Workspace


def test_a_connection_comes_back_without_its_secrets(client: WorkspaceClient, workspace: Workspace) -> None:
    options = {"url": "https://crm.example.com", "client_secret": "CANARY-1", "token": "CANARY-2"}
    client.api_client.do(
        "POST",
        "/api/2.1/unity-catalog/connections",
        body={"name": "CRM", "connection_type": "GENERIC_LAKEFLOW_CONNECT", "options": options, "comment": "ours"},
    )

    found = client.connections.get("crm")
    assert (found.name, found.comment, found.owner) == ("crm", "ours", "robot@example.com")
    assert found.options == {"url": "https://crm.example.com"}
    assert found.provisioning_info
    assert found.provisioning_info.state is ProvisioningInfoState.ACTIVE
    assert [one.options for one in client.connections.list()] == [found.options]
    assert workspace.connections["crm"].info["options"] == options


def test_no_secret_that_the_provider_keeps_comes_back(client: WorkspaceClient) -> None:
    told = {"token_endpoint": "a", "access_token_expiration": "b", "externalOptionsAllowList": "c", "username": "d"}
    options = told | dict.fromkeys(KEPT_SECRETS, "CANARY")
    body = {"name": "crm", "connection_type": "HTTP", "options": options}

    client.api_client.do("POST", "/api/2.1/unity-catalog/connections", body=body)

    assert client.connections.get("crm").options == told


def test_an_update_of_a_connection_replaces_all_its_options(client: WorkspaceClient, workspace: Workspace) -> None:
    body = {"name": "crm", "connection_type": "HTTP", "options": {"url": "a", "token": "CANARY"}}
    client.api_client.do("POST", "/api/2.1/unity-catalog/connections", body=body)

    client.connections.update("crm", {"url": "b"}, owner="other@example.com", new_name="crm2")

    assert client.connections.get("crm2").owner == "other@example.com"
    assert workspace.connections["crm2"].info["options"] == {"url": "b"}


@pytest.mark.parametrize("kind", ["connection", "catalog", "schema"])
def test_what_exists_is_refused_and_what_does_not_is_said(client: WorkspaceClient, kind: str) -> None:
    client.catalogs.create("main")
    body = {"name": "x", "catalog_name": "main", "connection_type": "HTTP", "options": {}}
    client.api_client.do("POST", f"/api/2.1/unity-catalog/{kind}s", body=body)
    name = "main.x" if kind == "schema" else "x"

    with pytest.raises(BadRequest, match="already exists") as refused:
        client.api_client.do("POST", f"/api/2.1/unity-catalog/{kind}s", body=body | {"name": "X"})
    assert refused.value.error_code == f"{kind.upper()}_ALREADY_EXISTS"
    client.api_client.do("DELETE", f"/api/2.1/unity-catalog/{kind}s/{name}", query={"force": "true"})
    for method in ("GET", "PATCH", "DELETE"):
        with pytest.raises(NotFound) as missing:
            client.api_client.do(method, f"/api/2.1/unity-catalog/{kind}s/{name}")
        assert missing.value.error_code == f"{kind.upper()}_DOES_NOT_EXIST"


def test_a_new_catalog_has_a_default_schema(client: WorkspaceClient) -> None:
    client.catalogs.create("Main", comment="ours")
    assert [one.full_name for one in client.schemas.list("main")] == ["main.default"]

    client.schemas.delete("main.default")
    client.catalogs.update("main", comment="theirs", owner="other@example.com")
    found = client.catalogs.get("MAIN")
    assert (found.name, found.comment, found.owner, found.catalog_type.value) == (
        "main", "theirs", "other@example.com", "MANAGED_CATALOG",
    )  # fmt: skip


def test_a_schema_needs_its_catalog_and_can_be_renamed(client: WorkspaceClient) -> None:
    with pytest.raises(NotFound, match="Catalog 'main' does not exist"):
        client.schemas.create("bronze", "main")
    client.catalogs.create("main")

    client.schemas.create("bronze", "main", properties={"a": "b"})
    client.schemas.update("main.bronze", new_name="silver", comment="better")

    found = client.schemas.get("main.silver")
    assert (found.full_name, found.comment, found.properties) == ("main.silver", "better", {"a": "b"})


def test_what_is_not_empty_is_deleted_by_force_only(client: WorkspaceClient, workspace: Workspace) -> None:
    client.catalogs.create("main")
    client.schemas.create("bronze", "main")
    workspace.put("/Shared/a.py", "pipeline_spec = {'objects': [{'table': {'source_table': 'orders'}}]}")
    libraries = [{"file": {"path": "/Workspace/Shared/a.py"}}]
    body = {"name": "a", "catalog": "main", "schema": "bronze", "libraries": libraries}
    workspace.run(client.api_client.do("POST", "/api/2.0/pipelines", body=body)["pipeline_id"])

    with pytest.raises(BadRequest, match="is not empty") as refused:
        client.schemas.delete("main.bronze")
    assert refused.value.error_code == "SCHEMA_NOT_EMPTY"
    with pytest.raises(BadRequest, match="is not empty"):
        client.catalogs.delete("main")
    client.catalogs.delete("main", force=True)
    assert (workspace.schemas, workspace.tables, list(workspace.dropped)) == ({}, {}, ["main.bronze.orders"])


def test_a_table_tells_which_pipeline_owns_it(client: WorkspaceClient, workspace: Workspace) -> None:
    workspace.put("/Shared/a.py", "pipeline_spec = {'objects': [{'table': {'source_table': 'Orders'}}]}")
    body = {"name": "a", "catalog": "main", "schema": "bronze", "libraries": [{"file": {"path": "/Shared/a.py"}}]}
    id_ = client.api_client.do("POST", "/api/2.0/pipelines", body=body)["pipeline_id"]
    workspace.run(id_)

    found = client.tables.get("main.bronze.ORDERS")
    assert (found.pipeline_id, found.properties["pipelines.pipelineId"], found.owner) == (id_, id_, "robot@example.com")
    assert found.table_type.value == "STREAMING_TABLE"
    assert [one.full_name for one in client.tables.list("main", "bronze")] == ["main.bronze.orders"]
    client.tables.delete("main.bronze.orders")
    assert not client.tables.exists("main.bronze.orders").table_exists
    assert client.metastores.current().default_catalog_name == "main"
