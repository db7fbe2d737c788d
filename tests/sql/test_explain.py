"""A pipeline as a graph: what reads what, and where columns come from."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from headgate.render.sql_graph import graph_svg, graph_text
from headgate.sql.explain import explain
from headgate.sql.known import KnownTable

SQL = """
CREATE OR REFRESH STREAMING TABLE main.silver.orders;
CREATE FLOW fresh AS INSERT INTO main.silver.orders BY NAME
  SELECT o.id, o.amount * c.rate AS money, c.name AS `who <is>`
  FROM STREAM(main.bronze.orders) o JOIN main.bronze.customers c USING (id);
CREATE FLOW old AS INSERT INTO ONCE main.silver.orders BY NAME SELECT * FROM read_files('/Volumes/main/raw/old');
CREATE TEMPORARY VIEW big AS WITH inner_rows AS (SELECT * FROM main.silver.orders) SELECT * FROM inner_rows WHERE money > 10;
CREATE OR REFRESH MATERIALIZED VIEW totals AS SELECT id, sum(money) AS total, count(*) AS n FROM big GROUP BY id;
CREATE STREAMING TABLE people FLOW AUTO CDC FROM STREAM main.bronze.customers KEYS (id) SEQUENCE BY at;
"""
TABLES = [
    KnownTable("main.bronze.orders", {"id": "int", "amount": "double"}),
    KnownTable("main.bronze.customers", {"id": "int", "rate": "double", "name": "string"}),
]


def test_what_reads_what() -> None:
    assert graph_text(explain({"x": SQL})).split("\n\n")[0] == (
        "main.bronze.orders: source\n"
        "main.bronze.customers: source\n"
        "/Volumes/main/raw/old: files\n"
        "main.silver.orders: streaming table\n"
        "    reads main.bronze.orders: stream, flow fresh\n"
        "    reads main.bronze.customers: batch, flow fresh\n"
        "    reads /Volumes/main/raw/old: batch, once, flow old\n"
        "big: view\n"
        "    reads main.silver.orders: batch\n"
        "totals: materialized view\n"
        "    reads big: batch\n"
        "people: streaming table\n"
        "    reads main.bronze.customers: stream, AUTO CDC"
    )


def test_where_columns_come_from_where_that_is_known() -> None:
    found = {f"{one.table}.{one.column}": one.origins for one in explain({"x": SQL}, TABLES).columns}

    assert set(found["main.silver.orders.money"]) == {"main.bronze.orders.amount", "main.bronze.customers.rate"}
    assert found["totals.total"] == ("big.money",)
    assert found["totals.n"] == ()
    assert found["people.name"] == ("main.bronze.customers.name",)


def test_columns_are_in_the_order_of_the_sql_also_where_a_table_reads_a_later_one() -> None:
    sql = "CREATE MATERIALIZED VIEW a AS SELECT n FROM LIVE.b; CREATE MATERIALIZED VIEW main.silver.b AS SELECT 1 AS n;"

    found = explain({"x": sql})

    assert [(one.table, one.origins) for one in found.columns] == [("a", ("main.silver.b.n",)), ("main.silver.b", ())]
    assert [node.kind for node in found.nodes] == ["materialized view", "materialized view"]


def test_tables_that_read_each_other_come_to_an_end() -> None:
    sql = "CREATE MATERIALIZED VIEW a AS SELECT * FROM b; CREATE MATERIALIZED VIEW b AS SELECT * FROM a;"

    found = explain({"x": sql})

    assert [(edge.source, edge.target) for edge in found.edges] == [("b", "a"), ("a", "b")]
    assert graph_svg(found).count("<rect") == 2


def test_the_picture_is_xml_whatever_names_hold() -> None:
    sql = "CREATE MATERIALIZED VIEW `a<b>&\"c` AS SELECT * FROM main.b.`x'y`;"

    picture = ET.fromstring(graph_svg(explain({"x": sql})))  # noqa: S314  # our own text

    texts = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["main.b.x'y", "source", 'a<b>&"c', "materialized view"]
    assert [path.get("class") for path in picture.iter("{http://www.w3.org/2000/svg}path")] == ["batch"]
