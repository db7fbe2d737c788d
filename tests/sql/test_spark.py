"""The light checks beside Spark: its parser, its analyzer and its UnsupportedOperationChecker, on the whole corpus."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from headgate.grouped import grouped
from headgate.sql.check.pipeline import check_sql
from headgate.sql.dialect.reader import read_file
from headgate.sql.known import KnownTable, KnownTables
from headgate.sql.spark.jobs import job_of
from headgate.sql.spark.session import SparkSession, spark_findings
from tests.docs.pages import ROOT
from tests.sql.cases import TABLES, Case, cases
from tests.sql.random_queries import COLUMNS, queries
from tests.sql.random_queries import TABLES as TABLES_OF_QUERIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

pytestmark = pytest.mark.long

PYTHON = ROOT / "build" / "spark-sql" / "bin" / "python"
# What Spark finds out later than by its checks, or never, for it is Delta's or the pipeline's.
NOT_SPARKS = {"stream-of-changes", "duplicate-output", "flow-target", "unknown-table", "join-without-equality", "cycle"}
# A column that is declared and not given is the pipeline's to compare.
NOT_ASKED = {"chains: a declared column that the query doesn't give"}


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    if not PYTHON.exists():
        pytest.skip("Spark is not installed: make build/spark-sql/.ready")
    with SparkSession(str(PYTHON)) as session:
        yield session


def verdict(case: Case, session: SparkSession) -> tuple[str, list[Any]]:
    """Give whether Spark takes a case, refuses it, or can't say; and what it says."""
    answers = session.ask(job_of([read_file("case.sql", case.sql)], KnownTables(TABLES)))
    said = [one for answer in answers for one in [*answer["flows"], *answer["conditions"]]]
    refused = [one for one in said if one]
    return "refused" if refused else "unknown" if None in said else "taken", refused


def judged() -> list[Case]:
    """Give the cases of which Spark can say something."""
    return [case for case in cases() if case.kind not in ("form", "deployments", "editions") and "syntax" not in case.finds]


def compared(some: Iterable[Case], spark: SparkSession) -> tuple[Counter[tuple[str, str]], list[Any]]:
    """Give how often the light checks and Spark say what, and where they differ and shouldn't."""
    counts: Counter[tuple[str, str]] = Counter()
    otherwise = []
    for case in some:
        light = "refused" if any(one.severity == "error" for one in case.findings()) else "taken"
        spark_says, why = verdict(case, spark)
        counts[light, spark_says] += 1
        only_ours = bool(case.finds) and case.finds <= NOT_SPARKS | {"unbounded-state"}
        if spark_says not in {light, "unknown"} and not only_ours and str(case) not in NOT_ASKED:
            otherwise.append((str(case), light, spark_says, why))
    return counts, otherwise


def test_spark_agrees_on_some_of_each_kind(spark: SparkSession) -> None:
    by_kind = grouped(((case.kind, bool(case.finds)), case) for case in judged() if not case.finds & NOT_SPARKS)
    counts, otherwise = compared((case for found in by_kind.values() for case in found[:2]), spark)

    assert otherwise == []
    assert counts["refused", "refused"] >= 5
    assert counts["taken", "taken"] >= 5
    assert counts["taken", "refused"] == 0


def test_spark_refuses_what_is_refused_and_takes_what_is_taken(spark: SparkSession) -> None:
    counts, otherwise = compared(judged(), spark)

    assert otherwise == []
    assert counts["refused", "refused"] >= 90
    assert counts["taken", "taken"] >= 50
    assert counts["taken", "refused"] == 0


def test_spark_says_the_same_of_queries_in_any_combination(spark: SparkSession) -> None:
    known = KnownTables([KnownTable(name, COLUMNS) for name in TABLES_OF_QUERIES])
    otherwise = []
    refused = 0
    for query in queries(seed=1, count=200):
        file = {"q.sql": f"CREATE STREAMING TABLE t AS {query}"}
        if query.count("GROUP BY") > 1:
            continue  # of several aggregations Spark looks at one
        light = any(one.severity == "error" for one in check_sql(file, known))
        (answer,) = spark.ask(job_of([read_file("q.sql", file["q.sql"])], known))
        refused += light
        if light != bool(answer["flows"][0]):
            otherwise.append((query, light, answer["flows"][0]))

    assert otherwise == []
    assert 50 <= refused <= 180


def test_what_spark_refuses_and_nothing_else_found_is_a_finding(spark: SparkSession) -> None:
    text = "CREATE MATERIALIZED VIEW t AS SELECT id + array(1) AS x FROM main.bronze.orders"

    (found,) = spark_findings([read_file("t.sql", text)], KnownTables(TABLES), spark)

    assert (found.code, found.line, found.column) == ("spark", 1, text.index("SELECT") + 1)
    assert "DATATYPE_MISMATCH" in found.message
