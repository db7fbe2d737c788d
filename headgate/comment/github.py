"""A pull request on GitHub, github.com or a GitHub Enterprise Server.

Source: GitHub's REST API: a pull request's comments are those of the issue with its number (issues/comments), and so are its
labels (issues/labels). Both take `pull-requests: write` or `issues: write`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from headgate.clients.rest import Api, RejectedError, field
from headgate.comment.host import GONE, forbidden
from headgate.comment.model import LABEL_PREFIX, Comment
from headgate.problems import SourceError

if TYPE_CHECKING:
    from headgate.clients.rest import Clock
    from headgate.comment.model import Labels, PullRequest, Token

_COLOURS = {"fine": "2da44e", "attention": "d4a72c", "error": "6e7781", "loss": "cf222e"}
_OTHER_COLOUR = "ededed"
_TAKEN = 422


class GitHubComments:
    """See `Host`."""

    name = "GitHub"
    limit = 65_536

    def __init__(self, pull_request: PullRequest, token: Token, clock: Clock | None = None) -> None:
        headers = {
            "Authorization": f"Bearer {token.value}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        self._api = Api(pull_request.api, headers, token.value, lambda status: _fix(status, token), clock=clock)
        self._graphql = pull_request.api.removesuffix("/v3") + "/graphql"
        self._repo = f"/repos/{pull_request.repo}"
        self._issue = f"{self._repo}/issues/{pull_request.number}"

    def comments(self) -> list[Comment]:
        """See `Host`."""
        return [
            Comment(field(found, "id", int), str(found.get("body") or ""), str(found.get("html_url") or ""))
            for found in self._api.pages(f"{self._issue}/comments")
            if self._ours(found.get("user") or {})
        ]

    def body(self, text: str) -> str:
        """See `Host`."""
        return text

    def create(self, body: str) -> str:
        """See `Host`."""
        made = self._api.ask("POST", f"{self._issue}/comments", {"body": body})
        return field(made, "html_url", str)

    def edit(self, comment: Comment, body: str) -> None:
        """See `Host`."""
        self._api.ask("PATCH", f"{self._repo}/issues/comments/{comment.id}", {"body": body})

    def delete(self, comment: Comment) -> None:
        """See `Host`."""
        self._api.delete(f"{self._repo}/issues/comments/{comment.id}")

    def labels(self) -> list[str]:
        """See `Host`."""
        return [field(label, "name", str) for label in self._api.pages(f"{self._issue}/labels")]

    def change_labels(self, labels: Labels) -> None:
        """See `Host`. New labels get their colour before they are put on, for GitHub would make them grey."""
        for label in labels.add:
            self._make_label(label)
        if labels.add:
            self._api.ask_again("POST", f"{self._issue}/labels", {"labels": list(labels.add)})
        for label in labels.remove:
            self._api.delete(f"{self._issue}/labels/{quote(label, safe='')}")

    def read_only(self, error: RejectedError) -> bool:
        """See `Host`: the token of a pull request from a fork may not write."""
        return forbidden(error)

    def _make_label(self, label: str) -> None:
        try:
            self._api.ask("GET", f"{self._repo}/labels/{quote(label, safe='')}")
        except RejectedError as error:
            if error.status != GONE:
                raise
            colour = _COLOURS.get(label.removeprefix(LABEL_PREFIX), _OTHER_COLOUR)
            try:
                self._api.ask_again("POST", f"{self._repo}/labels", {"name": label, "color": colour})
            except RejectedError as refused:  # somebody else made it meanwhile
                if refused.status != _TAKEN:
                    raise

    def _ours(self, user: dict[str, Any]) -> bool:
        """Say whether a comment's author is the token's; an app whose name can't be asked is at least a bot."""
        me = self._login
        return _plain(str(user.get("login"))) == _plain(me) if me else user.get("type") == "Bot"

    @cached_property
    def _login(self) -> str | None:
        """Give the login of the token's user; None for an app's token where it can't be determined.

        Source: GitHub: an app's installation token, such as the one of GitHub Actions, gets 403 from /user; GraphQL's
        `viewer` knows its bot.
        """
        try:
            return field(self._api.ask("GET", "/user"), "login", str)
        except RejectedError as error:
            if error.status not in (403, GONE):
                raise
            return self._viewer()

    def _viewer(self) -> str | None:
        try:
            found = self._api.ask_again("POST", self._graphql, {"query": "query { viewer { login } }"})
            return str(found["data"]["viewer"]["login"])
        except (SourceError, KeyError, TypeError):
            return None


def _plain(login: str | None) -> str:
    """Give a login as REST and GraphQL both say it: only one of them ends a bot's with [bot]."""
    return (login or "").casefold().removesuffix("[bot]")


def _fix(status: int, token: Token) -> str:
    return {
        401: f"{token.variable} is not a valid token: it expired, was revoked or is of another host",
        403: f"let the job's token write: `permissions: pull-requests: write` in the workflow, or a token in {token.variable} "
        "that may write to pull requests; a pull request from a fork has a read-only token: --allow-read-only accepts that",
        404: f"look at --repo, --number and --api, and whether the token in {token.variable} may see the repository "
        "(`pull-requests: write`)",
        410: "the comments of this repository are turned off",
    }.get(status, "look at what the host says")
