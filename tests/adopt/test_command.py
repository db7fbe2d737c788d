"""`headgate adopt` on a workspace that others filled: what it writes, what it leaves, and that the workspace stays as it is."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from headgate.layout.adopted import read_adopted
from headgate.project import read_connectors
from tests.adopt.cloud import FORMS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adopt.cloud import Cloud
    from tests.support.command import Run

FILES = ["adopted.prod.json", "connector.yaml", "deployed.prod.json", "layout.lock", "tables.csv"]
GLOB = {"libraries": [{"glob": {"include": "/Workspace/Users/ann/silver/**"}}]}
TWO = {"libraries": [{"notebook": {"path": "/a"}}, {"notebook": {"path": "/b"}}]}


def said(headgate: Run, *words: str) -> dict[str, Any]:
    """Give what the command prints for a machine."""
    found: dict[str, Any] = json.loads(headgate("adopt", *words, "-o", "json").stdout)
    return found


def why(found: dict[str, Any]) -> dict[str, str]:
    """Give why each is left, by name."""
    return {one["name"]: "; ".join(one["why"]) for one in found["left"]}


@pytest.mark.parametrize("form", FORMS)
def test_a_pipeline_is_written_with_its_tables_where_they_are(form: str, cloud: Cloud, headgate: Run, tmp_path: Path) -> None:
    cloud.form = form
    cloud.by_file("CRM daily", ["contacts", {"source_table": "deals", "destination_schema": "raw", "destination_table": "d"}])
    cloud.job("Every night", "CRM daily")

    headgate("adopt", "crm")

    assert sorted(path.name for path in (tmp_path / "connectors/crm").iterdir()) == FILES
    (found,) = read_connectors(tmp_path)
    assert found.layout
    assert {str(one.table): one.pipeline for one in found.layout.tables} == {
        "contacts → main.bronze.contacts": "crm_daily",
        "deals → main.raw.d": "crm_daily",
    }
    assert {row.schedule for row in found.rows} == {"quartz:0 15 2 * * ?"}
    assert found.definition.schedules.timezone == "Europe/Berlin"
    assert found.definition.connection.existing
    assert found.deployed("prod").pipeline_ids == {"crm_daily": cloud.ids["CRM daily"]}
    headgate("check", "crm")
    headgate("balance", "crm", "--check")


def test_nothing_in_the_workspace_is_changed_and_nothing_but_looked_at(cloud: Cloud, headgate: Run) -> None:
    cloud.by_file("CRM", ["contacts"])
    cloud.job("CRM", "CRM")
    before = {**cloud.workspace.snapshot(), "moment": 0}
    cloud.workspace.log.clear()

    headgate("adopt", "crm")

    assert {one.method for one in cloud.workspace.log} == {"GET"}
    assert {**cloud.workspace.snapshot(), "moment": 0} == before


def test_what_cannot_be_held_exactly_is_named_and_left(cloud: Cloud, headgate: Run) -> None:
    cloud.by_file("CRM", ["contacts"])
    cloud.made("Silver", GLOB)
    cloud.made("Two notebooks", TWO)
    cloud.made("No file", {})
    cloud.made("Gone", {"libraries": [{"file": {"path": "/Workspace/gone.py"}}]})
    cloud.by_file("Refreshed", ["leads"], restart_window={"start_hour": 3}, trigger={"cron": {"timezone_id": "UTC"}})
    cloud.by_file("Good", ["good"])
    cloud.by_file("Secret", ["tasks"], configuration={"api_token": "abc"})
    cloud.by_file("Old", ["notes"], catalog=None, schema=None, target="bronze")
    cloud.by_file("Same", ["contacts"])
    cloud.by_file("Other", ["owners"], connection="elsewhere")
    cloud.workspace.put("/Users/ann/loop.py", "for table in tables:\n    ingest(spark, table)\n")
    cloud.made("Loop", {"libraries": [{"file": {"path": "/Workspace/Users/ann/loop.py"}}]})

    assert why(said(headgate, "crm", "--connection", "crm_api")) == {
        "Silver": "it runs a folder of files, and one that ingests runs one",
        "Two notebooks": "it runs 2 files or notebooks, and one that ingests runs one",
        "No file": "it runs no file, and one that ingests runs one",
        "Gone": "the file that it runs can't be read",
        "Refreshed": "it has settings that Terraform's provider does not know, or headgate does not: trigger",
        "Secret": "its settings hold what looks like a secret in clear, and they would be committed: configuration.api_token",
        "Old": "a table's destination is empty",
        "Same": "main.bronze.contacts is also a table of CRM",
        "CRM": "main.bronze.contacts is also a table of Same",
        "Other": "it reads through another connection, elsewhere",
        "Loop": "its code has no pipeline_spec, as a literal that is handed to ingest() alone",
    }


def test_jobs_that_do_more_than_start_a_pipeline_are_left_and_go_on(cloud: Cloud, headgate: Run, tmp_path: Path) -> None:
    cloud.by_file("one", ["a"])
    cloud.by_file("two", ["b"])
    cloud.by_file("three", ["c"])
    cloud.by_file("four", ["d"])
    cloud.job("both", "one", "two")
    cloud.job("files", "three", schedule=None, trigger={"file_arrival": {"url": "/Volumes/main/x"}})
    cloud.job("cluster", "four", parameters=[{"name": "day", "default": "1"}])
    loop = {"inputs": "[1]", "task": {"task_key": "it", "pipeline_task": {"pipeline_id": cloud.ids["three"]}}}
    cloud.job("loop", tasks=[{"task_key": "each", "for_each_task": loop}], schedule=None)

    found = said(headgate, "crm")

    assert why(found) == {
        "both": "it has 2 tasks, and headgate's jobs start one pipeline; it goes on starting them",
        "files": "it is started by its trigger, and not by a schedule",
        "cluster": "it has settings that headgate does not take over: parameters",
        "loop": "it has settings that headgate does not take over: tasks.for_each_task",
    }
    assert {one["pipeline"]: (one["job"], one["schedule"]) for one in found["pipelines"]} == {
        "one": (None, "quartz:0 15 2 * * ?"),
        "two": (None, "quartz:0 15 2 * * ?"),
        "three": (None, ""),
        "four": (None, "quartz:0 15 2 * * ?"),
    }
    assert all(one.job is None for one in read_adopted(tmp_path / "connectors/crm", "prod").pipelines.values())


def test_two_jobs_of_one_pipeline_and_another_clock_are_left(cloud: Cloud, headgate: Run) -> None:
    for name in ("one", "two", "three"):
        cloud.by_file(name, [name])
    cloud.job("first", "one")
    cloud.job("second", "one")
    cloud.job("third", "two")
    clock = {"quartz_cron_expression": "0 0 3 * * ?", "timezone_id": "Asia/Tokyo"}
    cloud.job("tokyo", "three", schedule=clock)

    found = said(headgate, "crm")

    assert why(found) == {
        "first": "another job starts the same pipeline",
        "second": "another job starts the same pipeline",
        "tokyo": "its clock is that of Asia/Tokyo, and most others' that of Europe/Berlin: a connector has one",
    }
    assert {one["pipeline"]: one["job"] for one in found["pipelines"]} == {"one": None, "two": "third", "three": None}


def test_several_connections_are_named_and_one_has_to_be_chosen(cloud: Cloud, headgate: Run, tmp_path: Path) -> None:
    cloud.by_file("one", ["a"])
    cloud.by_file("two", ["b"], connection="other")
    cloud.by_file("three", ["c"], connection="other")

    told = headgate("adopt", "crm", code=1).stderr
    assert "several connections: crm_api (1 pipeline), other (2 pipelines)" in told
    assert "--connection NAME" in told
    assert "the connections are: crm_api, other" in headgate("adopt", "crm", "--connection", "none", code=1).stderr
    assert not (tmp_path / "connectors").exists()

    found = said(headgate, "crm", "--connection", "other")
    assert [one["pipeline"] for one in found["pipelines"]] == ["three", "two"]
    assert why(found) == {"one": "it reads through another connection, crm_api"}


def test_those_that_are_named_are_meant(cloud: Cloud, headgate: Run) -> None:
    cloud.by_file("CRM one", ["a"])
    id_ = cloud.by_file("HR", ["b"], connection="hr")

    assert [one["name"] for one in said(headgate, "crm", "CRM*")["pipelines"]] == ["CRM one"]
    assert [one["name"] for one in said(headgate, "hr", id_)["pipelines"]] == ["HR"]
    assert "the workspace has none of these" in headgate("adopt", "new", "nothing", code=1).stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["CRM"], "can't be a connector's id"),
        (["crm", "-t", "Prod 1"], "can't be a target's id"),
        (["con"], "device's name"),
        (["crm", "--bundle-target", "dev"], "say --bundle FOLDER too"),
        (["crm", "--bundle", "."], "no folder of an asset bundle"),
    ],
)
def test_what_it_is_asked_in_vain_is_said_before_the_workspace_is(
    words: list[str], reason: str, cloud: Cloud, headgate: Run
) -> None:
    cloud.workspace.log.clear()

    assert reason in headgate("adopt", *words, code=1).stderr
    assert not cloud.workspace.log


def test_a_folder_that_is_there_is_refused_and_stays(cloud: Cloud, headgate: Run, tmp_path: Path) -> None:
    cloud.by_file("CRM", ["contacts"])
    (tmp_path / "connectors/crm").mkdir(parents=True)
    (tmp_path / "connectors/crm/notes.txt").write_text("mine")

    assert "is there already" in headgate("adopt", "crm", code=1).stderr
    assert [path.name for path in (tmp_path / "connectors/crm").iterdir()] == ["notes.txt"]


def test_tables_that_another_connector_of_the_project_has_are_refused(cloud: Cloud, headgate: Run, tmp_path: Path) -> None:
    cloud.by_file("CRM", ["contacts"])
    headgate("adopt", "crm")

    told = headgate("adopt", "again", code=1).stderr

    assert "main.bronze.contacts is also the destination of 'contacts'" in told
    assert [path.name for path in (tmp_path / "connectors").iterdir()] == ["crm"]


def test_pipelines_that_another_connector_deployed_to_any_target_are_refused(
    cloud: Cloud, headgate: Run, tmp_path: Path
) -> None:
    id_ = cloud.by_file("CRM", ["contacts"], catalog="dev")
    headgate("adopt", "crm")
    folder = tmp_path / "connectors/crm"
    definition = (folder / "connector.yaml").read_text().replace("catalog: dev", "catalog: main")
    (folder / "connector.yaml").write_text(definition + "  dev: {catalog: dev}\n")
    for kind in ("adopted", "deployed"):
        (folder / f"{kind}.prod.json").rename(folder / f"{kind}.dev.json")

    told = headgate("adopt", "again", code=1).stderr

    assert f"the pipeline CRM ({id_}) is one of connector 'crm' already, in its target dev" in told
    assert [path.name for path in (tmp_path / "connectors").iterdir()] == ["crm"]


def test_a_dry_run_says_the_same_and_writes_nothing(cloud: Cloud, headgate: Run, tmp_path: Path) -> None:
    cloud.by_file("CRM", ["contacts"])

    dry = said(headgate, "crm", "--dry-run")

    assert dry["written"] == []
    assert not (tmp_path / "connectors").exists()
    assert {**said(headgate, "crm"), "written": []} == dry


def test_the_same_workspace_gives_the_same_bytes(cloud: Cloud, headgate: Run, tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        cloud.by_file(name, [f"{name}_{number}" for number in (2, 1)])
        cloud.job(name, name)
    headgate("adopt", "crm")
    first = {name: (tmp_path / "connectors/crm" / name).read_bytes() for name in FILES}

    (tmp_path / "other").mkdir()
    headgate("adopt", "crm", "--root", "other")

    assert {name: (tmp_path / "other/connectors/crm" / name).read_bytes() for name in FILES} == first


def test_people_are_told_what_is_taken_over_what_is_left_and_what_comes_next(cloud: Cloud, headgate: Run) -> None:
    cloud.by_file("CRM daily", ["contacts", "deals"])
    cloud.made("Silver \x1b[31m", GLOB)
    cloud.job("Every night", "CRM daily")

    done = headgate("adopt", "crm")

    assert done.stdout.splitlines()[0] == "1 pipeline with 2 tables taken over as they are"
    assert "crm_daily       CRM daily       2  quartz:0 15 2 * * ?  Every night" in done.stdout
    assert "1 pipeline or job left alone" in done.stdout
    assert "it runs a folder of files" in done.stdout
    assert "\x1b[31m" not in done.stdout
    assert "next: `headgate check crm`, `npx cdktf synth`, `headgate plan -t prod`" in done.stderr


def test_options_that_the_connection_does_not_let_through_keep_a_pipeline_out(cloud: Cloud, headgate: Run) -> None:
    options = {"sourceName": "crm", "externalOptionsAllowList": "page_size,tableName,scd_type"}
    body = {"name": "crm_api", "connection_type": "GENERIC_LAKEFLOW_CONNECT", "options": options}
    cloud.workspace.do("POST", "/api/2.1/unity-catalog/connections", body)
    cloud.by_file("good", [{"source_table": "a", "table_configuration": {"page_size": "5"}}])
    cloud.by_file("bad", [{"source_table": "b", "table_configuration": {"region": "eu"}}])

    found = said(headgate, "crm")

    assert [one["pipeline"] for one in found["pipelines"]] == ["good"]
    assert why(found) == {"bad": "b has options that the connection does not let through: region"}


def test_settings_of_tables_in_a_form_that_would_change_keep_a_pipeline_out(cloud: Cloud, headgate: Run) -> None:
    cloud.by_file("good", ["a"])
    cloud.by_file("bad", [{"source_table": "b", "table_configuration": {"primary_keys": ["id", "day"]}}])
    cloud.by_file("more", [{"source_table": "c", "column_mask": "x"}])

    assert why(said(headgate, "crm")) == {
        "bad": "its settings of b have a form that headgate's files don't",
        "more": "its pipeline_spec says 'column_mask', which headgate's files don't",
    }


def test_ingestion_definitions_of_whole_schemas_gateways_and_reports_are_left(cloud: Cloud, headgate: Run) -> None:
    cloud.managed("good", [{"source_schema": "objects", "source_table": "Account"}])
    schema = {"schema": {"source_schema": "dbo", "destination_catalog": "main", "destination_schema": "x"}}
    cloud.made("whole", {"ingestion_definition": {"connection_name": "sales", "objects": [schema]}})
    gateway = {"ingestion_gateway_id": "123", "objects": [{"table": {"source_table": "t"}}]}
    cloud.made("through", {"ingestion_definition": gateway})
    cloud.made("gateway", {"gateway_definition": {"connection_name": "sales", "gateway_storage_catalog": "main"}})

    assert why(said(headgate, "sales")) == {
        "whole": "its ingestion definition has a whole schema, of which no tables are told",
        "through": "it ingests without a connection, by a gateway or a foreign catalog",
        "gateway": "it is a gateway of managed ingestion, which holds no tables of its own",
    }


def test_settings_of_another_form_than_is_documented_keep_a_pipeline_out(cloud: Cloud, headgate: Run) -> None:
    cloud.by_file("good", ["a"])
    cloud.made("odd", {"libraries": ["a.py"]})
    cloud.made("odder", {"ingestion_definition": {"connection_name": "c", "objects": [5]}})

    assert why(said(headgate, "crm")) == {
        "odd": "the file that it runs can't be read",
        "odder": "its settings or its code have another form than is documented (TypeError)",
    }


def test_where_nothing_can_be_taken_over_the_reasons_are_said(cloud: Cloud, headgate: Run, tmp_path: Path) -> None:
    cloud.made("Silver", GLOB)
    assert "Silver: it runs a folder of files" in headgate("adopt", "crm", code=1).stderr
    cloud.by_file("one", ["same"])
    cloud.by_file("two", ["same"])
    assert "main.bronze.same is also a table of" in headgate("adopt", "crm", code=1).stderr
    cloud.by_file("three", [{"source_table": "c", "table_configuration": {"primary_keys": ["id"]}}])
    assert "have a form that headgate's files don't" in headgate("adopt", "crm", "three", code=1).stderr
    assert not (tmp_path / "connectors").exists()


def test_adopted_pipelines_are_known_by_the_names_that_they_keep(cloud: Cloud, headgate: Run) -> None:
    cloud.by_file("CRM daily", ["contacts"])
    headgate("adopt", "crm")

    (found,) = json.loads(headgate("pipelines", "list", "-c", "crm", "-o", "json").stdout)
    assert (found["name"], found["pipeline"], found["connector"]) == ("CRM daily", "crm_daily", "crm")


def test_ids_are_told_apart_and_are_those_of_tags(cloud: Cloud, headgate: Run) -> None:
    tags = {"headgate_connector": "old", "headgate_target": "prod"}
    cloud.by_file("CRM 1", ["a"])
    cloud.by_file("CRM-1", ["b"])
    cloud.by_file("tagged", ["c"], tags=tags | {"headgate_id": "people_1"})
    cloud.by_file("oddly tagged", ["d"], tags=tags | {"headgate_id": "No id"})

    found = {one["name"]: one["pipeline"] for one in said(headgate, "crm")["pipelines"]}

    assert found == {"CRM 1": "crm_1", "CRM-1": "crm_1_2", "tagged": "people_1", "oddly tagged": "oddly_tagged"}


def test_the_profile_that_it_logged_in_with_is_the_target_s(
    cloud: Cloud, headgate: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.by_file("CRM", ["contacts"])
    configuration = tmp_path / "databrickscfg"
    configuration.write_text(f"[acme]\nhost = {os.environ['DATABRICKS_HOST']}\ntoken = {os.environ['DATABRICKS_TOKEN']}\n")
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(configuration))
    monkeypatch.delenv("DATABRICKS_HOST")
    monkeypatch.delenv("DATABRICKS_TOKEN")

    headgate("adopt", "crm", "-p", "acme")

    assert read_connectors(tmp_path)[0].definition.targets["prod"].profile == "acme"


@pytest.mark.parametrize(
    ("form", "settings", "code"),
    [
        ("source_loader", {"environment": {"dependencies": ["requests"]}},
         {"wheels": ["requests"], "workspace": "/Workspace/Users/ann/crm", "registration": "source_loader"}),
        ("source_loader", {"root_path": None, "environment": {"dependencies": ["requests"]}},
         {"wheels": ["requests"], "workspace": "/Workspace/Users/ann/crm", "registration": "source_loader"}),
        ("data_source", {"root_path": None, "environment": {"dependencies": ["/Volumes/main/x/crm.whl"]}},
         {"wheels": ["/Volumes/main/x/crm.whl"], "registration": "data_source"}),
        ("register", {"root_path": "/Users/ann/x/"}, {"workspace": "/Workspace/Users/ann/x", "registration": "register"}),
        ("module", {"root_path": None}, {"workspace": "/Workspace/Shared/crm", "module": "crm_source"}),
    ],
)  # fmt: skip
def test_new_pipelines_get_the_code_from_where_these_do(
    form: str, settings: dict[str, Any], code: dict[str, Any], cloud: Cloud, headgate: Run, tmp_path: Path
) -> None:
    cloud.form = form
    cloud.by_file("CRM", ["contacts"], **settings)

    headgate("adopt", "crm")

    (found,) = read_connectors(tmp_path)
    assert found.definition.code.model_dump(exclude_unset=True) == code
    headgate("check", "crm")


def test_a_clock_that_is_no_time_zone_is_no_connector_s(cloud: Cloud, headgate: Run, tmp_path: Path) -> None:
    cloud.by_file("CRM", ["contacts"], serverless=False, clusters=[{"label": "default", "num_workers": 0}])
    cloud.job("CRM", "CRM", schedule={"quartz_cron_expression": "0 0 3 * * ?", "timezone_id": "GMT+02:00"})

    assert why(said(headgate, "crm")) == {
        "CRM": "its clock is that of GMT+02:00, and most others' that of UTC: a connector has one"
    }
    assert read_connectors(tmp_path)[0].definition.compute.workers == 0
