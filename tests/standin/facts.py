"""What the bindings don't say of the provider's resources, for those that Headgate writes and those that stand beside them.

Source: the resources' schemas in the provider's Go code, tags v1.99.0 and v1.128.0, which agree in what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Paths = frozenset[str]


@dataclass(frozen=True)
class Facts:
    """Of one resource. Paths are dotted, without the indices of blocks, and may have wildcards.

    `computed`: may be set, and is filled in where it isn't. `replaces`: a change of it makes the resource anew. `default`: what
    the provider plans where nothing is set. `kept`: what the platform says stays where nothing is set. `folded`: capitals make
    no difference.
    """

    version: int = 0
    computed: Paths = frozenset()
    sensitive: Paths = frozenset()
    replaces: Paths = frozenset()
    kept: Paths = frozenset()
    folded: Paths = frozenset()
    default: dict[str, Any] = field(default_factory=dict)


def holds(paths: Paths, path: str) -> bool:
    """Say whether a path is among some."""
    return path in paths or any("*" in one and fnmatchcase(path, one) for one in paths)


def _paths(text: str) -> Paths:
    return frozenset(text.split())


_CLUSTER = (
    "*new_cluster.driver_instance_pool_id *new_cluster.driver_node_type_id *new_cluster.enable_elastic_disk "
    "*new_cluster.enable_local_disk_encryption *new_cluster.node_type_id"
)

# Of the provider's own block.
PROVIDER = Facts(
    sensitive=_paths("azure_client_secret client_secret google_credentials metadata_service_url password token"),
)
FACTS: dict[str, Facts] = {
    "app": Facts(
        computed=_paths("compute_size"),
        replaces=_paths("name"),
    ),
    "catalog": Facts(
        computed=_paths("enable_predictive_optimization isolation_mode metastore_id owner"),
        replaces=_paths("connection_name provider_name share_name storage_root"),
        kept=_paths("effective_predictive_optimization_flag"),
        folded=_paths("name connection_name provider_name share_name"),
        default={"force_destroy": False},
    ),
    "connection": Facts(
        computed=_paths("owner read_only"),
        sensitive=_paths("options"),
        replaces=_paths("comment connection_type properties read_only"),
        folded=_paths("name"),
    ),
    "dashboard": Facts(
        computed=_paths("create_time dashboard_id etag lifecycle_state md5 path update_time"),
        replaces=_paths("parent_path"),
        default={"embed_credentials": True},
    ),
    "directory": Facts(computed=_paths("object_id"), replaces=_paths("path"), default={"delete_recursive": False}),
    "file": Facts(replaces=_paths("path"), default={"md5": "different"}),
    "grant": Facts(),
    "grants": Facts(),
    "job": Facts(
        version=2,
        computed=_paths(
            f"format task.retry_on_timeout task.*.task.retry_on_timeout task.spark_jar_task.run_as_repl {_CLUSTER}"
        ),
        sensitive=_paths("*docker_image.basic_auth.password"),
        kept=_paths(
            "email_notifications webhook_notifications task.email_notifications task.webhook_notifications queue run_as "
            "task.run_if task.notebook_task.source task.spark_python_task.source task.dbt_task.source"
        ),
        default={
            "name": "Untitled",
            "max_concurrent_runs": 1,
            "always_running": False,
            "control_run_state": False,
            "schedule.pause_status": "UNPAUSED",
            "trigger.pause_status": "UNPAUSED",
            "continuous.pause_status": "UNPAUSED",
        },
    ),
    "notebook": Facts(
        version=1,
        computed=_paths("format language object_id object_type"),
        replaces=_paths("path"),
        default={"md5": "different"},
    ),
    "permissions": Facts(computed=_paths("object_type"), replaces=_paths("*_id *_path authorization")),
    "pipeline": Facts(
        computed=_paths(
            "cause cluster_id creator_user_name health last_modified run_as_user_name state url cluster.driver_node_type_id "
            "cluster.enable_local_disk_encryption cluster.node_type_id event_log.catalog event_log.schema"
        ),
        replaces=_paths("storage ingestion_definition.connection_name ingestion_definition.ingestion_gateway_id"),
        kept=_paths("latest_updates"),
        folded=_paths("catalog edition channel"),
        default={"edition": "ADVANCED", "channel": "CURRENT"},
    ),
    "repo": Facts(
        version=1,
        computed=_paths("branch commit_hash git_provider path"),
        replaces=_paths("url git_provider path sparse_checkout"),
        folded=_paths("git_provider"),
    ),
    "schema": Facts(
        computed=_paths("enable_predictive_optimization metastore_id owner"),
        replaces=_paths("catalog_name name storage_root"),
        folded=_paths("catalog_name name"),
        default={"force_destroy": False},
    ),
    "secret": Facts(sensitive=_paths("string_value"), replaces=_paths("key scope string_value")),
    "secret_acl": Facts(replaces=_paths("permission principal scope")),
    "secret_scope": Facts(version=2, computed=_paths("backend_type"), replaces=_paths("name")),
    "sql_endpoint": Facts(computed=_paths("data_source_id enable_serverless_compute")),
    "volume": Facts(computed=_paths("owner"), replaces=_paths("catalog_name schema_name storage_location volume_type")),
    "workspace_file": Facts(version=1, computed=_paths("object_id"), replaces=_paths("path"), default={"md5": "different"}),
}
