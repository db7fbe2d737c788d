"""One Spark session for all tests, and how Spark is configured for tests."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.engine.spark.driver.session import session
from headgate.engine.spark.model import SparkOrder
from headgate.engine.spark.needs import packages
from tests.engine.spark.played import SparkTable

if TYPE_CHECKING:
    from tests.engine.played import Engine

SPARK = {"SPARK_CONF_DIR": str(Path(__file__).parent / "conf"), "PYSPARK_PYTHON": sys.executable}


@cache
def spark_table() -> Engine:
    """Give the class of a table that Spark loads."""
    os.environ |= SPARK
    SparkTable.spark = session(SparkOrder(pipelines=(), jobs=1, master="local[2]", packages=packages()))
    return SparkTable
