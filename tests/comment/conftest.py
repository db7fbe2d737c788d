"""The two hosts, each with one pull request, and a clock that nobody waits for."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from headgate.clients.rest import Clock
from headgate.comment.github import GitHubComments
from headgate.comment.gitlab import GitLabComments
from headgate.comment.model import PostResult, PullRequest, Token
from headgate.comment.post import post
from headgate.comment.request import review_of
from tests.support.hosts import BOT, JOB, GitHubHost, GitLabHost, Time

Post = Callable[..., PostResult]


@pytest.fixture(autouse=True)
def _directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a proxy of this machine out of it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def github() -> Iterator[GitHubHost]:
    with GitHubHost() as host:
        yield host


@pytest.fixture
def gitlab() -> Iterator[GitLabHost]:
    with GitLabHost() as host:
        yield host


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def to_github(github: GitHubHost, time: Time) -> Post:
    """Give what posts a text to the pull request, with other tokens and options where they are named."""

    def run(text: str = "fine", target: str = "prod", *, token: str = BOT, dry_run: bool = False, **options: Any) -> PostResult:
        clock = Clock(time.now, time.sleep)
        host = GitHubComments(PullRequest("github", github.api, "owner/name", 7), Token(token, "GITHUB_TOKEN"), clock)
        return post(host, review_of(text, target, **options), dry_run=dry_run, clock=clock)

    return run


@pytest.fixture
def to_gitlab(gitlab: GitLabHost, time: Time) -> Post:
    """Give what posts a text to the merge request."""

    def run(text: str = "fine", target: str = "prod", *, token: str = BOT, dry_run: bool = False, **options: Any) -> PostResult:
        clock = Clock(time.now, time.sleep)
        secret = Token(token, "CI_JOB_TOKEN" if token == JOB else "GITLAB_TOKEN", of_job=token == JOB)
        host = GitLabComments(PullRequest("gitlab", gitlab.api, "group/name", 7), secret, clock)
        return post(host, review_of(text, target, **options), dry_run=dry_run, clock=clock)

    return run
