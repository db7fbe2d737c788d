"""A pipeline as Spark is asked about it."""

from __future__ import annotations

import re

from headgate.sql.dialect.reader import read_file
from headgate.sql.known import KnownTable, KnownTables
from headgate.sql.spark.jobs import FlowJob, job_of

KNOWN = KnownTables([KnownTable("main.bronze.orders", {"id": "bigint"}), KnownTable("elsewhere", {"id": "bigint"})])


def flows(sql: str) -> list[FlowJob]:
    return [flow for dataset in job_of([read_file("a.sql", sql)], KNOWN).datasets for flow in dataset.flows]


def test_tables_have_names_of_one_catalog_and_texts_stay_what_they_are() -> None:
    (flow,) = flows(
        "CREATE OR REFRESH STREAMING TABLE t CLUSTER BY AUTO AS\n"
        "SELECT o.id AS `a;``b`, 'it\\'s \\\\ ' AS text\n"
        "FROM STREAM(main.bronze.orders) WATERMARK at DELAY OF INTERVAL 1 HOUR AS o JOIN elsewhere USING (id)"
    )

    assert flow.query == (
        "SELECT o . id AS `a;``b` , 'it\\'s \\\\ ' AS text FROM STREAM `main__bronze`.`orders`"
        " WATERMARK at DELAY OF INTERVAL 1 HOUR AS o JOIN `default`.`elsewhere` USING ( id )"
    )
    assert (flow.wants, flow.unknown) == ("stream", "")


def test_a_table_comes_after_those_that_it_reads_and_views_are_streams_by_themselves() -> None:
    sql = """
    CREATE STREAMING TABLE t AS SELECT * FROM STREAM(v);
    CREATE TEMPORARY VIEW v AS SELECT * FROM STREAM main.bronze.orders;
    """

    view, table = flows(sql)

    assert (view.query, view.wants) == ("SELECT * FROM STREAM `main__bronze`.`orders`", "either")
    assert (table.query, table.needs) == ("SELECT * FROM `v`", ("`v`",))


def test_what_a_query_defines_itself_is_no_table_of_the_pipeline() -> None:
    sql = """
    CREATE MATERIALIZED VIEW t AS WITH orders AS (SELECT id FROM elsewhere) SELECT * FROM orders;
    CREATE MATERIALIZED VIEW orders AS SELECT * FROM t;
    """

    table, orders = flows(sql)

    assert (table.query, table.needs) == ("WITH orders AS ( SELECT id FROM `default`.`elsewhere` ) SELECT * FROM orders", ())
    assert (orders.query, orders.needs) == ("SELECT * FROM `pipeline`.`t`", ("`pipeline`.`t`",))


def test_a_query_reads_the_table_that_it_names_a_part_of_itself_after_unless_that_is_recursive() -> None:
    (plain,) = flows("CREATE MATERIALIZED VIEW t AS WITH elsewhere AS (SELECT * FROM elsewhere) SELECT * FROM elsewhere;")
    (recursive,) = flows(
        "CREATE MATERIALIZED VIEW t AS WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r;"
    )

    assert plain.query == "WITH elsewhere AS ( SELECT * FROM `default`.`elsewhere` ) SELECT * FROM elsewhere"
    assert recursive.unknown == ""


def test_changes_are_asked_for_by_their_source_and_the_columns_that_they_name() -> None:
    sql = "CREATE STREAMING TABLE t; AUTO CDC INTO t FROM STREAM(main.bronze.orders) KEYS (id) SEQUENCE BY struct(at, id);"

    (flow,) = flows(sql)

    assert flow.query == "SELECT * FROM STREAM `main__bronze`.`orders`"
    assert flow.columns == ("id", "at", "id")


def test_what_spark_has_not_is_not_asked() -> None:
    sql = """
    CREATE STREAMING TABLE a AS SELECT * FROM STREAM read_files('/x');
    CREATE MATERIALIZED VIEW b AS SELECT * FROM nowhere.known;
    CREATE STREAMING TABLE c AS SELECT * FROM STREAM main.bronze.orders WITH (skipChangeCommits = true);
    CREATE MATERIALIZED VIEW d AS SELECT * FROM main.bronze.orders WHERE id = ${x};
    """

    assert [flow.unknown for flow in flows(sql)] == [
        "it has no read_files",
        "nothing is known of nowhere.known",
        "options of a stream are Delta's",
        "parameters have no values",
    ]


def test_names_that_open_source_spark_does_not_take_get_others_each_its_own() -> None:
    sql = "CREATE MATERIALIZED VIEW `t-1` AS SELECT 1 AS x; CREATE MATERIALIZED VIEW `t 1` AS SELECT * FROM `t-1`;"

    first, second = job_of([read_file("a.sql", sql)], KNOWN).datasets

    assert re.fullmatch(r"`pipeline`\.`t_1_[0-9a-f]{8}`", first.name)
    assert re.fullmatch(r"`pipeline`\.`t_1_[0-9a-f]{8}`", second.name)
    assert first.name != second.name
    assert second.flows[0].query.endswith(f" {first.name}")
