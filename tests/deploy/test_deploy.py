"""`headgate deploy`, with a real Terraform and the workspace in memory."""

from __future__ import annotations

import json
import os
import pty
import sys
from typing import TYPE_CHECKING

import pytest

from headgate.handover.journal import HandoverJournal, write_journal
from headgate.use_cases.deploy import deploy_connector
from headgate.use_cases.deploying import Asked, DeployRequest
from tests.deploy.processes import process
from tests.support.outputs import parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.review.model import Review
    from tests.support.shell import Shell

pytestmark = pytest.mark.terraform
GO = ("deploy", "crm", "-t", "dev", "--auto-approve")
STEPS = ["check", "look", "synthesize", "validate", "plan", "review", "apply", "record"]


def changes(crm: Shell) -> list[str]:
    """Give the requests that were to change something."""
    return [str(request) for request in crm.site.terraform.workspace.log if request.method != "GET"]


@pytest.mark.long
def test_a_connector_is_deployed_recorded_and_started_step_by_step(deploying: Callable[..., Shell]) -> None:
    crm = deploying()
    workspace = crm.site.terraform.workspace

    said = crm(*GO, "--start", "-o", "json").stdout

    events = [parsed("deploy", line) for line in said.splitlines()]
    assert [event["step"] for event in events if event["state"] == "done"] == [*STEPS, "start"]
    assert events[-1]["message"] == "2 pipelines started, 0 running already"
    assert {pipeline.name for pipeline in workspace.pipelines.values()} == {"crm_all_1", "crm_all_2"}
    assert all(pipeline.state == "RUNNING" for pipeline in workspace.pipelines.values())
    assert set(crm.site.deployed.pipelines) == {"all_1", "all_2"}


def test_nothing_is_deployed_where_nobody_can_be_asked(deploying: Callable[..., Shell]) -> None:
    crm = deploying()

    assert "say --auto-approve" in crm("deploy", "crm", "-t", "dev", code=1, stdin="y\n").stderr
    assert crm.site.terraform.workspace.log == []


def test_a_lock_that_does_not_fit_is_refused_before_anybody_is_asked(deploying: Callable[..., Shell]) -> None:
    crm = deploying()
    with (crm.folder / "tables.csv").open("a") as file:
        file.write("t_5" + "," * (crm.folder / "tables.csv").read_text().splitlines()[0].count(",") + "\n")

    said = crm(*GO, code=3).stderr

    assert "run `headgate balance crm`" in said
    assert "the deploy ended at step check; nothing was changed before" in said
    assert crm.site.terraform.workspace.log == []


def test_another_tool_than_the_target_says_is_refused(deploying: Callable[..., Shell]) -> None:
    crm = deploying()

    said = crm(*GO, "--engine", "bundle", code=1).stderr

    assert "crm is deployed to dev by terraform, not by bundle" in said
    assert "write `deploy_with: bundle`" in said


def test_a_handover_that_has_begun_comes_first(deploying: Callable[..., Shell]) -> None:
    crm = deploying()
    write_journal(crm.folder, "dev", HandoverJournal(begun=("main.bronze.t_1",)))

    said = crm(*GO, code=5).stderr

    assert "handover.dev.json" in said
    assert "`headgate handover crm -t dev --warehouse ID --execute` carries it on" in said
    assert crm.site.terraform.workspace.log == []


def test_a_workspace_that_lacks_something_is_told_before_anything_is_made(deploying: Callable[..., Shell]) -> None:
    crm = deploying({"destination": {"catalog": "main", "schema": "elsewhere"}})

    said = crm(*GO, code=4).stderr

    assert "schema main.elsewhere is not there" in said
    assert "the deploy ended at step look" in said
    assert changes(crm) == []


def test_an_app_that_fails_is_told_with_its_words_and_without_secrets(deploying: Callable[..., Shell]) -> None:
    crm = deploying()
    (crm.site.root / "cdktf.json").write_text(json.dumps({"app": "env | tee given; echo no such construct >&2; exit 7"}))

    said = crm(*GO, code=4).stderr

    assert "ended with 7" in said
    assert "no such construct" in said
    assert "CANARY" not in said
    assert "TF_VAR_" not in (crm.site.root / "given").read_text()
    assert "the deploy ended at step synthesize" in said


