"""Files of tests, ours and sdp-test's, and the jobs that they become; without Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.problems import InputError
from headgate.sql.testing.values import text_of, type_of
from headgate.use_cases.sql_tests import Prepared, SqlTestRequest, prepare
from tests.sql.testing.pipelines import FAILING, GOOD, PIPELINE, SDP_MODEL, SDP_TESTS

if TYPE_CHECKING:
    from pathlib import Path

BAD = """\
columns: {customers: {id: "BIGINT) USING csv --"}, nobody: {id: INT}}
tests:
  a: {given: {order: [{id: 1}]}, expect: {sale: []}}
  b: {given: {orders: [{idd: 1}]}, expect: {sales: []}, violations: {sales: {knwon: 1}}}
"""


def prepared(folder: Path, text: str, name: str = "sales.test.yaml") -> list[Prepared]:
    (folder / "sales.pipeline.yaml").write_text(PIPELINE)
    (folder / name).write_text(text)
    return prepare(SqlTestRequest(files=(folder / name,), spark=""))


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as error:
        prepared(folder, text)
    return [f"{one.line}: {one.message}" for one in error.value.problems]


def test_an_empty_file_is_told_where_to_read_what_is_in_one(tmp_path: Path) -> None:
    for name in ("sales.test.yaml", "sales.unit_tests.yml"):
        with pytest.raises(InputError) as error:
            prepared(tmp_path, "# none yet\n", name)

        assert [one.fix for one in error.value.problems] == ["docs/sql-test.md says what is in it"]


def test_only_what_a_test_names_is_made_with_what_that_reads(tmp_path: Path) -> None:
    found = {one.test.name: [data["name"] for data in one.job.datasets] for one in prepared(tmp_path, GOOD)}

    assert found["files have any rows"] == ["`pipeline`.`files`"]
    assert found["expectations drop, and put into quarantine"] == [
        "`pipeline`.`sales_checked`",
        "`pipeline`.`sales`",
        "`pipeline`.`sales_quarantine`",
        "`pipeline`.`totals`",
    ]


def test_a_source_of_any_kind_is_a_table_whose_rows_are_given(tmp_path: Path) -> None:
    jobs = {one.test.name: one.job for one in prepared(tmp_path, GOOD)}

    files = jobs["files have any rows"]
    assert files.tables["`given__sources`.`raw`"] == {"a": "BIGINT", "b": "STRUCT<`c`: ARRAY<BIGINT>>", "d": "DOUBLE"}
    assert files.datasets[0]["flows"][0]["query"] == "SELECT * FROM STREAM `given__sources`.`raw` AS `raw`"
    assert files.steps[0]["rows"] == {"`given__sources`.`raw`": [["1", '{"c": [1, 2]}', "0.1"], [None, None, "3"]]}


def test_what_cannot_run_here_is_said_of_its_test_alone(tmp_path: Path) -> None:
    refused = {one.test.name: one.job.refused for one in prepared(tmp_path, FAILING)}

    assert {name: text for name, text in refused.items() if text} == {
        "nothing is known of what it reads": "sales_checked reads customers: give it rows, or say its columns under `columns`"
    }


def test_names_that_the_pipeline_has_not_are_told_all_at_once(tmp_path: Path) -> None:
    assert problems(tmp_path, BAD) == ["1: expected a SQL type, found 'BIGINT) USING csv --'"]
    assert problems(tmp_path, BAD.replace(") USING csv --", "")) == [
        "3: the pipeline makes no table 'sale'",
        "3: the pipeline reads nothing called 'nobody'",
        "3: the pipeline reads nothing called 'order'",
        "4: sales has no expectation 'knwon'",
        "4: the pipeline reads nothing called 'nobody'",
        "4: orders has no column 'idd'",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "None: is empty"),
        ("tests: {}", "1: is empty"),
        ("tests: [1]", "1: expected a mapping, found a list"),
        ("tests: {a: {given: {orders: [1]}}}", "1: expected a mapping, found 1"),
        ("tests: {a: {given: {orders: []}}}", "1: expects nothing"),
        ("tests: {a: {expect: {sales: [{}, {}]}}}", "1: the rows name no column"),
        ("tests: {a: {expects: {}}}", "1: unknown key 'expects'"),
        ("tests: {a: {given: {orders: []}, steps: [{expect: {sales: []}}]}}", "1: `given` has no place beside `steps`"),
        ("tests: {a: {violations: {sales: {known: -1}}}}", "1: expected 0 or more, found -1"),
        ("pipeline: other.sql\ntests: {a: {expect: {t: []}}}", "other.sql, which it tests"),
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert any(one.endswith(said) for one in problems(tmp_path, text))


def test_sql_by_hand_is_tested_by_the_names_that_it_reads(tmp_path: Path) -> None:
    (tmp_path / "by_hand.sql").write_text("CREATE STREAMING TABLE t AS SELECT id FROM STREAM(${c}.bronze.orders)")
    (tmp_path / "by_hand.test.yaml").write_text("tests: {a: {given: {bronze.orders: [{id: 1}]}, expect: {t: [{id: 1}]}}}")

    (found,) = prepare(SqlTestRequest(files=(tmp_path,), values={"c": "main"}, spark=""))

    assert found.job.tables == {"`main__bronze`.`orders`": {"id": "BIGINT"}}
    assert found.job.datasets[0]["flows"][0]["wants"] == "stream"


def test_files_of_sdp_test_are_read_without_their_pipeline_and_as_one_batch(tmp_path: Path) -> None:
    (tmp_path / "stg_products.sql").write_text(SDP_MODEL)

    first, second = prepared(tmp_path, SDP_TESTS, "stg_products.unit_tests.yml")

    products, shops = "`catalog__bronze_schema`.`products`", "`bronze_schema`.`shops`"
    assert first.job.tables == {
        products: {"sku": "int", "price": "BIGINT", "kind": "STRING", "at": "STRING"},
        shops: {"_no_column": "STRING"},
    }
    (flow,) = first.job.datasets[0]["flows"]
    assert "STREAM" not in flow["query"]
    assert "WATERMARK" not in flow["query"]
    assert flow["aliases"] == {"p": products, "s": shops}
    assert first.job.steps[0]["asked"] == {
        "`pipeline`.`stg_products`": {"columns": ["product_id", "price", "is_drink"], "rows": [["1", "3.5", "true"]]}
    }
    assert second.job.steps[0]["asked"] == {"`pipeline`.`stg_products`": {"columns": [], "rows": []}}


def test_a_model_of_sdp_test_in_python_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.unit_tests.yml").write_text("tests: [{model: a.py}]")

    with pytest.raises(InputError, match="the model is no file of SQL"):
        prepare(SqlTestRequest(files=(tmp_path,), spark=""))


def test_values_tell_their_types() -> None:
    assert [type_of(one) for one in ([1, None], [1, 0.5], [True], [1, "a"], [None], [[1], []], [{"a`b": 1}, {"c": None}])] == [
        "BIGINT", "DOUBLE", "BOOLEAN", "STRING", "STRING", "ARRAY<BIGINT>", "STRUCT<`a``b`: BIGINT, `c`: STRING>",
    ]  # fmt: skip
    assert [text_of(one) for one in (None, "'; --", 1, 0.1, True, [1, None])] == [
        None,
        "'; --",
        "1",
        "0.1",
        "true",
        "[1, null]",
    ]
