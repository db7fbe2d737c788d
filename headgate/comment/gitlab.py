"""A merge request on GitLab, gitlab.com or self-managed.

Source: GitLab's REST API: notes of a merge request (projects/:id/merge_requests/:iid/notes), its labels by add_labels and
remove_labels, which make what is missing. A job's own token reads both and writes neither.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from headgate.clients.rest import Api, RejectedError, field
from headgate.comment.body import without_quick_actions
from headgate.comment.host import GONE, forbidden
from headgate.comment.model import Comment

if TYPE_CHECKING:
    from headgate.clients.rest import Clock
    from headgate.comment.model import Labels, PullRequest, Token

_UNKNOWN = (401, 403, GONE)


class GitLabComments:
    """See `Host`."""

    name = "GitLab"
    limit = 1_000_000

    def __init__(self, pull_request: PullRequest, token: Token, clock: Clock | None = None) -> None:
        header = "JOB-TOKEN" if token.of_job else "PRIVATE-TOKEN"
        self._api = Api(pull_request.api, {header: token.value}, token.value, lambda status: _fix(status, token), clock=clock)
        self._request = f"/projects/{quote(pull_request.repo, safe='')}/merge_requests/{pull_request.number}"
        self._token = token

    def comments(self) -> list[Comment]:
        """See `Host`. Notes that the system wrote, and those of other people, are none."""
        return [
            Comment(field(found, "id", int), str(found.get("body") or ""), self._url(field(found, "id", int)))
            for found in self._api.pages(f"{self._request}/notes", {"order_by": "created_at", "sort": "asc"})
            if not found.get("system") and self._ours(found.get("author") or {})
        ]

    def body(self, text: str) -> str:
        """See `Host`."""
        return without_quick_actions(text)

    def create(self, body: str) -> str:
        """See `Host`."""
        made = self._api.ask("POST", f"{self._request}/notes", {"body": body})
        return self._url(field(made, "id", int))

    def edit(self, comment: Comment, body: str) -> None:
        """See `Host`."""
        self._api.ask("PUT", f"{self._request}/notes/{comment.id}", {"body": body})

    def delete(self, comment: Comment) -> None:
        """See `Host`."""
        self._api.delete(f"{self._request}/notes/{comment.id}")

    def labels(self) -> list[str]:
        """See `Host`."""
        return [str(label) for label in field(self._shown, "labels", list)]

    def change_labels(self, labels: Labels) -> None:
        """See `Host`."""
        self._api.ask("PUT", self._request, {"add_labels": ",".join(labels.add), "remove_labels": ",".join(labels.remove)})

    def read_only(self, error: RejectedError) -> bool:
        """See `Host`: a job's own token is refused in any of three ways, by version."""
        return forbidden(error) or (self._token.of_job and error.status in _UNKNOWN)

    @cached_property
    def _shown(self) -> dict[str, Any]:
        shown = self._api.ask("GET", self._request)
        return shown if isinstance(shown, dict) else {}

    def _url(self, note: int) -> str:
        page = self._shown.get("web_url")
        return f"{page}#note_{note}" if page else ""

    def _ours(self, author: dict[str, Any]) -> bool:
        """Say whether a note's author is the token's; a job's token can't ask who it is, so then all may be it."""
        me = self._id
        return me is None or author.get("id") == me

    @cached_property
    def _id(self) -> int | None:
        try:
            return None if self._token.of_job else field(self._api.ask("GET", "/user"), "id", int)
        except RejectedError as error:
            if error.status not in (403, GONE):
                raise
            return None


def _fix(status: int, token: Token) -> str:
    if token.of_job and status in _UNKNOWN:
        return (
            "a job's own token (CI_JOB_TOKEN) can't write notes: make a project access token with the scope `api` and the role "
            "Reporter, and give it to the job as GITLAB_TOKEN, masked; --allow-read-only goes on without a comment"
        )
    return {
        401: f"{token.variable} is not a valid token: it expired, was revoked or is of another host",
        403: f"give a token in {token.variable} with the scope `api` and the role Reporter or higher in this project",
        404: f"look at --repo, --number and --api, and whether the token in {token.variable} (scope `api`) sees the project",
    }.get(status, "look at what the host says")
