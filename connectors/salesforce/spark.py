"""The connector as a data source of Spark's: needs pyspark and the community connectors' `sparkpds`."""

from __future__ import annotations

import importlib
from typing import Any

from .connector import SalesforceLakeflowConnect

_FRAMEWORK = "databricks.labs.community_connector"


def register_lakeflow_source(spark: Any) -> None:
    """Register Salesforce under the framework's format `lakeflow_connect`, the only one that gets a connection's options.

    Spark's workers in a pipeline import neither this package nor the framework: both go with the data source itself.
    """
    sparkpds = importlib.import_module(f"{_FRAMEWORK}.sparkpds")
    cloudpickle = importlib.import_module("pyspark.cloudpickle")
    for package in (_FRAMEWORK, __package__):
        cloudpickle.register_pickle_by_value(importlib.import_module(package))
    source = type(
        "SalesforceDataSource",
        (sparkpds.LakeflowSource,),
        {"__module__": __name__, "_lakeflow_connect_cls": SalesforceLakeflowConnect},
    )
    spark.dataSource.register(source)
