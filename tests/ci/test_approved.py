"""`headgate approved`, against servers on this machine that answer as GitHub's and GitLab's API do."""

from __future__ import annotations

import io
import json
import time
import zipfile
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from headgate.clients import rest
from tests.ci.hosts import Host, Reply

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.support.command import Run

MERGED, HEAD = "a" * 40, "b" * 40
TOKEN = "CANARY-token-5d"  # noqa: S105  # made up, to be looked for
REPO = "/repos/acme/data"
REVIEW: dict[str, Any] = {"headgate_review": 1, "target": "prod", "verdict": "attention", "digest": "sha256:00", "stacks": []}


def zipped(**files: Any) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, value in files.items():
            archive.writestr(f"{name}.json", json.dumps(value))
    return data.getvalue()


def run_of(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "run_number": number,
        "head_sha": HEAD,
        "head_repository": {"full_name": "acme/data"},
        "html_url": f"https://github.example.com/runs/{number}",
        **other,
    }


def artifact(number: int, created: str, **other: Any) -> dict[str, Any]:
    return {"id": number, "name": "headgate-review-prod", "expired": False, "created_at": created, **other}


PULL = {"number": 7, "merged_at": "2026-01-02T00:00:00Z", "merge_commit_sha": MERGED, "head": {"sha": HEAD}}


@pytest.fixture
def github(host: Host, storage: Host) -> Host:
    """Give GitHub with a pull request that was squashed, reviewed twice, the second time in two attempts."""
    host.replies = {
        f"{REPO}/commits/{MERGED}/pulls": [Reply([PULL])],
        f"{REPO}/actions/workflows/headgate-review.yml/runs": [Reply({"workflow_runs": [run_of(2), run_of(1)]})],
        f"{REPO}/actions/runs/102/artifacts": [
            Reply({"artifacts": [artifact(11, "2026-01-01T10:00:00Z"), artifact(12, "2026-01-01T11:00:00Z")]})
        ],
        f"{REPO}/actions/artifacts/12/zip": [Reply(b"", 302, {"Location": f"{storage.address}/blob?signature=x"})],
    }
    storage.replies = {"/blob": [Reply(zipped(review=REVIEW))]}
    return host


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the seconds that were waited for, of which none passes."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


@pytest.fixture
def approved(headgate: Run, host: Host, slept: list[float]) -> Run:
    """Give the command as it is run in GitHub Actions."""
    assert slept == []

    def run(code: int = 0, target: str = "prod") -> subprocess.CompletedProcess[str]:
        environment = {"GITHUB_API_URL": host.address, "GITHUB_REPOSITORY": "acme/data", "GITHUB_SHA": MERGED}
        done = headgate("approved", "-t", target, "--out", "review.json", code=code, GITHUB_TOKEN=TOKEN, **environment)
        assert TOKEN not in done.stdout + done.stderr
        return done

    return run


def test_the_last_review_of_the_pull_requests_head_is_fetched(approved: Run, github: Host, tmp_path: Path) -> None:
    done = approved()

    assert json.loads((tmp_path / "review.json").read_text()) == REVIEW
    assert "the review of pull request #7 at bbbbbbb" in done.stderr
    runs = next(query for path, query, _ in github.asked if path.endswith("/runs"))
    assert runs["head_sha"] == HEAD
    assert runs["event"] == "pull_request"


def test_the_token_goes_to_the_api_and_not_to_where_artifacts_lie(approved: Run, github: Host, storage: Host) -> None:
    approved()

    assert {headers["Authorization"] for _, _, headers in github.asked} == {f"Bearer {TOKEN}"}
    assert [headers.get("Authorization") for _, _, headers in storage.asked] == [None]


def test_all_pages_are_read(approved: Run, github: Host) -> None:
    path = f"{REPO}/actions/workflows/headgate-review.yml/runs"
    link = {"Link": f'<{github.address}{path}?page=2>; rel="next"'}
    github.replies[path] = [Reply({"workflow_runs": [run_of(1)]}, headers=link), Reply({"workflow_runs": [run_of(2)]})]

    approved()

    assert github.paths().count(path) == 2


def test_a_forks_run_of_the_same_commit_does_not_count(approved: Run, github: Host) -> None:
    forks = run_of(9, head_repository={"full_name": "mallory/data"})
    github.replies[f"{REPO}/actions/workflows/headgate-review.yml/runs"] = [Reply({"workflow_runs": [forks, run_of(2)]})]

    approved()

    assert f"{REPO}/actions/runs/102/artifacts" in github.paths()


def test_the_pull_request_that_was_merged_as_this_commit_counts(approved: Run, github: Host) -> None:
    others = [
        PULL | {"number": 1, "merge_commit_sha": "c" * 40, "head": {"sha": "d" * 40}, "merged_at": "2026-02-02T00:00:00Z"},
        PULL | {"number": 2, "merged_at": None},
    ]
    github.replies[f"{REPO}/commits/{MERGED}/pulls"] = [Reply([*others, PULL])]

    assert "pull request #7" in approved().stderr


