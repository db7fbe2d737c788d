"""What becomes of an adopted pipeline's settings once its tables, its schedule or the definition say something else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from headgate.definition.model import Definition
from headgate.deployment.pipelines import PipelineNow, resources_of, tables_digest
from headgate.deployment.scope import Scope
from headgate.emit.terraform.stacks import resources_of as blocks_of
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.layout.adopted import AdoptedPipeline
from tests.support.samples import parts_of

SETTINGS = {
    "name": "CRM",
    "continuous": True,
    "channel": "CURRENT",
    "edition": "CORE",
    "libraries": [{"file": {"path": "/a.py"}}],
}
JOB = {
    "name": "nightly", "max_concurrent_runs": 1, "timeout_seconds": 60,
    "tasks": [{"task_key": "go", "pipeline_task": {"pipeline_id": "p-1", "full_refresh": True}}],
    "schedule": {"quartz_cron_expression": "0 0 2 * * ?", "timezone_id": "UTC", "pause_status": "UNPAUSED"},
}  # fmt: skip
NIGHT = "quartz:0 0 2 * * ?"
PERMISSIONS = {"prod": {"permissions": [{"level": "CAN_VIEW", "group": "analysts"}]}}


def now(scope: Scope, rows: list[TableRow], **found: Any) -> PipelineNow:
    """Give a pipeline that was found with these rows, and has them."""
    tables = resolve(rows, scope.definition)
    before = AdoptedPipeline(**{"id": "p-1", "settings": SETTINGS, "tables": "", "schedule": NIGHT} | found)
    one = PipelineNow("crm_1", "", tables[0].group, "crm_api", tables, found=before)
    return replace(one, found=replace(before, tables=tables_digest(scope, one)))


def scope_of(**parts: Any) -> Scope:
    return Scope(Definition.model_validate(parts_of({"targets": {"prod": {}}} | parts)), "prod")


def blocks(scope: Scope, one: PipelineNow) -> dict[str, Any]:
    """Give the resources' blocks, by type."""
    return {kind.removeprefix("databricks_"): its for kind, its in blocks_of(resources_of(scope, one)).items()}


ROWS = [TableRow("contacts", schedule=NIGHT)]


def test_as_long_as_nothing_changes_its_settings_are_the_block() -> None:
    found = blocks(scope_of(), now(scope_of(), ROWS, job=JOB, job_id="7"))

    assert set(found) == {"pipeline", "job"}
    assert found["pipeline"]["crm_1"] == {
        "name": "CRM", "continuous": True, "channel": "CURRENT", "edition": "CORE", "library": [{"file": {"path": "/a.py"}}],
        "lifecycle": {"prevent_destroy": True},
    }  # fmt: skip
    task = {"task_key": "go", "pipeline_task": {"pipeline_id": "${databricks_pipeline.crm_1.id}", "full_refresh": True}}
    assert found["job"]["crm_1"] == {name: said for name, said in JOB.items() if name != "tasks"} | {"task": [task]}


def test_a_pipeline_that_waits_for_tables_runs_nothing_and_its_job_is_paused() -> None:
    found = blocks(scope_of(), replace(now(scope_of(), ROWS, job=JOB, job_id="7"), tables=()))

    assert found["pipeline"]["crm_1"]["continuous"] is False
    assert found["pipeline"]["crm_1"]["library"] == [{"file": {"path": "/Workspace/Shared/headgate/prod/crm/ingest/crm_1.py"}}]
    assert found["job"]["crm_1"]["schedule"] == JOB["schedule"] | {"pause_status": "PAUSED"}  # type: ignore[operator]


def test_another_schedule_of_its_tables_is_the_job_s_and_all_else_of_the_job_stays() -> None:
    scope = scope_of()
    one = now(scope, [TableRow("contacts", schedule="0 5 * * *")], job=JOB, job_id="7")

    job = blocks(scope, one)["job"]["crm_1"]
    delayed = blocks(scope, replace(now(scope, ROWS, job=JOB, job_id="7"), offset=5))["job"]["crm_1"]

    assert job["schedule"]["quartz_cron_expression"] == "0 0 5 * * ?"
    assert delayed["schedule"]["quartz_cron_expression"] == "0 5 2 * * ?"
    assert (job["name"], job["timeout_seconds"]) == ("nightly", 60)


def test_one_without_a_job_gets_none_and_permissions_are_those_of_the_pipeline() -> None:
    scope = scope_of(targets=PERMISSIONS)

    found = blocks(scope, now(scope, ROWS))

    assert set(found) == {"pipeline", "permissions"}
    assert list(found["permissions"]) == ["pipeline_crm_1"]


def test_monitoring_has_it_publish_its_event_log() -> None:
    scope = scope_of(monitoring={})

    assert blocks(scope, now(scope, ROWS))["pipeline"]["crm_1"]["event_log"] == {
        "name": "crm__prod__event_log__crm_1", "catalog": "main", "schema": "bronze"
    }  # fmt: skip


def test_other_options_of_a_table_bring_a_file_and_another_order_of_rows_does_not() -> None:
    scope = scope_of()
    rows = [TableRow("contacts", schedule=NIGHT), TableRow("deals", schedule=NIGHT)]
    one = now(scope, rows)
    turned = replace(one, tables=resolve(rows[::-1], scope.definition))
    changed = replace(one, tables=resolve([rows[0], replace(rows[1], options={"page_size": "5"})], scope.definition))

    assert set(blocks(scope, turned)) == {"pipeline"}
    assert set(blocks(scope, changed)) == {"pipeline", "workspace_file"}
    assert blocks(scope, changed)["pipeline"]["crm_1"]["depends_on"] == ["databricks_workspace_file.crm_1"]
