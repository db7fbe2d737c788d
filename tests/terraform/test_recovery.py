"""A deploy that is killed at any change of the workspace comes to its end by the commands that README names.

What each type needs follows from what the provider does when the thing is there already: catalog, schema, pipeline and job are
taken over by their tags, connection and git folder when a person names them; files and permissions are written again.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headgate.deployment.tags import Tag
from headgate.layout.observe import state_of
from headgate.layout.progress import retire_target
from headgate.use_cases import apply
from tests.standin.derived import ENDS
from tests.support.outputs import parsed
from tests.support.samples import GIT, tables_of
from tests.workspace.faults import Fault
from tests.workspace.messages import Request, refusal
from tests.workspace.workspace import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.shell import Shell
    from tests.support.site import Site
    from tests.workspace.workspace import Workspace

pytestmark = pytest.mark.terraform

EVERYTHING: dict[str, Any] = {
    "connection": {
        "name": "crm_connection",
        "options": {"url": "https://crm.example.com"},
        "secrets": ["client_secret", "token"],
    },
    "destination": {"catalog": "main", "schema": "bronze", "create_catalog": True, "create_schema": True},
    "code": {"git": GIT},
    "schedules": {"unknown": "0 2 * * *"},
    "targets": {"dev": {"protect": False, "permissions": [{"level": "CAN_VIEW", "group": "analysts"}]}},
}
UNITY = "/api/2.1/unity-catalog"
CREATES = {
    "catalog": ("POST", f"{UNITY}/catalogs"),
    "schema": ("POST", f"{UNITY}/schemas"),
    "connection": ("POST", f"{UNITY}/connections"),
    "repo": ("POST", "/api/2.0/repos"),
    "workspace_file": ("POST", "*/workspace/import*"),
    "pipeline": ("POST", "/api/2.0/pipelines"),
    "job": ("POST", "*/jobs/create"),
    "permissions of the pipeline": ("PUT", "*/permissions/pipelines/*"),
    "permissions of the job": ("PUT", "*/permissions/jobs/*"),
}
UPDATES = {
    "catalog": ("PATCH", f"{UNITY}/catalogs/*"),
    "schema": ("PATCH", f"{UNITY}/schemas/*"),
    "connection": ("PATCH", f"{UNITY}/connections/*"),
    "repo": ("PATCH", "/api/2.0/repos/*"),
    "workspace_file": ("POST", "*/workspace/import*"),
    "pipeline": ("PUT", "/api/2.0/pipelines/*"),
    "job": ("POST", "*/jobs/reset"),
    "permissions of the pipeline": ("PUT", "*/permissions/pipelines/*"),
    "permissions of the job": ("PUT", "*/permissions/jobs/*"),
}
DELETES = {
    "catalog": ("DELETE", f"{UNITY}/catalogs/*"),
    "schema": ("DELETE", f"{UNITY}/schemas/*"),
    "connection": ("DELETE", f"{UNITY}/connections/*"),
    "repo": ("DELETE", "/api/2.0/repos/*"),
    "workspace_file": ("POST", "*/workspace/delete"),
    "pipeline": ("DELETE", "/api/2.0/pipelines/*"),
    "job": ("POST", "*/jobs/delete"),
    "permissions of the job": ("PUT", "*/permissions/jobs/*"),
}


def at(calls: dict[str, tuple[str, str]], kind: str, when: str) -> Fault:
    method, path = calls[kind]
    return Fault(method, path, "before" if when == "before" else "after")


def carry_on(shell: Shell) -> None:
    """Plan, review and apply until it goes through, doing what the commands say; then record."""
    said = ""
    for _ in range(5):
        stacks = shell.synth()
        planned = shell("plan", code=None)
        said += planned.stderr
        if lost := re.findall(r"`cp (\S+) (\S+)`", planned.stderr):  # of a state that was being written
            for backup, state in lost:
                shutil.copy(shell.site.root / backup, shell.site.root / state)
            continue
        review = shell("review", *(f"cdktf.out/plans/{stack}.json" for stack in stacks), "-t", "dev", code=None)
        if "secret not sent" in review.stdout:  # of a connection that was imported, the state knows no secret
            shell.site.edit(connection={"rotate": ["token"]})
            continue
        applied = shell("apply", code=None)
        said += applied.stderr
        if applied.returncode == 0:
            break
        if named := re.findall(r"--import (databricks_(?:connection|repo)\.crm=\S+)", applied.stderr):
            shell("recover", "crm", "--yes", *(word for one in named for word in ("--import", one)))
    else:
        raise AssertionError(said)
    shell("record", "crm")
    shell.site.edit(connection={"rotate": []})


def assert_settled(shell: Shell) -> None:
    """See that nothing is left to do, that the workspace has each thing once, and that nothing calls it doubled."""
    shell.synth()
    assert parsed("plan", shell("plan", "--format", "json").stdout)["changes"] is False
    assert "nothing that the states don't have" in shell("recover", "crm").stdout
    shell("check", "--workspace")
    assert shell.site.deployed.doubled == {}


def things(workspace: Workspace) -> dict[str, list[str]]:
    """Give the names of what the workspace has, but for a new catalog's schema `default`, which the provider drops next."""
    return {
        "pipelines": sorted(one.name for one in workspace.pipelines.values()),
        "jobs": sorted(one.name for one in workspace.jobs.values()),
        "connections": sorted(workspace.connections),
        "catalogs": sorted(workspace.catalogs),
        "schemas": sorted(workspace.schemas.keys() - {"main.default"}),
        "repos": sorted(one.path for one in workspace.repos.values()),
        "files": sorted(path for path, one in workspace.things.items() if one.kind == "FILE"),
    }


