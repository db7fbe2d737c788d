"""A large plan, as `terraform show -json` prints one: each pipeline with job and file, a third of them with a new table."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from headgate.deployment.ingest import ingest_file
from headgate.deployment.registration import Registration
from headgate.tables.group import Group
from headgate.tables.ids import TableId
from headgate.tables.table import Table
from headgate.tables.weight import Weight

if TYPE_CHECKING:
    from pathlib import Path

_TABLES = 4
# What the provider's state holds besides what is said here: most of a real plan's length.
_EMPTY = {
    "databricks_pipeline": 40,
    "databricks_job": 45,
    "databricks_workspace_file": 6,
}


def write_plan(path: Path, pipelines: int) -> None:
    """Write a plan of so many pipelines, with jobs and files, in which nothing would be lost."""
    changes = [change for number in range(pipelines) for change in _changes(number)]
    resources = [_resource(change, "after") for change in changes]
    prior = [_resource(change, "before") for change in changes]
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": resources}},
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": prior}}},
        "resource_changes": changes,
    }
    path.write_text(json.dumps(plan), encoding="utf-8")


def _changes(number: int) -> list[dict[str, Any]]:
    name = f"crm_{number}"
    path = f"/Shared/headgate/prod/crm/ingest/{name}.py"
    values: dict[str, dict[str, Any]] = {
        "databricks_workspace_file": {"path": path},
        "databricks_pipeline": {
            "id": f"id-{name}",
            "name": name,
            "catalog": "main",
            "schema": "bronze",
            "library": [{"file": [{"path": f"/Workspace{path}"}]}],
        },
        "databricks_job": {
            "name": name,
            "schedule": [{"quartz_cron_expression": "0 0 * * * ?", "timezone_id": "UTC"}],
            "task": [{"pipeline_task": [{"pipeline_id": f"id-{name}"}]}],
        },
    }
    return [_change(kind, name, value, number) for kind, value in values.items()]


def _change(kind: str, name: str, value: dict[str, Any], number: int) -> dict[str, Any]:
    whole = {f"argument_{index}": None for index in range(_EMPTY[kind])} | value
    before, after = whole, whole
    if kind == "databricks_workspace_file":
        before = whole | {"content_base64": _content(name, _TABLES)}
        after = whole | {"content_base64": _content(name, _TABLES + (number % 3 == 0))}
    return {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/databricks/databricks",
        "change": {
            "actions": ["no-op"] if before == after else ["update"],
            "before": before,
            "after": after,
            "after_unknown": {},
            "before_sensitive": {},
            "after_sensitive": {},
        },
    }


def _content(name: str, count: int) -> str:
    weight = Weight(10, "type", 0.0, 10)
    ids = (TableId(f"{name}_{number}", f"main.bronze.{name}_{number}") for number in range(count))
    tables = [Table(one, Group(name, "", "crm_connection"), weight) for one in ids]
    return b64encode(ingest_file(name, Registration("crm"), "crm_connection", tables, None).encode()).decode()


def _resource(change: dict[str, Any], side: str) -> dict[str, Any]:
    named = {key: change[key] for key in ("address", "mode", "type", "name", "provider_name")}
    return named | {"schema_version": 0, "values": change["change"][side]}
