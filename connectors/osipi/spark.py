"""The connector as a data source of Spark's: needs pyspark and the community connectors' `sparkpds`."""

from __future__ import annotations

import importlib
from typing import Any

from .bundle import bundle

_FRAMEWORK = "databricks.labs.community_connector"
_MODULE = "osipi_in_one_file"  # there is no module of this name, so what is in it travels to workers by value


def register_lakeflow_source(spark: Any) -> None:
    """Register OSI PI under the framework's format `lakeflow_connect`, the only one that gets a connection's options.

    Spark's workers in a pipeline import neither this package nor the framework: both go with the data source itself.
    """
    sparkpds = importlib.import_module(f"{_FRAMEWORK}.sparkpds")
    cloudpickle = importlib.import_module("pyspark.cloudpickle")
    cloudpickle.register_pickle_by_value(importlib.import_module(_FRAMEWORK))
    made: dict[str, Any] = {"__name__": _MODULE}
    exec(compile(bundle(), f"{_MODULE}.py", "exec"), made)  # noqa: S102 (our own package's text, as one file)
    source = type(
        "OsipiDataSource",
        (sparkpds.LakeflowSource,),
        {"__module__": _MODULE, "_lakeflow_connect_cls": made["OsipiLakeflowConnect"]},
    )
    spark.dataSource.register(source)
