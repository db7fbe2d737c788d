"""Pipelines that others made are taken over: the first plan of a real Terraform imports them, and changes nothing."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from headgate.clients.databricks import Login
from headgate.layout.ingested import tables_in
from headgate.project import read_connectors
from headgate.synthesis import deployment_of
from tests.adopt.cloud import FORMS, Cloud
from tests.standin.running import NEWEST, OLDEST
from tests.support.command import in_process
from tests.support.samples import DEFINITIONS, OPTIONED, tables_of
from tests.workspace.client import QuickClock
from tests.workspace.workspace import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Run
    from tests.support.site import Site
    from tests.support.terraform import Outcome, Terraform

pytestmark = pytest.mark.terraform

CLUSTER = {"label": "default", "num_workers": 2, "node_type_id": "i3.xlarge", "spark_conf": {"spark.x": "${not a template}"}}
ODD: dict[str, Any] = {
    "root_path": None,
    "serverless": False,
    "clusters": [CLUSTER],
    "photon": True,
    "edition": "CORE",
    "channel": "CURRENT",
    "tags": {"team": "%{data}"},
    "configuration": {"a.b": "1"},
    "notifications": [{"email_recipients": ["a@example.com"], "alerts": ["on-update-failure"]}],
    "development": True,
    "continuous": False,
    "deployment": {"kind": "BUNDLE", "metadata_file_path": "/Users/ann/metadata.json"},
}


@pytest.fixture
def cloud(terraform: Terraform, served_workspace: tuple[Any, str], monkeypatch: pytest.MonkeyPatch) -> Cloud:
    clock = QuickClock()

    def login(host: str | None, profile: str | None, _clock: object = None, retries: int | None = None) -> Login:
        return Login(host, profile, clock, retries)

    monkeypatch.setattr("headgate.operate.databricks.Login", login)
    monkeypatch.setenv("DATABRICKS_HOST", served_workspace[1])
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    return Cloud(terraform.workspace)


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return in_process(tmp_path, monkeypatch, capfd)


def plan(root: Path, terraform: Terraform, *, apply: bool = False) -> dict[str, Outcome]:
    """Say what Terraform would do to each stack of the one connector, or do it."""
    found = {}
    for one in deployment_of(read_connectors(root)[0], None):
        folder = root / "cdktf.out" / "stacks" / one.name
        folder.mkdir(parents=True, exist_ok=True)
        whole = one.body["terraform"] | {"backend": {one.backend: one.backend_body}}
        (folder / "cdk.tf.json").write_text(json.dumps(one.body | {"terraform": whole}))
        terraform.init(folder)
        found[one.name] = terraform.apply(folder) if apply else terraform.plan(folder)
        assert not found[one.name].errors, (one.name, found[one.name].errors)
    return found


def others(spec: dict[str, Any]) -> dict[str, Any]:
    """Give all that a pipeline's settings say but for what it runs; the provider sends no word that says nothing."""
    return {name: said for name, said in spec.items() if said and name != "libraries"}


def record(headgate: Run, root: Path, terraform: Terraform) -> None:
    """Record what is applied, by the states of all stacks."""
    files = []
    for folder in sorted((root / "cdktf.out" / "stacks").iterdir()):
        files.append(root / f"{folder.name}.json")
        files[-1].write_text(json.dumps(terraform.show(folder)))
    headgate("record", "crm", *map(str, files))


