"""A `connector.yaml` to start from."""

from __future__ import annotations

_TEXT = """\
# A connector's deployment. `headgate schema` prints the JSON Schema of this file for your editor.
id: {id}  # given once, never changed: it names stacks, states, addresses and files
source: {source}  # as the connector's code registers it

connection:
  name: {connection}
  type: GENERIC_LAKEFLOW_CONNECT
  # options: {{base_url: https://example.com}}
  # secrets: [token]  # each becomes a sensitive Terraform variable
  # external_options: [maxCount]  # what tables may set in table_options_json
  # existing: true  # it was made elsewhere: use it by name

destination:
  catalog: {catalog}
  schema: {schema}

# code:  # where pipelines get the connector's code from: a git folder, a folder beside this file, or wheels
#   git: {{url: https://github.com/databrickslabs/lakeflow-community-connectors.git, branch: master}}

group_by: {group_by}
schedules:  # 5-field cron, or quartz: and a Quartz expression; empty: no schedule
  snapshot: {snapshot}
  append: {append}
  cdc: {cdc}
  unknown: {unknown}
  timezone: UTC

balance:
  stacks: 1
  # pipelines: 8  # in all; default: one for each group

targets:
  dev: {{default: true, name_prefix: dev_, paused: true, development: true, protect: false}}
  prod: {{}}
"""


def scaffold_definition(
    id: str,  # noqa: A002  # the field's own name
    source: str,
    connection_name: str,
    catalog: str,
    schema: str,
    group_by: str = "category_and_ingestion_type",
    snapshot: str = "",
    append: str = "",
    cdc: str = "",
    unknown: str = "",
) -> str:
    """Give the text of a definition with these values; `parse_definition` reads it."""
    values = {
        "id": id,
        "source": source,
        "connection": connection_name,
        "catalog": catalog,
        "schema": schema,
        "group_by": group_by,
        "snapshot": snapshot,
        "append": append,
        "cdc": cdc,
        "unknown": unknown,
    }
    return _TEXT.format(**{name: _quoted(value) for name, value in values.items()})


def _quoted(text: str) -> str:
    """Give text in YAML's double quotes; what YAML takes for a line end, or does not take, is escaped."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