NOTHING = {
    "a push without a pull request": (f"{REPO}/commits/{MERGED}/pulls", [], "is not part of a merged pull request"),
    "a pull request that is open": (
        f"{REPO}/commits/{MERGED}/pulls",
        [PULL | {"merged_at": None}],
        "is not part of a merged pull request",
    ),
    "no run": (
        f"{REPO}/actions/workflows/headgate-review.yml/runs",
        {"workflow_runs": []},
        "has no run of headgate-review.yml",
    ),
    "no artifact": (f"{REPO}/actions/runs/102/artifacts", {"artifacts": []}, "keeps no artifact headgate-review-prod"),
    "an artifact that was thrown away": (
        f"{REPO}/actions/runs/102/artifacts",
        {"artifacts": [artifact(12, "2026-01-01T11:00:00Z", expired=True)]},
        "keeps no artifact headgate-review-prod",
    ),
    "a review that was made after the merge": (
        f"{REPO}/actions/runs/102/artifacts",
        {"artifacts": [artifact(12, "2026-01-02T00:00:01Z")]},
        "keeps no artifact headgate-review-prod from before the merge",
    ),
}


@pytest.mark.parametrize("case", NOTHING)
def test_where_nothing_was_approved_it_refuses_and_says_how_to_go_on(
    case: str, approved: Run, github: Host, tmp_path: Path
) -> None:
    path, answer, said = NOTHING[case]
    github.replies[path] = [Reply(answer)]

    done = approved(code=5)

    assert said in done.stderr
    assert "git commit --allow-empty" in done.stderr
    assert not (tmp_path / "review.json").exists()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (REVIEW | {"target": "dev"}, "it is of target 'dev'"),
        (REVIEW | {"verdict": "error"}, "no complete plan could be made"),
        ({"format_version": "1.2"}, "it is not a review document"),
        ([], "it is not a review document"),
    ],
)
@pytest.mark.usefixtures("github")
def test_what_is_kept_must_be_this_targets_review(document: Any, said: str, approved: Run, storage: Host) -> None:
    storage.replies["/blob"] = [Reply(zipped(review=document))]

    assert said in approved(code=5).stderr


@pytest.mark.usefixtures("github")
def test_an_artifact_without_a_review_is_told(approved: Run, storage: Host) -> None:
    storage.replies["/blob"] = [Reply(zipped(other=REVIEW)), Reply(b"no zip")]

    assert "holds no review.json (KeyError)" in approved(code=4).stderr
    assert "holds no review.json (BadZipFile)" in approved(code=4).stderr


@pytest.mark.parametrize(
    ("status", "said"), [(401, "the token is refused"), (403, "pull-requests: read"), (404, "actions: read")]
)
def test_a_token_that_may_not_says_what_it_needs(status: int, said: str, approved: Run, github: Host) -> None:
    github.replies[f"{REPO}/commits/{MERGED}/pulls"] = [Reply({"message": "no"}, status)]

    assert said in approved(code=4).stderr


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_host_that_fails_for_a_moment_is_asked_again(status: int, approved: Run, github: Host) -> None:
    path = f"{REPO}/commits/{MERGED}/pulls"
    github.replies[path] = [Reply({}, status), Reply([PULL])]

    approved()

    assert github.paths().count(path) == 2


