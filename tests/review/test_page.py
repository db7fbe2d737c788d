"""The review as a page: what matters is not buried, and it fits a narrow screen."""

from __future__ import annotations

import re
from dataclasses import replace

from headgate.render.review.page import render_page
from headgate.review.decide import review_of
from headgate.review.model import Review, TableChange
from tests.support.plans import change, facts_of, plan


def review_with(*tables: TableChange) -> Review:
    file = "databricks_workspace_file.crm_1"
    made = review_of(facts_of(plan(change(file, {"content_base64": "YQ=="}, {"content_base64": "Yg=="}))))
    return replace(made, tables=tables)


def moved(number: int, way: tuple[str, str] = ("crm_1", "crm_2")) -> TableChange:
    return TableChange("to move", f"t_{number}", f"main.bronze.t_{number}", *way, weight=10.0, reason="planned")


def cells(page: str, title: str) -> list[list[str]]:
    """Give the cells of the rows below a heading."""
    part = page.split(f">{title}</h2>")[1].split("</section>", maxsplit=1)[0]
    rows = re.findall(r"<tr>(<td.*?)</tr>", part, re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]


def test_tables_that_move_are_told_by_their_way_after_those_that_are_lost() -> None:
    gone = TableChange("removed", "old", "main.bronze.old", "crm_1", reason="not in the inventory")

    page = render_page(review_with(*(moved(number) for number in range(47)), moved(50, ("crm_1", "crm_3")), gone))

    assert [row[:3] for row in cells(page, "Tables")] == [["removed", "old", "main.bronze.old"]]
    ways = cells(page, "Tables that move")
    assert [row[:4] for row in ways] == [
        ["to move", "crm_1 → crm_2", "47", "7.83 min"],
        ["to move", "crm_1 → crm_3", "1", "10 s"],
    ]
    assert "t_0, t_1, t_2" in ways[0][4]
    assert page.index(">Tables</h2>") < page.index(">Tables that move</h2>")


def test_weights_that_are_not_all_known_make_no_sum() -> None:
    page = render_page(review_with(moved(1), replace(moved(2), weight=None)))

    assert cells(page, "Tables that move")[0][3] == "?"


def test_each_cell_says_what_it_is_where_columns_have_no_room() -> None:
    page = render_page(review_with(moved(1)))

    assert '<td data-is="way">' in page
    assert "@media (max-width: 46rem)" in page


def test_diffs_stand_below_a_heading_of_their_own() -> None:
    page = render_page(review_with())

    assert page.count("<h2>Changes of files, line by line</h2>") == page.count("<details>") > 0
