"""Fields of the workspace's API that every tool passes on by the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.definition.model import Permission, RunAs
    from headgate.deployment.model import Cluster

# A pipeline's alerts. Source: the provider's databricks_pipeline, block notification.
ALERTS = ["on-update-failure", "on-update-fatal-failure", "on-flow-failure"]
# How many of a trigger's tables have to be updated. Source: the provider's databricks_job, block trigger.table_update.
CONDITIONS = {"any": "ANY_UPDATED", "all": "ALL_UPDATED"}
# What a level is called otherwise than on a pipeline. Source: the provider's databricks_permissions.
_LEVELS = {
    ("job", "CAN_RUN"): "CAN_MANAGE_RUN",
    ("dashboard", "CAN_VIEW"): "CAN_READ",
    ("app", "CAN_VIEW"): "CAN_USE",
    ("app", "CAN_RUN"): "CAN_USE",
}


def level_of(permission: Permission, kind: str) -> str:
    """Give what a permission's level is called on a resource of this kind."""
    return _LEVELS.get((kind, permission.level), permission.level)


def principal(one: RunAs | Permission) -> dict[str, str]:
    """Give who it is, a field: user, group or service principal."""
    names = {"user_name": one.user, "group_name": one.group, "service_principal_name": one.service_principal}
    return {name: value for name, value in names.items() if value}


def cluster_fields(one: Cluster) -> dict[str, str | int | dict[str, int]]:
    """Give a classic cluster's fields; what is the workspace's choice is left out."""
    fields: dict[str, str | int | dict[str, int]] = {"label": "default"}
    if one.workers is not None:
        fields["num_workers"] = one.workers
    if one.autoscale:
        fields["autoscale"] = dict(zip(("min_workers", "max_workers"), one.autoscale, strict=True))
    named = {"node_type_id": one.node_type, "driver_node_type_id": one.driver_node_type, "policy_id": one.policy_id}
    return fields | {name: value for name, value in named.items() if value}
