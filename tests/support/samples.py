"""Definitions and inventories to try things on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from headgate.inventory.row import TableRow


def parts_of(parts: dict[str, Any] | None = None, **balance: Any) -> dict[str, Any]:
    """Give what a connector.yaml says, with parts and balance settings of one's own; a part that is None is left out."""
    whole: dict[str, Any] = {
        "id": "crm",
        "source": "crm",
        "connection": {"name": "crm_connection", "options": {"url": "https://crm.example.com"}, "secrets": ["client_secret"]},
        "destination": {"catalog": "main", "schema": "bronze"},
        "code": {"wheels": ["/Volumes/main/code/crm-1.0-py3-none-any.whl"]},
        "balance": balance,
        "targets": {"dev": {}},
    }
    return {name: part for name, part in (whole | (parts or {})).items() if part is not None}


def tables_of(count: int, group: str = "all", weight: float = 10) -> list[TableRow]:
    """Give tables t_1, t_2, … of one group."""
    return [TableRow(f"t_{number}", pipeline_group=group, weight=weight) for number in range(1, count + 1)]


COMPUTE_FIXED = {"kind": "classic", "workers": 2, "node_type": "i3.xlarge", "driver_node_type": "i3.2xlarge"}
COMPUTE_AUTOSCALE = {"kind": "classic", "autoscale": {"min_workers": 1, "max_workers": 5}, "policy_id": "ABC123"}

GIT = {"url": "https://github.com/acme/crm.git", "branch": "main", "sparse": ["src/crm"]}

DEV = {
    "name_prefix": "dev_",
    "catalog": "dev_main",
    "paused": True,
    "development": True,
    "protect": False,
}

PROD = {
    "host": "https://crm.cloud.databricks.com",
    "root_path": "/Shared/acme",
    "run_as": {"service_principal": "0a1b2c3d-0000-0000-0000-000000000000"},
    "permissions": [
        {"level": "CAN_VIEW", "group": "analysts"},
        {"level": "CAN_RUN", "user": "ann@example.com"},
        {"level": "CAN_MANAGE", "service_principal": "0a1b2c3d-0000-0000-0000-000000000000"},
    ],
    "tags": {"team": "data", "cost": "${not a template} %{neither}"},
    "notifications": ["ann@example.com", "data@example.com"],
}

SECRETS = {
    "name": "crm_connection",
    "comment": "Made for the CRM",
    "options": {"url": "https://crm.example.com/${account}"},
    # The provider reads the first one back, and drops the second.
    "secrets": ["client_secret", "token"],
    "external_options": ["page_size"],
}

# Without a connection: the notebooks read the secrets, of a scope that Terraform makes.
BY_NOTEBOOK: dict[str, Any] = {
    "credentials": "secrets",
    "connection": None,
    "secrets": {
        "secrets_scope": "crm-scope",
        "secret_mappings": {"client_secret": ["client_secret", "old-secret", "older"], "token": "token"},
        "static_options": {"url": "https://crm.example.com/${account}"},
        "dynamic_options": {"host": "f\"https://{spark.conf.get('spark.databricks.workspaceUrl')}\""},
        "manage": True,
        "acls": [{"principal": "readers"}, {"principal": "ann@example.com", "permission": "MANAGE"}],
    },
}

OPTIONED = [
    TableRow("orders", options={"page_size": 100, "scd_type": "SCD_TYPE_2"}, ingestion_type="cdc", schedule="*/15 * * * *"),
    TableRow("Großkunden ${x}", destination_table="customers", ingestion_type="snapshot", schedule="quartz:0 0 6 ? * MON-FRI"),
    TableRow('quo"ted', destination_catalog="other", destination_schema="raw", ingestion_type="append"),
    TableRow("elsewhere", connection_name="another_connection", ingestion_type="snapshot"),
    TableRow("orders", destination_table="orders_copy", ingestion_type="cdc"),
]

