"""What goes wrong in the workspace: before a call's effect, and after it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import BadRequest, InternalError, NotFound, PermissionDenied
from databricks.sdk.service.catalog import ConnectionType
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel
from databricks.sdk.service.workspace import ImportFormat

from tests.workspace.faults import Fault, death
from tests.workspace.messages import Answer, Request, refusal
from tests.workspace.workspace import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from databricks.sdk import WorkspaceClient

    from tests.workspace.workspace import Workspace

    Call = Callable[[WorkspaceClient], object]

VIEW = AccessControlRequest(group_name="viewers", permission_level=PermissionLevel.CAN_VIEW)
REPO = "https://github.com/example/crm.git"
STATEMENT = 'ALTER STREAMING TABLE main.bronze.t SET TBLPROPERTIES("pipelines.pipelineId"="b")'
LOST = refusal(500, "INTERNAL_ERROR", "out of luck")
CALLS: dict[str, Call] = {
    "pipelines": lambda client: client.pipelines.create(name="a"),
    "jobs/create": lambda client: client.jobs.create(name="a"),
    "connections": lambda client: client.connections.create("c", ConnectionType.MYSQL, {"host": "h"}),
    "catalogs": lambda client: client.catalogs.create("main"),
    "workspace/mkdirs": lambda client: client.workspace.mkdirs("/Shared/a"),
    "workspace/import": lambda client: client.workspace.import_(
        "/Shared/a", content=b64encode(b"1").decode(), format=ImportFormat.AUTO
    ),
    "repos": lambda client: client.repos.create(REPO, "gitHub", path="/Shared/a"),
    "sql/statements": lambda client: client.statement_execution.execute_statement(STATEMENT, "wh1"),
}


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_call_fails_before_or_after_its_effect(client: WorkspaceClient, workspace: Workspace, path: str, when: str) -> None:
    before = workspace.snapshot()
    workspace.add(Fault("POST", f"*/{path}", "before" if when == "before" else "after", LOST))

    with pytest.raises(InternalError, match="out of luck"):
        CALLS[path](client)

    (request,) = workspace.log
    assert (request.status, request.carried_out) == (500, when == "after")
    assert (workspace.snapshot() == before) == (when == "before")


def test_permissions_fail_like_the_rest(client: WorkspaceClient, workspace: Workspace) -> None:
    id_ = client.pipelines.create(name="a").pipeline_id
    workspace.add(Fault("PATCH", "*/permissions/*", then=LOST), Fault("PATCH", "*/permissions/*", "after", LOST, nth=1))

    for found in ([], ["viewers"]):
        with pytest.raises(InternalError):
            client.permissions.update("pipelines", id_, access_control_list=[VIEW])
        assert [grant.name for grant in workspace.grants.get(f"pipelines/{id_}", [])] == found


def test_a_closed_connection_after_the_effect_is_not_noticed_by_who_tries_again(
    client: WorkspaceClient, workspace: Workspace
) -> None:
    workspace.add(Fault("POST", "*/jobs/create", "after"))

    client.jobs.create(name="a")

    assert len(workspace.jobs_named("a")) == 2
    assert [one.status for one in workspace.log] == [None, 200]


def test_only_the_nth_request_is_struck_and_as_often_as_said(client: WorkspaceClient, workspace: Workspace) -> None:
    workspace.add(Fault("GET", "*/Me", then=refusal(403, "PERMISSION_DENIED", "no"), nth=2, times=2))

    denied = []
    for number in range(1, 6):
        try:
            client.current_user.me()
        except PermissionDenied:
            denied.append(number)
    assert denied == [2, 3]


def test_a_fault_may_look_at_the_request(client: WorkspaceClient, workspace: Workspace) -> None:
    workspace.add(Fault("POST", "*/pipelines", then=LOST, about=lambda request: request.body.get("name") == "b"))

    client.pipelines.create(name="a")
    with pytest.raises(InternalError):
        client.pipelines.create(name="b")


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_workspace_that_is_gone_answers_nothing_more(
    client: WorkspaceClient, workspace: Workspace, *, carried_out: bool
) -> None:
    workspace.add(*death(2, carried_out=carried_out))

    client.catalogs.create("one")
    with pytest.raises(TimeoutError):
        client.catalogs.create("two")
    assert list(workspace.catalogs) == ["one", *["two"] * carried_out]
    workspace.mend()
    assert client.catalogs.get("one").name == "one"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_is_killed_at_its_request(client: WorkspaceClient, workspace: Workspace, when: str) -> None:
    code = (
        "import http.client, sys\n"
        "line = http.client.HTTPConnection(sys.argv[1])\n"
        f"line.request('POST', '/api/2.0/pipelines', '{{\"name\": \"a\"}}', {{'Authorization': 'Bearer {TOKEN}'}})\n"
        "line.getresponse()\n"
    )
    host = client.config.host.removeprefix("http://")
    started: list[subprocess.Popen[bytes]] = []

    def kill(_request: Request) -> Answer | None:
        os.killpg(started[0].pid, signal.SIGKILL)
        return LOST if when == "before" else None

    workspace.add(Fault("POST", "*/pipelines", "before" if when == "before" else "after", kill))
    with workspace.changing():
        started.append(subprocess.Popen([sys.executable, "-c", code, host], start_new_session=True))
    assert started[0].wait() == -signal.SIGKILL
    with workspace.changing():
        assert len(workspace.pipelines) == (when == "after")


def test_a_request_that_is_no_such_one_is_refused_and_the_server_lives(client: WorkspaceClient) -> None:
    with pytest.raises(BadRequest, match="TypeError") as refused:
        client.api_client.do("POST", "/api/2.2/jobs/create", body={"schedule": "quartz"})
    assert refused.value.error_code == "MALFORMED_REQUEST"


def test_an_address_that_is_not_there_is_said(client: WorkspaceClient) -> None:
    with pytest.raises(NotFound, match=r"No API found for 'GET /api/2\.0/nothing'"):
        client.api_client.do("GET", "/api/2.0/nothing")
