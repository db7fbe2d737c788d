"""The workflows at work: a pull request, its merge, the record, another merge and a night, with a real Terraform."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.ci.conftest import Host, Reply
from tests.ci.runner import Runner, clean_environment

if TYPE_CHECKING:
    from tests.ci.runner import Outcome

ROOT = Path(__file__).resolve().parents[2]
STANDIN = ROOT.parent / "shared" / "terraform" / "use"
REVIEW = Path(__file__).resolve().parent / "standin_review.py"
SECRET = "CANARY-token-of-the-crm"  # noqa: S105  # made up, to be looked for

pytestmark = [pytest.mark.long, pytest.mark.terraform]

DEFINITION = """\
id: crm
source: crm
connection: {name: crm_connection, secrets: [token]}
destination: {catalog: main, schema: bronze}
balance: {stacks: 1}
targets: {dev: {}}
"""
TABLES = "source_table,pipeline_group,ingestion_type,weight\ncontacts,people,snapshot,100\ndeals,money,snapshot,70\n"


@dataclass
class Repository:
    """A user's repository at `origin`, and what its workflows say."""

    folder: Path
    runner: Runner
    posted: Path
    host: Host

    def git(self, *words: str) -> str:
        return subprocess.run(["git", *words], cwd=self.folder, check=True, capture_output=True, text=True).stdout.strip()

    def push(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", "a change")
        self.git("push", "-q", "origin", "main")

    def headgate(self, *words: str) -> None:
        subprocess.run([sys.executable, "-m", "headgate", *words], cwd=self.folder, check=True, capture_output=True)

    def run(self, workflow: str, job: str, **context: str) -> Outcome:
        found = YAML(typ="safe", pure=True).load(self.folder / f".github/workflows/headgate-{workflow}.yml")
        return self.runner.run(found, job, secrets__TF_VAR_CRM_TOKEN=SECRET, **context)

    def pull_request(self) -> tuple[Outcome, list[Outcome], Outcome]:
        """Run the review workflow as it is run for a pull request of the repository itself."""
        shutil.rmtree(self.runner.artifacts, ignore_errors=True)
        check = self.run("review", "check")
        stacks = json.loads(check.outputs["plans"] or "[]")
        plans = [self.run("review", "plan", matrix__target=one["target"], matrix__stack=one["stack"]) for one in stacks]
        comment = self.run("review", "comment", matrix__target="dev", needs__check__outputs__plans=check.outputs["plans"])
        return check, plans, comment

    def approve(self) -> None:
        """Have the host keep the pull request's review, as it does once it was merged."""
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            for file in (self.runner.artifacts / "headgate-review-dev").iterdir():
                archive.write(file, file.name)
        head, here = "b" * 40, "/repos/acme/data"
        pull = {"number": 7, "merged_at": "2026", "merge_commit_sha": "a" * 40, "head": {"sha": head}}
        run = {"id": 1, "run_number": 1, "head_sha": head, "head_repository": {"full_name": "acme/data"}, "html_url": "u"}
        kept = {"id": 3, "name": "headgate-review-dev", "expired": False, "created_at": "2026"}
        self.host.replies = {
            f"{here}/commits/{'a' * 40}/pulls": [Reply([pull])],
            f"{here}/actions/workflows/headgate-review.yml/runs": [Reply({"workflow_runs": [run]})],
            f"{here}/actions/runs/1/artifacts": [Reply({"artifacts": [kept]})],
            f"{here}/actions/artifacts/3/zip": [Reply(data.getvalue())],
        }

    def comments(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.posted.read_text().splitlines()] if self.posted.exists() else []


def write_programs(folder: Path, posted: Path) -> None:
    """Write the programs on the runner's path: headgate itself, but that its comments go to a file; and GitHub's gh."""
    own = (
        subprocess.run([sys.executable, "-m", "headgate", "review", "--help"], capture_output=True, check=False).returncode == 0
    )
    review = "" if own else f'if [ "$1" = review ]; then shift; exec "{sys.executable}" "{REVIEW}" "$@"; fi\n'
    said = """jq -cn --arg body "$(cat "$2")" --arg label "$6" '$ARGS.named'"""
    comment = f'if [ "$1" = comment ]; then {said} >> "{posted}"; exit; fi\n'
    programs = {
        "headgate": f'{review}{comment}exec "{sys.executable}" -m headgate "$@"\n',
        "python": f'exec "{sys.executable}" "$@"\n',
        "gh": 'echo "gh $*"\n',
    }
    folder.mkdir()
    for name, text in programs.items():
        (folder / name).write_text("#!/bin/bash\n" + text)
        (folder / name).chmod(0o755)


@pytest.fixture
def repository(tmp_path: Path, host: Host) -> Repository:
    """Give a repository with a connector that is balanced, and the workflows that headgate wrote for it."""
    if not STANDIN.exists() or not all(shutil.which(program) for program in ("terraform", "jq", "git", "node")):
        pytest.skip("the steps need terraform with the provider's stand-in (../shared/terraform), jq, git and Node")
    run = subprocess.run([STANDIN, sys.executable, tmp_path / "mirror"], capture_output=True, text=True, check=True)
    write_programs(tmp_path / "bin", tmp_path / "posted")
    (tmp_path / "state").mkdir()
    identity = {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {
        **clean_environment(),
        "PATH": f"{tmp_path / 'bin'}:{clean_environment()['PATH']}",
        "TF_CLI_CONFIG_FILE": run.stdout.strip(),
        "STANDIN_WORKSPACE": str(tmp_path / "workspace.json"),
        "GITHUB_REPOSITORY": "acme/data",
        "GITHUB_SHA": "a" * 40,
        "GITHUB_API_URL": host.address,
        **identity,
    }
    origin, folder = tmp_path / "origin.git", tmp_path / "repository"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", origin], check=True)
    subprocess.run(["git", "clone", "-q", origin, folder], check=True, capture_output=True)
    one = Repository(folder, Runner(tmp_path, tmp_path / "artifacts", origin, environment), tmp_path / "posted", host)
    for name in ("NAME", "EMAIL"):
        one.git("config", f"user.{name.lower()}", "t@example.com")
    one.git("switch", "-qc", "main")
    (folder / "connectors/crm").mkdir(parents=True)
    (folder / "connectors/crm/connector.yaml").write_text(DEFINITION)
    (folder / "connectors/crm/tables.csv").write_text(TABLES)
    (folder / ".gitignore").write_text("cdktf.out/\nstate\n")
    shutil.copy(ROOT / "main.py", folder)
    one.headgate("balance")
    one.headgate("init", "ci")
    one.push()
    return one


def test_from_a_pull_request_to_what_is_recorded_and_a_quiet_night(repository: Repository) -> None:
    check, plans, comment = repository.pull_request()

    assert json.loads(check.outputs["plans"]) == [
        {"target": "dev", "stack": "crm-dev-shared"},
        {"target": "dev", "stack": "crm-dev-1"},
    ]
    assert [one.result for one in (check, *plans, comment)] == ["success"] * 4, comment.said
    (posted,) = repository.comments()
    assert posted["label"] == "headgate:attention"
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

    assert [one["label"] for one in repository.comments()] == ["headgate:attention", "headgate:error"]


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