def changed(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {address: done for one in outcomes.values() for address, done in one.planned.items()}


@pytest.mark.parametrize("form", [one if one == "register" else pytest.param(one, marks=pytest.mark.long) for one in FORMS])
@pytest.mark.parametrize("provider", [OLDEST, pytest.param(NEWEST, marks=pytest.mark.long)])
def test_the_first_plan_imports_and_changes_nothing(
    form: str, provider: str, cloud: Cloud, headgate: Run, terraform: Terraform, tmp_path: Path
) -> None:
    cloud.form = form
    cloud.by_file("CRM daily", ["contacts", {"source_table": "deals", "table_configuration": {"scd_type": "SCD_TYPE_2"}}])
    cloud.by_file("CRM odd", ["orders"], **ODD)
    newer = {"dependencies": ["crm==1.0"], "environment_version": "4"} if provider == NEWEST else {"dependencies": ["crm==1.0"]}
    cloud.by_notebook("CRM notebook", ["leads"], serverless=True, environment=newer)
    job = cloud.job("CRM daily", "CRM daily", email_notifications={"on_failure": ["ann@example.com"]}, timeout_seconds=60)
    before = terraform.workspace.snapshot()

    headgate("adopt", "crm")

    definition = tmp_path / "connectors/crm/connector.yaml"
    assert f"provider: {'1.111.0' if provider == NEWEST else OLDEST}" in definition.read_text().replace('"', "")
    definition.write_text(definition.read_text().replace("1.111.0", NEWEST))
    assert terraform.workspace.snapshot() | {"moment": 0} == before | {"moment": 0}
    outcomes = plan(tmp_path, terraform)
    assert changed(outcomes) == dict.fromkeys(
        (*(f"databricks_pipeline.crm_{name}" for name in ("daily", "odd", "notebook")), "databricks_job.crm_daily"), "import"
    )
    assert outcomes["crm-prod-1"].imported["databricks_job.crm_daily"] == job
    plan(tmp_path, terraform, apply=True)
    assert changed(plan(tmp_path, terraform)) == {}
    after = terraform.workspace.snapshot()
    assert {name: after[name] for name in ("pipelines", "jobs", "things")} == {
        name: before[name] for name in ("pipelines", "jobs", "things")
    }


def test_what_the_provider_would_fill_in_stays_as_it_is(
    cloud: Cloud, headgate: Run, terraform: Terraform, tmp_path: Path
) -> None:
    cloud.by_file("CRM", ["contacts"])
    cloud.job("CRM", "CRM")
    for name in ("channel", "edition"):
        del cloud.workspace.pipeline("CRM").spec[name]
    (job,) = cloud.workspace.jobs.values()
    for name in ("name", "max_concurrent_runs"):
        del job.settings[name]

    headgate("adopt", "crm")

    assert set(changed(plan(tmp_path, terraform)).values()) == {"import"}


def test_managed_ingestion_is_taken_over_with_the_places_and_columns_of_its_tables(
    cloud: Cloud, headgate: Run, terraform: Terraform, tmp_path: Path
) -> None:
    account = {
        "source_schema": "objects", "source_table": "Account", "destination_table": "account",
        "table_configuration": {"scd_type": "SCD_TYPE_2", "exclude_columns": ["Secret__c"]},
    }  # fmt: skip
    cloud.managed("Sales", [account, {"source_catalog": "org", "source_schema": "objects", "source_table": "Lead"}])
    cloud.job("Sales hourly", "Sales")

    headgate("adopt", "sales")

    assert set(changed(plan(tmp_path, terraform)).values()) == {"import"}
    plan(tmp_path, terraform, apply=True)
    assert changed(plan(tmp_path, terraform)) == {}

    table = tmp_path / "connectors/sales/tables.csv"
    table.write_text(table.read_text().replace("Secret__c", "Other__c"))
    assert changed(plan(tmp_path, terraform)) == {"databricks_pipeline.sales": "update"}
    before = cloud.workspace.pipeline("Sales").spec
    plan(tmp_path, terraform, apply=True)
    entries = cloud.workspace.pipeline("Sales").spec["ingestion_definition"]["objects"]
    assert sorted(one["table"]["source_table"] for one in entries) == ["Account", "Lead"]
    assert [
        one["table"]["table_configuration"]["exclude_columns"] for one in entries if "table_configuration" in one["table"]
    ] == [["Other__c"]]
    assert cloud.workspace.pipeline("Sales").spec | {"ingestion_definition": ""} == before | {"ingestion_definition": ""}


@pytest.mark.long
def test_another_table_brings_a_file_of_headgate_and_leaves_all_else(
    cloud: Cloud, headgate: Run, terraform: Terraform, tmp_path: Path
) -> None:
    cloud.by_file("CRM", ["contacts", "deals"], **ODD)
    headgate("adopt", "crm")
    plan(tmp_path, terraform, apply=True)
    before = cloud.workspace.pipeline("CRM").spec

    with (tmp_path / "connectors/crm/tables.csv").open("a") as file:
        file.write("orders\n")
    headgate("balance", "crm")
    outcomes = changed(plan(tmp_path, terraform))

    assert outcomes == {
        "databricks_workspace_file.README": "create",
        "databricks_workspace_file.crm": "create",
        "databricks_pipeline.crm": "update",
    }
    plan(tmp_path, terraform, apply=True)
    spec = cloud.workspace.pipeline("CRM").spec
    (library,) = spec["libraries"]
    tables = tables_in(cloud.workspace.text(library["file"]["path"]), as_run=True) or []
    assert sorted(one.source_table for one in tables) == ["contacts", "deals", "orders"]
    assert others(spec) == others(before)
    assert changed(plan(tmp_path, terraform)) == {}


@pytest.mark.long
def test_a_pipeline_with_another_id_before_the_first_apply_is_still_imported(
    cloud: Cloud, headgate: Run, terraform: Terraform, tmp_path: Path
) -> None:
    cloud.by_file("CRM", ["contacts"])
    cloud.job("CRM", "CRM")
    headgate("adopt", "crm")

    headgate("rename", "crm", "crm", "nightly")

    assert changed(plan(tmp_path, terraform)) == {"databricks_pipeline.nightly": "import", "databricks_job.nightly": "import"}
    plan(tmp_path, terraform, apply=True)
    headgate("rename", "crm", "nightly", "weekly", code=5)
    record(headgate, tmp_path, terraform)
    headgate("rename", "crm", "nightly", "weekly")
    outcomes = plan(tmp_path, terraform)
    assert {address for one in outcomes.values() for address in one.moved} == {
        "databricks_pipeline.weekly",
        "databricks_job.weekly",
    }
    plan(tmp_path, terraform, apply=True)
    assert len(cloud.workspace.pipelines) == len(cloud.workspace.jobs) == 1


@pytest.mark.long
def test_a_pipeline_that_is_taken_out_of_the_file_follows_the_definition(
    cloud: Cloud, headgate: Run, terraform: Terraform, tmp_path: Path
) -> None:
    cloud.by_file("CRM", ["contacts"], tags={"team": "data"})
    headgate("adopt", "crm")
    plan(tmp_path, terraform, apply=True)

    (tmp_path / "connectors/crm/adopted.prod.json").unlink()
    outcomes = changed(plan(tmp_path, terraform))

    assert outcomes["databricks_pipeline.crm"] == "update"
    assert "delete" not in outcomes.values()
    assert "replace" not in outcomes.values()


TAKEN = [name for name, parts in DEFINITIONS.items() if parts.get("credentials") != "secrets"]


@pytest.mark.parametrize(
    "name", [one if number == 0 else pytest.param(one, marks=pytest.mark.long) for number, one in enumerate(TAKEN)]
)
def test_what_headgate_deployed_itself_is_taken_over_by_a_project_that_knows_nothing_of_it(
    name: str, cloud: Cloud, headgate: Run, site: Callable[..., Site], tmp_path: Path
) -> None:
    parts = DEFINITIONS[name]
    made = site(parts, tables_of(6) if parts.get("ingestion") == "managed" or "balance" in parts else OPTIONED[:3])
    made.deploy()
    terraform = made.terraform
    for folder in ("connectors", "cdktf.out", "state"):
        shutil.rmtree(tmp_path / folder, ignore_errors=True)
    before = terraform.workspace.snapshot()

    headgate("adopt", "crm", "-t", "dev")

    (found,) = read_connectors(tmp_path)
    assert found.layout
    catalog = made.definition.targets["dev"].catalog
    assert {one.table.in_catalog(None): one.pipeline for one in found.layout.tables} == {
        one.table.in_catalog(catalog): one.pipeline for one in made.agreed.tables
    }
    outcomes = changed(plan(tmp_path, terraform))
    assert set(outcomes.values()) == {"import"}
    assert {address for address in outcomes if address.startswith("databricks_pipeline")} == {
        f"databricks_pipeline.{one.id}" for one in made.agreed.pipelines
    }
    plan(tmp_path, terraform, apply=True)
    after = terraform.workspace.snapshot()
    assert {kind: after[kind] for kind in ("pipelines", "jobs", "things")} == {
        kind: before[kind] for kind in ("pipelines", "jobs", "things")
    }
    assert cloud.workspace is terraform.workspace


@pytest.mark.long
def test_a_table_that_moves_is_handed_over_and_both_pipelines_keep_their_settings(
    cloud: Cloud, headgate: Run, terraform: Terraform, tmp_path: Path
) -> None:
    cloud.by_file("CRM one", ["contacts", "deals"], **ODD)
    cloud.by_file("CRM two", ["orders"], tags={"team": "two"})
    others_job = cloud.job("Both", "CRM one", "CRM two")
    for id_ in cloud.ids.values():
        cloud.workspace.run(id_)
    headgate("adopt", "crm")
    plan(tmp_path, terraform, apply=True)
    record(headgate, tmp_path, terraform)
    before = {one.name: one.spec for one in cloud.workspace.pipelines.values()}

    definition = tmp_path / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text() + "balance: {pinned: {deals: crm_two}}\n")
    headgate("balance", "crm")
    assert changed(plan(tmp_path, terraform)) == {}
    told = headgate("handover", "crm", "--warehouse", "wh1", "--execute", code=5).stderr
    assert f"job {others_job} (Both) starts pipeline crm_one, and is not paused" in told
    assert cloud.workspace.tables["main.bronze.deals"].pipeline == cloud.ids["CRM one"]
    cloud.workspace.jobs[int(others_job)].settings["schedule"]["pause_status"] = "PAUSED"
    headgate("handover", "crm", "--warehouse", "wh1", "--execute")
    assert cloud.workspace.tables["main.bronze.deals"].pipeline == cloud.ids["CRM two"]
    outcomes = changed(plan(tmp_path, terraform))
    plan(tmp_path, terraform, apply=True)
    record(headgate, tmp_path, terraform)

    assert {address: done for address, done in outcomes.items() if "pipeline" in address} == {
        "databricks_pipeline.crm_one": "update",
        "databricks_pipeline.crm_two": "update",
    }
    assert changed(plan(tmp_path, terraform)) == {}
    assert '"move"' not in (tmp_path / "connectors/crm/layout.lock").read_text()
    assert {one.name: others(one.spec) for one in cloud.workspace.pipelines.values()} == {
        name: others(spec) for name, spec in before.items()
    }
    read = {
        one.name: {
            table.source_table for table in tables_in(cloud.workspace.text(one.spec["libraries"][0]["file"]["path"])) or []
        }
        for one in cloud.workspace.pipelines.values()
    }
    assert read == {"CRM one": {"contacts"}, "CRM two": {"deals", "orders"}}


