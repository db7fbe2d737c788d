"""The approved review, from GitLab: commit → merge request → its last pipeline → the review job's artifact.

Source: GitLab's REST API, "List merge requests associated with a commit", "List merge request pipelines", "List pipeline jobs",
"Download a single artifact file by job ID". A job's own token may not read merge requests, hence GITLAB_TOKEN (read_api).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.ci.kept_review import FILE, Approved, fixes, job_name, not_after, not_found, required, unexpected_response
from headgate.clients.rest import Api

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.clients.rest import Clock

_RIGHTS = "GITLAB_TOKEN needs the scope read_api and the role Reporter"


@dataclass(frozen=True, slots=True)
class GitLabReviews:
    """A project at GitLab, or at a company's own. `commit` is the pipeline's own."""

    api: Api
    project: str
    commit: str

    @classmethod
    def of(cls, environment: Mapping[str, str], clock: Clock | None = None) -> GitLabReviews:
        """Read the environment of a GitLab job. Raises InputError for what is missing."""
        fix = "make a project access token (scope read_api), and give it as a masked CI/CD variable GITLAB_TOKEN"
        token = required(environment, "GITLAB_TOKEN", fix)
        base = required(environment, "CI_API_V4_URL")
        api = Api(base, {"Authorization": f"Bearer {token}"}, token, fixes(_RIGHTS), "CI_API_V4_URL", clock)
        return cls(api, required(environment, "CI_PROJECT_ID"), environment.get("CI_COMMIT_SHA", ""))

    def approved(self, target: str, commit: str | None) -> Approved:
        """Give the review that the merged request's last pipeline kept. Raises RefusedError where there is none."""
        sha, here = commit or self.commit, f"/projects/{self.project}"
        try:
            request = self._request(sha)
            iid = int(request["iid"])
            pipelines = [
                pipeline
                for pipeline in self.api.pages(f"{here}/merge_requests/{iid}/pipelines")
                if pipeline.get("source", "merge_request_event") == "merge_request_event"
            ]
            if not pipelines:
                raise not_found(f"merge request !{iid} has no pipeline")
            last = max(pipelines, key=lambda pipeline: int(pipeline["id"]))
            jobs = [
                job
                for job in self.api.pages(f"{here}/pipelines/{int(last['id'])}/jobs")
                if job["name"] == job_name(target)
                and job.get("artifacts_file")
                and not_after(str(job["finished_at"]), str(request["merged_at"]))
            ]
            if not jobs:
                where = f"the last pipeline of merge request !{iid}"
                raise not_found(f"{where} keeps no review of {target} from before the merge: {last['web_url']}")
            job = max(jobs, key=lambda job: int(job["id"]))
            document = self.api.download(f"{here}/jobs/{int(job['id'])}/artifacts/{FILE}").decode()
            source = f"the review of merge request !{iid} ({last['web_url']})"
        except (KeyError, TypeError, ValueError) as error:
            raise unexpected_response("GitLab", f"{type(error).__name__}: {error}") from None
        return Approved(document, source)

    def _request(self, sha: str) -> dict[str, Any]:
        """Give the merge request that was merged as this commit; a commit may be part of others too."""
        path = f"/projects/{self.project}/repository/commits/{sha}/merge_requests"
        merged: list[dict[str, Any]] = [one for one in self.api.pages(path) if one.get("state") == "merged"]
        made = [one for one in merged if sha in (one.get("merge_commit_sha"), one.get("squash_commit_sha"), one.get("sha"))]
        if not (made or merged):
            raise not_found(f"commit {sha[:7]} is not part of a merged merge request")
        return max(made or merged, key=lambda one: str(one["merged_at"]))
