"""`headgate comment` as CI runs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Run
from tests.support.hosts import BOT, JOB, READER, GitHubHost, GitLabHost
from tests.support.outputs import parsed


@pytest.fixture(autouse=True)
def _directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a proxy of this machine out of it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubHost]:
    with GitHubHost() as host:
        for name in ("GITLAB_CI", "CI_PROJECT_ID"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("GITHUB_API_URL", host.api)
        monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
        monkeypatch.setenv("GITHUB_REF", "refs/pull/7/merge")
        monkeypatch.setenv("GITHUB_TOKEN", BOT)
        yield host


def test_a_review_from_stdin_is_posted_and_labelled(github: GitHubHost, process: Run) -> None:
    words = ("comment", "-", "-t", "prod", "--labels", "headgate:attention, tables")
    done = process(*words, stdin="# Review — two tables move\n")

    assert github.bodies[0].endswith("# Review — two tables move\n")
    assert done.stdout.splitlines() == [
        f"comment posted to owner/name#7: {github.comments[0]['html_url']}",
        "label put on: headgate:attention",
        "label put on: tables",
    ]


def test_a_review_from_a_file_is_edited_in_place_and_told_as_json(github: GitHubHost, headgate: Run) -> None:
    github.add("<!-- headgate:review target=prod connector=crm -->\n\nbefore")
    words = ("comment", "connectors/crm/tables.csv", "-t", "prod", "--connector", "crm", "--format", "json")

    assert parsed("comment", headgate(*words).stdout)["action"] == "edited"
    assert parsed("comment", headgate(*words).stdout)["action"] == "unchanged"


def test_a_dry_run_says_what_it_would_do(github: GitHubHost, headgate: Run) -> None:
    done = headgate("comment", "-", "-t", "prod", "--dry-run", stdin="text")

    assert done.stdout == "dry run: comment posted to owner/name#7\n"
    assert github.writes == []


def test_a_forks_token_is_an_error_or_where_allowed_a_warning(
    github: GitHubHost, headgate: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", READER)
    refused = headgate("comment", "-", "-t", "prod", stdin="text", code=4)
    allowed = headgate("comment", "-", "-t", "prod", "--allow-read-only", stdin="text")

    assert "pull-requests: write" in refused.stderr
    assert allowed.stdout == "no comment in owner/name#7\n"
    assert "warning: no comment was posted, for the token may only read" in allowed.stderr
    assert github.comments == []


def test_gitlabs_job_says_all_and_its_token_is_accepted_as_read_only(headgate: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with GitLabHost() as host:
        monkeypatch.setenv("GITLAB_CI", "true")
        monkeypatch.setenv("CI_API_V4_URL", host.api)
        monkeypatch.setenv("CI_PROJECT_ID", "group/name")
        monkeypatch.setenv("CI_MERGE_REQUEST_IID", "7")
        monkeypatch.delenv("CI_MERGE_REQUEST_PROJECT_ID", raising=False)
        monkeypatch.delenv("GITLAB_TOKEN", raising=False)
        monkeypatch.setenv("CI_JOB_TOKEN", JOB)
        done = headgate("comment", "-", "-t", "prod", "--allow-read-only", "--format", "json", stdin="text")

        assert parsed("comment", done.stdout)["action"] == "skipped"
        assert "project access token" in done.stderr

        monkeypatch.setenv("GITLAB_TOKEN", BOT)
        assert headgate("comment", "-", "-t", "prod", stdin="text").stdout.startswith("comment posted to group/name!7: ")


def test_a_cut_review_links_the_jobs_page(github: GitHubHost, headgate: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://ghe.example.com")
    monkeypatch.setenv("GITHUB_RUN_ID", "99")
    monkeypatch.delenv("CI_JOB_URL", raising=False)
    done = headgate("comment", "-", "-t", "prod", stdin="a line\n" * 20_000)

    assert github.bodies[0].endswith("[The whole review](<https://ghe.example.com/owner/name/actions/runs/99>).\n")
    assert "it was cut to what the host takes" in done.stdout


def test_a_password_that_netrc_has_for_the_host_does_not_take_the_tokens_place(
    github: GitHubHost, headgate: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    headgate("comment", "-", "-t", "prod", stdin="text")

    assert len(github.comments) == 1


@pytest.mark.usefixtures("github")
def test_what_is_no_review_is_refused(headgate: Run) -> None:
    assert "stdin: is empty" in headgate("comment", "-", "-t", "prod", stdin=" \n", code=1).stderr
    assert "no.md: can't be used" in headgate("comment", "no.md", "-t", "prod", code=1).stderr
    Path("odd.md").write_bytes(b"\n\xff")
    assert "odd.md:2: is not UTF-8: byte 2 of the file" in headgate("comment", "odd.md", "-t", "prod", code=1).stderr
    assert "did you mean 'prod'?" in headgate("comment", "-", "-t", "PROD", stdin="text", code=1).stderr


@pytest.mark.usefixtures("github")
@pytest.mark.parametrize("words", [("--repo", "a/b"), ("--number", "8", "--format", "json")])
def test_the_token_is_never_shown(words: tuple[str, ...], headgate: Run) -> None:
    done = headgate("comment", "-", "-t", "prod", *words, stdin="text", code=4)

    assert "look at --repo, --number and --api" in done.stderr
    assert BOT not in done.stdout + done.stderr