@pytest.mark.long
def test_a_continuous_pipeline_changes_stack_with_its_job(
    cloud: Cloud, headgate: Run, terraform: Terraform, tmp_path: Path
) -> None:
    for name in ("CRM one", "CRM two"):
        cloud.by_file(name, [name.replace(" ", "_")], continuous=True)
        cloud.job(name, name, schedule=None)
    headgate("adopt", "crm")
    plan(tmp_path, terraform, apply=True)
    record(headgate, tmp_path, terraform)
    before = terraform.workspace.snapshot()

    definition = tmp_path / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text() + "balance: {stacks: 2}\n")
    headgate("balance", "crm", "--restack")
    outcomes = plan(tmp_path, terraform, apply=True)

    moved = {"databricks_pipeline.crm_two", "databricks_job.crm_two"}
    assert set(outcomes["crm-prod-2"].imported) == moved
    assert outcomes["crm-prod-1"].of("remove") >= moved
    assert not {done for one in outcomes.values() for done in one.planned.values()} - {"import", "remove"}
    record(headgate, tmp_path, terraform)
    assert changed(plan(tmp_path, terraform)) == {}
    after = terraform.workspace.snapshot()
    assert {kind: after[kind] for kind in ("pipelines", "jobs")} == {kind: before[kind] for kind in ("pipelines", "jobs")}
