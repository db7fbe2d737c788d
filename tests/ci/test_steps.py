"""The workflows at work: a pull request, its merge, the record, another merge and a night, with a real Terraform."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.ci.repository import SECRET, TABLES
from tests.support.program import needs_terraform

if TYPE_CHECKING:
    from tests.ci.repository import Repository

pytestmark = [pytest.mark.long, pytest.mark.terraform, needs_terraform]


def test_from_a_pull_request_to_what_is_recorded_and_a_quiet_night(repository: Repository) -> None:
    check, plans, comment = repository.pull_request()

    assert json.loads(check.outputs["plans"]) == [
        {"target": "dev", "stack": "crm-dev-shared"},
        {"target": "dev", "stack": "crm-dev-1"},
    ]
    assert [one.result for one in (check, *plans, comment)] == ["success"] * 4, comment.said
    (posted,) = repository.comments()
    assert posted["label"] == "headgate:fine"
    assert posted["body"]
    assert posted["body"].strip() in comment.summary

    repository.approve()
    plan = repository.run("deploy", "plan-dev")
    assert (plan.result, plan.outputs) == ("success", {"changes": "true"}), plan.said
    apply = repository.run("deploy", "apply-dev")
    assert (apply.result, apply.outputs) == ("success", {"recorded": "true"}), apply.said
    assert "crm-dev-shared: applied\ncrm-dev-1: applied\n" in apply.said
    record = repository.run("deploy", "record-dev")
    assert record.result == "success", record.said
    assert "gh pr create --head headgate/record-dev --base main" in record.said
    assert "deployed.dev.json" in record.summary

    # The record is merged: that run finds nothing to do, needs no approved review and asks nobody.
    repository.git("fetch", "-q")
    repository.git("merge", "-q", "origin/headgate/record-dev")
    repository.git("push", "-q", "origin", "main")
    repository.host.replies = {}
    again = repository.run("deploy", "plan-dev")
    assert (again.result, again.outputs) == ("success", {"changes": "false"}), again.said
    assert again.steps["Compare with the approved review"] == "skipped"
    night = repository.run("drift", "drift", matrix__target="dev")
    assert night.result == "success", night.said

    # Nothing that was said or kept holds a secret.
    outcomes = [check, *plans, comment, plan, apply, record, again, night]
    assert not any(SECRET in one.said + one.summary for one in outcomes)
    kept = [path for path in repository.runner.artifacts.rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} <= {".json", ".html", ".patch"}
    assert not any(SECRET in path.read_text() for path in kept)


def test_what_differs_from_the_approved_is_not_applied(repository: Repository) -> None:
    repository.pull_request()
    repository.approve()
    tables = repository.folder / "connectors/crm/tables.csv"
    tables.write_text(TABLES + "visits,visits,snapshot,10\n")
    repository.headgate("balance")
    repository.push()

    outcome = repository.run("deploy", "apply-dev")

    assert outcome.result == "failure"
    assert outcome.steps["Compare with the approved review"] == "failure"
    assert outcome.steps["Apply the plans that were compared"] == "skipped"
    assert outcome.steps["Record what is applied"] == "skipped"
    assert "::error::Not what was approved" in outcome.said
    assert not list((repository.runner.home / "state").iterdir())


def test_what_nobody_approved_is_not_applied(repository: Repository) -> None:
    outcome = repository.run("deploy", "plan-dev")

    assert outcome.result == "failure"
    assert outcome.steps["Compare with the approved review"] == "failure"


def test_the_comment_says_so_where_a_plan_failed(repository: Repository) -> None:
    # A provider of which nothing can be had.
    repository.runner.environment["TF_CLI_CONFIG_FILE"] = str(repository.folder / "none.rc")
    (repository.folder / "none.rc").write_text(
        'provider_installation {\n  filesystem_mirror {\n    path = "/nowhere"\n  }\n}\n'
    )

    _, plans, comment = repository.pull_request()

    assert [one.result for one in plans] == ["failure", "failure"]
    assert comment.result == "failure"
    assert comment.steps["Say whether it may be merged"] == "failure"
    assert [one["label"] for one in repository.comments()] == ["headgate:error"]


def test_the_comment_says_so_where_a_job_left_no_document(repository: Repository) -> None:
    check, _, _ = repository.pull_request()
    shutil.rmtree(repository.runner.artifacts / "headgate-document-dev-crm-dev-1")

    repository.run("review", "comment", matrix__target="dev", needs__check__outputs__plans=check.outputs["plans"])

    assert [one["label"] for one in repository.comments()] == ["headgate:fine", "headgate:error"]


def test_the_comment_says_so_where_the_lock_does_not_fit(repository: Repository) -> None:
    (repository.folder / "connectors/crm/tables.csv").write_text(TABLES + "visits,visits,snapshot,10\n")
    repository.push()

    check, plans, comment = repository.pull_request()

    assert check.result == comment.result == "failure"
    assert plans == []
    (posted,) = repository.comments()
    assert posted["label"] == "headgate:error"
    assert "no plan of `dev` could be made" in posted["body"]


def test_a_difference_in_the_night_fails_the_run_and_is_kept(repository: Repository) -> None:
    outcome = repository.run("drift", "drift", matrix__target="dev")

    assert outcome.result == "failure"
    assert outcome.steps["Say what differs"] == "failure"
    assert (repository.runner.artifacts / "headgate-drift-dev/dev.md").exists()
    alarm = repository.run("drift", "alarm")
    assert "gh issue" in alarm.said


def test_a_fork_is_told_what_changes_without_any_secret(repository: Repository) -> None:
    outcome = repository.run("review", "tables", github__event__pull_request__base__sha="main")

    assert outcome.result == "success", outcome.said
    assert outcome.summary
    assert repository.comments() == []
    assert not repository.runner.artifacts.exists()
