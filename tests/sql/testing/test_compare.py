"""What tables hold beside what is expected, without Spark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.sql.testing.compare import Cell, compared
from tests.support.examples import examples

ROWS = st.lists(st.lists(st.sampled_from(["1", "2", None]), min_size=2, max_size=2), max_size=6)
COLUMNS = ("a", "b")
STRINGS = ("string", "string")


def test_a_row_that_differs_in_few_columns_is_told_by_them() -> None:
    found = compared(COLUMNS, STRINGS, [["1", "x"], ["2", "y"]], [["2", "y"], ["1", "z"]])

    assert found == [("differs", 0, (Cell("b", "x", "z"),))]


def test_rows_that_have_nothing_in_common_are_missing_and_unexpected() -> None:
    found = compared(COLUMNS, STRINGS, [["1", "x"]], [["2", None]])

    assert found == [
        ("missing", 0, (Cell("a", "1", None), Cell("b", "x", None))),
        ("unexpected", None, (Cell("a", None, "2"), Cell("b", None, None))),
    ]


def test_rows_count_as_often_as_they_are_there() -> None:
    found = compared(("a",), ("string",), [["1"]], [["1"], ["1"]])

    assert [(kind, row) for kind, row, _ in found] == [("unexpected", None)]


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("double", "0.30000000000000004", "0.3", True),
        ("double", "0.3001", "0.3", False),
        ("double", "many", "0.3", False),
        ("double", "NaN", "NaN", True),
        ("decimal(9,2)", "3.50", "3.5", False),
        ("struct<a:int,b:int>", '{"a":1,"b":2}', '{"b":2,"a":1}', True),
        ("array<int>", "[1,2]", "[2,1]", False),
        ("array<int>", "1, 2", "[1,2]", False),
        ("string", None, "", False),
    ],
)
def test_values_are_compared_by_their_type(kind: str, one: str | None, other: str | None, same: bool) -> None:
    assert (compared(("a",), (kind,), [[one]], [[other]]) == []) is same


@examples(100)
@given(ROWS, ROWS)
def test_nothing_differs_where_the_same_rows_are_there_in_any_order(
    rows: list[list[str | None]], others: list[list[str | None]]
) -> None:
    assert compared(COLUMNS, STRINGS, rows, rows[::-1]) == []
    same = sorted(map(str, rows)) == sorted(map(str, others))
    found = compared(COLUMNS, STRINGS, rows, others)
    assert (found == []) is same
    told = [kind for kind, _, _ in found]
    # Each row that is there or expected is told once at most.
    assert len(rows) - told.count("missing") == len(others) - told.count("unexpected")
