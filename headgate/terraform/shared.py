"""The resources that a connector's pipelines share: connection, catalog, schema, the connector's code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.names import secret_variable
from headgate.terraform.files import KIND, file_block, file_blocks
from headgate.terraform.lifecycle import removed
from headgate.terraform.scope import literal, literals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.definition.model import Connection, Definition
    from headgate.terraform.scope import Scope

# The community connectors' own options, which every connector takes from its reader.
FRAMEWORK_OPTIONS = ("isDeleteFlow", "tableConfigs", "tableName", "tableNameList")

# The secret options that provider 1.99 keeps when it reads a connection back; it drops any other secret.
KEPT_SECRETS = frozenset(
    {
        "user", "password", "personalAccessToken", "access_token", "client_secret", "pem_private_key", "OAuthPvtKey",
        "GoogleServiceAccountKeyJson", "bearer_token",
    }
)  # fmt: skip

# Makes the folder of the ingest files before the stacks do, which are applied at once. No pipeline has a name with capitals.
_README = "README"
_ABOUT = """\
# Ingest files of {connector}

Headgate puts a file here for each pipeline. A deploy overwrites what is changed in this folder by hand.
"""


def shared_body(scope: Scope, code: Mapping[str, bytes]) -> dict[str, Any]:
    """Give the shared stack's body. `code` is path → content of the connector's own files, if they are uploaded.

    Catalog, schema or connection that are no longer ours to make are forgotten, not destroyed: pipelines go on using them.
    """
    resources: dict[str, dict[str, Any]] = {}
    definition = scope.definition
    catalog_ref, schema = literal(scope.catalog), literal(definition.destination.schema_name)
    if definition.destination.create_catalog:
        catalog = {"name": catalog_ref, "properties": scope.own_tags(definition.id)}
        resources["databricks_catalog"] = {definition.id: scope.protected(catalog)}
        catalog_ref = f"${{databricks_catalog.{definition.id}.name}}"
    if definition.destination.create_schema:
        made = {"catalog_name": catalog_ref, "name": schema, "properties": scope.own_tags(definition.id)}
        resources["databricks_schema"] = {definition.id: scope.protected(made)}
    variables: dict[str, Any] = {}
    if not definition.connection.existing:
        resources["databricks_connection"] = {definition.id: scope.protected(connection_block(scope))}
        variables = {
            secret_variable(definition.id, secret): {
                "type": "string",
                "sensitive": True,
                "description": f"Secret option {secret} of {definition.id}",
            }
            for secret in sorted(definition.connection.secrets)
        }
    resources |= _code(scope, code)
    forgotten = [removed(f"{kind}.{definition.id}") for kind in not_ours(definition)]
    parts = {"variable": variables, "resource": resources, "removed": forgotten}
    return {key: value for key, value in parts.items() if value}


def not_ours(definition: Definition) -> list[str]:
    """Give the types of what tables lie in or are read through that the definition does not make."""
    made = definition.destination
    ours = {
        "databricks_catalog": made.create_catalog,
        "databricks_schema": made.create_schema,
        "databricks_connection": not definition.connection.existing,
    }
    return [kind for kind, is_made in ours.items() if not is_made]


def connection_block(scope: Scope) -> dict[str, Any]:
    """Give the connection: options in clear, secrets as sensitive variables, the allow-list of table options."""
    connection = scope.definition.connection
    secrets = {name: f"${{var.{secret_variable(scope.definition.id, name)}}}" for name in connection.secrets}
    options = literals(connection.options) | secrets
    options |= {"sourceName": literal(scope.definition.source), "externalOptionsAllowList": allow_list(connection)}
    block: dict[str, Any] = {
        "name": literal(scope.connection),
        "connection_type": connection.type,
        "options": dict(sorted(options.items())),
    }
    if connection.comment is not None:
        block["comment"] = literal(connection.comment)
    if drifting := [name for name in sorted(connection.secrets) if name not in KEPT_SECRETS and name not in connection.rotate]:
        block["lifecycle"] = {"ignore_changes": [f'options["{name}"]' for name in drifting]}
    return block


def allow_list(connection: Connection) -> str:
    """Give externalOptionsAllowList: the connector's options and the framework's own, sorted, each once."""
    return ",".join(sorted({*connection.external_options, *FRAMEWORK_OPTIONS}))


def ingest_folder(scope: Scope) -> str:
    """Give the folder of the pipelines' ingest files, without /Workspace."""
    return f"{scope.folder}/ingest"


def code_folder(scope: Scope) -> str | None:
    """Give the folder that pipelines import the connector's code from, with /Workspace; None where wheels bring it."""
    code = scope.definition.code
    if code.git:
        return f"/Workspace{scope.folder}/code/{code.git.python_root}".rstrip("/")
    return f"/Workspace{source_folder(scope)}" if code.folder else None


def source_folder(scope: Scope) -> str:
    """Give the folder that the connector's own files are uploaded to, without /Workspace."""
    return f"{scope.folder}/{'source' if scope.definition.code.module else 'code'}"


def _code(scope: Scope, code: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    git = scope.definition.code.git
    resources: dict[str, dict[str, Any]] = {}
    if git:
        repo: dict[str, Any] = {
            "url": literal(git.url),
            "git_provider": literal(git.provider),
            "branch": literal(git.branch),
            "path": literal(f"{scope.folder}/code"),
        }
        if git.sparse:
            repo["sparse_checkout"] = {"patterns": [literal(pattern) for pattern in git.sparse]}
        resources["databricks_repo"] = {scope.definition.id: repo}
    files = file_blocks(source_folder(scope), code)
    if scope.definition.ingestion == "file":
        files[_README] = file_block(f"{ingest_folder(scope)}/README.md", _ABOUT.format(connector=scope.definition.id).encode())
    return resources | ({KIND: files} if files else {})