def secrets(workspace: Workspace) -> dict[str, str]:
    """Give the secrets that the connection has."""
    options = workspace.connections["crm_connection"].info["options"]
    return {name: options[name] for name in ("client_secret", "token") if name in options}


def ids(workspace: Workspace) -> set[object]:
    return {*workspace.pipelines, *workspace.jobs, *workspace.repos}


SECRETS = {"client_secret": "CANARY-1", "token": "CANARY-2"}
WHOLE = {
    "pipelines": ["crm_all_1"],
    "jobs": ["crm_all_1"],
    "connections": ["crm_connection"],
    "catalogs": ["main"],
    "schemas": ["main.bronze"],
    "repos": ["/Shared/headgate/dev/crm/code"],
    "files": ["/Shared/headgate/dev/crm/ingest/README.md", "/Shared/headgate/dev/crm/ingest/all_1.py"],
}


@pytest.mark.long
@pytest.mark.parametrize("provider", ENDS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", CREATES)
def test_killed_at_a_create(
    site: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace, kind: str, when: str
) -> None:
    run = shell(site(EVERYTHING, tables_of(2)))

    run.deploy_until(at(CREATES, kind, when))
    carry_on(run)

    assert_settled(run)
    assert things(workspace) == WHOLE
    assert secrets(workspace) == SECRETS
    grants = {key: [(one.name, one.level) for one in found] for key, found in workspace.grants.items() if found}
    assert list(grants.values()) == [[("analysts", "CAN_VIEW")]] * 2


def change(site: Site, workspace: Workspace, kind: str) -> None:
    """Change what has the next deploy update a resource of a type."""
    match kind:
        case "catalog":
            workspace.catalogs["main"].info["properties"] = {"by": "hand"}
        case "schema":
            workspace.schemas["main.bronze"].info["properties"] = {"by": "hand"}
        case "connection":
            site.edit(connection={"options": {"url": "https://other.example.com"}})
        case "repo":
            site.edit(code={"git": GIT | {"branch": "release"}})
        case "workspace_file":
            site.tables = tables_of(3)
            site.balance()
        case "pipeline":
            site.edit(channel="CURRENT")
        case "job":
            site.edit(schedules={"unknown": "0 3 * * *"})
        case _:
            site.edit(targets={"dev": {"protect": False, "permissions": [{"level": "CAN_RUN", "group": "analysts"}]}})


@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", UPDATES)
def test_killed_at_an_update(
    settled: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace, kind: str, when: str
) -> None:
    run = shell(settled(EVERYTHING, tables_of(2)))
    before = ids(workspace)
    change(run.site, workspace, kind)

    run.deploy_until(at(UPDATES, kind, when))
    carry_on(run)

    assert_settled(run)
    assert (things(workspace), ids(workspace)) == (WHOLE, before)
    assert secrets(workspace) == SECRETS


@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", DELETES)
def test_killed_at_a_delete(
    settled: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace, kind: str, when: str
) -> None:
    run = shell(settled(EVERYTHING, tables_of(2)))
    run.site.layout = retire_target(run.site.agreed, "dev", "drop")

    run.deploy_until(at(DELETES, kind, when))
    carry_on(run)

    assert things(workspace) == {name: [] for name in WHOLE}
    assert run.synth() == []


def deployed_once(run: Shell) -> None:
    """Deploy as `cdktf deploy` does, which looks at no tag."""
    for stack in run.synth():
        run.site.terraform.init(run.site.folder(stack))
        assert run.site.terraform.apply(run.site.folder(stack)).errors == []


def test_a_pipeline_that_was_made_when_all_died_is_taken_over_and_kept(
    site: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace
) -> None:
    run = shell(site(tables=tables_of(2)))
    run.deploy_until(at(CREATES, "pipeline", "after"))
    (made,) = workspace.pipelines

    run("plan")
    stopped = run("apply", code=3).stderr

    assert "databricks_pipeline.all_1 in crm-dev-1: pipeline" in stopped
    assert "nothing was applied: the plans would make again what is there: databricks_pipeline.all_1" in stopped
    assert "1 taken over. Next: `headgate plan`" in stopped
    carry_on(run)
    assert_settled(run)
    assert list(workspace.pipelines) == [made]


def test_what_has_the_tags_under_another_name_is_told_and_left_and_the_apply_goes_on(
    site: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace
) -> None:
    run = shell(site({"schedules": {"unknown": "0 2 * * *"}}, tables_of(2)))
    tags = Tag("crm", "dev", "all_1").as_tags()
    pipeline = {"name": "old_all_1", "tags": tags, "catalog": "main", "schema": "bronze"}
    for path, body in (("2.2/jobs/create", {"name": "Clone of crm_all_1", "tags": tags}), ("2.0/pipelines", pipeline)):
        assert workspace.answer(Request("POST", f"/api/{path}", body=body), f"Bearer {TOKEN}")
    run.synth()
    run("plan")

    said = run("apply").stderr

    assert "another one is made beside this: databricks_job.all_1 in crm-dev-1: job" in said
    assert "another one is made beside this: databricks_pipeline.all_1 in crm-dev-1: pipeline" in said
    assert {one.name for one in workspace.jobs.values()} == {"Clone of crm_all_1", "crm_all_1"}
    assert {one.name for one in workspace.pipelines.values()} == {"old_all_1", "crm_all_1"}


def test_a_job_made_when_all_died_and_made_again_by_the_next_deploy_is_found_told_and_deleted(
    site: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace
) -> None:
    run = shell(site({"schedules": {"unknown": "0 2 * * *"}}, tables_of(2)))
    run.deploy_until(at(CREATES, "job", "after"))
    (orphan,) = workspace.jobs
    deployed_once(run)
    (kept,) = workspace.jobs.keys() - {orphan}

    assert f"job {orphan} " in run("record", "crm").stderr
    assert run.site.deployed.doubled == {str(orphan): "databricks_job.all_1"}
    run.synth()
    run("plan")
    plans = [f"cdktf.out/plans/crm-dev-{name}.json" for name in ("shared", "1")]
    assert (
        f"`headgate recover crm -t dev --delete {orphan}` deletes that one" in run("review", *plans, "-t", "dev", code=2).stdout
    )

    assert "say --yes" in run("recover", "crm", stdin="n\n", code=1).stderr
    assert len(workspace.jobs) == 2
    said = run("recover", "crm", stdin="y\n")

    assert f"is there twice: job {orphan} 'crm_all_1' (at 02:00 every day (UTC)), beside job {kept} 'crm_all_1'" in said.stdout
    assert "Delete 1 job?" in said.stderr
    assert list(workspace.jobs) == [kept]
    run("record", "crm")
    assert_settled(run)


def test_lost_states_are_recovered_as_the_runbook_says_and_the_record_keeps_what_they_no_longer_tell(
    settled: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace
) -> None:
    run = shell(settled(tables=tables_of(2)))
    before, made = run.site.deployed, ids(workspace)
    shutil.rmtree(run.site.root / "state")
    stacks = run.synth()
    later = (run.site.root / "cdktf.out/manifest.json").stat().st_mtime + 1
    os.utime(run.folder / "layout.lock", (later, later))

    said = run("recover", "crm", "--yes", "--import", "databricks_connection.crm").stderr
    assert f"connectors/crm/layout.lock: newer than {run.site.root / 'cdktf.out'}; synthesize first" in said
    assert "tables.csv" not in said
    run("record", "crm")
    assert run.site.deployed == before

    run("plan")
    review = run("review", *(f"cdktf.out/plans/{stack}.json" for stack in stacks), "-t", "dev", code=2).stdout
    assert review.count("not new: it is recorded in all_1, and no state has it") == 2
    run("apply")
    run("record", "crm")
    assert (run.site.deployed, ids(workspace)) == (before, made)
    assert_settled(run)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["catalog", "schema", "pipeline", "job"])
