"""The resources of a connector in one target, as a bundle has them.

Source: the bundles' JSON schema, 1.13.0. `cascade_on_destroy` keeps a destroyed pipeline's tables: Databricks CLI 1.12.0,
direct engine (databricks/cli pull request 5846).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.deployment.apps import WAREHOUSE
from headgate.deployment.model import App, Catalog, Dashboard, Job, Permissions, Pipeline, Schema
from headgate.emit.bundle.keys import app_key, job_key, key_of, pipeline_key, shared_key
from headgate.emit.bundle.paths import dashboard_path, in_bundle
from headgate.emit.fields import ALERTS, CONDITIONS, cluster_fields, level_of, principal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.definition.model import Permission
    from headgate.deployment.model import Cluster, Resource
    from headgate.deployment.scope import Scope

Block = dict[str, Any]


def resources_of(scope: Scope, resources: Iterable[Resource]) -> dict[str, dict[str, Block]]:
    """Give kind (pipelines, jobs …) → key → block; what a bundle has no kind of is left out (a connection, a scope).

    The names of the target and of its catalog stand as variables, so that all targets say the same.
    """
    found: dict[str, dict[str, Block]] = {}
    connector = scope.definition.id
    for one in resources:
        match one:
            case Catalog():
                found.setdefault("catalogs", {})[shared_key(connector, "catalog")] = _catalog(scope, one)
            case Schema():
                found.setdefault("schemas", {})[shared_key(connector, "schema")] = _schema(scope, one)
            case Pipeline():
                found.setdefault("pipelines", {})[pipeline_key(connector, one.id)] = _pipeline(scope, one)
            case Job():
                found.setdefault("jobs", {})[job_key(connector, one.id)] = _job(scope, one)
            case Dashboard():
                found.setdefault("dashboards", {})[shared_key(connector, "dashboard")] = _dashboard(scope, one)
            case App():
                found.setdefault("apps", {})[app_key(one.id)] = _app(scope, one)
            case Permissions():
                block = found[f"{one.of.kind}s"][key_of(connector, one.of)]
                block["permissions"] = [_access(each, one.of.kind) for each in one.granted]
            case _:
                continue
    return found


def variables_of(scope: Scope, resources: Iterable[Resource]) -> dict[str, tuple[str, str | bool]]:
    """Give variable → what it is, and its value in the target: what stands in resources for what targets differ by."""
    connector, target = scope.definition.id, scope.target
    found: dict[str, tuple[str, str | bool]] = {
        _variable(scope, "catalog"): (f"The catalog that {connector}'s tables go to.", scope.catalog),
        _variable(scope, "development"): (f"Whether {connector}'s pipelines run in development mode.", target.development),
    }
    if any(one.name_prefix for one in scope.definition.targets.values()):
        words = f"What stands before the names of {connector}'s pipelines and jobs."
        found[_variable(scope, "name_prefix")] = (words, target.name_prefix)
    if scope.definition.mode == "batch" or any(isinstance(one, Job) and (one.schedule or one.on_update) for one in resources):
        words = f"PAUSED or UNPAUSED: whether {connector}'s schedules start its pipelines."
        found[_variable(scope, "pause_status")] = (words, _pause_status(paused=target.paused))
    return found


def _variable(scope: Scope, of: str) -> str:
    return f"{scope.definition.id}_{of}"


def _reference(scope: Scope, of: str) -> str:
    return f"${{var.{_variable(scope, of)}}}"


def _pause_status(*, paused: bool) -> str:
    return "PAUSED" if paused else "UNPAUSED"


def catalog_of(scope: Scope, name: str) -> str:
    """Give a catalog's name, as a variable where it is that of the target."""
    return _reference(scope, "catalog") if name == scope.catalog else name


def _named(scope: Scope, name: str) -> str:
    if not any(target.name_prefix for target in scope.definition.targets.values()):
        return name
    return f"{_reference(scope, 'name_prefix')}{name.removeprefix(scope.target.name_prefix)}"


def _tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {**tags, "headgate_target": "${bundle.target}"}


def _lifecycle(*, protected: bool) -> Block:
    return {"lifecycle": {"prevent_destroy": True}} if protected else {}


def _catalog(scope: Scope, one: Catalog) -> Block:
    return {"name": catalog_of(scope, one.name), "properties": _tags(one.tags), **_lifecycle(protected=one.protected)}


def _schema(scope: Scope, one: Schema) -> Block:
    made = f"${{resources.catalogs.{shared_key(scope.definition.id, 'catalog')}.name}}"
    return {
        "name": one.name,
        "catalog_name": made if one.made_catalog else catalog_of(scope, one.catalog),
        "properties": _tags(one.tags),
        **_lifecycle(protected=one.protected),
    }


