"""The ingest file of a pipeline: Python that the pipeline runs.

It is built of literals alone, so no name and no option of a table can become code. What `ingest` takes: design of the
community connectors' pipeline_spec, whose levels all refuse unknown keys and whose table_configuration holds text only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.definition.provider import TABLE_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.tables.table import Table

RESERVED = ("scd_type", "primary_keys", "sequence_by", "cluster_by")
# What managed ingestion lets one say of a table, beside the source's options.
MANAGED = (*RESERVED[:3], *TABLE_SETTINGS)

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
_REGISTRY = """\
from databricks.labs.community_connector import register
from databricks.labs.community_connector.pipeline import ingest
"""
_DATA_SOURCE = """\
from databricks.labs.community_connector.pipeline import ingest
from databricks.labs.community_connector.sparkpds import find_data_source
"""
_OWN = """\
import sys

from databricks.labs.community_connector.pipeline import ingest

sys.path.append({folder})
from {module} import register_lakeflow_source  # noqa: E402  # the folder above holds it
"""
_INGEST = "ingest(spark, pipeline_spec)"
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_WAIT = "# No table has been handed over to this pipeline yet, and ingest() takes no empty list."


@dataclass(frozen=True, slots=True)
class Registration:
    """How the source is registered: by a `module` found in `folder`, else by the framework, which knows it by its name.

    The framework takes the class that the source's package exports, or without `by_data_source` the file generated of it.
    Source: databrickslabs/lakeflow-community-connectors, sparkpds/registry.py.
    """

    source: str
    module: str = ""
    folder: str = ""
    by_data_source: bool = False


def ingest_file(
    pipeline: str, registration: Registration, connection: str, tables: Sequence[Table], catalog: str | None
) -> str:
    """Give the text of a pipeline's ingest file, a line a table, in the order given.

    `catalog` is the target's own, where it has one. `pipeline` is an id, so it can't end the comment it is in.
    """
    specs = ({"table": table_spec(table, catalog)} for table in tables)
    objects = "".join(f"        {spec!r},\n" for spec in specs)
    call = _INGEST if tables else _WAIT
    if registration.module:
        imports = _OWN.format(folder=repr(registration.folder), module=registration.module)
        register = "register_lakeflow_source(spark)"
    elif registration.by_data_source:
        imports, register = _DATA_SOURCE, f"spark.dataSource.register(find_data_source({registration.source!r}))"
    else:
        imports, register = _REGISTRY, f"register(spark, {registration.source!r})"
    return _FILE.format(
        pipeline=pipeline, imports=imports, connection=repr(connection), objects=objects, register=register, call=call
    )


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
