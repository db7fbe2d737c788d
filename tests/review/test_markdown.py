"""A comment for a pull request: nothing in a plan becomes markup, and it fits whatever the size."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from headgate.render.review.markdown import COMMENT, code, render_markdown, words
from headgate.review.decide import review_of
from headgate.review.model import Finding, Review
from tests.support.plans import change, facts_of, pipelines, plan


def rendered(text: str) -> str:
    """Give the text that a reader sees, as GitHub's flavour renders it."""
    return str(MarkdownIt("gfm-like", {"linkify": False, "html": False}).render(text))


def reviewed(*changes: dict[str, Any]) -> Review:
    return review_of(facts_of(plan(*changes)))


HOSTILE = [
    "a|b", "`code`", "``", "<img src=x onerror=alert(1)>", "![x](http://evil)", "[x](http://evil)", "@everyone", "#1",
    "a\nb\n\n# h", "</details>", "<!-- x -->", "&lt;", "**b**", "\\|", "$x$", ":smile:", "~~x~~", "1. x", "- x",
    "http://evil.example", "\u202eabc",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_as_it_is_and_becomes_no_markup(name: str) -> None:
    html = rendered(f"| a | b |\n| --- | --- |\n| {code(name)} | {words(name)} |\n")

    assert html.count("<td>") == 2
    assert re.findall(r"<(?!/?(?:table|thead|tbody|tr|th|td|code)\b)", html) == []


@given(st.text())
def test_any_name_stays_in_its_cell(name: str) -> None:
    html = rendered(f"| a | b | c |\n| --- | --- | --- |\n| {code(name)} | {words(name)} | end |\n")

    assert html.count("<td>") == 3
    assert "<td>end</td>" in html
    assert re.findall(r"<(?!/?(?:table|thead|tbody|tr|th|td|code)\b)", html) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_review_of_hostile_names_has_no_tags_but_its_own(name: str) -> None:
    review = reviewed(
        *pipelines({"a": ["t"]}, {"a": ["t", name.replace(":", "")]}), change(f"databricks_job.{name}", {"name": name}, None)
    )
    text = render_markdown(review, details_url="https://ci.example/run (1)")

    outside_code = re.sub(r"(`+)[^`\n](?:.*?[^`\n])?\1(?!`)", "", text)
    assert re.findall(r"<(?!/?(?:details|summary|sub)>)", outside_code) == []
    assert "@everyone" not in outside_code
    html = rendered(text)
    assert re.findall(r"<(?:img|a|script)\b", html) == []


def many(count: int) -> Review:
    before = {f"p{number}": [f"table_{number}_{part}" for part in range(4)] for number in range(count)}
    after = {name: tables[1:] for name, tables in before.items() if int(name[1:]) % 2}
    return reviewed(*pipelines(before, after))


@pytest.mark.parametrize("count", [10, 400, pytest.param(2000, marks=pytest.mark.long)])
def test_a_comment_fits_and_says_how_much_it_leaves_out(count: int) -> None:
    review = many(count)
    text = render_markdown(review, details_url="https://ci.example/review.html")

    assert len(text) <= COMMENT
    shown = len(re.findall(r"^\| pipeline deleted ", text, flags=re.MULTILINE))
    told = [int(number.replace(",", "")) for number in re.findall(r"… and ([\d,]+) more, left out here", text)]
    deleted = len(review.of_level("loss"))
    assert shown == deleted or told
    assert shown >= min(deleted, 200)
    assert ("https://ci.example/review.html" in text) == bool(told)


def test_what_would_be_lost_comes_first_and_is_never_folded() -> None:
    text = render_markdown(many(60))
    loss = text.index("Would lose data")

    assert loss < text.index("### Tables")
    assert "<details>" not in text[: text.index("### Tables")]


def test_a_comment_without_room_keeps_the_verdict_and_the_counts() -> None:
    text = render_markdown(many(2000), limit=3000)

    assert len(text) <= 3000
    assert "would lose data" in text.splitlines()[0]
    assert "1,000 pipelines deleted" in text


def test_many_harmless_rows_are_folded() -> None:
    text = render_markdown(reviewed(*pipelines({}, {f"p{number}": [f"t{number}"] for number in range(40)})))

    assert "<details><summary>Tables (40)</summary>" in text
    assert text.count("<details>") == text.count("</details>")


def test_a_diff_is_shown_when_it_is_asked_for() -> None:
    review = reviewed(*pipelines({"a": ["t"]}, {"a": ["t", "u"]}))

    assert "```diff" not in render_markdown(review)
    assert "+pipeline_spec" in render_markdown(review, diffs=True)


def test_the_title_tells_the_verdict() -> None:
    review = Review("prod", "attention", facts_of(plan()), findings=(Finding("attention", "drift", "x", "y"),))

    assert render_markdown(review).splitlines()[0] == "## ⚠️ prod\\: needs attention"
