"""The settings of pipelines and jobs that Terraform's provider knows: any other would be lost by an update.

Source: the provider's schemas of databricks_pipeline and databricks_job in 1.99.0, and of what came since, in which version.
What the workspace adds by itself and nobody can set: Databricks' API reference of pipelines and of jobs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headgate.definition.fault import names_a_secret, signed
from headgate.definition.provider import CONNECTOR_OPTIONS, OLDEST, TABLE_SETTINGS, has
from headgate.redaction.tokens import token_free

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A setting → the settings in it; None: anything may be.
Fields = dict[str, "Fields | None"]


def _any(names: str) -> Fields:
    return dict.fromkeys(names.split(), None)


_STORAGE: Fields = {
    "dbfs": _any("destination"),
    "s3": _any("destination canned_acl enable_encryption encryption_type endpoint kms_key region"),
    "volumes": _any("destination"),
}
_CLUSTER: Fields = {
    **_any(
        "apply_policy_default_values custom_tags driver_instance_pool_id driver_node_type_id enable_local_disk_encryption "
        "instance_pool_id label node_type_id num_workers policy_id spark_conf spark_env_vars ssh_public_keys"
    ),
    "autoscale": _any("min_workers max_workers mode"),
    "aws_attributes": _any(
        "availability ebs_volume_count ebs_volume_iops ebs_volume_size ebs_volume_throughput ebs_volume_type first_on_demand "
        "instance_profile_arn spot_bid_price_percent zone_id"
    ),
    "azure_attributes": _any("availability first_on_demand spot_bid_max_price"),
    "gcp_attributes": _any("availability first_on_demand google_service_account local_ssd_count zone_id"),
    "cluster_log_conf": _STORAGE,
    "init_scripts": {**_STORAGE, "abfss": _any("destination"), "file": _any("destination"), "gcs": _any("destination"),
                     "workspace": _any("destination")},
}  # fmt: skip
_TABLE: Fields = {
    **_any("source_catalog source_schema source_table destination_catalog destination_schema destination_table"),
    "table_configuration": _any(
        "primary_keys sequence_by scd_type include_columns exclude_columns salesforce_include_formula_fields "
        "clustering_columns enable_auto_clustering table_properties source_metadata_column"
    ),
    "connector_options": {"api_source_connector_options": _any("options")},
}
PIPELINE: Fields = {
    **_any(
        "name catalog schema target storage channel edition continuous development photon serverless configuration tags "
        "root_path budget_policy_id usage_policy_id"
    ),
    "clusters": _CLUSTER,
    "deployment": _any("kind metadata_file_path"),
    "environment": _any("dependencies environment_version"),
    "event_log": _any("name catalog schema"),
    "filters": _any("include exclude"),
    "libraries": {"file": _any("path"), "notebook": _any("path"), "glob": _any("include")},
    "notifications": _any("alerts email_recipients"),
    "restart_window": _any("days_of_week start_hour time_zone_id"),
    "ingestion_definition": {"connection_name": None, "objects": {"table": _TABLE}},
}
_MAILS = _any(
    "no_alert_for_skipped_runs on_duration_warning_threshold_exceeded on_failure on_start on_streaming_backlog_exceeded "
    "on_success"
)
_HOOKS: Fields = {
    "on_duration_warning_threshold_exceeded": _any("id"),
    "on_failure": _any("id"),
    "on_start": _any("id"),
    "on_streaming_backlog_exceeded": _any("id"),
    "on_success": _any("id"),
}
_SKIPS = _any("no_alert_for_canceled_runs no_alert_for_skipped_runs")
JOB: Fields = {
    **_any("name description tags max_concurrent_runs timeout_seconds budget_policy_id usage_policy_id performance_target"),
    **_any("edit_mode"),
    "deployment": _any("kind metadata_file_path"),
    "schedule": _any("quartz_cron_expression timezone_id pause_status"),
    "queue": _any("enabled"),
    "health": {"rules": _any("metric op value")},
    "run_as": _any("user_name service_principal_name"),
    "email_notifications": _MAILS,
    "webhook_notifications": _HOOKS,
    "notification_settings": _SKIPS,
    "tasks": {
        **_any("task_key description run_if timeout_seconds max_retries min_retry_interval_millis retry_on_timeout"),
        "pipeline_task": _any("pipeline_id full_refresh"),
        "email_notifications": _MAILS,
        "webhook_notifications": _HOOKS,
        "notification_settings": {**_SKIPS, **_any("alert_on_last_attempt")},
    },
}
# What the workspace says and nobody sets.
ADDED_TO_PIPELINE = ("id", "pipeline_type", "data_sampling", "ingestion_definition.source_type")
ADDED_TO_JOB = ("format",)
_OF_TABLE = "ingestion_definition.objects.table"
_SINCE = {
    "environment.environment_version": "1.111.0",
    f"{_OF_TABLE}.connector_options": CONNECTOR_OPTIONS,
    f"{_OF_TABLE}.table_configuration.clustering_columns": TABLE_SETTINGS["cluster_by"],
    **{f"{_OF_TABLE}.table_configuration.{name}": since for name, since in TABLE_SETTINGS.items()},
}
# A value that is kept elsewhere, as the platform's own references to secrets say it.
_REFERENCE = re.compile(r"\{\{secrets/[^{}]+\}\}")
# Keys of storage as Spark's settings name them, which an account's name may follow; and short words for a password.
_STORAGE_KEY = re.compile(r"\b(account\.key|client\.secret|sas\.fixed\.token)\b|(^|[._-])(pass|pw)$", re.IGNORECASE)
# Where any names may be. One without a value says something there: a tag is often no more than a name.
_MAPS = _any("configuration custom_tags options spark_conf spark_env_vars table_properties tags").keys()


def cleaned(settings: Mapping[str, Any], added: tuple[str, ...]) -> dict[str, Any]:
    """Give settings without what is empty, but for entries of free names, and without what the workspace adds by itself."""
    found: dict[str, Any] = _clean(settings, added, "")
    return found


def _clean(value: Any, added: tuple[str, ...], path: str) -> Any:
    if isinstance(value, list | tuple):
        return [_clean(inner, added, path) for inner in value]
    if not isinstance(value, dict) and not hasattr(value, "items"):
        return value
    if path.removesuffix(".").rpartition(".")[2] in _MAPS:
        return {str(name): inner for name, inner in value.items()}
    found = {str(name): _clean(inner, added, f"{path}{name}.") for name, inner in value.items() if path + name not in added}
    return {name: inner for name, inner in found.items() if inner not in (None, "", [], {})}


def unknown(settings: Mapping[str, Any], fields: Fields) -> list[str]:
    """Give the paths of the settings that the provider does not know; of one with others in it, its own alone."""
    known = {".".join(parts) for parts in _paths(fields, ())}
    closed = {path.rpartition(".")[0] for path in known}
    found = {path for path in told(settings) if _stranger(path, known, closed)}
    return sorted(path for path in found if path.rpartition(".")[0] not in found)


def _stranger(path: str, known: set[str], closed: set[str]) -> bool:
    parts = path.split(".")
    for number in range(1, len(parts) + 1):
        here = ".".join(parts[:number])
        if here not in known:
            return True
        if here not in closed:  # anything may be in it
            return False
    return False


def _paths(fields: Fields, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, inner in fields.items():
        yield (*above, name)
        yield from _paths(inner or {}, (*above, name))


def told(settings: Mapping[str, Any]) -> set[str]:
    """Give the paths of all settings that are told, lists left out of them."""
    return set(_told(settings, ""))


def _told(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _told(inner, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield path + name
            yield from _told(inner, f"{path}{name}.")


def provider_for(settings: Mapping[str, Any]) -> str:
    """Give the oldest version of the provider, of those that headgate knows, that has all of a pipeline's settings."""
    needed = OLDEST
    for path in told(settings):
        since = _SINCE.get(path, OLDEST)
        needed = needed if has(needed, since) else since
    return needed


def secrets_in(settings: Any, path: str = "") -> list[str]:
    """Give the paths of what is a secret in clear, by its name or its look: settings are written to a committed file."""
    if isinstance(settings, dict):
        return [found for name, inner in settings.items() for found in secrets_in(inner, f"{path}.{name}".lstrip("."))]
    if isinstance(settings, list):
        return [found for inner in settings for found in secrets_in(inner, path)]
    if not isinstance(settings, str) or _REFERENCE.fullmatch(settings):
        return []
    by_look = token_free(settings) != settings or any(signed((), settings))
    name = path.rpartition(".")[2]
    return [path] if by_look or names_a_secret(path) or names_a_secret(name) or _STORAGE_KEY.search(path) else []
