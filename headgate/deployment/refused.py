"""What would be deployed and could not run, or would not be taken, said before anything is emitted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.definition.connector_spec import FILE as SPEC
from headgate.definition.connector_spec import Spec, read_spec
from headgate.definition.fault import names_a_secret
from headgate.definition.load import FILE
from headgate.definition.provider import CONNECTOR_OPTIONS, TABLE_SETTINGS, has
from headgate.definition.secret_checks import FRAMEWORK_OPTIONS
from headgate.deployment.app_source import app_problems
from headgate.deployment.files import MOST_BYTES, upload
from headgate.deployment.ingest import RESERVED, managed_settings
from headgate.inventory.row import GONE, rule_of
from headgate.problems import Problem, did_you_mean
from headgate.project import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from headgate.definition.model import Definition
    from headgate.project import Connector

_KINDS = {"snapshot": "a snapshot", "cdc": "a table of changes"}
_NO_COMPARING = 'or that none is compared, {"scd_type": "APPEND_ONLY"}'
_KEYS = f'say what tells its rows apart, {{"primary_keys": ["id"]}} in table_options_json, {_NO_COMPARING}'
_ORDER = f'say what orders its changes, {{"sequence_by": "updated_at"}} in table_options_json, {_NO_COMPARING}'
_UNTAKEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# The framework before it was a package. Source: databrickslabs/lakeflow-community-connectors, commit b80bef73.
_OLD_FRAMEWORK = "libs/source_loader.py"


def problems_of(connector: Connector, code: Mapping[str, bytes]) -> list[Problem]:
    """Give all that is wrong with a connector's committed files. `code`: path → content, of what is uploaded."""
    spec = _spec(connector)
    found = [*_no_code(connector.definition), *_no_value(connector.definition, spec), *_common_options(connector, spec)]
    found += app_problems(connector)
    if (connector.base / FILE).is_file():
        found = connector.located(found)
    found += [*_row_options(connector, spec), *_no_keys(connector), *_other_connections(connector)]
    return [*found, *code_problems(connector, code)]


def code_problems(connector: Connector, code: Mapping[str, bytes]) -> list[Problem]:
    """Say which files of the connector's code the workspace would not take. `code`: path → content."""
    folder = connector.definition.code.folder or ""
    problems = []
    for path, content in sorted(code.items()):
        file = str(connector.base / folder / path)
        if len(upload(content)) > MOST_BYTES:
            message = f"has {len(content):,} bytes, and the workspace takes {MOST_BYTES:,} of a file, counted in base64"
            problems.append(Problem(message, "take it out of the folder that is uploaded; a volume holds large files", file))
        if _UNTAKEN.search(path):
            fix = "rename it, with letters, digits, _ and ."
            problems.append(Problem("has a name with a control character, or half a character", fix, ascii(file)[1:-1]))
        if path.endswith(_OLD_FRAMEWORK):
            fix = "take lakeflow-community-connectors 0.1.0 or newer, which has databricks/labs/community_connector instead"
            problems.append(Problem("is of a framework that is too old for the pipelines' files", fix, file))
    return problems


def _spec(connector: Connector) -> Spec | None:
    folder = connector.definition.code.folder
    places = [connector.base / SPEC, *([connector.base / folder / SPEC] if folder else [])]
    return next((read_spec(place) for place in places if place.is_file()), None)


def _no_code(definition: Definition) -> Iterator[Problem]:
    code = definition.code
    if not (code.folder or code.git or code.wheels or code.workspace or code.by_platform):
        fix = "add `code:` with `wheels`, `git` or `folder`, for the connector and for its framework"
        if definition.ingestion == "managed":
            fix = "add `code:` with the connector and its framework as `wheels`"
        yield Problem("nothing brings the connector's code to the pipelines: their first import fails", fix, path="code")


def _no_value(definition: Definition, spec: Spec | None) -> Iterator[Problem]:
    if definition.connection.existing and not definition.by_notebook:
        return
    dynamic = definition.secrets.dynamic_options if definition.secrets else {}
    named = [*definition.clear_options, *definition.secret_options, *dynamic]
    part, clear, secret = "connection", "options", "secrets"
    if definition.by_notebook:
        part, clear, secret = "secrets", "static_options", "secret_mappings"
    needed = spec.parameters(spec.auth_of(named)) if spec else ()
    about = {one.name: f" ({one.about})" for one in needed if one.about}
    for name, value in definition.clear_options.items():
        if not value.strip():
            message = f"'{name}' has no value{about.get(name, '')}"
            yield Problem(message, "give it one, or take it out", path=f"{part}.{clear}.{name}")
    for one in needed:
        if one.required and one.name not in named:
            fix = f"name it under {secret if one.is_secret else f'{clear}, with its value'}"
            yield Problem(f"the connector needs '{one.name}'{about.get(one.name, '')}", fix, path=part)


