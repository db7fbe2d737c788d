"""The block of each resource, but for the connection's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.deployment.apps import WAREHOUSE
from headgate.deployment.files import upload
from headgate.deployment.ingest import IN_SOURCE, option_text
from headgate.deployment.model import Ref
from headgate.emit.fields import ALERTS, CONDITIONS, cluster_fields, level_of, principal
from headgate.emit.terraform.literals import literal, literals
from headgate.names import secret_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.definition.model import Permission, RunAs
    from headgate.deployment.model import (
        App,
        Catalog,
        Cluster,
        Dashboard,
        File,
        GitFolder,
        Job,
        ManagedTable,
        Notebook,
        Permissions,
        Pipeline,
        Schema,
        Secret,
        SecretAcl,
        SecretScope,
    )

Block = dict[str, Any]
# What a table's settings are called otherwise in managed ingestion than in an ingest file.
_SETTINGS = {"cluster_by": "clustering_columns"}
_LISTS = frozenset({"primary_keys", "sequence_by", "cluster_by", "include_columns", "exclude_columns"})


def catalog_block(one: Catalog) -> Block:
    """Give a catalog's block."""
    return {"name": literal(one.name), "properties": dict(one.tags)}


def schema_block(one: Schema) -> Block:
    """Give a schema's block; a catalog that is made beside it is referred to, so that it comes first."""
    catalog = f"${{databricks_catalog.{one.made_catalog}.name}}" if one.made_catalog else literal(one.catalog)
    return {"catalog_name": catalog, "name": literal(one.name), "properties": dict(one.tags)}


def git_folder_block(one: GitFolder) -> Block:
    """Give a git folder's block."""
    block: Block = {
        "url": literal(one.url), "git_provider": literal(one.provider),
        **({"tag": literal(one.tag)} if one.tag else {"branch": literal(one.branch)}),
        "path": literal(one.path), **({} if one.credential is None else {"git_credential_id": one.credential}),
    }  # fmt: skip
    return block | ({"sparse_checkout": {"patterns": [literal(pattern) for pattern in one.sparse]}} if one.sparse else {})


def file_block(one: File) -> Block:
    """Give a file's block."""
    block: Block = {"path": literal(one.path), "content_base64": upload(one.content)}
    return block | ({"depends_on": [f"databricks_workspace_file.{one.after}"]} if one.after else {})


def notebook_block(one: Notebook) -> Block:
    """Give a notebook's block. Source: the provider's workspace/resource_notebook.go; a path has no extension."""
    return {"path": literal(one.path), "language": "PYTHON", "format": "SOURCE", "content_base64": upload(one.content)}


def secret_scope_block(one: SecretScope) -> Block:
    """Give a secret scope's block."""
    return {"name": literal(one.name)}


def secret_block(one: Secret) -> Block:
    """Give a secret's block; its value is a sensitive variable."""
    variable = secret_variable(one.scope, one.option)
    return {"scope": _scope_of(one.scope), "key": literal(one.key), "string_value": f"${{var.{variable}}}"}


def secret_acl_block(one: SecretAcl) -> Block:
    """Give the block of who may do what with a scope."""
    return {"scope": _scope_of(one.scope), "principal": literal(one.principal), "permission": one.permission}


def _scope_of(id_: str) -> str:
    return f"${{databricks_secret_scope.{id_}.name}}"


def pipeline_block(one: Pipeline) -> Block:
    """Give a pipeline's block."""
    block: Block = {
        "name": literal(one.name),
        "catalog": literal(one.catalog),
        "schema": literal(one.schema),
        "channel": one.channel,
        "continuous": one.continuous,
        "development": one.development,
        "tags": literals(one.tags),
        **_compute(one.cluster),
        **_run_as(one.run_as),
    }
    if one.file:
        block["library"] = [_library(one), *(_file(path) for path in one.more)]
        block["depends_on"] = [Ref(one.code_kind, one.file_id or one.id).address, *(ref.address for ref in one.after)]
    else:
        block["ingestion_definition"] = {"connection_name": literal(one.connection), "objects": managed_objects(one.managed)}
        if not one.by_platform:
            block["configuration"] = {"pipelines.managedIngestion.registerPythonDataSource": "true"}
        # The workspace says what it is, and takes no word on it.
        block["lifecycle"] = {"ignore_changes": ["ingestion_definition[0].source_type"]}
    if one.edition:
        block["edition"] = one.edition
    if log := one.event_log:
        block["event_log"] = {"name": literal(log.name), "catalog": literal(log.catalog), "schema": literal(log.schema)}
    if one.code:
        block["root_path"] = literal(one.code)
    if environment := _environment(one):
        block["environment"] = environment
    if one.budget_policy_id:
        block["budget_policy_id"] = literal(one.budget_policy_id)
    if one.notified:
        block["notification"] = [{"email_recipients": [literal(mail) for mail in one.notified], "alerts": ALERTS}]
    return block


def _library(one: Pipeline) -> Block:
    # A notebook's path is the one that it was made by.
    return _file(one.file) if one.code_kind == "file" else {"notebook": {"path": literal(one.file)}}