# Between them every switch of a definition, at least once each way.
DEFINITIONS: dict[str, dict[str, Any]] = {
    "serverless batch, code folder, options, quartz, two connections": {
        "connection": SECRETS,
        "code": {"folder": "code"},
        "schedules": {"snapshot": "0 2 * * 1-5", "append": "@hourly", "cdc": "*/5 * * * *", "timezone": "Europe/Berlin"},
    },
    "everything of a prod target": {
        "name": "The CRM",
        "connection": SECRETS,
        "destination": {"catalog": "main", "schema": "bronze", "create_catalog": True, "create_schema": True},
        "code": {"git": GIT},
        "schedules": {"snapshot": "0 2 * * *", "cdc": "0 * * * *"},
        "targets": {"dev": PROD},
        "balance": {"stacks": 2},
    },
    "a dev target, classic autoscale, streaming, permissions": {
        "compute": COMPUTE_AUTOSCALE,
        "mode": "streaming",
        "targets": {"dev": DEV | {"permissions": [{"level": "CAN_RUN", "group": "devs"}]}},
        "code": {"wheels": ["/Volumes/main/bronze/wheels/crm-1.0-py3-none-any.whl", "requests==2.32.3"]},
        "destination": {"catalog": "main", "schema": "bronze", "create_schema": True},
    },
    "managed ingestion": {"ingestion": "managed"},
    "secrets that notebooks read": BY_NOTEBOOK | {"targets": {"dev": PROD}, "balance": {"stacks": 2}},
    "managed ingestion, streaming, COMMUNITY": {
        "ingestion": "managed",
        "mode": "streaming",
        "connection": {"name": "crm_connection", "type": "COMMUNITY"},
    },
    "classic, fixed size": {"compute": COMPUTE_FIXED},
    "classic, sized by weight, starts spread": {
        "compute": {"kind": "classic", "sizing": {"max_workers": 4, "weight_per_worker": 20}, "node_type": "i3.xlarge"},
        "schedules": {"snapshot": "0 2 * * *", "append": "*/10 * * * *", "cdc": "*/10 * * * *", "spread_minutes": 9},
        "balance": {"pipelines": 5},
        "group_by": "none",
    },
    "an existing connection": {"connection": {"name": "made_elsewhere", "existing": True}},
    "create a catalog alone": {"destination": {"catalog": "main", "schema": "bronze", "create_catalog": True}},
    "COMMUNITY, rotated secret": {"connection": SECRETS | {"type": "COMMUNITY", "rotate": ["token"]}},
    "streaming, not paused": {"mode": "streaming", "channel": "CURRENT"},
    "run as a user": {"targets": {"dev": {"run_as": {"user": "ann@example.com"}, "profile": "dev"}}},
    "git for the framework, a folder for the source": {"code": {"git": GIT, "folder": "code", "module": "crm.source"}},
    "monitoring, a dashboard, permissions": {
        "name": "The CRM",
        "code": {"folder": "code"},
        "schedules": {"snapshot": "0 2 * * *", "cdc": "0 * * * *"},
        "monitoring": {"schema": "monitoring", "schedule": "quartz:0 30 6 ? * MON-FRI"},
        "targets": {"dev": PROD | {"warehouse_id": "wh${1}"}},
        "balance": {"stacks": 2},
    },
    "monitoring in a schema that is made, classic": {
        "compute": COMPUTE_FIXED,
        "destination": {"catalog": "main", "schema": "bronze", "create_catalog": True, "create_schema": True},
        "monitoring": {},
    },
    "a dashboard and a simulator as apps, permissions": {
        "targets": {
            "dev": PROD
            | {
                "dashboard": {"package": "headgate[dashboard]==0.1.0", "warehouse_id": "wh1", "as_user": True},
                "simulator": {"package": "pi-web-api-simulator==0.1.0"},
            }
        },
    },
    "many small stacks": {"balance": {"stacks": 3, "pipelines": 5}, "group_by": "none"},
}

WHEELS = [f"/Volumes/main/code/{name}-py3-none-any.whl" for name in ("crm-1.0", "lakeflow_community_connectors-0.1.0")]
# What not every provider has.
NEWER: dict[str, dict[str, Any]] = {
    "managed ingestion with everything that newer providers have": {
        "ingestion": "managed",
        "provider": "1.138.0",
        "code": {"wheels": WHEELS, "environment_version": "4"},
        "table_options": {"page_size": 100, "cluster_by": ["id"], "table_properties": {"delta.${x}": "true"}},
        "targets": {"dev": {"budget_policy_id": "f00d"}},
    },
    "a git folder with a credential, a budget policy": {
        "provider": "1.138.0",
        "code": {"git": {"url": GIT["url"], "tag": "v1.0", "credential_id": 7}},
        "targets": {"dev": {"budget_policy_id": "f00d"}},
    },
}


def tables_for(parts: dict[str, Any]) -> list[TableRow]:
    """Give an inventory that fits a definition: one with everything, but for what managed ingestion or notebooks don't take."""
    if parts.get("ingestion") == "managed":
        return [TableRow("orders", options={"primary_keys": ["id"], "sequence_by": "at"}), *tables_of(3)]
    if parts.get("credentials") == "secrets":
        return [replace(row, connection_name="") for row in OPTIONED]
    return OPTIONED
