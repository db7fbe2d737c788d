"""A `connector.yaml` to start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT = """\
# A connector's deployment. `headgate schema` prints the JSON Schema of this file for your editor.
id: {id}  # given once, never changed: it names stacks, states, addresses and files
source: {source}  # as the connector's code registers it

connection:
  name: {connection}
  type: COMMUNITY
{more}

destination:
  catalog: {catalog}
  schema: {schema}

# code:  # what pipelines import, the connector and its framework: wheels of known digests, or a tag of a git repository
#   wheels:
#     - "crm_connector @ file:///Volumes/main/code/crm_connector-1.0-py3-none-any.whl#sha256=…"
#     - "lakeflow_community_connectors @ file:///Volumes/main/code/lakeflow_community_connectors-0.1.0-py3-none-any.whl#sha256=…"
#   git: {{url: https://github.com/acme/connectors.git, tag: v1.0}}

group_by: {group_by}  # auto: tables on one schedule share pipelines, by category where it has ten tables
schedules:  # 5-field cron, or quartz: and a Quartz expression; empty: no schedule
  snapshot: {snapshot}
  append: {append}
  cdc: {cdc}
  unknown: {unknown}
  timezone: UTC

balance:
  stacks: 1
  # pipelines: 8  # in all; default: from weights and schedules, as `headgate balance` says

targets:
  dev: {{default: true, name_prefix: dev_, paused: true, development: true, protect: false}}
  prod: {{}}
"""


_EXAMPLES = """\
  # options: {base_url: https://example.com}
  # secrets: [token]  # each becomes a sensitive Terraform variable
  # external_options: [maxCount]  # what tables may set in table_options_json
"""
_EXISTING = "  # existing: true  # it was made elsewhere: use it by name\n"


@dataclass(frozen=True, slots=True)
class Parameters:
    """A connection's parameters, as a connector's specification names them.

    Those that have no value yet, `wanted` ones and `optional` ones, with what they are for. `auth` is the way to log in.
    made_by: the command that makes the connection, where that takes a browser; empty where Terraform makes it.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    optional_secrets: Mapping[str, str] = field(default_factory=dict)
    external_options: tuple[str, ...] = ()
    auth: str = ""
    other_auths: tuple[str, ...] = ()
    made_by: str = ""


def scaffold_definition(  # noqa: PLR0913  # most are fields of the definition
    id: str,  # noqa: A002  # the field's own name
    source: str,
    connection_name: str,
    catalog: str,
    schema: str,
    group_by: str = "auto",
    snapshot: str = "",
    append: str = "",
    cdc: str = "",
    unknown: str = "",
    *,
    parameters: Parameters | None = None,
) -> str:
    """Give the text of a definition with these values; `parse_definition` reads it.

    parameters: what is known of the connection.
    """
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
    more = _EXAMPLES + _EXISTING if parameters is None else _connection(parameters)
    return _TEXT.format(more=more.rstrip("\n"), **{name: quoted(value) for name, value in values.items()})


def _connection(found: Parameters) -> str:
    if found.made_by:
        lines = [
            "  existing: true  # it logs in by a browser, once: Terraform can't make it, this does:",
            f"  # {found.made_by}",
        ]
        return "".join(f"{line}\n" for line in [*lines, *_external(found)])
    lines = []
    if found.other_auths:
        lines.append(f"  # It logs in by {one_line(found.auth)}; other ways: {one_line(', '.join(found.other_auths))}.")
    lines += ["  options:"] if found.options or found.wanted else []
    lines += [f"    {quoted(name)}: {quoted(value)}" for name, value in found.options.items()]
    lines += [f'    {quoted(name)}: ""  # needed: {one_line(text)}' for name, text in found.wanted.items()]
    lines += [f"  # options may also have {name}: {one_line(text)}" for name, text in found.optional.items()]
    if found.secrets:
        lines.append(f"  secrets: [{', '.join(map(quoted, found.secrets))}]  # each becomes a sensitive Terraform variable")
    lines += [f"  # secrets may also have {name}: {one_line(text)}" for name, text in found.optional_secrets.items()]
    return "".join(f"{line}\n" for line in [*lines, *_external(found)]) + _EXISTING


def _external(found: Parameters) -> list[str]:
    if not found.external_options:
        return []
    lines = ["  external_options:  # what tables may set in table_options_json"]
    return lines + [f"    - {quoted(name)}" for name in found.external_options]


def with_schema(text: str, path: str) -> str:
    """Give a definition's text with the line by which editors find its schema, as seen from it; where there is one."""
    return f"# yaml-language-server: $schema={path}\n{text}" if path else text


def one_line(text: str) -> str:
    """Give a text's words on one line, for a comment."""
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))


def quoted(text: str) -> str:
    """Give text in YAML's double quotes; what YAML takes for a line end, or does not take, is escaped."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
