"""Who may write where, and how much room there is, as databricks-sdk asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import NotFound

from tests.workspace import catalog

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from tests.workspace.workspace import Workspace


def test_what_is_granted_on_a_catalog_is_held_on_its_schemas(client: WorkspaceClient, workspace: Workspace) -> None:
    catalog.make(workspace, "catalogs", {"name": "main"})
    catalog.make(workspace, "schemas", {"name": "bronze", "catalog_name": "main"})
    workspace.privileges = {"main": {"loaders": ["USE_CATALOG"]}, "main.bronze": {"loaders": ["CREATE_TABLE"]}}

    found = client.grants.get_effective("schema", "main.bronze")

    (held,) = found.privilege_assignments or []
    assert held.principal == "loaders"
    assert [one.privilege.value for one in held.privileges or [] if one.privilege] == ["CREATE_TABLE", "USE_CATALOG"]
    with pytest.raises(NotFound):
        client.grants.get_effective("schema", "main.silver")


def test_a_schema_says_how_many_tables_it_takes(client: WorkspaceClient, workspace: Workspace) -> None:
    workspace.quotas["main.bronze"] = 7

    found = client.resource_quotas.get_quota("schema", "main.bronze", "table-quota").quota_info

    assert found
    assert (found.quota_count, found.quota_limit) == (0, 7)
    with pytest.raises(NotFound):
        client.resource_quotas.get_quota("schema", "main.silver", "table-quota")


def test_who_asks_has_groups(client: WorkspaceClient, workspace: Workspace) -> None:
    workspace.groups = ("loaders",)

    assert [group.display for group in client.current_user.me().groups or []] == ["loaders"]
