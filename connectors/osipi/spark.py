"""The connector as a data source of Spark's: needs pyspark and the community connectors' `sparkpds`."""

from __future__ import annotations

from databricks.labs.community_connector.sparkpds import LakeflowSource

from .connector import OsipiLakeflowConnect


class OsipiDataSource(LakeflowSource):  # type: ignore[misc]  # a class of the framework's, which is not installed here
    """Reads OSI PI once registered: `spark.dataSource.register(OsipiDataSource)`, then format `lakeflow_connect`.

    The framework's name of the format stays, since Databricks hands a connection's options to that one only.
    """

    _lakeflow_connect_cls = OsipiLakeflowConnect
