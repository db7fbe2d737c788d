"""The block of each kind of resource, argument by argument, as the provider's documentation names them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.definition.model import Permission, RunAs
from headgate.deployment.model import (
    Catalog,
    Cluster,
    Dashboard,
    EventLog,
    File,
    GitFolder,
    Job,
    ManagedTable,
    Permissions,
    Ref,
    Schedule,
    Schema,
)
from headgate.emit.fields import ALERTS
from headgate.emit.terraform.blocks import (
    catalog_block,
    dashboard_block,
    file_block,
    git_folder_block,
    job_block,
    permissions_block,
    pipeline_block,
    schema_block,
)
from headgate.tables.ids import TableId
from tests.emit.terraform.samples import PIPELINE

PLAIN = {
    "name": "CRM $${1}",
    "catalog": "main",
    "schema": "bronze",
    "channel": "CURRENT",
    "continuous": False,
    "development": True,
    "tags": {"cost": "%%{x}", "team": "data"},
    "serverless": True,
    "library": [{"file": {"path": "/Workspace/Shared/crm/crm_1.py"}}],
    "depends_on": ["databricks_workspace_file.crm_1"],
}


def test_a_pipeline_runs_its_file_once_that_is_there_and_serverless_where_it_has_no_cluster() -> None:
    assert pipeline_block(PIPELINE) == PLAIN


def test_a_pipeline_says_what_else_is_set_and_nothing_that_is_not() -> None:
    full = replace(
        PIPELINE,
        run_as=RunAs(service_principal="11-22"),
        code="/Workspace/Shared/code",
        wheels=("/Volumes/a/b/c.whl", "crm==${v}"),
        environment_version="4",
        budget_policy_id="55-66",
        notified=("a@example.com", "b@example.com"),
    )

    assert pipeline_block(full) == PLAIN | {
        "run_as": {"service_principal_name": "11-22"},
        "root_path": "/Workspace/Shared/code",
        "environment": {"dependencies": ["/Volumes/a/b/c.whl", "crm==$${v}"], "environment_version": "4"},
        "budget_policy_id": "55-66",
        "notification": [{"email_recipients": ["a@example.com", "b@example.com"], "alerts": ALERTS}],
    }


def test_a_pipeline_publishes_its_event_log_and_waits_for_what_it_lies_in() -> None:
    found = pipeline_block(
        replace(PIPELINE, event_log=EventLog("ops", "runs${}", "log"), after=(Ref("catalog", "crm"), Ref("schema", "crm")))
    )

    assert found == PLAIN | {
        "event_log": {"name": "log", "catalog": "ops", "schema": "runs$${}"},
        "depends_on": ["databricks_workspace_file.crm_1", "databricks_catalog.crm", "databricks_schema.crm"],
    }


def test_a_dashboard_has_its_content_as_it_is_and_shows_each_what_he_may_see() -> None:
    board = Dashboard("crm", "CRM ${1}", "/Shared/crm", "wh1", '{"a": "${x}"}', (Ref("file", "crm"),))

    assert dashboard_block(board) == {
        "display_name": "CRM $${1}",
        "parent_path": "/Shared/crm",
        "warehouse_id": "wh1",
        "serialized_dashboard": '{"a": "$${x}"}',
        "embed_credentials": False,
        "depends_on": ["databricks_workspace_file.crm"],
    }


@pytest.mark.parametrize(
    ("cluster", "block"),
    [
        (Cluster(3, None, None, None, None), {"num_workers": 3}),
        (Cluster(0, None, "small", "large", "p1"), {
            "num_workers": 0, "node_type_id": "small", "driver_node_type_id": "large", "policy_id": "p1"
        }),
        (Cluster(None, (1, 5), None, None, None), {"autoscale": {"min_workers": 1, "max_workers": 5}}),
        (Cluster(None, None, None, None, "p1"), {"policy_id": "p1"}),
    ],
    ids=["workers", "none but the driver", "autoscale", "the policy's choice"],
)  # fmt: skip
def test_a_classic_cluster_has_what_is_set_of_it(cluster: Cluster, block: dict[str, object]) -> None:
    found = pipeline_block(replace(PIPELINE, cluster=cluster))

    assert found["serverless"] is False
    assert found["cluster"] == [{"label": "default"} | block]


def test_managed_ingestion_has_its_tables_with_their_settings_and_options_in_place_of_a_file() -> None:
    settings = {
        "scd_type": "SCD_TYPE_2", "primary_keys": ["id", "${x}"], "sequence_by": "changed", "cluster_by": ["day"],
        "include_all": True, "table_properties": {"a": 1, "b": "x"}, "limit": 5,
    }  # fmt: skip
    tables = (
        ManagedTable(TableId("Orders", "main.bronze.orders"), settings, {"page_size": "50"}),
        ManagedTable(TableId("Notes", "main.bronze.notes"), {}, {}),
    )

    found = pipeline_block(replace(PIPELINE, file="", managed=tables))

    orders = {
        "source_schema": "default",
        "source_table": "Orders",
        "destination_catalog": "main",
        "destination_schema": "bronze",
        "destination_table": "orders",
        "table_configuration": {
            "scd_type": "SCD_TYPE_2",
            "primary_keys": ["id", "$${x}"],
            "sequence_by": ["changed"],
            "clustering_columns": ["day"],
            "include_all": True,
            "table_properties": {"a": "1", "b": "x"},
            "limit": "5",
        },
        "connector_options": {"api_source_connector_options": {"options": {"page_size": "50"}}},
    }
    notes = {
        "source_schema": "default",
        "source_table": "Notes",
        "destination_catalog": "main",
        "destination_schema": "bronze",
        "destination_table": "notes",
    }
    rest = {name: value for name, value in PLAIN.items() if name not in ("library", "depends_on")}
    assert found == rest | {
        "ingestion_definition": {"connection_name": "crm_connection", "objects": [{"table": orders}, {"table": notes}]},
        "configuration": {"pipelines.managedIngestion.registerPythonDataSource": "true"},
        "lifecycle": {"ignore_changes": ["ingestion_definition[0].source_type"]},
    }


JOB = Job("crm_1", "CRM ${1}", None, {"team": "data"}, None, None, ())
UNSCHEDULED = {
    "name": "CRM $${1}",
    "max_concurrent_runs": 1,
    "tags": {"team": "data"},
    "task": [{"task_key": "ingest", "pipeline_task": {"pipeline_id": "${databricks_pipeline.crm_1.id}"}}],
}


def test_a_job_starts_its_pipeline_and_never_twice_at_once() -> None:
    assert job_block(JOB) == UNSCHEDULED


@pytest.mark.parametrize(("paused", "status"), [(True, "PAUSED"), (False, "UNPAUSED")])
def test_a_job_says_when_it_starts_who_runs_it_and_who_is_told(paused: bool, status: str) -> None:
    full = replace(
        JOB,
        schedule=Schedule("0 0 2 * * ?", "Europe/Berlin", paused),
        run_as=RunAs(user="me@example.com"),
        budget_policy_id="55-66",
        notified=("a@example.com",),
    )

    assert job_block(full) == UNSCHEDULED | {
        "schedule": {"quartz_cron_expression": "0 0 2 * * ?", "timezone_id": "Europe/Berlin", "pause_status": status},
        "run_as": {"user_name": "me@example.com"},
        "budget_policy_id": "55-66",
        "email_notifications": {"on_failure": ["a@example.com"]},
    }


def test_a_group_runs_it_under_its_own_name() -> None:
    assert job_block(replace(JOB, run_as=RunAs(group="engineers")))["run_as"] == {"group_name": "engineers"}


@pytest.mark.parametrize(("kind", "running"), [("pipeline", "CAN_RUN"), ("job", "CAN_MANAGE_RUN")])
def test_permissions_name_each_level_as_the_kind_of_resource_has_it(kind: str, running: str) -> None:
    granted = (
        Permission(level="CAN_VIEW", user="${me}"),
        Permission(level="CAN_RUN", group="engineers"),
        Permission(level="CAN_MANAGE", service_principal="11-22"),
    )
    of = Ref("pipeline" if kind == "pipeline" else "job", "crm_1")

    assert permissions_block(Permissions("crm_1", of, granted)) == {
        f"{kind}_id": f"${{databricks_{kind}.crm_1.id}}",
        "access_control": [
            {"permission_level": "CAN_VIEW", "user_name": "$${me}"},
            {"permission_level": running, "group_name": "engineers"},
            {"permission_level": "CAN_MANAGE", "service_principal_name": "11-22"},
        ],
    }


def test_a_catalog_and_a_schema_in_it_which_comes_after_it() -> None:
    tags = {"headgate": "crm"}

    assert catalog_block(Catalog("main", "main${}", tags, protected=True)) == {"name": "main$${}", "properties": tags}
    schema = Schema("bronze", "bronze", "main", "", tags, protected=True)
    assert schema_block(schema) == {"catalog_name": "main", "name": "bronze", "properties": tags}
    beside = schema_block(replace(schema, made_catalog="main_1"))
    assert beside == {"catalog_name": "${databricks_catalog.main_1.name}", "name": "bronze", "properties": tags}


def test_a_git_folder_at_a_branch_or_a_tag() -> None:
    folder = GitFolder("crm", "https://git.example.com/crm", "gitHub", "main", "", None, "/Shared/code", ())
    block = {"url": "https://git.example.com/crm", "git_provider": "gitHub", "path": "/Shared/code"}

    assert git_folder_block(folder) == block | {"branch": "main"}
    released = replace(folder, branch="", tag="v1", credential=7, sparse=("src", "lib"))
    assert git_folder_block(released) == block | {
        "tag": "v1",
        "git_credential_id": 7,
        "sparse_checkout": {"patterns": ["src", "lib"]},
    }


def test_a_file_waits_for_the_one_that_makes_its_folder() -> None:
    file = File("crm_1", "/Shared/${crm}.py", b"x = 1\n")
    block = {"path": "/Shared/$${crm}.py", "content_base64": "eCA9IDEK"}

    assert file_block(file) == block
    assert file_block(replace(file, after="crm_0")) == block | {"depends_on": ["databricks_workspace_file.crm_0"]}
