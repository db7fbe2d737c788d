"""Forty-seven moves in a comment and in a terminal: a row for their way, after what would be lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.render.review.markdown import render_markdown
from headgate.render.review.text import render_text
from headgate.review.decide import review_of
from headgate.review.model import Finding, Review, TableChange
from tests.support.plans import facts_of, plan

if TYPE_CHECKING:
    from collections.abc import Callable

GONE = TableChange("removed", "old", "main.bronze.old", "crm_1", reason="not in the inventory")


def with_moves(count: int) -> Review:
    moves = [
        TableChange("to move", f"t_{n}", f"main.bronze.t_{n}", "crm_1", "crm_2", weight=10.0, reason="planned")
        for n in range(count)
    ]
    planned = [Finding("attention", "move-planned", f"t_{n}", "is to be handed over from crm_1 to crm_2") for n in range(count)]
    removed = Finding("attention", "table-removed", "old", "no longer read")
    return replace(review_of(facts_of(plan())), tables=(*moves, GONE), findings=(*planned, removed))


@pytest.mark.parametrize("render", [render_markdown, render_text])
def test_they_are_told_by_their_way_after_the_table_that_is_removed(render: Callable[[Review], str]) -> None:
    lines = render(with_moves(47)).splitlines()
    words = ["no longer read", "is to be handed over", "not in the inventory", "crm_1 → crm_2"]
    places = [[number for number, line in enumerate(lines) if word in line] for word in words]

    assert [len(found) for found in places] == [1, 1, 1, 1]
    assert places == sorted(places)
    assert " 47 " in lines[places[-1][0]]
    assert " 7.83 min " in lines[places[-1][0]]


def test_what_is_counted_first_is_what_matters_most() -> None:
    assert "needs attention: table removed (1), move planned (47)" in render_text(with_moves(47))


def test_a_comment_names_fifty_of_a_way_and_a_terminal_eight_and_how_many_more() -> None:
    review = with_moves(60)

    assert "t_49` and 10 more |" in render_markdown(review)
    assert "t_7 and 52 more  planned" in render_text(review)
