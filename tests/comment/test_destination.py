"""Where a comment goes: what CI says of itself, unless an option says otherwise."""

import json
from typing import Any

import pytest

from headgate.comment.destination import destination, job_page
from headgate.comment.model import PullRequest
from headgate.problems import InputError

HIDDEN = "what-nobody-sees"
ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_API_URL": "https://ghe.example.com/api/v3",
    "GITHUB_REPOSITORY": "owner/name",
    "GITHUB_REF": "refs/pull/12/merge",
    "GITHUB_TOKEN": HIDDEN,
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://git.example.com/api/v4",
    "CI_PROJECT_ID": "5",
    "CI_MERGE_REQUEST_IID": "3",
    "CI_JOB_TOKEN": HIDDEN,
}


def test_github_actions_says_all() -> None:
    pull_request, token = destination(ACTIONS, None)

    assert pull_request == PullRequest("github", "https://ghe.example.com/api/v3", "owner/name", 12)
    assert (token.value, token.variable) == (HIDDEN, "GITHUB_TOKEN")


def test_gitlab_ci_says_all() -> None:
    pull_request, token = destination(GITLAB, None)

    assert pull_request == PullRequest("gitlab", "https://git.example.com/api/v4", "5", 3)
    assert token.of_job


def test_gitlabs_own_token_goes_before_the_jobs_and_a_forks_request_is_in_the_project_it_goes_to() -> None:
    pull_request, token = destination({**GITLAB, "GITLAB_TOKEN": HIDDEN, "CI_MERGE_REQUEST_PROJECT_ID": "9"}, None)

    assert pull_request.repo == "9"
    assert not token.of_job


@pytest.mark.parametrize(
    "event",
    [
        {"pull_request": {"number": 8}, "number": 8},
        {"issue": {"number": 8}},
        {"workflow_run": {"pull_requests": [{"number": 8}]}},
        {"number": 8},
    ],
)
def test_the_event_tells_the_number_where_the_ref_does_not(event: dict[str, Any]) -> None:
    pull_request, _ = destination({**ACTIONS, "GITHUB_REF": "refs/heads/main"}, json.dumps(event))

    assert pull_request.number == 8


@pytest.mark.parametrize("event", [None, "", "[]", "{", '{"pull_request": 3, "workflow_run": {"pull_requests": [7]}}'])
def test_an_event_that_does_not_tell_is_an_error_with_the_option(event: str | None) -> None:
    with pytest.raises(InputError, match="say --number"):
        destination({**ACTIONS, "GITHUB_REF": "refs/heads/main"}, event)


def test_options_go_before_ci() -> None:
    pull_request, _ = destination({**ACTIONS, **GITLAB}, None, "github", repo="a/b", number=1, api="https://api.github.com/")

    assert pull_request == PullRequest("github", "https://api.github.com", "a/b", 1)


def test_the_hosts_own_address_is_the_default() -> None:
    environ = {"GITHUB_TOKEN": HIDDEN, "GITLAB_TOKEN": HIDDEN}

    assert destination(environ, None, "github", repo="a/b", number=1)[0].api == "https://api.github.com"
    assert destination(environ, None, "gitlab", repo="a/b/c", number=1)[0].api == "https://gitlab.com/api/v4"


def test_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        destination({}, None, "github", api="example.com")

    said = str(caught.value)
    for words in ("is not an address of an API", "say --repo owner/name", "say --number", "GITHUB_TOKEN is not set"):
        assert words in said


@pytest.mark.parametrize("repo", ["name", "../..", "a/b/c", "a/b?c", ""])
def test_what_is_no_repository_is_told(repo: str) -> None:
    with pytest.raises(InputError, match="say --repo owner/name"):
        destination({**ACTIONS, "GITHUB_REPOSITORY": ""}, None, repo=repo)


def test_the_jobs_page_is_known_in_ci_alone() -> None:
    run = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "5"}

    assert job_page(run) == "https://github.com/a/b/actions/runs/5"
    assert job_page({"CI_JOB_URL": "https://gitlab.com/a/b/-/jobs/5"}) == "https://gitlab.com/a/b/-/jobs/5"
    assert job_page({"GITHUB_REPOSITORY": "a/b"}) is None


def test_without_ci_the_host_is_asked_for() -> None:
    with pytest.raises(InputError, match="--host github or --host gitlab"):
        destination({}, None)


def test_a_token_that_no_header_can_carry_is_refused_and_not_shown() -> None:
    with pytest.raises(InputError, match="GITHUB_TOKEN holds what no token does") as caught:
        destination({**ACTIONS, "GITHUB_TOKEN": f"{HIDDEN}\nX-Other: 1"}, None)

    assert HIDDEN not in str(caught.value)


def test_a_token_is_in_no_repr() -> None:
    assert HIDDEN not in repr(destination(ACTIONS, None))


def test_an_address_with_a_password_is_refused_and_not_shown() -> None:
    with pytest.raises(InputError) as caught:
        destination(ACTIONS, None, api=f"https://user:{HIDDEN}@example.com")

    assert HIDDEN not in str(caught.value)
