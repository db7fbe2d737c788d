"""Each row is in the table or in its quarantine, and in one of them only: asked of DuckDB, rows with NULL among them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from headgate.sql.dialect.reader import read_file
from headgate.sql.dialect.statements import Definition
from headgate.sql.generate.statements import generate
from headgate.sql.language.load import parse_pipeline
from tests.support.examples import examples

duckdb = pytest.importorskip("duckdb")

CHECKS = ["a > 0", "a <> b", "b IS NOT NULL OR a = 1", "NOT (a = b)", "a IN (1, NULL)", "coalesce(a, b) = 2"]
VALUES = st.one_of(st.none(), st.integers(-1, 2))


def split(checks: list[str], rows: list[tuple[int | None, int | None]]) -> tuple[list[Any], list[Any]]:
    """Give the ids of the rows that a generated pipeline keeps, and those that it puts into quarantine with what they fail."""
    expectations = {f"e{number}": {"check": check, "on_violation": "quarantine"} for number, check in enumerate(checks)}
    table = {"type": "materialized_view", "from": "rows_in", "private": True, "expectations": expectations}
    data = {
        "catalog": "c",
        "schema": "s",
        "sources": {"rows_in": {"table": "c.s.rows_in"}},
        "tables": {"kept": table},
    }
    sql = generate(parse_pipeline(json.dumps(data), "x.pipeline.yaml"), {}).sql.replace("`c`.`s`.", "")
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE rows_in (id INTEGER, a INTEGER, b INTEGER)")
        engine.executemany("INSERT INTO rows_in VALUES (?, ?, ?)", [(number, *row) for number, row in enumerate(rows)])
        for statement in read_file("x", sql).statements:
            assert isinstance(statement, Definition)
            assert statement.flow is not None
            query = sql[statement.flow.query.span.start : statement.flow.query.span.end]
            as_duckdb = sqlglot.transpile(query, read="databricks", write="duckdb")[0]
            engine.execute(f'CREATE VIEW "{statement.name}" AS {as_duckdb}')
        kept = [row[0] for row in engine.execute("SELECT id FROM kept ORDER BY id").fetchall()]
        columns = "id, _failed_expectations"
        return kept, engine.execute(f"SELECT {columns} FROM kept_quarantine ORDER BY id").fetchall()  # noqa: S608  # the test's own


@examples(8)
@given(
    st.lists(st.sampled_from(CHECKS), min_size=1, max_size=3, unique=True),
    st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=12),
)
def test_a_row_is_in_one_of_the_two(checks: list[str], rows: list[tuple[int | None, int | None]]) -> None:
    kept, quarantined = split(checks, rows)

    assert sorted([*kept, *(row[0] for row in quarantined)]) == list(range(len(rows)))
    assert all(failed for _, failed in quarantined)


def test_a_check_that_is_not_known_fails_and_says_so() -> None:
    kept, quarantined = split(["a > 0", "b IS NOT NULL"], [(1, 1), (None, 1), (1, None), (None, None)])

    assert kept == [0]
    assert quarantined == [(1, ["e0"]), (2, ["e1"]), (3, ["e0", "e1"])]
