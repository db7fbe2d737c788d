"""What is posted where, and what came of it, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

HostName = Literal["github", "gitlab"]
Verdict = Literal["fine", "attention", "error", "loss"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)  # from the best to the worst
LABEL_PREFIX = "headgate:"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request or merge request. `repo`: owner/name; on GitLab a project's path or number. `api` ends without a slash."""

    host: HostName
    api: str
    repo: str
    number: int


@dataclass(frozen=True, slots=True)
class Token:
    """A secret that is never shown, the environment variable that it came from, and whether it is a GitLab job's own."""

    value: str = field(repr=False)
    variable: str
    of_job: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on the host; ids grow with time. `url` is where a person sees it, empty where unknown."""

    id: int
    body: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels to be put on, and to be taken off."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)


@dataclass(frozen=True, slots=True)
class ReviewComment:
    """What is to be posted: Markdown, for a target and perhaps one connector; its verdict, where that is known."""

    text: str
    target: str
    connector: str | None = None
    verdict: Verdict | None = None
    details_url: str | None = None
    labels: Labels = Labels()


@dataclass(frozen=True, slots=True)
class PostResult:
    """What was done, or in a dry run would be.

    skipped: the token may only read. `cut`: the text was too long. `deleted`: ids of older comments.
    """

    action: Literal["created", "edited", "unchanged", "skipped"]
    url: str = ""
    cut: bool = False
    deleted: tuple[int, ...] = ()
    labels: Labels = Labels()
    warnings: tuple[str, ...] = ()
    dry_run: bool = False
