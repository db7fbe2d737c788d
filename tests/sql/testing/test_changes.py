"""AUTO CDC as it is read for tests."""

from __future__ import annotations

from headgate.sql.dialect.reader import read_file
from headgate.sql.dialect.statements import ChangeDetails, ColumnChoice, Flow


def details(clauses: str) -> ChangeDetails:
    text = f"CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(s) KEYS (id) {clauses}"
    (statement,) = read_file("a.sql", text).statements
    assert isinstance(statement, Flow)
    assert statement.changes is not None
    return statement.changes.details


def test_conditions_and_the_order_are_kept_as_they_are_written() -> None:
    found = details(
        "APPLY AS DELETE WHEN Op = 'D' APPLY AS TRUNCATE WHEN Op = 'T' SEQUENCE BY struct(At, `n n`) IGNORE NULL UPDATES"
    )

    trees = (found.sequence, found.deletes, found.truncates)
    assert [tree.sql("databricks") for tree in trees if tree is not None] == ["STRUCT(At, `n n`)", "Op = 'D'", "Op = 'T'"]
    assert found.ignores_nulls


def test_lists_of_columns_name_some_or_all_but_some() -> None:
    found = details("SEQUENCE BY n COLUMNS * EXCEPT (a, b) STORED AS SCD TYPE 2 TRACK HISTORY ON c, d")

    assert found.kept == ColumnChoice(("a", "b"), excepted=True)
    assert found.tracked == ColumnChoice(("c", "d"))
