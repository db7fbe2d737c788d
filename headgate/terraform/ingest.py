"""The ingest file of a pipeline: Python that the pipeline runs.

It is built of literals alone, so no name and no option of a table can become code. What `ingest` takes: design of the
community connectors' pipeline_spec, whose levels all refuse unknown keys and whose table_configuration holds text only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.inventory.table import Table

RESERVED = ("scd_type", "primary_keys", "sequence_by", "cluster_by")

_FILE = """\
# Pipeline {pipeline}, written by headgate: a deploy overwrites what is changed here.
from databricks.labs.community_connector import register
from databricks.labs.community_connector.pipeline import ingest

spark.conf.set('spark.databricks.unityCatalog.connectionDfOptionInjection.enabled', 'true')

pipeline_spec = {{
    'connection_name': {connection},
    'objects': [
{objects}    ],
}}

register(spark, {source})
{call}
"""
_INGEST = "ingest(spark, pipeline_spec)"
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_WAIT = "# No table has been handed over to this pipeline yet, and ingest() takes no empty list."


def ingest_file(pipeline: str, source: str, connection: str, tables: Sequence[Table], catalog: str, schema: str) -> str:
    """Give the text of a pipeline's ingest file, a line a table, in the order given.

    `catalog` and `schema` are for tables that name none. `pipeline` is an id, so it can't end the comment it stands in.
    """
    specs = ({"table": table_spec(table, catalog, schema)} for table in tables)
    objects = "".join(f"        {spec!r},\n" for spec in specs)
    call = _INGEST if tables else _WAIT
    return _FILE.format(pipeline=pipeline, connection=repr(connection), objects=objects, source=repr(source), call=call)


def table_spec(table: Table, catalog: str, schema: str) -> dict[str, Any]:
    """Give a table's entry in the pipeline_spec: source, destination, and its options as text."""
    spec: dict[str, Any] = {
        "source_table": table.source_table,
        "destination_catalog": table.destination_catalog or catalog,
        "destination_schema": table.destination_schema or schema,
        "destination_table": table.destination_name,
    }
    if table.options:
        spec["table_configuration"] = {name: option_text(value) for name, value in sorted(table.options.items())}
    return spec


def option_text(value: object) -> str:
    """Give an option as the text that the source gets: text as it is, anything else as compact JSON."""
    return value if isinstance(value, str) else _COMPACT.encode(value)
