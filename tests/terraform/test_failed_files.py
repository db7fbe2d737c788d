"""An update of a file that failed counts as done in Terraform's state, not with the commands that look at the workspace."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headgate.layout.progress import pending
from tests.standin.running import NEWEST, OLDEST
from tests.support.samples import tables_of
from tests.workspace.faults import CLOSE, Fault
from tests.workspace.messages import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.shell import Shell
    from tests.support.site import Site
    from tests.workspace.workspace import Workspace

pytestmark = pytest.mark.terraform

UPLOAD = ("POST", "*/workspace/import*")
NO = refusal(500, "INTERNAL_ERROR", "no answer")
FILE = "databricks_workspace_file.all_1"


@pytest.fixture
def changed(settled: Callable[..., Site], shell: Callable[[Site], Shell]) -> Shell:
    """A connector that is deployed, and whose ingest file has yet to be updated with a third table."""
    found = shell(settled(tables=tables_of(2)))
    found.site.tables = tables_of(3)
    found.site.balance()
    found.synth()
    return found


def deploy(run: Shell, *faults: Fault) -> list[str]:
    """Deploy as `cdktf deploy` does; give Terraform's errors."""
    run.site.terraform.workspace.add(*faults)
    folder = run.site.folder("crm-dev-1")
    run.site.terraform.init(folder)
    return run.site.terraform.apply(folder).errors


def sources(run: Shell) -> list[str]:
    return [table.source_table for table in run.site.ingested()["all_1"]]


def assert_carried_on(run: Shell, workspace: Workspace) -> None:
    """See that the next plan is the update that failed, in place, and that nothing comes after it."""
    run.synth()
    run("plan")
    plan = json.loads((run.site.root / "cdktf.out/plans/crm-dev-1.json").read_text())
    changes = {one["address"]: one["change"]["actions"] for one in plan["resource_changes"]}
    assert {address: actions for address, actions in changes.items() if actions != ["no-op"]} == {FILE: ["update"]}
    workspace.log.clear()
    run("apply")

    assert sources(run) == ["t_1", "t_2", "t_3"]
    assert not workspace.asked("POST", "/workspace/delete")
    assert "its files are as they say" in run("recover", "crm").stdout
    assert "another file" not in run("record", "crm").stderr


@pytest.mark.parametrize("provider", [OLDEST, pytest.param(NEWEST, marks=pytest.mark.long)])
def test_recover_tells_the_state_what_the_workspace_has_and_the_next_deploy_writes_the_file(
    changed: Shell, workspace: Workspace
) -> None:
    assert deploy(changed, Fault(*UPLOAD, "before", NO)) == ["cannot update workspace file: no answer: "]
    assert changed.site.terraform.plan(changed.site.folder("crm-dev-1")).planned == {}

    said = changed("recover", "crm", "--yes")

    path = "/Shared/headgate/dev/crm/ingest/all_1.py"
    assert f"{FILE} in crm-dev-1: file {path} has another content than the state says" in said.stdout
    assert "1 corrected. Next: `headgate plan`" in said.stderr
    assert_carried_on(changed, workspace)


def test_apply_does_so_by_itself(changed: Shell, workspace: Workspace) -> None:
    changed("plan")
    workspace.add(Fault(*UPLOAD, "before", NO))

    said = changed("apply", code=4).stderr

    assert f"correcting what the state of crm-dev-1 says of {FILE}" in said
    assert changed.site.terraform.plan(changed.site.folder("crm-dev-1")).planned == {FILE: "update"}


def test_an_update_that_was_made_and_answered_to_nobody_is_no_difference(changed: Shell) -> None:
    assert deploy(changed, Fault(*UPLOAD, "after", NO))

    assert sources(changed) == ["t_1", "t_2", "t_3"]
    assert "its files are as they say" in changed("recover", "crm").stdout


@pytest.mark.long
def test_a_provider_that_is_killed_alone_loses_no_update(changed: Shell, workspace: Workspace) -> None:
    def kill(_request: Any) -> Any:
        changed.site.terraform.server.kill()
        return CLOSE

    assert deploy(changed, Fault(*UPLOAD, "before", kill))

    changed("recover", "crm", "--yes")
    assert_carried_on(changed, workspace)


def test_a_move_is_not_recorded_as_done_before_the_workspace_has_both_files(
    settled: Callable[..., Site], shell: Callable[[Site], Shell]
) -> None:
    run = shell(settled(tables=tables_of(4), pipelines=2))
    site = run.site
    site.tables = [replace(table, weight=100 if table.source_table in ("t_1", "t_3") else 1) for table in site.tables]
    site.balance(rebalance=True)
    moved = site.hand_over()
    assert moved
    run.synth()
    assert deploy(run, Fault(*UPLOAD, "before", NO, nth=2)) != []

    said = run("record", "crm")

    assert "the workspace has another file at /Shared/headgate/dev/crm/ingest/all_" in said.stderr
    assert "`headgate recover crm -t dev` has the state say so" in said.stderr
    assert [one.table.source_table for one in pending(site.agreed, "dev").handed_over] == moved

    run("recover", "crm", "--yes")
    assert deploy(run) == []
    run("record", "crm")
    assert not pending(site.agreed, "dev")
    assert sorted(table.source_table for its in site.ingested().values() for table in its) == ["t_1", "t_2", "t_3", "t_4"]
