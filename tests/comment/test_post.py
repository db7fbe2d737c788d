"""One comment for each target, edited in place, on both hosts."""

from collections.abc import Callable

import pytest

from headgate.clients.rest import RejectedError
from headgate.comment.model import PostResult
from headgate.problems import SourceError
from tests.support.hosts import ACTIONS, BOT, JOB, PERSON, READER, GitHubHost, GitLabHost, Time, Trouble

Post = Callable[..., PostResult]
MARK = "<!-- headgate:review target=prod -->"


def test_the_first_review_is_posted_with_its_hidden_marker(github: GitHubHost, to_github: Post) -> None:
    posted = to_github("All is well.")

    assert github.bodies == [f"{MARK}\n\nAll is well.\n"]
    assert posted.action == "created"
    assert posted.url == github.comments[0]["html_url"]


def test_the_next_review_edits_it(github: GitHubHost, to_github: Post) -> None:
    to_github("before")
    posted = to_github("after")

    assert github.bodies == [f"{MARK}\n\nafter\n"]
    assert posted.action == "edited"


def test_an_unchanged_review_sends_nothing_whatever_the_host_did_to_its_line_ends(github: GitHubHost, to_github: Post) -> None:
    github.add(f"{MARK}\r\n\r\none\r\ntwo")

    assert to_github("one\ntwo\n").action == "unchanged"
    assert github.writes == []


def test_each_target_and_each_connector_has_its_own(github: GitHubHost, to_github: Post) -> None:
    to_github("a", "dev")
    to_github("b", "prod")
    to_github("c", "prod", connector="crm")
    to_github("d", "prod")

    assert [body.split("\n")[2] for body in github.bodies] == ["a", "d", "c"]


def test_it_is_found_on_any_page(github: GitHubHost, to_github: Post) -> None:
    github.page = 2
    for number in range(4):
        github.add(f"comment {number}", "person")
    ours = github.add(f"{MARK}\n\nbefore")

    assert to_github("after").url == ours["html_url"]
    assert len(github.comments) == 5


def test_a_stranger_who_posts_the_marker_is_not_edited(github: GitHubHost, to_github: Post) -> None:
    github.add(f"{MARK}\n\nlooks fine, merge it", "stranger")

    assert to_github("would lose data").action == "created"
    assert github.bodies[0].endswith("merge it")


def test_a_person_finds_what_the_person_posted(github: GitHubHost, to_github: Post) -> None:
    github.add(f"{MARK}\n\nby the bot", ACTIONS)
    mine = github.add(f"{MARK}\n\nby me", "Person")

    assert to_github("new", token=PERSON).url == mine["html_url"]


def test_an_app_that_can_not_ask_its_name_looks_among_bots_only(github: GitHubHost, to_github: Post) -> None:
    github.troubles = [Trouble("POST", "graphql", 404, body={"message": "Not Found"})]
    github.add(f"{MARK}\n\nhers", "person")
    ours = github.add(f"{MARK}\n\nours", "other-app[bot]")

    assert to_github("new").url == ours["html_url"]


def test_a_comment_that_quotes_the_marker_is_none(github: GitHubHost, to_github: Post) -> None:
    github.add(f"> {MARK}\n\nwhat is this?")

    assert to_github().action == "created"


def test_of_two_the_newest_is_edited_and_the_others_are_deleted(github: GitHubHost, to_github: Post) -> None:
    first = github.add(f"{MARK}\n\nfirst")
    github.add(f"{MARK}\n\nsecond")
    posted = to_github("new")

    assert github.bodies == [f"{MARK}\n\nnew\n"]
    assert posted.deleted == (first["id"],)


def test_an_older_one_that_may_not_be_deleted_is_a_warning(github: GitHubHost, to_github: Post) -> None:
    github.add(f"{MARK}\n\nfirst")
    github.add(f"{MARK}\n\nsecond")
    github.troubles = [Trouble("DELETE", "comments", 403, body={"message": "Must have admin rights"})]

    (warning,) = to_github("new").warnings
    assert "an older comment stays" in warning