@pytest.mark.long
@pytest.mark.parametrize(("answer", "made"), [("\n", 0), ("n\n", 0), ("y\n", 2)])
def test_on_a_terminal_it_is_asked_and_nothing_said_is_no(deploying: Callable[..., Shell], answer: str, made: int) -> None:
    crm = deploying()
    keys, terminal = pty.openpty()
    os.write(keys, answer.encode())

    with process(crm, "deploy", "crm", "-t", "dev", stdin=terminal) as done:
        said = done.communicate()[1]
    os.close(terminal)
    os.close(keys)

    assert "Deploy crm to dev? [y/N]" in said
    assert done.returncode == (0 if made else 1)
    assert len(crm.site.terraform.workspace.pipelines) == made


@pytest.mark.long
def test_what_would_lose_data_is_refused_whoever_agrees(deploying: Callable[..., Shell]) -> None:
    crm = deploying()
    crm(*GO)
    kept = crm.site.terraform.workspace.snapshot()["pipelines"]
    app = json.loads((crm.site.root / "cdktf.json").read_text())["app"]
    drop = "import json; p = 'cdktf.out/stacks/crm-dev-1/cdk.tf.json'; b = json.load(open(p)); "
    drop += "b['resource']['databricks_pipeline'].pop('all_1'); b['resource']['databricks_job'].pop('all_1'); "
    drop += "json.dump(b, open(p, 'w'))"
    (crm.site.root / "cdktf.json").write_text(json.dumps({"app": f'{app} && "{sys.executable}" -c "{drop}"'}))

    said = crm(*GO, code=5).stderr

    assert "nothing is deployed: data would be lost in dev: databricks_pipeline.all_1" in said
    assert "the deploy ended at step review; nothing was changed before" in said
    assert crm.site.terraform.workspace.snapshot()["pipelines"] == kept


def asked(agree: Callable[[Review], None]) -> Asked:
    return Asked(agree, *[lambda _: None] * 5)


@pytest.mark.long
def test_another_plan_than_was_reviewed_is_not_applied(deploying: Callable[..., Shell]) -> None:
    crm = deploying()
    crm("balance", "--check")  # whose environment the use case below finds

    def plan_anew(_: Review) -> None:
        crm("plan", "crm-dev-1", "--out", "cdktf.out")

    done = deploy_connector(DeployRequest(connector="crm", root=crm.site.root), asked(plan_anew))

    assert done.failed
    assert done.failed.name == "apply"
    assert "the plan of crm-dev-1 is another one than was reviewed" in str(done.error)
    assert "stacks that were applied: crm-dev-shared" in str(done.error)
    assert crm.site.terraform.workspace.pipelines == {}
    crm(*GO)
    assert len(crm.site.terraform.workspace.pipelines) == 2


@pytest.mark.long
def test_of_two_deploys_at_once_the_later_apply_is_refused_by_terraform(deploying: Callable[..., Shell]) -> None:
    crm = deploying()
    crm("balance", "--check")

    def another_comes_first(_: Review) -> None:
        kept = {path: path.read_bytes() for path in (crm.site.root / "cdktf.out/plans").iterdir()}
        crm(*GO)
        for path, content in kept.items():  # as they lie in the other one's clone
            path.write_bytes(content)

    done = deploy_connector(DeployRequest(connector="crm", root=crm.site.root), asked(another_comes_first))

    assert done.failed
    assert done.failed.name == "apply"
    assert sorted(crm.site.pipelines()) == ["crm_all_1", "crm_all_2"]
    before = crm.site.terraform.workspace.snapshot()
    assert "nothing is to be changed" in crm(*GO).stderr
    assert crm.site.terraform.workspace.snapshot()["pipelines"] == before["pipelines"]
