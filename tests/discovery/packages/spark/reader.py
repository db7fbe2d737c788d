"""Imports what community connectors import."""

from abc import ABC
from dataclasses import dataclass

import pyspark.sql.functions as F
from databricks.labs.community_connector.interface import LakeflowConnect, SupportsNamespaces
from databricks.labs.community_connector.interface.supports_partition import SupportsPartitionedStream
from databricks.labs.community_connector.libs.utils import parse_value
from pyspark.sql import Row, SparkSession
from pyspark.sql import types as T
from pyspark.sql.datasource import DataSource
from pyspark.sql.types import *

SCHEMA = StructType([StructField("id", LongType(), False), StructField("tags", ArrayType(StringType()))]).add("at", TimestampType())
DOUBLED = F.udf(lambda value: value * 2, LongType())
SPARK = SparkSession.builder.appName("x").getOrCreate()
ROW = Row(id=1)


@F.udf(returnType=StringType())
def shout(value):
    return parse_value(value, StringType())


@dataclass
class Column:
    kind: DataType = StringType()


class Source(DataSource, ABC):
    pass


class SparkConnector(LakeflowConnect, SupportsNamespaces, SupportsPartitionedStream, ABC):
    def list_tables(self):
        assert isinstance(SCHEMA[0], StructField) and isinstance(SCHEMA["id"].dataType, LongType)
        assert isinstance(T.StructType([]), StructType) and T.LongType() == LongType()
        assert StringType() == StringType() and StringType() != LongType()
        return [self.options["table"]]

    def read_table_metadata(self, table, options):
        return {"primary_keys": SCHEMA.fieldNames()[:1], "cursor_field": SCHEMA.names[-1], "ingestion_type": "cdc_with_deletes"}
