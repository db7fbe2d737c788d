"""Questions of pages as a SQL warehouse takes them: parsed as Databricks SQL, and all that is a value by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.dashboard.lake import plant
from headgate.dashboard.lake.columns import Column
from headgate.dashboard.lake.databricks_sql import Parameter, columns_statement, statement_of, type_of
from headgate.dashboard.lake.query import Filter, Query, all_query, order_of, page_query
from headgate.dashboard.lake.times import Span

sqlglot = pytest.importorskip("sqlglot", reason="make test installs it")

if TYPE_CHECKING:
    from headgate.dashboard.lake.query import Operator

TABLE = "main.bronze.orders"
ODD = Column("what? \"is\" `this`: $1 'x' (", "VARCHAR")
COLUMNS = (ODD, Column("t", "TIMESTAMP WITH TIME ZONE"), Column("n", "DECIMAL(10,2)"), Column("quality_good", "BOOLEAN"))
QUESTIONS = {
    "page": page_query(TABLE, COLUMNS, order_of(COLUMNS[1], [], descending=True), [], ["2026-01-01", "f", "1"], 50),
    "all": all_query(TABLE, COLUMNS, order_of(None, COLUMNS[:1], descending=False), [], 9),
    "tags": plant.tags_query(TABLE, "tag_name", "x"),
    "known": plant.known_query(TABLE, "tag"),
    "buckets": plant.buckets_query(TABLE, COLUMNS, "tag", Span(0, 10**15), 240),
    "children": plant.children_query(TABLE, ""),
    "parent": plant.parent_query(TABLE, "W"),
    "templates": plant.templates_query(TABLE),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_a_query_of_one_table_by_its_full_name(name: str) -> None:
    tree = sqlglot.parse_one(statement_of(QUESTIONS[name]).sql, read="databricks")

    assert {one.sql("databricks") for one in tree.find_all(sqlglot.exp.Table)} == {"`main`.`bronze`.`orders`"}
    unknown = {one.name for one in tree.find_all(sqlglot.exp.Anonymous)}
    assert unknown <= {"timestamp_micros"}  # Databricks has it, sqlglot knows it not


def test_names_stay_names_whatever_is_in_them() -> None:
    statement = statement_of(all_query(TABLE, COLUMNS[:1], order_of(None, COLUMNS[:1], descending=False), [], 9))

    assert statement.sql == (
        "SELECT CAST(`what? \"is\" ``this``: $1 'x' (` AS STRING) FROM `main`.`bronze`.`orders` "
        "ORDER BY `what? \"is\" ``this``: $1 'x' (` ASC NULLS LAST LIMIT :p1"
    )
    assert statement.parameters == (Parameter("p1", "9", "INT"),)


@given(
    name=st.text(min_size=1),
    value=st.text(),
    operator=st.sampled_from(["is", "not", "contains", "from", "to"]),
)
def test_no_name_and_no_value_becomes_sql(name: str, value: str, operator: Operator) -> None:
    column = Column(name, "VARCHAR")
    statement = statement_of(
        page_query(TABLE, [column], order_of(column, [column], descending=False), [Filter(column, operator, value)], [], 5)
    )

    tree = sqlglot.parse_one(statement.sql, read="databricks")
    assert {one.name for one in tree.find_all(sqlglot.exp.Column)} == {name}
    assert [one.value for one in statement.parameters] == [value, "5"]


def test_rows_without_a_key_are_told_apart_by_all_that_is_in_them_unless_they_say_where_they_lie() -> None:
    by_place = all_query(TABLE, COLUMNS[:1], order_of(None, [], descending=False), [], 9)

    assert "row_number() OVER (PARTITION BY filename" in statement_of(by_place).sql
    assert "row_number()" not in statement_of(by_place, {TABLE: ["filename", "file_row_number"]}).sql


def test_a_function_that_is_not_known_of_databricks_is_refused() -> None:
    with pytest.raises(ValueError, match="a question calls epoch_ms"):
        statement_of(Query("SELECT epoch_ms(t) FROM delta_scan(?)", (TABLE,)))


def test_columns_are_asked_for_without_a_row() -> None:
    assert columns_statement("a.b.c").sql.endswith("FROM (SELECT 1 AS one) LEFT JOIN `a`.`b`.`c` AS its ON FALSE")


@pytest.mark.parametrize(
    ("told", "ours", "scalar"),
    [
        ("STRING", "VARCHAR", True),
        ("timestamp", "TIMESTAMP WITH TIME ZONE", True),
        ("TIMESTAMP_NTZ", "TIMESTAMP", True),
        ("DECIMAL(10,2)", "DECIMAL(10,2)", True),
        ("INT", "INTEGER", True),
        ("BINARY", "BLOB", False),
        ("MAP<STRING,STRING>", "map<string,string>", False),
        ("VARIANT", "variant", False),
    ],
)
def test_types_are_told_in_the_same_words_by_both_back_ends(told: str, ours: str, scalar: bool) -> None:
    assert (type_of(told), Column("x", type_of(told)).is_scalar) == (ours, scalar)