def test_an_apply_that_fails_after_something_was_made_takes_it_over_by_itself(
    site: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace, kind: str
) -> None:
    run = shell(site(EVERYTHING, tables_of(2)))
    run.synth()
    run("plan")
    method, path = CREATES[kind]
    workspace.add(Fault(method, path, "after", refusal(500, "INTERNAL_ERROR", "no answer")))

    said = run("apply", code=4)

    assert f"taking over databricks_{kind}." in said.stderr
    assert "1 taken over. Next: `headgate plan`" in said.stderr
    carry_on(run)
    assert_settled(run)
    assert things(workspace) == WHOLE


@pytest.mark.long
def test_taking_over_needs_no_secret_of_the_stack(site: Callable[..., Site], shell: Callable[[Site], Shell]) -> None:
    run = shell(site(EVERYTHING, tables_of(2)))
    run.deploy_until(at(CREATES, "schema", "after"))
    run.site.terraform = replace(run.site.terraform, variables={})
    run.synth()

    said = run("recover", "crm", "--yes", code=None)

    assert "taking over databricks_schema.crm (main.bronze) into crm-dev-shared" in said.stderr
    assert "databricks_schema.crm" in state_of(run.site.terraform.show(run.site.folder("crm-dev-shared")), "shared").ids


@pytest.mark.long
def test_two_targets_and_two_connectors_in_one_workspace_recover_their_own(
    site: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace
) -> None:
    both = {"targets": {"dev": {"name_prefix": "dev_"}, "prod": {}}}
    another = {"id": "erp", "connection": {"name": "erp_connection"}, "destination": {"catalog": "main", "schema": "silver"}}
    other, erp = shell(site(both, tables_of(2))), shell(site(another, tables_of(2)))
    other.site.target = "prod"
    other.deploy_until(at(CREATES, "job", "after"))
    erp.deploy_until(at(CREATES, "pipeline", "after"))
    theirs = {str(id_) for id_ in ids(workspace)}
    run = shell(site(both, tables_of(5), pipelines=3, stacks=2))
    run.deploy_until(Fault("POST", "*/jobs/create", "after", nth=2))

    said = run("recover", "crm", "-t", "dev", "--yes", "--format", "json")

    found = parsed("recover", said.stdout)["findings"]
    assert found
    assert {one["done"] for one in found} == {"taken over"}
    assert not theirs & {one["found"]["id"] for one in found}
    carry_on(run)
    assert_settled(run)
    pipelines = sorted(one.name for one in workspace.pipelines.values())
    assert pipelines == ["crm_all_1", *(f"dev_crm_all_{number}" for number in (1, 2, 3)), "erp_all_1"]
    assert len(workspace.jobs) == 4
    other.synth()
    assert "1 taken over" in other("recover", "crm", "-t", "prod", "--yes").stderr
    erp.synth()
    assert "1 taken over" in erp("recover", "erp", "--yes").stderr


def test_without_a_login_a_failed_apply_says_that_it_did_not_look(
    site: Callable[..., Site], shell: Callable[[Site], Shell], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shell(site(tables=tables_of(2)))
    run.synth()
    run("plan")
    workspace.add(Fault("POST", "/api/2.0/pipelines", "after", refusal(500, "INTERNAL_ERROR", "no answer")))
    monkeypatch.setattr(apply, "is_set", lambda *_: False)

    said = run("apply", code=4).stderr

    assert "was not looked at, for no login is set: `headgate recover crm -t dev` looks" in said
