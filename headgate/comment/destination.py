"""Where a comment goes and with which token: from options, else from what CI says of itself. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from headgate.comment.model import PullRequest, Token
from headgate.files import json_or_none
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.comment.model import HostName

_PULL_REF = re.compile(r"refs/pull/(\d+)/\w+")
_GITHUB_REPO = re.compile(r"[\w.-]*\w[\w.-]*/[\w.-]*\w[\w.-]*")
_TOKEN = re.compile(r"[\x21-\x7e]+")
_TOKENS = {"github": ("GITHUB_TOKEN", "GH_TOKEN"), "gitlab": ("GITLAB_TOKEN", "CI_JOB_TOKEN")}


def destination(
    environ: Mapping[str, str],
    event: str | None,
    host: HostName | None = None,
    *,
    repo: str | None = None,
    number: int | None = None,
    api: str | None = None,
) -> tuple[PullRequest, Token]:
    """Give the pull request or merge request to write to, and the token.

    `event` is the text of GITHUB_EVENT_PATH's file. Raises InputError with all that is missing or can't be. Source: GitHub
    Actions, default environment variables; GitLab, predefined CI/CD variables, where a merge request from a fork belongs to
    CI_MERGE_REQUEST_PROJECT_ID.
    """
    host = host or _host(environ)
    if host == "github":
        api = api or environ.get("GITHUB_API_URL") or "https://api.github.com"
        repo = repo or environ.get("GITHUB_REPOSITORY")
        number = number or _pull_number(environ, event)
    else:
        api = api or environ.get("CI_API_V4_URL") or "https://gitlab.com/api/v4"
        repo = repo or environ.get("CI_MERGE_REQUEST_PROJECT_ID") or environ.get("CI_PROJECT_ID")
        number = number or _number(environ.get("CI_MERGE_REQUEST_IID", ""))
    found = _token(environ, host)
    problems = [*_api_problems(api), *_repo_problems(host, repo)]
    if not number:
        what = "pull request" if host == "github" else "merge request"
        problems.append(Problem(f"the number of the {what} is not known here", f"run it in a {what}'s job, or say --number"))
    if isinstance(found, Problem):
        problems.append(found)
    if problems or isinstance(found, Problem) or not repo or not number:
        raise InputError(problems)
    return PullRequest(host, api.rstrip("/"), repo, number), found


def job_page(environ: Mapping[str, str]) -> str | None:
    """Give the page of the job that runs this, for people to read on; None outside of CI. Source: as for `destination`."""
    if page := environ.get("CI_JOB_URL"):
        return page
    parts = [environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else None


def _host(environ: Mapping[str, str]) -> HostName:
    if environ.get("GITLAB_CI") or environ.get("CI_PROJECT_ID"):
        return "gitlab"
    if environ.get("GITHUB_ACTIONS") or environ.get("GITHUB_REPOSITORY"):
        return "github"
    raise InputError("the host is not known here", "say --host github or --host gitlab")


def _token(environ: Mapping[str, str], host: HostName) -> Token | Problem:
    """Give the token, or why there is none. What no header can carry is refused here: requests would show it."""
    names = _TOKENS[host]
    name = next((name for name in names if environ.get(name)), None)
    if name is None:
        where = "env: GITHUB_TOKEN: ${{ github.token }}" if host == "github" else "a masked CI/CD variable GITLAB_TOKEN"
        return Problem(f"there is no token: {names[0]} is not set", f"give it by the environment, such as {where}")
    value = environ[name].strip()
    if not _TOKEN.fullmatch(value):
        return Problem(f"{name} holds what no token does: spaces, line ends or letters beyond ASCII", "give the token alone")
    return Token(value, name, of_job=name == "CI_JOB_TOKEN")


def _api_problems(api: str) -> list[Problem]:
    try:
        parts = urlsplit(api)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)
        secret = parts.username is not None or parts.password is not None
    except ValueError:
        fits, secret = False, False
    fix = "such as https://api.github.com, https://host/api/v3 (GitHub Enterprise Server) or https://host/api/v4 (GitLab)"
    if secret:
        return [Problem("the API's address holds a user or a password", "take it out: the token comes from the environment")]
    return [] if fits else [Problem(f"{api!r} is not an address of an API", fix)]


def _repo_problems(host: HostName, repo: str | None) -> list[Problem]:
    shape = "owner/name" if host == "github" else "group/project, or the project's number"
    if not repo:
        return [Problem("the repository is not known here", f"say --repo {shape}")]
    if host == "github" and not _GITHUB_REPO.fullmatch(repo):
        return [Problem(f"{repo!r} is not a repository", f"say --repo {shape}")]
    return []


def _pull_number(environ: Mapping[str, str], event: str | None) -> int | None:
    """Give the pull request's number: of its ref, else of the event, also of one that a run or a comment of it caused."""
    if found := _PULL_REF.fullmatch(environ.get("GITHUB_REF", "")):
        return int(found[1])
    payload = json_or_none(event or "")
    payload = payload if isinstance(payload, dict) else {}
    run = _part(payload, "workflow_run").get("pull_requests")
    parts = [_part(payload, "pull_request"), _part(payload, "issue"), *(run if isinstance(run, list) else []), payload]
    numbers = (part.get("number") for part in parts if isinstance(part, dict))
    return next((number for number in numbers if isinstance(number, int)), None)


def _part(value: dict[str, Any], name: str) -> dict[str, Any]:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
