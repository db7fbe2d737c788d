"""What is of a load at a Spark Connect server alone: what the server lacks, and batches of a run whose client has gone."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from headgate.engine.worker.errors import TableError
from tests.engine.played import LONG, Connector, struct

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.played import Engine

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("default")]


@pytest.fixture
def engine() -> Engine:
    table: Engine = import_module("tests.engine.spark.warm").served_table()
    return table


def test_a_server_without_delta_lake_is_told_what_to_be_started_with() -> None:
    refuse = import_module("headgate.engine.spark.driver.connect").refuse_without_delta
    catalog = "org.apache.spark.sql.delta.catalog.DeltaCatalog"
    refuse(
        {
            "spark.sql.extensions": "org.example.Other,io.delta.sql.DeltaSparkSessionExtension",
            "spark.sql.catalog.spark_catalog": catalog,
        }
    )
    with pytest.raises(TableError) as refused:
        refuse({"spark.sql.extensions": "", "spark.sql.catalog.spark_catalog": catalog})
    assert refused.value.message.endswith("expected spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension")
    assert refused.value.fix.startswith("start it with --packages io.delta:delta-spark_4.2_2.13:4.4.0 --conf spark.sql.ext")


def test_batches_of_a_run_end_where_a_later_one_has_begun(engine: Engine, tmp_path: Path) -> None:
    table = engine(tmp_path, Connector(struct(id=LONG), changes=[[{"id": 1}]]))
    left: Any = table.ready()
    with left.within:
        landing = left.load._landing  # as the server still has it
        landing.begin()
        table.load()
        with pytest.raises(RuntimeError, match="another run loads it since"):
            landing.take("rows", None, 0)
