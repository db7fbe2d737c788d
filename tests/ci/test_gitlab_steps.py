"""GitLab's pipeline at work: a merge request, its merge and the record, with a real Terraform."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from tests.ci.hosts import Reply
from tests.ci.repository import SECRET
from tests.support.program import needs_terraform

if TYPE_CHECKING:
    from tests.ci.repository import Repository
    from tests.ci.runner import Outcome

pytestmark = [pytest.mark.long, pytest.mark.terraform, needs_terraform]

SHA = "a" * 40


@pytest.fixture
def gitlab(repository: Repository) -> Repository:
    """Give the repository with GitLab's pipeline, in GitLab CI's environment."""
    repository.headgate("init", "ci", "--gitlab")
    repository.push()
    repository.git("--git-dir", str(repository.runner.origin), "config", "receive.advertisePushOptions", "true")
    environment = repository.runner.environment
    del environment["GITHUB_REPOSITORY"]
    environment |= {"CI_API_V4_URL": repository.host.address, "CI_PROJECT_ID": "9", "CI_COMMIT_SHA": SHA}
    environment |= {
        "CI_PROJECT_URL": str(repository.runner.origin).removesuffix(".git"),
        "CI_SERVER_HOST": "gitlab.example.com",
    }
    environment |= {
        "CI_PIPELINE_URL": "https://gitlab.example.com/p/1",
        "GITLAB_TOKEN": "CANARY-gitlab",
        "TF_VAR_crm_token": SECRET,
    }
    return repository


def run(repository: Repository, name: str, **variables: str) -> Outcome:
    pipeline = YAML(typ="safe", pure=True).load(repository.folder / ".gitlab-ci.yml")
    return repository.runner.run_gitlab(pipeline, name, **variables)


def approve(repository: Repository) -> None:
    """Have the host keep the merge request's review, as it does once it was merged."""
    request = {"iid": 5, "state": "merged", "merge_commit_sha": SHA, "merged_at": "2026-01-02T00:00:00Z"}
    job = {"id": 31, "name": "review:dev", "artifacts_file": {"filename": "artifacts.zip"}}
    job |= {"finished_at": "2026-01-01T00:00:00.000Z"}
    review = json.loads((repository.runner.artifacts / "review:dev/review.json").read_text())
    repository.host.replies = {
        f"/projects/9/repository/commits/{SHA}/merge_requests": [Reply([request])],
        "/projects/9/merge_requests/5/pipelines": [Reply([{"id": 12, "web_url": "u"}])],
        "/projects/9/pipelines/12/jobs": [Reply([job])],
        "/projects/9/jobs/31/artifacts/review.json": [Reply(review)],
    }


def test_from_a_merge_request_to_what_is_recorded(gitlab: Repository) -> None:
    outcomes = [run(gitlab, name) for name in ("check", "plan:dev", "review:dev")]
    assert [one.result for one in outcomes] == ["success"] * 3, [one.said for one in outcomes]
    assert [one["label"] for one in gitlab.comments()] == ["headgate:fine"]

    approve(gitlab)
    apply = run(gitlab, "apply:dev")
    assert apply.result == "success", apply.said
    assert "crm-dev-shared: applied\ncrm-dev-1: applied\n" in apply.said
    record = run(gitlab, "record:dev")
    assert record.result == "success", record.said
    gitlab.git("fetch", "-q")
    assert "connectors/crm/deployed.dev.json" in gitlab.git("diff", "--name-only", "main", "origin/headgate/record-dev")

    gitlab.git("merge", "-q", "origin/headgate/record-dev")
    gitlab.git("push", "-q", "origin", "main")
    night = run(gitlab, "drift:dev")
    assert night.result == "success", night.said
    kept = [path for path in gitlab.runner.artifacts.rglob("*") if path.is_file()]
    assert not any(SECRET in path.read_text() for path in kept)
    assert not any(SECRET in one.said or "CANARY-gitlab" in one.said for one in [*outcomes, apply, record, night])


def test_what_nobody_approved_is_not_applied(gitlab: Repository) -> None:
    outcome = run(gitlab, "apply:dev")

    assert outcome.result == "failure"
    assert "applied" not in outcome.said.replace("nothing was applied", "")


def test_the_comment_says_so_where_there_is_no_plan(gitlab: Repository) -> None:
    outcome = run(gitlab, "review:dev")

    assert outcome.result == "failure"
    (posted,) = gitlab.comments()
    assert posted["label"] == "headgate:error"
    assert "no plan of `dev` could be made" in posted["body"]


def test_a_fork_is_told_what_changes(gitlab: Repository) -> None:
    outcome = run(gitlab, "tables", CI_MERGE_REQUEST_DIFF_BASE_SHA="main")

    assert outcome.result == "success", outcome.said


def test_a_difference_in_the_night_fails_the_pipeline(gitlab: Repository) -> None:
    assert run(gitlab, "drift:dev").result == "failure"
