"""The resources that a connector's pipelines share: connection, catalog, schema, the connector's code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.terraform.connection import connection_body
from headgate.terraform.files import KIND, file_block, file_blocks
from headgate.terraform.lifecycle import removed
from headgate.terraform.scope import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.definition.model import Definition
    from headgate.terraform.scope import Scope

# Makes the folder of the ingest files before the stacks do, which are applied at once. No pipeline has a name with capitals.
_README = "README"
_ABOUT = """\
# Ingest files of {connector}

Headgate puts a file here for each pipeline. A deploy overwrites what is changed in this folder by hand.
"""


def shared_body(scope: Scope, code: Mapping[str, bytes], applied: str = "") -> dict[str, Any]:
    """Give the shared stack's body. `code` is path → content of the connector's own files, if they are uploaded.

    `applied` is the digest of the connection as it was last applied; empty where none is recorded.
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
    connection = {} if definition.connection.existing else connection_body(scope, applied)
    resources |= connection.get("resource", {})
    resources |= _code(scope, code)
    forgotten = [removed(f"{kind}.{definition.id}") for kind in not_ours(definition)]
    parts = {"variable": connection.get("variable"), "resource": resources, "removed": forgotten}
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
