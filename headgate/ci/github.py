"""The approved review, from GitHub: commit → pull request → the review workflow's last run of its head → artifact.

Source: GitHub's REST API, "List pull requests associated with a commit", "List workflow runs for a workflow", "List workflow
run artifacts", "Download an artifact" (a redirect to a zip). Needs `actions: read`, `contents: read` and `pull-requests: read`.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.ci.kept_review import FILE, Approved, artifact_name, fixes, not_after, not_found, required, unexpected_response
from headgate.clients.rest import LARGEST, Api

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.clients.rest import Clock

WORKFLOW = "headgate-review.yml"
_RIGHTS = "give the job `permissions:` actions: read, contents: read and pull-requests: read"


@dataclass(frozen=True, slots=True)
class GitHubReviews:
    """A repository at GitHub, or at a company's own. `commit` is the run's own."""

    api: Api
    repository: str
    commit: str

    @classmethod
    def of(cls, environment: Mapping[str, str], clock: Clock | None = None) -> GitHubReviews:
        """Read the environment of a GitHub Actions run. Raises InputError for what is missing."""
        token = required(environment, "GITHUB_TOKEN", "give the step `env: GITHUB_TOKEN: ${{ github.token }}`")
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        headers["Authorization"] = f"Bearer {token}"
        base = environment.get("GITHUB_API_URL") or "https://api.github.com"
        api = Api(base, headers, token, fixes(_RIGHTS), "GITHUB_API_URL", clock)
        return cls(api, required(environment, "GITHUB_REPOSITORY"), environment.get("GITHUB_SHA", ""))

    def approved(self, target: str, commit: str | None) -> Approved:
        """Give the review that the merged pull request's last run kept. Raises RefusedError where there is none."""
        sha = commit or self.commit
        pull = self._pull(sha)
        try:
            number, head = int(pull["number"]), str(pull["head"]["sha"])
            run = self._run(head)
            if run is None:
                raise not_found(f"pull request #{number} has no run of {WORKFLOW} at its head {head[:7]}")
            name = artifact_name(target)
            artifact = self._artifact(int(run["id"]), name, str(pull["merged_at"]))
            if artifact is None:
                where = f"the last run of pull request #{number}"
                raise not_found(f"{where} keeps no artifact {name} from before the merge: {run['html_url']}")
            archive = self.api.download(f"/repos/{self.repository}/actions/artifacts/{int(artifact['id'])}/zip")
            source = f"the review of pull request #{number} at {head[:7]} ({run['html_url']})"
        except (KeyError, TypeError, ValueError) as error:
            raise unexpected_response("GitHub", f"{type(error).__name__}: {error}") from None
        return Approved(_unzip(archive), source)

    def _pull(self, sha: str) -> dict[str, Any]:
        """Give the pull request that was merged as this commit; a commit may be part of others too."""
        pulls: list[dict[str, Any]] = [
            pull for pull in self.api.pages(f"/repos/{self.repository}/commits/{sha}/pulls") if pull.get("merged_at")
        ]
        exact = [pull for pull in pulls if pull.get("merge_commit_sha") == sha]
        if not (exact or pulls):
            raise not_found(f"commit {sha[:7]} is not part of a merged pull request")
        return max(exact or pulls, key=lambda pull: str(pull["merged_at"]))

    def _run(self, head: str) -> dict[str, Any] | None:
        """Give the review workflow's newest run of a commit of this repository, not of a fork that has the same commit."""
        path = f"/repos/{self.repository}/actions/workflows/{WORKFLOW}/runs"
        runs = [
            run
            for run in self.api.pages(
                path, {"head_sha": head, "event": "pull_request"}, lambda page: list(page["workflow_runs"])
            )
            if run["head_sha"] == head and (run.get("head_repository") or {}).get("full_name") == self.repository
        ]
        return max(runs, key=lambda run: int(run["run_number"]), default=None)

    def _artifact(self, run: int, name: str, merged: str) -> dict[str, Any] | None:
        path = f"/repos/{self.repository}/actions/runs/{run}/artifacts"
        found = [
            artifact
            for artifact in self.api.pages(path, {"name": name}, lambda page: list(page["artifacts"]))
            if artifact["name"] == name and not artifact["expired"] and not_after(str(artifact["created_at"]), merged)
        ]
        # A run that was started again has one of each attempt.
        return max(found, key=lambda artifact: str(artifact["created_at"]), default=None)


def _unzip(archive: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
            if zipped.getinfo(FILE).file_size > LARGEST:
                raise unexpected_response("GitHub", f"{FILE} is larger than 64 MiB")
            return zipped.read(FILE).decode()
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise unexpected_response("GitHub", f"the artifact holds no {FILE} ({type(error).__name__})") from None
