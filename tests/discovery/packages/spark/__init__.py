from databricks.labs.community_connector.sparkpds import LakeflowSource

from databricks.labs.community_connector.sources.spark.reader import SparkConnector


class SparkSource(LakeflowSource):
    _lakeflow_connect_cls = SparkConnector