LIMITS = {
    "the hour's": {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"},
    "a short while's": {"Retry-After": "17"},
    "one that is told in words": {},
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_is_waited_for_and_not_taken_for_a_permission(
    limit: str, approved: Run, github: Host, slept: list[float]
) -> None:
    path = f"{REPO}/commits/{MERGED}/pulls"
    said = {"message": "You have exceeded a secondary rate limit"}
    github.replies[path] = [Reply(said, 403, LIMITS[limit]), Reply([PULL])]

    approved()

    assert github.paths().count(path) == 2
    assert slept == [{"the hour's": 1, "a short while's": 17}.get(limit, 60)]


def test_a_limit_that_ends_too_late_is_told_as_that(approved: Run, github: Host, slept: list[float]) -> None:
    github.replies[f"{REPO}/commits/{MERGED}/pulls"] = [Reply({"message": f"slow {TOKEN}"}, 429, {"Retry-After": "1000"})]

    assert "takes no more requests for 1,000 seconds: slow ***" in approved(code=4).stderr
    assert slept == []


def test_the_hosts_own_words_are_told_without_the_token(approved: Run, github: Host) -> None:
    basic = b64encode(f"x:{TOKEN}".encode()).decode()
    github.replies[f"{REPO}/commits/{MERGED}/pulls"] = [Reply({"message": f"may not: Basic {basic}"}, 403)]

    done = approved(code=4)

    assert "may not: Basic ***" in done.stderr
    assert "pull-requests: read" in done.stderr


def test_the_token_goes_nowhere_that_a_link_to_more_pages_names(approved: Run, github: Host, storage: Host) -> None:
    path = f"{REPO}/actions/workflows/headgate-review.yml/runs"
    link = {"Link": f'<{storage.address}{path}?page=2>; rel="next"'}
    github.replies[path] = [Reply({"workflow_runs": [run_of(1)]}, headers=link), Reply({"workflow_runs": [run_of(2)]})]

    approved()

    assert storage.paths() == ["/blob"]
    assert [query.get("page") for asked, query, _ in github.asked if asked == path] == [None, "2"]


def test_pages_that_never_end_are_told(approved: Run, github: Host) -> None:
    path = f"{REPO}/actions/runs/102/artifacts"
    github.replies[path] = [
        Reply({"artifacts": []}, headers={"Link": f'<{github.address}{path}?page={page}>; rel="next"'}) for page in (2, 3) * 60
    ]

    assert "has more than 100 pages" in approved(code=4).stderr


def test_a_password_of_netrc_goes_nowhere(
    approved: Run, github: Host, storage: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    approved()

    assert {headers["Authorization"] for _, _, headers in github.asked} == {f"Bearer {TOKEN}"}
    assert [headers.get("Authorization") for _, _, headers in storage.asked] == [None]


@pytest.mark.usefixtures("github")
def test_an_artifact_that_is_too_large_is_not_read_to_its_end(
    approved: Run, storage: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "LARGEST", 100)
    storage.replies["/blob"] = [Reply(bytes(101))]

    assert "the answer is larger than 64 MiB" in approved(code=4).stderr


@pytest.mark.usefixtures("github")
def test_an_artifact_that_ever_moves_on_is_told_without_its_signature(approved: Run, storage: Host) -> None:
    storage.replies["/blob"] = [Reply(b"", 302, {"Location": f"{storage.address}/blob?signature=x"})]

    done = approved(code=4)

    assert "artifacts/12/zip more than 5 times" in done.stderr
    assert "signature" not in done.stderr
    assert len(storage.asked) == 4


@pytest.mark.usefixtures("github")
def test_an_artifact_that_breaks_off_is_told(approved: Run, storage: Host) -> None:
    storage.replies["/blob"] = [Reply(b"half", headers={"Content-Length": "10"})]

    assert "can't be reached, or broke off" in approved(code=4).stderr


@pytest.mark.parametrize("answer", [b"<html>", {"workflow_runs": [{"id": 1}]}, {"workflow_runs": 3}, []])
def test_an_answer_that_makes_no_sense_is_told(answer: Any, approved: Run, github: Host) -> None:
    github.replies[f"{REPO}/actions/workflows/headgate-review.yml/runs"] = [Reply(answer)]

    approved(code=4)


def test_outside_of_ci_it_says_so(headgate: Run) -> None:
    assert "neither GitHub Actions nor GitLab CI" in headgate("approved", "-t", "prod", "--out", "x", code=1).stderr


def test_a_missing_token_is_told(headgate: Run) -> None:
    done = headgate("approved", "-t", "prod", "--out", "x", code=1, GITHUB_REPOSITORY="acme/data")

    assert "GITHUB_TOKEN is not set" in done.stderr


def test_gitlab_keeps_it_in_the_merge_requests_last_pipeline(headgate: Run, host: Host, tmp_path: Path) -> None:
    request = {"iid": 5, "state": "merged", "squash_commit_sha": MERGED, "merged_at": "2026-01-01T00:00:00Z"}
    job = {"id": 31, "name": "review:prod", "artifacts_file": {"filename": "artifacts.zip"}}
    job |= {"finished_at": "2025-12-31T23:00:00.000-01:00"}
    later = job | {"id": 33, "finished_at": "2026-01-01T00:00:01.000Z"}
    host.replies = {
        f"/projects/9/repository/commits/{MERGED}/merge_requests": [Reply([request, request | {"iid": 4, "state": "closed"}])],
        "/projects/9/merge_requests/5/pipelines": [
            Reply([{"id": 20, "web_url": "u", "source": "push"}, {"id": 11, "web_url": "u"}], headers={"x-next-page": "2"}),
            Reply([{"id": 12, "web_url": "u"}]),
        ],
        "/projects/9/pipelines/12/jobs": [Reply([job, job | {"id": 32, "name": "review:dev"}, job | {"id": 30}, later])],
        "/projects/9/jobs/31/artifacts/review.json": [Reply(REVIEW)],
    }
    environment = {"CI_API_V4_URL": host.address, "CI_PROJECT_ID": "9", "CI_COMMIT_SHA": MERGED, "GITLAB_TOKEN": TOKEN}

    done = headgate("approved", "-t", "prod", "--out", "review.json", **environment)

    assert json.loads((tmp_path / "review.json").read_text()) == REVIEW
    assert "merge request !5" in done.stderr
    assert TOKEN not in done.stdout + done.stderr


def test_gitlab_without_a_review_is_refused(headgate: Run, host: Host) -> None:
    host.replies = {f"/projects/9/repository/commits/{MERGED}/merge_requests": [Reply([])]}
    environment = {"CI_API_V4_URL": host.address, "CI_PROJECT_ID": "9", "CI_COMMIT_SHA": MERGED, "GITLAB_TOKEN": TOKEN}

    done = headgate("approved", "-t", "prod", "--out", "review.json", code=5, **environment)

    assert "is not part of a merged merge request" in done.stderr