def _file(path: str) -> Block:
    # In a pipeline, a file's path begins with /Workspace.
    return {"file": {"path": literal(f"/Workspace{path}")}}


def _environment(one: Pipeline) -> Block:
    block: Block = {"dependencies": [literal(wheel) for wheel in one.wheels]} if one.wheels else {}
    return block | ({"environment_version": literal(one.environment_version)} if one.environment_version else {})


def _compute(cluster: Cluster | None) -> Block:
    if cluster is None:
        return {"serverless": True}
    fields = cluster_fields(cluster).items()
    return {
        "serverless": False,
        "cluster": [{name: literal(value) if isinstance(value, str) else value for name, value in fields}],
    }


def _run_as(who: RunAs | None) -> Block:
    return {"run_as": literals(principal(who))} if who else {}


def managed_objects(tables: Sequence[ManagedTable]) -> list[Block]:
    """Give the objects of an ingestion definition."""
    return [{"table": _managed(table)} for table in tables]


def _managed(one: ManagedTable) -> Block:
    place = {"source_schema": "default"} | {name: value for name, value in one.settings.items() if name in IN_SOURCE}
    settings = {name: value for name, value in one.settings.items() if name not in IN_SOURCE}
    block: Block = {
        **{name: literal(option_text(value)) for name, value in place.items()},
        "source_table": literal(one.table.source_table),
        "destination_catalog": literal(one.table.catalog),
        "destination_schema": literal(one.table.schema),
        "destination_table": literal(one.table.table),
    }
    if settings:
        block["table_configuration"] = {_SETTINGS.get(name, name): _setting(name, value) for name, value in settings.items()}
    if one.options:
        block["connector_options"] = {"api_source_connector_options": {"options": literals(one.options)}}
    return block


def _setting(name: str, value: object) -> object:
    if name in _LISTS:
        return [literal(str(part)) for part in value] if isinstance(value, list) else [literal(option_text(value))]
    if isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return literals({str(key): option_text(text) for key, text in value.items()})
    return literal(option_text(value))


def job_block(one: Job) -> Block:
    """Give a job's block."""
    block: Block = {
        "name": literal(one.name),
        "max_concurrent_runs": 1,
        "tags": literals(one.tags),
        "task": [_task(one.task, one.id), *(_task(name, name, before, one.id) for name, before in one.tasks)],
        **_run_as(one.run_as),
    }
    if one.schedule:
        block["schedule"] = {
            "quartz_cron_expression": literal(one.schedule.quartz),
            "timezone_id": literal(one.schedule.timezone),
            "pause_status": "PAUSED" if one.schedule.paused else "UNPAUSED",
        }
    if one.on_update:
        block["trigger"] = {
            "pause_status": "PAUSED" if one.on_update.paused else "UNPAUSED",
            "table_update": {
                "table_names": [literal(table) for table in one.on_update.tables],
                "condition": CONDITIONS[one.on_update.which],
            },
        }
    if one.budget_policy_id:
        block["budget_policy_id"] = literal(one.budget_policy_id)
    if one.notified:
        block["email_notifications"] = {"on_failure": [literal(mail) for mail in one.notified]}
    return block


def _task(key: str, pipeline: str, before: Sequence[str] = (), own: str = "") -> Block:
    """Give the task that runs a pipeline, once those before have ended well; the job's own pipeline has the task `ingest`."""
    task: Block = {"task_key": key, "pipeline_task": {"pipeline_id": f"${{databricks_pipeline.{pipeline}.id}}"}}
    if before:
        task["depends_on"] = [{"task_key": "ingest" if name == own else name} for name in before]
    return task


def dashboard_block(one: Dashboard) -> Block:
    """Give a dashboard's block. Whoever looks at it reads by rights of their own, not by those of who deployed it."""
    return {
        "display_name": literal(one.name),
        "parent_path": literal(one.folder),
        "warehouse_id": literal(one.warehouse),
        "serialized_dashboard": literal(one.content),
        "embed_credentials": False,
        **({"depends_on": [ref.address for ref in one.after]} if one.after else {}),
    }


def app_block(one: App) -> Block:
    """Give an app's block. Its files are deployed by the platform's own command, which Terraform has no form of."""
    block: Block = {"name": literal(one.name), "description": literal(one.description)}
    if one.warehouse:
        use = {"id": literal(one.warehouse), "permission": "CAN_USE"}
        block["resources"] = [{"name": WAREHOUSE, "description": "Reads the tables", "sql_warehouse": use}]
    if one.scopes:
        block["user_api_scopes"] = list(one.scopes)
    if one.budget_policy_id:
        block["budget_policy_id"] = literal(one.budget_policy_id)
    return block


def permissions_block(one: Permissions) -> Block:
    """Give the block of who may use a pipeline, a job, a dashboard or an app."""
    kind = one.of.kind
    known_by = "name" if kind == "app" else "id"
    return {
        f"{kind}_{known_by}": f"${{{one.of.address}.{known_by}}}",
        "access_control": [_access(permission, kind) for permission in one.granted],
    }


def _access(permission: Permission, kind: str) -> dict[str, str]:
    return {"permission_level": level_of(permission, kind)} | literals(principal(permission))