def _pipeline(scope: Scope, one: Pipeline) -> Block:
    block: Block = {
        "name": _named(scope, one.name),
        "catalog": catalog_of(scope, one.catalog),
        "schema": one.schema,
        **_compute(one.cluster),
        "channel": one.channel,
        "continuous": one.continuous,
        "development": _reference(scope, "development"),
        "libraries": [_library(scope, one), *(_file(scope, path) for path in one.more)],
    }
    if one.edition:
        block["edition"] = one.edition
    if one.code:
        path = in_bundle(scope, one.code.removeprefix("/Workspace"))
        # A git folder is in the workspace alone; of a path of the bundle its command line wants that the folder is there.
        block["root_path"] = f"${{workspace.file_path}}/{path}" if scope.definition.code.git else f"../{path}"
    environment: Block = {"dependencies": list(one.wheels)} if one.wheels else {}
    environment |= {"environment_version": one.environment_version} if one.environment_version else {}
    for name, value in (
        ("environment", environment),
        ("budget_policy_id", one.budget_policy_id),
        ("run_as", one.run_as and principal(one.run_as)),
    ):
        if value:
            block[name] = value
    if one.notified:
        block["notifications"] = [{"email_recipients": list(one.notified), "alerts": ALERTS}]
    if log := one.event_log:
        block["event_log"] = {"catalog": catalog_of(scope, log.catalog), "schema": log.schema, "name": log.name}
    return block | {"tags": _tags(one.tags), "cascade_on_destroy": False, **_lifecycle(protected=one.protected)}


def _library(scope: Scope, one: Pipeline) -> Block:
    """Give what a pipeline runs; a notebook is named as it lies here, and the workspace has it without the extension.

    Source: databricks/cli, bundle/config/mutator, translateNotebookPath: what is no notebook by its first line is refused.
    """
    return _file(scope, one.file) if one.code_kind == "file" else {"notebook": {"path": f"../{in_bundle(scope, one.file)}.py"}}


def _file(scope: Scope, path: str) -> Block:
    return {"file": {"path": f"../{in_bundle(scope, path)}"}}


def _compute(cluster: Cluster | None) -> Block:
    return {"serverless": True} if cluster is None else {"serverless": False, "clusters": [cluster_fields(cluster)]}


def _job(scope: Scope, one: Job) -> Block:
    tasks = [_task(scope, one.task, one.id), *(_task(scope, name, name, before, one.id) for name, before in one.tasks)]
    block: Block = {"name": _named(scope, one.name), "max_concurrent_runs": 1, "queue": {"enabled": False}}
    if one.schedule:
        block["schedule"] = {
            "quartz_cron_expression": one.schedule.quartz,
            "timezone_id": one.schedule.timezone,
            # One that waits for its tables is paused wherever it is.
            "pause_status": _reference(scope, "pause_status") if one.schedule.paused == scope.target.paused else "PAUSED",
        }
    if one.on_update:
        tables = [name.split(".", 1) for name in one.on_update.tables]
        block["trigger"] = {
            "pause_status": _reference(scope, "pause_status"),
            "table_update": {
                "table_names": [f"{catalog_of(scope, catalog)}.{rest}" for catalog, rest in tables],
                "condition": CONDITIONS[one.on_update.which],
            },
        }
    block["tasks"] = tasks
    if one.notified:
        block["email_notifications"] = {"on_failure": list(one.notified)}
    for name, value in (("budget_policy_id", one.budget_policy_id), ("run_as", one.run_as and principal(one.run_as))):
        if value:
            block[name] = value
    return block | {"tags": _tags(one.tags)}


def _task(scope: Scope, key: str, pipeline: str, before: Sequence[str] = (), own: str = "") -> Block:
    """Give the task that runs a pipeline, once those before have ended well; the job's own pipeline has the task `ingest`."""
    of = pipeline_key(scope.definition.id, pipeline)
    task: Block = {"task_key": key, "pipeline_task": {"pipeline_id": f"${{resources.pipelines.{of}.id}}"}}
    if before:
        task["depends_on"] = [{"task_key": "ingest" if name == own else name} for name in before]
    return task


def _access(permission: Permission, kind: str) -> dict[str, str]:
    return {"level": level_of(permission, kind), **principal(permission)}


def _app(scope: Scope, one: App) -> Block:
    block: Block = {
        "name": one.name,
        "description": one.description,
        "source_code_path": f"../{in_bundle(scope, one.source)}",
    }
    if one.warehouse:
        use = {"id": one.warehouse, "permission": "CAN_USE"}
        block["resources"] = [{"name": WAREHOUSE, "description": "Reads the tables", "sql_warehouse": use}]
    if one.scopes:
        block["user_api_scopes"] = list(one.scopes)
    if one.budget_policy_id:
        block["budget_policy_id"] = one.budget_policy_id
    return block


def _dashboard(scope: Scope, one: Dashboard) -> Block:
    return {
        "display_name": _named(scope, one.name),
        "warehouse_id": one.warehouse,
        "file_path": f"../{in_bundle(scope, dashboard_path(one))}",
        "embed_credentials": False,
    }
