"""What goes wrong in the workspace: before a call's effect, and after it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from base64 import b64encode
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

import pytest
from databricks.sdk.errors import BadRequest, InternalError, NotFound, PermissionDenied
from databricks.sdk.service.catalog import ConnectionType
from databricks.sdk.service.dashboards import Dashboard
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel
from databricks.sdk.service.jobs import JobSettings
from databricks.sdk.service.workspace import AclPermission, ImportFormat

from tests.workspace.faults import CLOSE, Fault, death
from tests.workspace.messages import refusal
from tests.workspace.model import Dashboard as Board
from tests.workspace.model import Job, Pipeline, Repo, SecretScope, Statement, Table, Thing
from tests.workspace.workspace import OWNER, ROUTES, TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from databricks.sdk import WorkspaceClient

    from tests.workspace.messages import Request
    from tests.workspace.workspace import Workspace

    Call = Callable[[WorkspaceClient], object]

REPO = "https://github.com/example/crm.git"
LOST = refusal(500, "INTERNAL_ERROR", "out of luck")
ID = "00000000-0000-4000-8000-000000000001"
VIEW = [AccessControlRequest(group_name="viewers", permission_level=PermissionLevel.CAN_VIEW)]
OWNED = [AccessControlRequest(user_name="second@example.com", permission_level=PermissionLevel.IS_OWNER)]
STATEMENT = 'ALTER STREAMING TABLE main.bronze.t SET TBLPROPERTIES("pipelines.pipelineId"="b")'
CONTENT = b64encode(b"2").decode()
UC = "/api/2.1/unity-catalog"

# Every call that changes something, by its method and its path's end.
CALLS: dict[str, Call] = {
    "POST /pipelines": lambda client: client.pipelines.create(name="new"),
    "PUT /pipelines/*": lambda client: client.pipelines.update(ID, name="b"),
    "DELETE /pipelines/*": lambda client: client.pipelines.delete(ID),
    "POST /updates": lambda client: client.pipelines.start_update(ID),
    "POST /stop": lambda client: client.pipelines.stop("running"),
    "POST /jobs/create": lambda client: client.jobs.create(name="new"),
    "POST /jobs/reset": lambda client: client.jobs.reset(1, JobSettings(name="b")),
    "POST /jobs/update": lambda client: client.jobs.update(1, new_settings=JobSettings(name="b")),
    "POST /jobs/delete": lambda client: client.jobs.delete(1),
    "POST /connections": lambda client: client.connections.create("new", ConnectionType.MYSQL, {"host": "h"}),
    "PATCH /connections/*": lambda client: client.connections.update("c", {"host": "b"}),
    "DELETE /connections/*": lambda client: client.connections.delete("c"),
    "POST /catalogs": lambda client: client.catalogs.create("new"),
    "PATCH /catalogs/*": lambda client: client.catalogs.update("main", comment="b"),
    "DELETE /catalogs/*": lambda client: client.catalogs.delete("main", force=True),
    "POST /schemas": lambda client: client.schemas.create("new", "main"),
    "PATCH /schemas/*": lambda client: client.schemas.update("main.default", comment="b"),
    "DELETE /schemas/*": lambda client: client.schemas.delete("main.default"),
    "DELETE /tables/*": lambda client: client.tables.delete("main.bronze.t"),
    "POST /workspace/mkdirs": lambda client: client.workspace.mkdirs("/Shared/new"),
    "POST /workspace/import": lambda client: client.workspace.import_(
        "/Shared/a.py", content=CONTENT, format=ImportFormat.RAW, overwrite=True
    ),
    "POST /workspace/delete": lambda client: client.workspace.delete("/Shared/a.py"),
    "POST /repos": lambda client: client.repos.create(REPO, "gitHub", path="/Shared/new"),
    "PATCH /repos/*": lambda client: client.repos.update(2, branch="b"),
    "DELETE /repos/*": lambda client: client.repos.delete(2),
    "POST /dashboards": lambda client: client.lakeview.create(Dashboard(display_name="new", parent_path="/Shared")),
    "PATCH /dashboards/*": lambda client: client.lakeview.update("d", Dashboard(display_name="b")),
    "DELETE /dashboards/*": lambda client: client.lakeview.trash("d"),
    "POST /published": lambda client: client.lakeview.publish("d", warehouse_id="wh1"),
    "POST /apps": lambda client: client.api_client.do("POST", "/api/2.0/apps", body={"name": "new"}),
    "PATCH /apps/*": lambda client: client.api_client.do("PATCH", "/api/2.0/apps/board", body={"description": "b"}),
    "DELETE /apps/*": lambda client: client.api_client.do("DELETE", "/api/2.0/apps/board"),
    "POST /scopes/create": lambda client: client.secrets.create_scope("new"),
    "POST /scopes/delete": lambda client: client.secrets.delete_scope("s"),
    "POST /secrets/put": lambda client: client.secrets.put_secret("s", "key", string_value="b"),
    "POST /secrets/delete": lambda client: client.secrets.delete_secret("s", "key"),
    "POST /acls/put": lambda client: client.secrets.put_acl("s", "readers", AclPermission.WRITE),
    "POST /acls/delete": lambda client: client.secrets.delete_acl("s", "readers"),
    "PUT /permissions/*": lambda client: client.permissions.set("pipelines", ID, access_control_list=OWNED),
    "PATCH /permissions/*": lambda client: client.permissions.update("pipelines", ID, access_control_list=VIEW),
    "POST /sql/statements": lambda client: client.statement_execution.execute_statement(STATEMENT, "wh1"),
    "POST /cancel": lambda client: client.statement_execution.cancel_execution("st"),
}


@pytest.fixture
def full(workspace: Workspace) -> Workspace:
    """A workspace in which each of the calls finds what it is about."""
    for id_ in (ID, "running"):
        workspace.pipelines[id_] = Pipeline(id_, {"name": id_}, OWNER, OWNER)
    workspace.start("running")
    workspace.jobs[1] = Job(1, {"name": "a"}, OWNER, OWNER)
    workspace.do("POST", f"{UC}/connections", {"name": "c", "connection_type": "MYSQL", "options": {"host": "h"}})
    workspace.do("POST", f"{UC}/catalogs", {"name": "main"})
    workspace.scopes["s"] = SecretScope("s", {"key": "a"}, {"readers": "READ"})
    workspace.tables["main.bronze.t"] = Table("main.bronze.t", OWNER)
    workspace.put("/Shared/a.py", "1")
    workspace.repos[2] = Repo(2, "/Shared/code", REPO, "gitHub")
    workspace.things["/Shared/code"] = Thing(2, "REPO")
    workspace.do("POST", "/api/2.0/apps", {"name": "board"})
    workspace.statements["st"] = Statement("st", STATEMENT, 1)
    workspace.dashboards["d"] = Board("d", "/Shared", {"display_name": "d"}, OWNER)
    return workspace


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_call_fails_before_or_after_its_effect(client: WorkspaceClient, full: Workspace, call: str, when: str) -> None:
    method, path = call.split()
    before = full.snapshot()
    full.add(Fault(method, f"*{path}", "before" if when == "before" else "after", LOST))

    with pytest.raises(InternalError, match="out of luck"):
        CALLS[call](client)

    (request,) = full.log
    assert (request.status, request.carried_out) == (500, when == "after")
    assert (full.snapshot() == before) == (when == "before")


def test_no_call_that_changes_something_is_left_out() -> None:
    tried = [call.split() for call in CALLS]

    assert [
        (route.method, route.path)
        for route in ROUTES.routes
        if route.method != "GET" and not any(route.method == one and fnmatchcase(route.path, f"*{end}") for one, end in tried)
    ] == []


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

    def kill(_request: Request) -> Literal["close"]:
        os.killpg(started[0].pid, signal.SIGKILL)
        return CLOSE

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


def test_a_body_that_is_no_json_is_refused(client: WorkspaceClient, workspace: Workspace) -> None:
    with pytest.raises(BadRequest, match="the body is no JSON"):
        client.api_client.do("POST", "/api/2.0/pipelines", data="{")
    assert workspace.log == []


def test_an_address_that_is_not_there_is_said(client: WorkspaceClient) -> None:
    with pytest.raises(NotFound, match=r"No API found for 'GET /api/2\.0/nothing'"):
        client.api_client.do("GET", "/api/2.0/nothing")
