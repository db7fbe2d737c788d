"""What breaks on the way: limits, servers that fail, connections that drop, texts that are too long."""

from collections.abc import Callable

import pytest

from headgate.clients.rate_limits import seconds_to_wait
from headgate.clients.rest import RejectedError, UnsureError
from headgate.comment.model import PostResult
from headgate.problems import SourceError
from tests.support.hosts import GitHubHost, GitLabHost, Time, Trouble

Post = Callable[..., PostResult]
MARK = "<!-- headgate:review target=prod -->"
SECONDARY = {"message": "You have exceeded a secondary rate limit"}


def test_retry_after_is_waited_for(github: GitHubHost, to_github: Post, time: Time) -> None:
    github.troubles = [Trouble("POST", "comments", 403, {"Retry-After": "17"}, SECONDARY)]

    assert to_github().action == "created"
    assert time.slept == [17]
    assert len(github.comments) == 1


def test_the_limits_end_is_waited_for(github: GitHubHost, to_github: Post, time: Time) -> None:
    ends = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.now()) + 120)}
    github.troubles = [Trouble("GET", "comments", 403, ends, {"message": "API rate limit exceeded"})]
    to_github()

    assert time.slept == [121]


def test_a_limit_that_tells_no_time_is_given_a_minute(github: GitHubHost, to_github: Post, time: Time) -> None:
    github.troubles = [Trouble("GET", "comments", 403, {}, SECONDARY), Trouble("POST", "comments", 429, {}, SECONDARY)]
    to_github()

    assert time.slept == [60, 60]


def test_gitlabs_limit_is_waited_for(gitlab: GitLabHost, to_gitlab: Post, time: Time) -> None:
    gitlab.troubles = [Trouble("POST", "notes", 429, {"Retry-After": "30"}, {"message": "too many notes"})]
    to_gitlab()

    assert time.slept == [30]
    assert len(gitlab.comments) == 1


def test_a_wait_beyond_a_quarter_of_an_hour_is_refused_with_the_time(github: GitHubHost, to_github: Post, time: Time) -> None:
    ends = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.now()) + 3000)}
    github.troubles = [Trouble("GET", "comments", 403, ends, {"message": "API rate limit exceeded"})]

    with pytest.raises(SourceError, match=r"takes no more requests for 3,001 seconds(.|\n)*run it again after 23:03 UTC"):
        to_github()
    assert time.slept == []


def test_waits_are_bounded_in_all(github: GitHubHost, to_github: Post, time: Time) -> None:
    github.troubles = [Trouble("GET", "comments", 429, {"Retry-After": "400"}, SECONDARY) for _ in range(3)]

    with pytest.raises(SourceError, match="takes no more requests"):
        to_github()
    assert time.slept == [400, 400]


@pytest.mark.parametrize(
    ("status", "headers", "said", "wait"),
    [
        (403, {}, "Resource not accessible by integration", None),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "110"}, "", 11),
        (403, {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "110"}, "", None),
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": "110"}, "", 11),
        (429, {"retry-after": "soon"}, "", 60),
        (429, {"retry-after": "0"}, "", 1),
        (429, {}, "", 60),
        (404, {"retry-after": "5"}, "", None),
    ],
)
def test_a_limit_is_told_from_a_permission(status: int, headers: dict[str, str], said: str, wait: float | None) -> None:
    assert seconds_to_wait(status, headers, said, now=100) == wait


@pytest.mark.parametrize("status", [500, 502, 503, 504, None])
def test_what_may_be_repeated_is_repeated_ever_later(
    status: int | None, github: GitHubHost, to_github: Post, time: Time
) -> None:
    github.add(f"{MARK}\n\nbefore")
    github.troubles = [Trouble("GET", "comments", status), *(Trouble("PATCH", "comments", status) for _ in range(3))]

    assert to_github("after").action == "edited"
    assert [seconds for seconds in time.slept if seconds] == [2, 4]


def test_a_server_that_says_when_it_is_back_is_believed_up_to_half_a_minute(
    github: GitHubHost, to_github: Post, time: Time
) -> None:
    github.troubles = [Trouble("GET", "comments", 503, {"Retry-After": after}) for after in ("7", "4000", "soon")]
    to_github()

    assert time.slept == [7, 30, 30]


def test_a_server_that_stays_down_is_told(github: GitHubHost, to_github: Post) -> None:
    github.troubles = [Trouble("GET", "comments", 502) for _ in range(5)]

    with pytest.raises(RejectedError, match="answered 502 to GET"):
        to_github()


@pytest.mark.parametrize("status", [500, 502, 504, None])
@pytest.mark.parametrize("taken", [True, False], ids=["taken", "lost"])
def test_a_post_that_nobody_answered_never_makes_two(
    status: int | None, taken: bool, github: GitHubHost, to_github: Post
) -> None:
    github.troubles = [Trouble("POST", "comments", status, taken=taken) for _ in range(2 if not taken else 1)]
    posted = to_github("new")

    assert github.bodies == [f"{MARK}\n\nnew\n"]
    assert posted.action == "created"
    assert posted.url == github.comments[0]["html_url"]


def test_a_note_that_nobody_answered_never_makes_two(gitlab: GitLabHost, to_gitlab: Post) -> None:
    gitlab.troubles = [Trouble("POST", "notes", taken=True)]
    to_gitlab("new")

    assert len(gitlab.comments) == 1


def test_a_post_that_is_never_answered_ends_with_an_error(github: GitHubHost, to_github: Post) -> None:
    github.troubles = [Trouble("POST", "comments", 502) for _ in range(10)]

    with pytest.raises(UnsureError, match="answered 502 to POST"):
        to_github()


def test_a_host_that_is_not_there_is_told(github: GitHubHost, to_github: Post) -> None:
    github.__exit__()

    with pytest.raises(SourceError, match="can't be reached"):
        to_github()


def test_a_text_that_is_too_long_is_cut_after_a_line_and_says_so(github: GitHubHost, to_github: Post) -> None:
    text = "\n".join(f"| table {number} | moves |" for number in range(5000))
    posted = to_github(text, details_url="https://ci.example/run/1")
    lines = github.bodies[0].rstrip("\n").split("\n")

    assert posted.cut
    assert 65_000 < len(github.bodies[0]) <= 65_536
    assert lines[-3] in text.split("\n")
    assert lines[-1] == (
        "**Cut here: a comment takes 65,536 characters, and the review is longer.** [The whole review](<https://ci.example/run/1>)."
    )
    assert to_github(text, details_url="https://ci.example/run/1").action == "unchanged"


def test_a_host_that_takes_less_than_others_gets_less(github: GitHubHost, to_github: Post) -> None:
    github.limit = 30_000
    posted = to_github("a line of a review\n" * 3000)

    assert posted.cut
    assert 20_000 < len(github.bodies[0]) <= 30_000


def test_gitlab_takes_more(gitlab: GitLabHost, to_gitlab: Post) -> None:
    assert not to_gitlab("a line of a review\n" * 50_000).cut
    assert to_gitlab("a line of a review\n" * 60_000).cut
    assert len(gitlab.bodies[0]) <= 1_000_000
