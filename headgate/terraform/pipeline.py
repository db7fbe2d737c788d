"""The resources of one pipeline: the pipeline, its ingest file, its job and who may use them."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

from headgate.balance.sizing import workers
from headgate.schedule import normalize
from headgate.schedule.delayed import delayed
from headgate.terraform.files import KIND, file_block
from headgate.terraform.ingest import RESERVED, Registration, ingest_file, option_text
from headgate.terraform.scope import literal
from headgate.terraform.shared import code_folder, ingest_folder, source_folder

if TYPE_CHECKING:
    from headgate.definition.model import Permission
    from headgate.tables.table import Table
    from headgate.terraform.scope import Scope

Blocks = dict[str, dict[str, Any]]

# A pipeline's alerts. Source: the provider's databricks_pipeline, block notification.
ALERTS = ["on-update-failure", "on-update-fatal-failure", "on-flow-failure"]


@dataclass(frozen=True, slots=True)
class Filled:
    """A pipeline in one target: what it holds there today. `waiting`: its tables have yet to be handed over to it."""

    id: str
    name: str
    schedule: str
    connection: str
    tables: tuple[Table, ...]
    waiting: bool
    offset: int = 0


def pipeline_blocks(scope: Scope, filled: Filled) -> Blocks:
    """Give the pipeline's resources: type → name → block."""
    blocks: Blocks = {}
    if scope.definition.ingestion == "file":
        blocks[KIND] = {filled.id: _file(scope, filled)}
    blocks["databricks_pipeline"] = {filled.id: scope.protected(_pipeline(scope, filled))}
    if scope.definition.mode == "batch":
        blocks["databricks_job"] = {filled.id: _job(scope, filled)}
    if scope.target.permissions:
        blocks["databricks_permissions"] = _permissions(scope, filled)
    return blocks


def file_path(scope: Scope, pipeline: str) -> str:
    """Give the workspace path of a pipeline's ingest file, without /Workspace."""
    return f"{ingest_folder(scope)}/{pipeline}.py"


def _file(scope: Scope, filled: Filled) -> dict[str, Any]:
    registration = Registration(
        scope.definition.source, scope.definition.code.module or "", f"/Workspace{source_folder(scope)}"
    )
    text = ingest_file(filled.id, registration, filled.connection, filled.tables, scope.target.catalog)
    return file_block(file_path(scope, filled.id), text.encode())


def _pipeline(scope: Scope, filled: Filled) -> dict[str, Any]:
    definition, target = scope.definition, scope.target
    block: dict[str, Any] = {
        "name": literal(scope.pipeline_name(filled.name or filled.id)),
        "catalog": literal(scope.catalog),
        "schema": literal(definition.destination.schema_name),
        "channel": definition.channel,
        "continuous": definition.continuous_in(scope.target_name) and not filled.waiting,
        "development": target.development,
        "tags": scope.tags(filled.id),
        **_compute(scope, filled),
        **scope.run_as(),
    }
    if definition.ingestion == "managed":
        block["ingestion_definition"] = _managed(scope, filled)
    else:
        block["library"] = [{"file": {"path": literal(f"/Workspace{file_path(scope, filled.id)}")}}]
        block["depends_on"] = [f"databricks_workspace_file.{filled.id}"]
        if folder := code_folder(scope):
            block["root_path"] = literal(folder)
    if definition.code.wheels:
        block["environment"] = {"dependencies": [literal(wheel) for wheel in definition.code.wheels]}
    if target.notifications:
        block["notification"] = [{"email_recipients": [literal(mail) for mail in target.notifications], "alerts": ALERTS}]
    return block


def _compute(scope: Scope, filled: Filled) -> dict[str, Any]:
    compute = scope.definition.compute
    if compute.kind == "serverless":
        return {"serverless": True}
    cluster: dict[str, Any] = {"label": "default"}
    if compute.workers is not None:
        cluster["num_workers"] = compute.workers
    if compute.autoscale:
        cluster["autoscale"] = compute.autoscale.model_dump()
    if compute.sizing:
        weight = fsum(table.weight.declared for table in filled.tables)
        cluster["num_workers"] = workers(compute.sizing, weight, len(filled.tables))
    for name, value in (
        ("node_type_id", compute.node_type), ("driver_node_type_id", compute.driver_node_type), ("policy_id", compute.policy_id)
    ):  # fmt: skip
        if value:
            cluster[name] = literal(value)
    return {"serverless": False, "cluster": [cluster]}


def _managed(scope: Scope, filled: Filled) -> dict[str, Any]:
    objects = []
    for table in filled.tables:
        here = table.id.in_catalog(scope.target.catalog)
        entry: dict[str, Any] = {
            "source_table": literal(here.source_table),
            "destination_catalog": literal(here.catalog),
            "destination_schema": literal(here.schema),
            "destination_table": literal(here.table),
        }
        if settings := {name: table.options[name] for name in RESERVED[:3] if name in table.options}:
            entry["table_configuration"] = {name: _managed_setting(name, value) for name, value in settings.items()}
        objects.append({"table": entry})
    return {"connection_name": literal(filled.connection), "source_type": "COMMUNITY", "objects": objects}


def _managed_setting(name: str, value: object) -> object:
    if name in ("primary_keys", "sequence_by"):
        return [literal(str(part)) for part in value] if isinstance(value, list) else [literal(option_text(value))]
    return literal(option_text(value))


def _job(scope: Scope, filled: Filled) -> dict[str, Any]:
    target = scope.target
    block: dict[str, Any] = {
        "name": literal(scope.pipeline_name(filled.name or filled.id)),
        "max_concurrent_runs": 1,
        "tags": scope.tags(filled.id),
        "task": [{"task_key": "ingest", "pipeline_task": {"pipeline_id": f"${{databricks_pipeline.{filled.id}.id}}"}}],
        **scope.run_as(),
    }
    if filled.schedule:
        block["schedule"] = {
            "quartz_cron_expression": literal(normalize(delayed(filled.schedule, filled.offset))),
            "timezone_id": literal(scope.definition.schedules.timezone),
            "pause_status": "PAUSED" if target.paused or filled.waiting else "UNPAUSED",
        }
    if target.notifications:
        block["email_notifications"] = {"on_failure": [literal(mail) for mail in target.notifications]}
    return block


def _permissions(scope: Scope, filled: Filled) -> dict[str, Any]:
    kinds = {"pipeline": "databricks_pipeline"} | ({"job": "databricks_job"} if scope.definition.mode == "batch" else {})
    return {
        f"{kind}_{filled.id}": {
            f"{kind}_id": f"${{{address}.{filled.id}.id}}",
            "access_control": [_access(permission, kind) for permission in scope.target.permissions],
        }
        for kind, address in kinds.items()
    }


def _access(permission: Permission, kind: str) -> dict[str, str]:
    who = {
        "user_name": permission.user,
        "group_name": permission.group,
        "service_principal_name": permission.service_principal,
    }
    level = "CAN_MANAGE_RUN" if kind == "job" and permission.level == "CAN_RUN" else permission.level
    return {"permission_level": level} | {name: literal(value) for name, value in who.items() if value}
