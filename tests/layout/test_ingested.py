"""The tables of an ingest file, read from its text; and whether it does with them what it says."""

from __future__ import annotations

import pytest

from headgate.layout.ingested import Ingested, tables_in

SPEC = "pipeline_spec = {'objects': [{'table': {'source_table': 'orders', 'destination_catalog': 'main'}}]}\n"
EMPTY = "pipeline_spec = {'objects': []}\n"
ORDERS = [Ingested("orders", "main")]


def test_a_table_is_named_with_its_destination_and_options_where_they_are_said() -> None:
    table = {
        "source_table": "orders", "destination_catalog": "main", "destination_schema": "b", "destination_table": "o",
        "table_configuration": {"page_size": 5},
    }  # fmt: skip

    spec = {"objects": [{"table": table}]}

    assert tables_in(f"pipeline_spec = {spec!r}") == [Ingested("orders", "main", "b", "o", {"page_size": 5})]


@pytest.mark.parametrize(
    "text", ["", "x = 1", "pipeline_spec = [", "pipeline_spec = f()", "pipeline_spec = {'objects': [{}]}", "pipeline_spec = {}"]
)
def test_a_file_without_tables_that_can_be_read_gives_none(text: str) -> None:
    assert tables_in(text) is None


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        (f"{SPEC}ingest(spark, pipeline_spec)", ORDERS),
        (SPEC, None),
        (f"{SPEC}ingest(spark, other)", None),
        (f"{SPEC}ingest(spark, other)\nother(pipeline_spec)", None),
        (f"{SPEC}ingest(spark, pipeline_spec)\ningest(spark, pipeline_spec)", None),
        (f"{SPEC}ingest(spark, pipeline_spec)\ningest(spark, other)", None),
        (f"{SPEC}pipeline_spec['objects'] = []\ningest(spark, pipeline_spec)", None),
        (EMPTY, []),
        (f"{EMPTY}ingest(spark, pipeline_spec)", []),
        (f"{EMPTY}ingest(spark, other)", None),
        (f"{EMPTY}print(pipeline_spec)", None),
    ],
)
def test_as_run_it_says_its_tables_only_where_they_go_to_ingest_once(text: str, tables: list[Ingested] | None) -> None:
    assert tables_in(text, as_run=True) == tables
    assert tables_in(text) == (ORDERS if text.startswith(SPEC) else [])
