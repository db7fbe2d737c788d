"""Labels: one verdict of headgate's, the worst of all targets'; what other tools put on stays."""

from collections.abc import Callable

import pytest

from headgate.comment.model import PostResult
from tests.support.hosts import PERSON, GitHubHost, GitLabHost, Trouble

Post = Callable[..., PostResult]


def test_a_verdicts_label_takes_the_place_of_the_last_one(github: GitHubHost, to_github: Post) -> None:
    github.labels = ["bug", "headgate:fine", "headgate:own"]
    posted = to_github(labels=["headgate:loss"])

    assert github.labels == ["bug", "headgate:own", "headgate:loss"]
    assert (posted.labels.add, posted.labels.remove) == (("headgate:loss",), ("headgate:fine",))


def test_a_label_that_github_does_not_know_is_made_with_its_colour(github: GitHubHost, to_github: Post) -> None:
    github.known_labels = {"headgate:fine": "000000"}
    to_github(labels=["headgate:fine"])
    to_github(labels=["headgate:attention", "tables"])

    assert github.known_labels == {"headgate:fine": "000000", "headgate:attention": "d4a72c", "tables": "ededed"}


def test_one_that_somebody_else_made_meanwhile_is_put_on(github: GitHubHost, to_github: Post) -> None:
    github.troubles = [Trouble("POST", "name/labels", 422, body={"message": "Validation Failed"})]

    assert to_github(labels=["headgate:fine"]).warnings == ()
    assert github.labels == ["headgate:fine"]


def test_labels_that_are_so_already_are_not_sent(github: GitHubHost, to_github: Post) -> None:
    to_github(labels=["headgate:fine", "Tables"], remove_labels=["waiting"])
    github.requests.clear()
    github.labels = ["headgate:fine", "tables"]

    assert not to_github(labels=["headgate:fine", "Tables"], remove_labels=["waiting"]).labels
    assert github.writes == []


def test_other_labels_are_put_on_and_taken_off_as_asked(github: GitHubHost, to_github: Post) -> None:
    github.labels = ["waiting", "headgate:fine"]
    to_github(labels=["tables"], remove_labels=["waiting", "gone"])

    assert github.labels == ["headgate:fine", "tables"]


def test_of_several_targets_the_worst_verdict_is_the_label(github: GitHubHost, to_github: Post) -> None:
    to_github("b", "prod", labels=["headgate:loss"])
    to_github("a", "dev", labels=["headgate:fine"])
    assert github.labels == ["headgate:loss"]

    to_github("c", "prod", labels=["headgate:attention"])
    assert github.labels == ["headgate:attention"]

    to_github("d", "prod", labels=["headgate:fine"])
    assert github.labels == ["headgate:fine"]


def test_a_strangers_verdict_has_no_say(github: GitHubHost, to_github: Post) -> None:
    github.add("<!-- headgate:review target=prod -->\n<!-- headgate:verdict loss -->", "stranger")
    to_github("a", "dev", labels=["headgate:fine"])

    assert github.labels == ["headgate:fine"]


@pytest.mark.parametrize("path", ["name/labels$", "issues/7/labels$"])
def test_a_token_that_may_not_label_only_warns(path: str, github: GitHubHost, to_github: Post) -> None:
    github.troubles = [Trouble("POST", path, 403, body={"message": "Must have push access"})]
    posted = to_github(labels=["headgate:fine"])

    assert posted.action == "created"
    assert "the labels stay as they are" in posted.warnings[0]
    assert "Must have push access" in posted.warnings[0]


def test_a_label_that_nobody_answered_for_is_put_on_again(github: GitHubHost, to_github: Post) -> None:
    github.troubles = [Trouble("POST", "issues/7/labels", 502, taken=True)]

    assert to_github(labels=["headgate:fine"]).warnings == ()
    assert github.labels == ["headgate:fine"]


def test_gitlabs_labels_change_in_one_request(gitlab: GitLabHost, to_gitlab: Post) -> None:
    gitlab.labels = ["bug", "headgate:loss"]
    to_gitlab(labels=["headgate:fine"])

    assert gitlab.labels == ["bug", "headgate:fine"]
    assert len([write for write in gitlab.writes if write.startswith("PUT")]) == 1


def test_gitlabs_refusal_to_label_only_warns(gitlab: GitLabHost, to_gitlab: Post) -> None:
    gitlab.troubles = [Trouble("PUT", "merge_requests/7$", 403, body={"message": "403 Forbidden"})]

    assert "403 Forbidden" in to_gitlab(token=PERSON, labels=["headgate:fine"]).warnings[0]
