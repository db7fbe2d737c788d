"""The resources that a connector's pipelines share: connection or secrets, catalog, schema, the connector's code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.definition.secret_checks import FRAMEWORK_OPTIONS
from headgate.deployment.files import files_below
from headgate.deployment.model import Catalog, Connection, File, GitFolder, Ref, Schema
from headgate.deployment.secrets import left_secrets, secret_resources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.definition import model
    from headgate.deployment.model import Resource
    from headgate.deployment.scope import Scope

# Makes the folder of the ingest files before the stacks do, which are applied at once. No pipeline has a name with capitals.
_README = "README"
_ABOUT = """\
# {Kinds} of {connector}

Headgate puts a {kind} here for each pipeline. A deploy overwrites what is changed in this folder by hand.
"""


def shared_resources(scope: Scope, code: Mapping[str, bytes], *, has_files: bool = True) -> list[Resource]:
    """Give what a connector's pipelines share, in the order in which it is made.

    `code` is path → content of the connector's own files, if they are uploaded. has_files: some pipeline has an ingest file or
    a notebook of headgate's.
    """
    definition = scope.definition
    found: list[Resource] = []
    made, protected, tags = definition.destination, scope.target.protect, scope.own_tags(definition.id)
    if made.create_catalog:
        found.append(Catalog(definition.id, scope.catalog, tags, protected))
    if made.create_schema:
        catalog = definition.id if made.create_catalog else ""
        found.append(Schema(definition.id, made.schema_name, scope.catalog, catalog, tags, protected))
    if not definition.connection.existing:
        found.append(_connection(scope))
    if definition.secrets and definition.secrets.manage:
        found += secret_resources(scope, definition.secrets)
    if git := definition.code.git:
        path = f"{scope.folder}/code"
        branch, tag = ("", git.tag) if git.tag else (git.branch, "")
        found.append(GitFolder(definition.id, git.url, git.provider, branch, tag, git.credential_id, path, tuple(git.sparse)))
    found += files_below(scope.source_folder, code)
    if definition.ingestion == "file" and has_files:
        kinds = {"Kinds": "Notebooks" if definition.by_notebook else "Ingest files", "kind": scope.code_kind}
        about = _ABOUT.format(connector=definition.id, **kinds).encode()
        found.append(File(_README, f"{scope.ingest_folder}/README.md", about))
    return found


def not_ours(scope: Scope) -> list[Ref]:
    """Give what holds tables or is read through, and the definition does not make.

    Where it did before, it is forgotten, not destroyed: pipelines go on using it, and the monitoring's holds what it told.
    """
    definition = scope.definition
    made = definition.destination
    ours = {
        "catalog": made.create_catalog,
        "schema": made.create_schema,
        "connection": not definition.connection.existing,
        "secret_scope": definition.secrets is not None and definition.secrets.manage,
        "pipeline": scope.monitoring is not None,
    }
    refs = [Ref(kind, definition.id) for kind, is_made in ours.items() if not is_made]  # type: ignore[arg-type]  # a dict's keys are text
    return [*refs, *(left_secrets(scope, definition.secrets) if definition.secrets else [])]


def _connection(scope: Scope) -> Connection:
    connection = scope.definition.connection
    own = {"sourceName": scope.definition.source, "externalOptionsAllowList": allow_list(connection)}
    return Connection(
        id=scope.definition.id,
        name=scope.connection,
        type=connection.type,
        options=connection.options | own,
        secrets=tuple(sorted(connection.secrets)),
        rotated=tuple(connection.rotate),
        comment=connection.comment,
        protected=scope.target.protect,
    )


def allow_list(connection: model.Connection) -> str:
    """Give externalOptionsAllowList: the connector's options and the framework's own, sorted, each once."""
    return ",".join(sorted({*connection.external_options, *FRAMEWORK_OPTIONS}))
