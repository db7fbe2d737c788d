"""A comment's text: marker, limit, and what is closed where it is cut."""

import pytest

from headgate.comment.body import carries, compose, marker, verdict_of
from headgate.comment.request import review_of
from headgate.problems import InputError

NOTICE = "**Cut here: a comment takes 600 characters, and the review is longer.** The whole review is in the job's own output."


def cut(text: str) -> list[str]:
    body, was_cut = compose(review_of(text, "prod"), 600)
    assert was_cut
    assert len(body) <= 600
    return body.rstrip("\n").split("\n")


def test_what_fits_is_whole() -> None:
    assert compose(review_of("all", "prod"), 600) == ("<!-- headgate:review target=prod -->\n\nall\n", False)


def test_the_verdict_stands_in_a_hidden_line() -> None:
    body, _ = compose(review_of("all", "prod", labels=["headgate:loss"]), 600)

    assert body.startswith("<!-- headgate:review target=prod -->\n<!-- headgate:verdict loss -->\n\nall")
    assert verdict_of(body) == "loss"
    assert verdict_of(body.replace("\n", "\r\n")) == "loss"
    assert verdict_of("> " + body) is None


def test_markers_of_targets_that_begin_alike_differ() -> None:
    assert not carries(marker("prod_eu"), marker("prod"))
    assert not carries(marker("prod", "crm"), marker("prod"))


def test_a_block_of_code_that_is_cut_is_closed() -> None:
    assert cut("````diff\n" + "+ a line\n```\n" * 100)[-3:] == ["````", "", NOTICE]


def test_folded_parts_that_are_cut_are_closed() -> None:
    text = "<details><summary>a</summary>\n\n<details>\n</details>\n<details>\n\n" + "a line\n" * 100

    assert cut(text)[-5:] == ["", "</details>", "</details>", "", NOTICE]


def test_folding_inside_code_is_no_folding() -> None:
    assert cut("```\n<details>\n```\n" + "a line\n" * 100)[-3:] == ["a line", "", NOTICE]


def test_many_open_parts_take_the_room_that_they_need() -> None:
    assert cut("<details>\n" * 200)[-1] == NOTICE


def test_a_line_that_is_longer_than_all_is_left_out() -> None:
    assert cut("x" * 1000) == ["<!-- headgate:review target=prod -->", "", "", NOTICE]


@pytest.mark.parametrize("limit", range(520, 700, 7))
def test_no_limit_is_ever_passed(limit: int) -> None:
    text = "# Review\n\n<details>\n\n```sql\nselect 1\n```\n\n" + "| a | table |\n" * 60
    body, _ = compose(review_of(text, "prod"), limit)

    assert len(body) <= limit


def test_all_that_can_not_be_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        review_of("", "pr-->od", "C R M", ["headgate:fine", "headgate:loss", "x"], ["x"], "javascript:alert(1)")

    said = str(caught.value)
    for words in (
        "'pr-->od' can't be a target",
        "'C R M' can't be a connector",
        "are two verdicts",
        "the label 'x' is",
        "not an address",
    ):
        assert words in said
