"""A user's repository, and its workflows run as GitHub runs them, its pipeline as GitLab does."""

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

from ruamel.yaml import YAML

from tests.ci.hosts import Reply

if TYPE_CHECKING:
    from tests.ci.hosts import Host
    from tests.ci.runner import Outcome, Runner

ROOT = Path(__file__).resolve().parents[2]
SECRET = "CANARY-token-of-the-crm"  # noqa: S105  # made up, to be looked for

DEFINITION = """\
id: crm
source: crm
connection: {name: crm_connection, secrets: [token]}
code: {wheels: [/Volumes/main/code/crm-1.0-py3-none-any.whl]}
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
        pull = {"number": 7, "merged_at": "2026-01-02T00:00:00Z", "merge_commit_sha": "a" * 40, "head": {"sha": head}}
        run = {"id": 1, "run_number": 1, "head_sha": head, "head_repository": {"full_name": "acme/data"}, "html_url": "u"}
        kept = {"id": 3, "name": "headgate-review-dev", "expired": False, "created_at": "2026-01-01T00:00:00Z"}
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
    said = """jq -cn --arg body "$(cat "$2")" --arg label "$6" '$ARGS.named'"""
    comment = f'if [ "$1" = comment ]; then {said} >> "{posted}"; exit; fi\n'
    programs = {
        "headgate": f'{comment}exec "{sys.executable}" -m headgate "$@"\n',
        "python": f'exec "{sys.executable}" "$@"\n',
        "gh": 'echo "gh $*"\n',
        "make": "exit 0\n",  # the set-up, which has been done
    }
    folder.mkdir()
    for name, text in programs.items():
        (folder / name).write_text("#!/bin/bash\n" + text)
        (folder / name).chmod(0o755)
