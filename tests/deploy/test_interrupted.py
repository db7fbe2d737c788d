"""A deploy that is killed, or whose calls fail, at each kind of call: the same again goes on, nothing is doubled or lost."""

from __future__ import annotations

import json
import os
import re
import signal
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import pytest

from headgate.use_cases.deploying import DeployRequest
from headgate.use_cases.preflight import rights_needed
from tests.deploy.kinds import kind_of
from tests.deploy.processes import process
from tests.support.examples import some_of
from tests.workspace.faults import CLOSE, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.shell import Shell
    from tests.workspace.faults import Struck
    from tests.workspace.messages import Request

pytestmark = pytest.mark.terraform
GO = ("deploy", "crm", "-t", "dev", "--auto-approve", "--start")
When = Literal["before", "after"]
IMPORT = re.compile(r"`(headgate recover crm -t dev --import [^`]+)` takes it over")


@dataclass(frozen=True)
class Call:
    """A call of a deploy: the `nth` of its kind, before or after its effect."""

    name: str
    method: str
    path: str
    nth: int = 1
    when: When = "after"

    def __str__(self) -> str:
        return f"{self.when} {self.name}"


CALLS = [
    Call("the second pipeline is made", "POST", "/api/2.0/pipelines", 2),
    Call("who deploys is asked", "GET", "*/scim/v2/Me"),
    Call("the names of pipelines are asked", "GET", "/api/2.0/pipelines"),
    Call("the connection is made", "POST", "*/connections"),
    Call("a folder is made", "POST", "*/workspace/mkdirs"),
    Call("a file is uploaded", "POST", "*/workspace/import"),
    Call("a file is uploaded in the stack", "POST", "*/workspace/import", 2),
    Call("a pipeline is read back", "GET", "/api/2.0/pipelines/*"),
    Call("a job is made", "POST", "/api/2.?/jobs/create"),
    Call("the second job is made", "POST", "/api/2.?/jobs/create", 2),
    Call("jobs are asked for the record", "GET", "/api/2.?/jobs/list", 3),
    Call("files are asked for the record", "GET", "*/workspace/export"),
    Call("a pipeline is started", "POST", "/api/2.0/pipelines/*/updates"),
    Call("the second pipeline is started", "POST", "/api/2.0/pipelines/*/updates", 2),
]
CASES = [replace(call, when=when) for call in CALLS for when in ("after", "before")]


def again(crm: Shell) -> None:
    """Deploy until it is done, as its messages say: what bears no tags is taken over by the command that is named."""
    for _ in range(3):
        done = crm(*GO, code=None)
        if done.returncode == 0:
            return
        named = IMPORT.search(done.stderr)
        assert named, done.stderr
        crm(*named[1].split()[1:], "--yes")
    raise AssertionError("it did not come to an end")


def assert_settled(crm: Shell) -> None:
    """See that all is there once, recorded and running."""
    workspace = crm.site.terraform.workspace
    assert sorted(pipeline.name for pipeline in workspace.pipelines.values()) == ["crm_all_1", "crm_all_2"]
    assert sorted(job.name for job in workspace.jobs.values()) == ["crm_all_1", "crm_all_2"]
    assert len(workspace.connections) == 1
    assert sorted(key.source_table for keys in crm.site.ingested().values() for key in keys) == ["t_1", "t_2", "t_3", "t_4"]
    assert set(crm.site.deployed.pipeline_ids.values()) == set(workspace.pipelines)
    assert crm.site.deployed.doubled == {}
    assert [len(pipeline.updates) for pipeline in workspace.pipelines.values()] == [1, 1]


def assert_rights_were_said(crm: Shell) -> None:
    """See that nothing was asked of the workspace that takes another right than --show-permissions says."""
    rights = rights_needed(DeployRequest(connector="crm", root=crm.site.root), start=True)
    assert {kind_of(request) for request in crm.site.terraform.workspace.log} - {right.kind for right in rights} == set()


def assert_nothing_is_left(crm: Shell) -> None:
    """See that the same again changes nothing."""
    workspace = crm.site.terraform.workspace
    changes = len([request for request in workspace.log if request.method != "GET"])
    said = crm(*GO[:-1], "-o", "json").stdout
    assert json.loads(said.splitlines()[-1])["state"] == "done"
    assert len([request for request in workspace.log if request.method != "GET"]) == changes


@pytest.mark.parametrize("call", some_of(CASES, 0), ids=str)
def test_killed_at_a_call_the_same_again_goes_on(deploying: Callable[..., Shell], call: Call) -> None:
    crm = deploying()
    terraform = crm.site.terraform
    terraform.server.settings()
    killed: list[int] = []

    def kill(_request: Request) -> Struck:
        with terraform.server.dying():
            os.killpg(started.pid, signal.SIGKILL)
        killed.append(started.pid)
        return CLOSE

    terraform.workspace.add(Fault(call.method, call.path, call.when, kill, call.nth))
    with process(crm, *GO) as started:
        _, said = started.communicate()
    terraform.workspace.mend()
    assert killed, said

    again(crm)

    assert_settled(crm)
    assert_rights_were_said(crm)


@pytest.mark.long
@pytest.mark.parametrize("call", CASES, ids=str)
def test_where_a_call_fails_the_same_again_goes_on(deploying: Callable[..., Shell], call: Call) -> None:
    crm = deploying()
    fault = Fault(call.method, call.path, call.when, CLOSE, call.nth, times=None)
    crm.site.terraform.workspace.add(fault)

    failed = crm(*GO, code=None)
    crm.site.terraform.workspace.mend()
    assert failed.returncode in (0, 4)
    if failed.returncode:
        assert "the deploy ended at step" in failed.stderr
        assert "run the same again" in failed.stderr
        again(crm)

    assert fault.seen >= call.nth
    assert_settled(crm)
    assert_nothing_is_left(crm)
