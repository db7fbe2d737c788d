"""Permissions and who asks, as databricks-sdk sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import BadRequest, NotFound, Unauthenticated
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel

from tests.workspace.client import client_of
from tests.workspace.workspace import OWNER

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.iam import ObjectPermissions

    from tests.workspace.workspace import Workspace

VIEW = AccessControlRequest(group_name="viewers", permission_level=PermissionLevel.CAN_VIEW)
GUEST = AccessControlRequest(user_name="guest@example.com", permission_level=PermissionLevel.CAN_VIEW)
ROBOT = AccessControlRequest(user_name="second@example.com", permission_level=PermissionLevel.IS_OWNER)


def rights(found: ObjectPermissions) -> dict[str, str]:
    """Give who has which right directly."""
    return {
        entry.user_name or entry.group_name or entry.service_principal_name: right.permission_level.value
        for entry in found.access_control_list
        for right in entry.all_permissions
        if not right.inherited
    }


@pytest.fixture(params=["pipelines", "jobs"])
def thing(client: WorkspaceClient, request: pytest.FixtureRequest) -> tuple[str, str]:
    """A pipeline or a job: its type and id."""
    made = client.pipelines.create(name="a").pipeline_id if request.param == "pipelines" else client.jobs.create().job_id
    return request.param, str(made)


def test_who_creates_something_owns_it(client: WorkspaceClient, thing: tuple[str, str]) -> None:
    found = client.permissions.get(*thing)

    assert rights(found) == {OWNER: "IS_OWNER"}
    assert (found.object_id, found.object_type) == ("/" + "/".join(thing), {"jobs": "job"}.get(thing[0], thing[0]))
    assert {entry.group_name: entry.all_permissions[0].inherited for entry in found.access_control_list}["admins"]


def test_put_replaces_and_patch_adds(client: WorkspaceClient, thing: tuple[str, str], workspace: Workspace) -> None:
    client.permissions.update(*thing, access_control_list=[VIEW])
    assert rights(client.permissions.get(*thing)) == {OWNER: "IS_OWNER", "viewers": "CAN_VIEW"}

    client.permissions.set(*thing, access_control_list=[ROBOT])
    assert rights(client.permissions.get(*thing)) == {"second@example.com": "IS_OWNER"}
    manage = AccessControlRequest(group_name="viewers", permission_level=PermissionLevel.CAN_MANAGE)
    client.permissions.update(*thing, access_control_list=[VIEW])
    client.permissions.update(*thing, access_control_list=[GUEST])
    client.permissions.update(*thing, access_control_list=[manage])
    assert rights(client.permissions.get(*thing)) == {
        "second@example.com": "IS_OWNER", "viewers": "CAN_MANAGE", "guest@example.com": "CAN_VIEW",
    }  # fmt: skip
    with pytest.raises(BadRequest, match="must have exactly one owner"):
        client.permissions.set(*thing, access_control_list=[VIEW])
    assert workspace.grants.keys() == {"/".join(thing)}


def test_a_level_that_it_does_not_have_is_refused(client: WorkspaceClient, thing: tuple[str, str]) -> None:
    level = PermissionLevel.CAN_MANAGE_RUN if thing[0] == "pipelines" else PermissionLevel.CAN_RUN
    entry = AccessControlRequest(group_name="viewers", permission_level=level)

    with pytest.raises(BadRequest, match="Permission type not defined"):
        client.permissions.update(*thing, access_control_list=[entry])


def test_who_owns_it_runs_it_unless_somebody_else_is_said_to(client: WorkspaceClient, thing: tuple[str, str]) -> None:
    client.permissions.set(*thing, access_control_list=[ROBOT])

    found = client.pipelines.get(thing[1]) if thing[0] == "pipelines" else client.jobs.get(int(thing[1]))
    assert (found.creator_user_name, found.run_as_user_name) == (OWNER, "second@example.com")


def test_a_job_may_be_created_with_its_permissions(client: WorkspaceClient) -> None:
    entries = [{"group_name": "viewers", "permission_level": "CAN_VIEW"}]
    id_ = client.api_client.do("POST", "/api/2.1/jobs/create", body={"name": "a", "access_control_list": entries})["job_id"]

    assert rights(client.jobs.get_permissions(str(id_))) == {OWNER: "IS_OWNER", "viewers": "CAN_VIEW"}


def test_folders_have_permissions_and_no_owner(client: WorkspaceClient) -> None:
    client.workspace.mkdirs("/Shared/a")
    id_ = str(client.workspace.get_status("/Shared/a").object_id)

    read = AccessControlRequest(group_name="viewers", permission_level=PermissionLevel.CAN_READ)
    client.permissions.set("directories", id_, access_control_list=[read])
    assert rights(client.permissions.get("directories", id_)) == {"viewers": "CAN_READ"}
    client.workspace.delete("/Shared/a")
    with pytest.raises(NotFound):
        client.permissions.get("directories", id_)


def test_who_asks_is_told_who_that_is(client: WorkspaceClient, workspace: Workspace) -> None:
    assert client.current_user.me().user_name == OWNER

    workspace.me = "guest@example.com"
    assert client.current_user.me().user_name == "guest@example.com"
    with pytest.raises(Unauthenticated):
        client_of(client.config.host, "wrong").current_user.me()
