"""The ingest file of a pipeline: Python that the pipeline runs.

It is built of literals alone, so no name and no option of a table can become code. What `ingest` takes: design of the
community connectors' pipeline_spec, whose levels all refuse unknown keys and whose table_configuration holds text only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headgate.definition.provider import TABLE_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.deployment.registration import Registration
    from headgate.tables.table import Table

RESERVED = ("scd_type", "primary_keys", "sequence_by", "cluster_by")
# What managed ingestion lets one say of a table, beside the source's options.
MANAGED = (*RESERVED[:3], *TABLE_SETTINGS)
# Where in the source a table is: a source without schemas has one called `default`.
IN_SOURCE = ("source_catalog", "source_schema")
# What it lets one say besides where the platform has the connector itself.
BY_PLATFORM = (*IN_SOURCE, "include_columns", "exclude_columns", "salesforce_include_formula_fields")

_FILE = """\
# Pipeline {pipeline}, written by headgate: a deploy overwrites what is changed here.
{imports}
spark.conf.set('spark.databricks.unityCatalog.connectionDfOptionInjection.enabled', 'true')

pipeline_spec = {{
    'connection_name': {connection},
    'objects': [
{objects}    ],
}}

{register}
{call}
"""
_INGEST = "ingest(spark, pipeline_spec)"
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
WAIT = "# No table has been handed over to this pipeline yet, and ingest() takes no empty list."


def managed_settings(*, by_platform: bool) -> tuple[str, ...]:
    """Give the options of a table that are settings of managed ingestion, and none of the source's."""
    return (*MANAGED, *BY_PLATFORM) if by_platform else MANAGED


def ingest_file(
    pipeline: str, registration: Registration, connection: str, tables: Sequence[Table], catalog: str | None
) -> str:
    """Give the text of a pipeline's ingest file, a line a table, in the order given.

    `catalog` is the target's own, where it has one. `pipeline` is an id, so it can't end the comment it is in.
    """
    return _FILE.format(
        pipeline=pipeline,
        imports=registration.imports(".pipeline import ingest"),
        connection=repr(connection),
        objects=objects_text(tables, catalog),
        register=registration.call(),
        call=_INGEST if tables else WAIT,
    )


def objects_text(tables: Sequence[Table], catalog: str | None) -> str:
    """Give the entries of a pipeline_spec's `objects`, a line a table."""
    return "".join(f"        { ({'table': table_spec(table, catalog)})!r},\n" for table in tables)


def table_spec(table: Table, catalog: str | None) -> dict[str, Any]:
    """Give a table's entry in the pipeline_spec: source, destination (in the target's own `catalog`), its options as text."""
    here = table.id.in_catalog(catalog)
    spec: dict[str, Any] = {
        "source_table": here.source_table,
        "destination_catalog": here.catalog,
        "destination_schema": here.schema,
        "destination_table": here.table,
    }
    if table.options:
        spec["table_configuration"] = {name: option_text(value) for name, value in sorted(table.options.items())}
    return spec


def option_text(value: object) -> str:
    """Give an option as the text that the source gets: text as it is, anything else as compact JSON."""
    return value if isinstance(value, str) else _COMPACT.encode(value)
