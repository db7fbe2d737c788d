"""Secret scopes, as databricks-sdk sees them."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import NotFound, ResourceAlreadyExists
from databricks.sdk.service.workspace import AclPermission

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


def test_a_scope_holds_secrets_until_it_is_deleted(client: WorkspaceClient) -> None:
    client.secrets.create_scope("crm")
    with pytest.raises(ResourceAlreadyExists):
        client.secrets.create_scope("crm")

    client.secrets.put_secret("crm", "token", string_value="first")
    client.secrets.put_secret("crm", "token", string_value="second")
    assert [one.key for one in client.secrets.list_secrets("crm")] == ["token"]
    assert b64decode(client.secrets.get_secret("crm", "token").value or "") == b"second"

    client.secrets.delete_secret("crm", "token")
    with pytest.raises(NotFound):
        client.secrets.get_secret("crm", "token")
    client.secrets.delete_scope("crm")
    assert list(client.secrets.list_scopes()) == []


def test_who_may_read_it_is_kept_by_principal(client: WorkspaceClient) -> None:
    client.secrets.create_scope("crm")

    client.secrets.put_acl("crm", "readers", AclPermission.READ)

    assert client.secrets.get_acl("crm", "readers").permission == AclPermission.READ
    client.secrets.delete_acl("crm", "readers")
    with pytest.raises(NotFound):
        client.secrets.get_acl("crm", "readers")
