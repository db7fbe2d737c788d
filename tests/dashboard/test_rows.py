"""Rows of any table: each once, page by page, in any order, filtered, and all of them as CSV."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from headgate.dashboard.serving import served
from tests.dashboard.site import ODD, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dashboard.site import Site

NAME = 'it\'s "odd" <b>'
TABLE = "/data/main.bronze.odd_names"


def cells_of(page: str) -> list[list[str | None]]:
    body = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    found = [
        re.findall(r"<td[^>]*>(?:<bdi>(.*?)</bdi>|<span class=\"(null)\">null</span>)</td>", row, re.DOTALL) for row in rows
    ]
    return [[None if null else html.unescape(cell) for cell, null in row] for row in found]


def all_pages(site: Site, query: str) -> list[list[str | None]]:
    rows, address = [], TABLE + query
    while address:
        page = site.get(address).text
        rows += cells_of(page)
        following = re.search(r'<a href="([^"]+)" rel="next">', page)
        address = TABLE + html.unescape(following[1]) if following else ""
    return rows


def shown(row: dict[str, Any]) -> list[str | None]:
    cells = [row[name] for name in (NAME, "text", "n")]
    return [None if cell is None else str(cell).replace("\u202e", "\ufffd") for cell in cells]


@given(sort=st.sampled_from(["", NAME, "text", "n"]), down=st.booleans(), size=st.integers(12, 50))
def test_each_row_comes_once_whatever_the_order_and_the_size_of_pages(site: Site, sort: str, down: bool, size: int) -> None:
    found = all_pages(site, "?" + urlencode({"sort": sort, "down": str(down), "size": size}))

    assert sorted(map(str, found)) == sorted(str(shown(row)) for row in ODD)
    if sort:
        column = [NAME, "text", "n"].index(sort)
        values = [cell for row in found if (cell := row[column]) is not None]
        assert [row[column] for row in found] == [*values, *[None] * (len(found) - len(values))]
        keys: list[Any] = [one.replace("\ufffd", "\u202e").encode() if sort == "text" else float(one) for one in values]
        assert keys == sorted(keys, reverse=down)


@pytest.mark.parametrize(
    ("column", "op", "value", "left"),
    [
        (NAME, "is", "1", lambda row: row[NAME] == 1),
        (NAME, "not", "1", lambda row: row[NAME] != 1),
        (NAME, "empty", "", lambda row: row[NAME] is None),
        (NAME, "filled", "", lambda row: row[NAME] is not None),
        ("n", "from", "10", lambda row: row["n"] is not None and row["n"] >= 10),
        ("n", "to", "9.5", lambda row: row["n"] is not None and row["n"] <= 9.5),
        ("text", "contains", "SCRIPT", lambda row: "script" in (row["text"] or "")),
        ("text", "is", "'; DROP TABLE x; --", lambda row: row["text"] == "'; DROP TABLE x; --"),
        ("text", "is", "", lambda row: row["text"] == ""),
    ],
)
def test_filters_leave_what_they_say(column: str, op: str, value: str, left: Any, site: Site) -> None:
    found = all_pages(site, "?" + urlencode({"column": column, "op": op, "value": value, "size": 10}))

    assert sorted(map(str, found)) == sorted(str(shown(row)) for row in ODD if left(row))


def test_filters_hold_together_and_stay_from_page_to_page(site: Site) -> None:
    two = [("column", NAME), ("op", "is"), ("value", "1"), ("column", "n"), ("op", "from"), ("value", "10"), ("size", "2")]

    found = all_pages(site, "?" + urlencode(two))

    assert sorted(map(str, found)) == sorted(str(shown(row)) for row in ODD if row[NAME] == 1 and float(row["n"] or 0) >= 10)


def test_csv_has_all_rows_and_no_cell_that_a_spreadsheet_takes_for_a_formula(site: Site) -> None:
    answer = site.get(TABLE + "/csv?sort=n")
    head, *rows = csv.reader(io.StringIO(answer.content.decode()))

    assert answer.headers["Content-Disposition"] == 'attachment; filename="main.bronze.odd_names.csv"'
    assert head == [NAME, "text", "n"]
    assert len(rows) == len(ODD)
    assert {row[1] for row in rows} >= {"'=1+1", "'-5", "ä", "<script>alert(1)</script>"}
    assert [float(row[2]) for row in rows if row[2]] == sorted(row["n"] for row in ODD if row["n"] is not None)


def test_csv_has_no_column_whose_name_a_spreadsheet_takes_for_a_formula(site: Site) -> None:
    assert site.get("/data/pi_points/csv").text.splitlines()[0] == "name,'=1+1"


def test_a_table_with_a_file_that_is_missing_has_no_csv(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    for file in (settings.data / "main/bronze/pi_points").glob("*.parquet"):
        file.unlink()
    with served(settings) as url:
        answer = requests.get(f"{url}/data/pi_points/csv", timeout=30)

    assert (answer.status_code, "files of it are missing" in answer.text) == (404, True)


def test_csv_is_what_the_filters_leave(site: Site) -> None:
    filters = urlencode({"column": "tag_name", "op": "is", "value": "Unit.1"})

    assert len(site.get(f"/data/pi_timeseries/csv?{filters}").text.splitlines()) == 101


def test_a_table_is_shown_by_its_cursor_the_newest_first(site: Site) -> None:
    times = [row[1] for row in cells_of(site.get("/data/pi_timeseries").text)]

    assert times == sorted(times, key=str, reverse=True)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/data/odd_names/csv?column=n&op=is&value=abc", 400, "Could not convert string 'abc'"),
        ("/data/odd_names?after=WyJcdWQ4MDAiLCIxIl0", 400, "`after` is no place in the table"),
    ],
)
def test_a_question_without_an_answer_says_why(path: str, status: int, says: str, site: Site) -> None:
    assert says in html.unescape(site.get(path, status).text)
