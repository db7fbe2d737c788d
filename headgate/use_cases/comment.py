"""A review as one comment of a pull request or merge request; the comment of a run before is edited in place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.clients.rest import Clock, RejectedError
from headgate.comment.destination import destination, job_page
from headgate.comment.github import GitHubComments
from headgate.comment.gitlab import GitLabComments
from headgate.comment.model import PostResult
from headgate.comment.post import post
from headgate.comment.request import review_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.comment.host import Host
    from headgate.comment.model import HostName, PullRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRequest:
    """text: the review as Markdown, of a target and perhaps one connector. What is None comes from CI's environment.

    allow_read_only: a token that may not write (a fork's) is a warning, no error. dry_run: look, and write nothing.
    """

    text: str
    target: str
    connector: str | None = None
    host: HostName | None = None
    repo: str | None = None
    number: int | None = None
    api: str | None = None
    labels: tuple[str, ...] = ()
    remove_labels: tuple[str, ...] = ()
    details_url: str | None = None
    allow_read_only: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class CommentResult:
    """Where the review was posted, and what came of it."""

    pull_request: PullRequest
    posted: PostResult


def post_comment(request: CommentRequest, environ: Mapping[str, str], wait: Callable[[float], None]) -> CommentResult:
    """Post a review with the token of the environment. `wait` lets seconds pass.

    Raises InputError for what can't be posted or isn't known, SourceError where the host fails or refuses it.
    """
    details = request.details_url or job_page(environ)
    review = review_of(request.text, request.target, request.connector, request.labels, request.remove_labels, details)
    place, token = destination(
        environ, _event(environ), request.host, repo=request.repo, number=request.number, api=request.api
    )
    clock = Clock(sleep=wait)
    client = GitHubComments if place.host == "github" else GitLabComments
    host: Host = client(place, token, clock)
    try:
        posted = post(host, review, dry_run=request.dry_run, clock=clock)
    except RejectedError as error:
        if not (request.allow_read_only and host.read_only(error)):
            raise
        warning = f"no comment was posted, for the token may only read: {error}"
        posted = PostResult("skipped", warnings=(warning,), dry_run=request.dry_run)
    return CommentResult(place, posted)


def _event(environ: Mapping[str, str]) -> str | None:
    """Give the text of the event that GitHub started the job for, where it left one."""
    try:
        return Path(environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8")
    except (KeyError, OSError, UnicodeDecodeError):
        return None
