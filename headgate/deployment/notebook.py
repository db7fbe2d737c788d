"""The notebook of a pipeline whose connector reads its secrets itself, in Databricks' source format.

What is particular to a pipeline is literals alone, so no name and no option can become code; expressions of options are
written anew from their trees. The rest is the same in every notebook. It does what the community connectors' `ingest` does
(source: databrickslabs/lakeflow-community-connectors, pipeline/ingestion_pipeline.py), with options in place of a connection,
and names views and flows as that does: a flow goes on from its checkpoint by its name.
Source of the pipeline functions' names and parameters: Databricks' reference of the pipelines' Python, create_auto_cdc_flow,
create_auto_cdc_from_snapshot_flow, create_streaming_table; those with `apply_changes` in their names are what they were before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.definition.expressions import expression_text
from headgate.deployment.ingest import objects_text
from headgate.deployment.notebook_cells import OPTIONS, TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.definition.secrets import Secrets
    from headgate.deployment.registration import Registration
    from headgate.tables.table import Table

_FIRST = """\
# Databricks notebook source
# Pipeline {pipeline}, written by headgate: a deploy overwrites what is changed here.

import importlib
import json

from pyspark.sql import functions
"""
_SETTINGS = """\
# Where the connector's options come from. No value of a secret stands in this notebook.
secrets_scope = {scope!r}
secret_mappings = {{{mappings}}}
static_options = {{{static}}}
dynamic_options = {{{dynamic}}}
"""
_SPEC = """\
# What this pipeline reads, and where it goes.
pipeline_spec = {{
    'objects': [
{objects}    ],
}}
"""
_INGEST = "ingest(pipeline_spec)\n"
_WAIT = "# No table has been handed over to this pipeline yet.\n"
_PARTING = "\n# COMMAND ----------\n\n"


def notebook(
    pipeline: str, registration: Registration, secrets: Secrets, scope: str, tables: Sequence[Table], catalog: str | None
) -> str:
    """Give the text of a pipeline's notebook, with a line a table, in the order given.

    `scope` is the secret scope and `catalog` the target's own catalog, where it has one. `pipeline` is an id, so it can't end
    the comment that it is in.
    """
    settings = _SETTINGS.format(
        scope=scope,
        mappings=_entries({name: repr(keys) for name, keys in secrets.secret_mappings.items()}),
        static=_entries({name: repr(value) for name, value in secrets.static_options.items()}),
        dynamic=_entries({name: f"lambda: {expression_text(text)}" for name, text in secrets.dynamic_options.items()}),
    )
    register = f"{registration.imports()}\n{registration.call()}\n"
    spec = _SPEC.format(objects=objects_text(tables, catalog))
    cells = (_FIRST.format(pipeline=pipeline), settings, OPTIONS, register, TABLES, spec, _INGEST if tables else _WAIT)
    return _PARTING.join(cells)


def _entries(values: Mapping[str, str]) -> str:
    """Give the lines of a dictionary, by key; `values` are Python already."""
    return "".join(f"\n    {name!r}: {value}," for name, value in sorted(values.items())) + ("\n" if values else "")