def test_one_that_is_deleted_between_looking_and_editing_is_posted_anew(github: GitHubHost, to_github: Post) -> None:
    github.add(f"{MARK}\n\nbefore")
    github.troubles = [Trouble("PATCH", "comments", taken=True, status=404, meanwhile=github.comments.clear)]

    assert to_github("after").action == "created"
    assert github.bodies == [f"{MARK}\n\nafter\n"]


def test_a_dry_run_tells_and_writes_nothing(github: GitHubHost, to_github: Post) -> None:
    posted = to_github("new", dry_run=True, labels=["headgate:fine"])

    assert (posted.action, posted.labels.add, posted.dry_run) == ("created", ("headgate:fine",), True)
    assert github.writes == []


def test_a_token_that_is_none_says_so_and_is_not_shown(to_github: Post) -> None:
    unknown = "what-nobody-knows"
    with pytest.raises(RejectedError) as caught:
        to_github(token=unknown)

    assert "GITHUB_TOKEN is not a valid token" in str(caught.value)
    assert unknown not in str(caught.value)


def test_a_host_that_repeats_the_token_in_its_error_does_not_have_it_shown(github: GitHubHost, to_github: Post) -> None:
    github.troubles = [Trouble("GET", "comments", 400, body={"message": f"what is {BOT}?"})]

    with pytest.raises(RejectedError, match=r"what is \*\*\*\?"):
        to_github()


def test_a_token_that_may_not_write_names_the_permission(to_github: Post) -> None:
    with pytest.raises(RejectedError, match=r"pull-requests: write"):
        to_github(token=READER)


def test_a_repository_that_moved_is_not_followed_with_the_token(github: GitHubHost, to_github: Post) -> None:
    github.troubles = [Trouble("GET", "comments", 301, {"location": "https://elsewhere.example/repositories/1"})]

    with pytest.raises(RejectedError, match=r"moved to https://elsewhere.example/repositories/1"):
        to_github()


def test_an_address_that_is_no_api_is_told(github: GitHubHost, to_github: Post) -> None:
    github.troubles = [Trouble("GET", "comments", 200, body=b"<html>Sign in</html>")]

    with pytest.raises(SourceError, match="answered with no JSON"):
        to_github()


def test_gitlab_notes_are_posted_edited_and_left_alone(gitlab: GitLabHost, to_gitlab: Post) -> None:
    gitlab.page = 1
    gitlab.add(f"{MARK}\n\nby another", user=2)
    gitlab.add(f"{MARK}\n\nby the system", system=True)
    actions = [to_gitlab("before").action, to_gitlab("after").action, to_gitlab("after").action]

    assert actions == ["created", "edited", "unchanged"]
    assert gitlab.bodies[2] == f"{MARK}\n\nafter\n"
    assert to_gitlab("after").url == f"{gitlab.root}/group/name/-/merge_requests/7#note_{gitlab.comments[2]['id']}"


def test_gitlab_carries_out_no_line_of_a_review(gitlab: GitLabHost, to_gitlab: Post) -> None:
    to_gitlab("a\n/merge\n  /close now\n/ alone\nand/or")

    assert gitlab.bodies[0].split("\n")[2:] == ["a", "\\/merge", "  \\/close now", "/ alone", "and/or", ""]
    assert to_gitlab("a\n/merge\n  /close now\n/ alone\nand/or").action == "unchanged"


def test_gitlabs_job_token_can_not_write_and_says_what_can(to_gitlab: Post) -> None:
    with pytest.raises(
        RejectedError, match=r"CI_JOB_TOKEN\) can't write notes: make a project access token with the scope `api`"
    ):
        to_gitlab(token=JOB)


def test_gitlabs_scope_is_named(to_gitlab: Post) -> None:
    with pytest.raises(RejectedError, match=r"higher privileges than provided\n.*scope `api`"):
        to_gitlab(token=READER)


def test_one_comment_is_made_of_two_on_gitlab_too(gitlab: GitLabHost, to_gitlab: Post, time: Time) -> None:
    gitlab.add(f"{MARK}\n\nfirst")
    gitlab.add(f"{MARK}\n\nsecond")
    to_gitlab("new")

    assert gitlab.bodies == [f"{MARK}\n\nnew\n"]
    assert time.slept == []
