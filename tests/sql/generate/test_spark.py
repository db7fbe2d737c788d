"""Spark takes what is generated: its parser, its analyzer with the tables' columns, and what it checks of streams."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headgate.sql.dialect.reader import read_file
from headgate.sql.generate.statements import generate
from headgate.sql.known import KnownTables
from headgate.sql.language.load import parse_pipeline
from headgate.sql.schemas import read_schemas
from headgate.sql.spark.session import SparkSession, spark_findings
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.long

PYTHON = ROOT / "build" / "spark-sql" / "bin" / "python"
GOLDEN = Path(__file__).parent / "golden"
TABLES = GOLDEN / "tables.yaml"
CHILD = Path(__file__).with_name("run_on_spark.py")


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    if not PYTHON.exists():
        pytest.skip("Spark is not installed: make build/spark-sql/.ready")
    with SparkSession(str(PYTHON)) as session:
        yield session


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.sql")), ids=lambda path: path.stem)
def test_spark_takes_what_is_generated(path: Path, spark: SparkSession) -> None:
    tables = KnownTables(read_schemas(TABLES.read_text(), TABLES.name))

    assert [one.message for one in spark_findings([read_file(path.name, path.read_text())], tables, spark)] == []


PIPELINE = """\
catalog: c
schema: s
sources:
  orders: {table: c.s.orders, watermark_column: at, watermark_delay: 10 minutes}
  payments: {table: c.s.payments, watermark_column: paid_at, watermark_delay: 10 minutes}
transforms:
  large: {from: orders, filter: amount > 2}
  typed: {from: large, select: [id, {euro: "CAST(amount AS DECIMAL(10, 2))"}]}
  paid:
    from: orders
    mode: MODE
    join: {with: payments, on: orders.id = payments.order_id AND paid_at BETWEEN at AND at + INTERVAL 1 HOUR}
    select: [orders.id, amount, paid]
  hourly:
    from: orders
    aggregate:
      window: {type: tumbling, column: at, size: 1 hour}
      values: {n: count(*), total: sum(amount)}
  by_payment:
    sql: SELECT order_id, count(*) AS n FROM payments GROUP BY order_id
tables:
  appended: {type: TYPE, from: typed}
  joined: {type: TYPE, from: paid}
  windows: {type: TYPE, from: hourly}
  view: {type: materialized_view, from: by_payment}
"""


def queries(kind: str, mode: str) -> dict[str, str]:
    """Give each table's query, in which tables have the names of Spark's views."""
    text = PIPELINE.replace("TYPE", kind).replace("MODE", mode)
    sql = generate(parse_pipeline(text, "x.pipeline.yaml"), {}).sql
    found: dict[str, str] = {}
    for statement in read_file("x.sql", sql).statements:
        flow: Any = getattr(statement, "flow", None)
        query = sql[flow.query.span.start : flow.query.span.end]
        for name in ("orders", "payments"):
            query = query.replace(f"STREAM `c`.`s`.`{name}`", f"stream_of_{name}").replace(f"`c`.`s`.`{name}`", name)
        found[flow.target.parts[-1]] = query
    return found


def test_what_is_generated_gives_in_two_runs_of_a_stream_what_it_gives_in_one_batch(tmp_path: Path) -> None:
    if not PYTHON.exists():
        pytest.skip("Spark is not installed: make build/spark-sql/.ready")
    streams, batches = queries("streaming_table", "streaming"), queries("materialized_view", "batch")
    job = {"folder": str(tmp_path), "streams": streams, "batches": batches}

    done = subprocess.run([PYTHON, CHILD], input=json.dumps(job), capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["streams"].keys() == {"appended", "joined", "windows"}
    for name, rows in found["streams"].items():
        assert rows == found["batches"][name], name
        assert len(rows) > 5
    assert len(found["batches"]["view"]) > 5
