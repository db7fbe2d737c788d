"""Pipelines as large as they get."""

from __future__ import annotations

from headgate.sql.check.pipeline import check_sql
from headgate.sql.dialect.reader import read_file
from headgate.sql.known import KnownTable, KnownTables
from headgate.sql.spark.jobs import job_of


def test_a_chain_of_tables_is_followed_to_its_end_whatever_its_length() -> None:
    steps = [f"CREATE STREAMING TABLE t{one} AS SELECT id FROM STREAM(t{one + 1});" for one in range(300)]  # noqa: S608
    text = "\n".join([*steps, "CREATE STREAMING TABLE t300 AS SELECT idd FROM STREAM(a.b.c);"])
    known = KnownTables([KnownTable("a.b.c", {"idd": "bigint"})])

    found = check_sql({"chain.sql": text}, known)

    assert [(one.code, one.line) for one in found] == [("unknown-column", 300)]
    names = [dataset.name for dataset in job_of([read_file("chain.sql", text)], known).datasets]
    assert names == [f"`pipeline`.`t{step}`" for step in range(300, -1, -1)]


def test_a_query_that_is_nested_too_deep_is_said_to_be() -> None:
    union = " UNION ALL ".join(["SELECT 1 AS a"] * 2000)
    nested = "SELECT * FROM (" * 300 + "SELECT 1 AS a" + ") AS x" * 300

    for query in (union, nested):
        (found,) = check_sql({"deep.sql": f"CREATE MATERIALIZED VIEW t AS {query};"})
        assert (found.code, found.message) == ("syntax", "is nested too deep")


def test_names_mean_a_table_of_the_pipeline_before_one_outside() -> None:
    text = "CREATE MATERIALIZED VIEW main.s.t AS SELECT 1 AS own; CREATE MATERIALIZED VIEW u AS SELECT own FROM s.t;"
    known = KnownTables([KnownTable("main.s.t", {"outside": "int"})])

    assert check_sql({"a.sql": text}, known) == ()


def test_a_table_made_of_one_of_the_same_name_elsewhere_reads_that_one() -> None:
    text = "CREATE STREAMING TABLE orders AS SELECT outside FROM STREAM(raw.sales.orders);"
    known = KnownTables([KnownTable("raw.sales.orders", {"outside": "int"})])

    assert check_sql({"a.sql": text}, known) == ()


def test_a_name_that_several_known_tables_may_have_is_none_of_them() -> None:
    known = KnownTables([KnownTable("a.s.t", {"x": "int"}), KnownTable("b.s.t", {"y": "int"})])

    (found,) = check_sql({"a.sql": "CREATE MATERIALIZED VIEW v AS SELECT z FROM s.t;"}, known)

    assert found.code == "unknown-table"