def _common_options(connector: Connector, spec: Spec | None) -> Iterator[Problem]:
    options = connector.definition.table_options
    for message, fix in _refused(connector.definition, spec, options):
        yield Problem(f"the options of all tables {message}", fix, path="table_options")


def _row_options(connector: Connector, spec: Spec | None) -> Iterator[Problem]:
    file = str(connector.base / TABLES)
    for row, table in connector.numbered_rows:
        for message, fix in _refused(connector.definition, spec, table.options):
            yield Problem(f"{table.source_table} {message}", fix, file, row=row, column="table_options_json")


def _refused(definition: Definition, spec: Spec | None, options: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Say which options of tables would not reach the source, or must not stand in a file, and how to mend that."""
    connection, managed = definition.connection, definition.ingestion == "managed"
    if secret := [name for name in options if name in definition.secret_options or names_a_secret(name)]:
        fix = "take them out: a secret is the connection's, named under connection.secrets and given as a TF_VAR_…"
        if definition.by_notebook:
            fix = "take them out: a secret is read from the scope, by its key under secrets.secret_mappings"
        yield f"has secrets among its options: {', '.join(secret)}, and this file is committed", fix
    settings = managed_settings(by_platform=definition.code.by_platform) if managed else RESERVED
    own = [name for name in options if name not in (*settings, *secret)]
    if managed:
        yield from _unmanaged(definition.provider, own, [name for name in options if name in TABLE_SETTINGS])
        return
    if definition.by_notebook:  # it gives the source what a table says
        return
    known = {*connection.external_options, *FRAMEWORK_OPTIONS}
    if connection.existing:
        # What it lets through is known from here, or from its specification, or not at all.
        known |= set(spec.external_options) if spec else set()
        if not (connection.external_options or spec):
            return
    if unknown := [name for name in own if name not in known]:
        fix = "add them to connection.external_options"
        if spec and (strange := [name for name in unknown if name not in spec.external_options]):
            fix = f"the connector's specification knows no '{strange[0]}'; {did_you_mean(strange[0], spec.external_options)}"
        yield f"has options that the connection does not let through: {', '.join(unknown)}", fix


def _unmanaged(provider: str, own: list[str], settings: list[str]) -> Iterator[tuple[str, str]]:
    if own and not has(provider, CONNECTOR_OPTIONS):
        message = f"has source options ({', '.join(own)}), which managed ingestion can't carry with provider {provider}"
        yield message, f"set `ingestion: file`, write `provider: {CONNECTOR_OPTIONS}` or newer, or take the options out"
    for name in settings:
        if not has(provider, since := TABLE_SETTINGS[name]):
            yield f"has {name}, which provider {provider} can't carry", f"write `provider: {since}` or newer, or take it out"


def _other_connections(connector: Connector) -> Iterator[Problem]:
    """Say which tables name a connection, where nothing reads through one."""
    if not connector.definition.by_notebook:
        return
    for row, table in connector.numbered_rows:
        if table.connection_name:
            message = f"{table.source_table} names a connection, and with `credentials: secrets` nothing reads through one"
            file = str(connector.base / TABLES)
            yield Problem(message, "leave it empty", file, row=row, column="connection_name")


def _no_keys(connector: Connector) -> Iterator[Problem]:
    """Say which tables could not be compared: without keys, or changes without what orders them.

    Only where the inventory knows of some: one without the column leaves them to the source. Source: `apply_changes` and
    `apply_changes_from_snapshot`, as the framework calls them.
    """
    file, common = str(connector.base / TABLES), connector.definition.table_options
    keys_known = any(row.primary_keys is not None for row in connector.rows)
    order_known = any(row.cursor_field for row in connector.rows)
    for number, row in connector.numbered_rows:
        options = {**common, **row.options}
        kind = rule_of(row.ingestion_type)
        if row.status == GONE or kind not in ("snapshot", "cdc") or options.get("scd_type") == "APPEND_ONLY":
            continue
        if keys_known and not (row.primary_keys or options.get("primary_keys")):
            message = f"{row.source_table} is {_KINDS[kind]} without keys"
            yield Problem(message, _KEYS, file, row=number, column="primary_keys")
        if kind == "cdc" and order_known and not (row.cursor_field or options.get("sequence_by")):
            message = f"{row.source_table} is {_KINDS[kind]} without a cursor"
            yield Problem(message, _ORDER, file, row=number, column="cursor_field")
