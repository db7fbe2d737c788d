"""`headgate generate bundle`: the layout as a Databricks asset bundle. `golden/` holds one as it was looked at.

After a wanted change: `REWRITE_GOLDEN=1 pytest tests/emit/bundle -k looked` writes it anew; look at the difference.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

import pytest
from jsonschema_rs import validator_for

from headgate.files import write_all
from headgate.generated import digest
from headgate.tables.ids import TableId
from tests.emit.bundle.conftest import DEFINITION
from tests.emit.bundle.merged import in_target, whole
from tests.emit.bundle.taken import built, summary
from tests.support.shared import shared

if TYPE_CHECKING:
    from tests.support.command import Run

GOLDEN = Path(__file__).resolve().parent / "golden"
SCHEMA = "bundles/bundle-1.13.0.schema.json"
CRM = Path("connectors/crm")
# The connection of the definition, and what reads its secrets itself instead.
BY_NOTEBOOK = (
    (
        "connection: {name: crm_connection, secrets: [token], external_options: [maxCount]}",
        """credentials: secrets
secrets: {secrets_scope: crm, secret_mappings: {token: [token, old], id: client_id}, manage: true}""",
    ),
)


def files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def define(project: Path, *changes: tuple[str, str]) -> None:
    text = DEFINITION
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (project / CRM / "connector.yaml").write_text(text)


class TestWhatIsWritten:
    def test_a_bundle_is_written_as_it_was_looked_at(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")

        found = files(project / "bundle")
        own = {path: text for path, text in found.items() if path.endswith(".yml")}
        if os.environ.get("REWRITE_GOLDEN"):
            write_all({GOLDEN / path: text for path, text in own.items()})
        assert own == files(GOLDEN)
        source = ("code/crm.py", "ingest/README.md", "ingest/money_1.py", "ingest/people_1.py")
        beside = [f"src/{target}/crm/{path}" for target in ("dev", "prod") for path in source]
        beside.insert(len(source), "src/dev/crm/monitoring/summaries.py")
        beside += [f"src/prod/crm/monitoring/{name}" for name in ("dashboard.lvdash.json", "summaries.py")]
        assert sorted(found.keys() - own.keys()) == [".headgate.json", *beside]

    def test_the_connection_has_to_be_there_and_that_is_said(self, headgate: Run) -> None:
        said = headgate("generate", "bundle", "crm").stderr

        assert "before the deploy: the connection dev_crm_connection has to be there in dev: a bundle makes none" in said
        assert "next, in bundle: `databricks bundle deploy -t dev`, then `databricks bundle summary -t dev" in said
        assert "then here `headgate record crm bundle/summary.json -t dev --bundle bundle`" in said

    def test_notebooks_of_a_connector_that_reads_its_secrets_itself(self, headgate: Run, project: Path) -> None:
        define(project, *BY_NOTEBOOK)

        said = headgate("generate", "bundle", "crm").stderr

        assert "the secret scope dev_crm has to be there in dev, with client_id, token: a bundle makes none" in said
        for target in ("dev", "prod"):
            pipeline = in_target(project / "bundle", target)["resources"]["pipelines"]["crm_people_1"]
            notebook = project / "bundle" / "resources" / pipeline["libraries"][0]["notebook"]["path"]
            text = notebook.read_text()
            assert text.startswith("# Databricks notebook source\n")
            assert f"secrets_scope = '{'dev_crm' if target == 'dev' else 'crm'}'" in text
            assert f"'destination_catalog': '{'dev' if target == 'dev' else 'main'}'" in text
        assert not list((project / "bundle").rglob("ingest"))

    def test_a_second_time_nothing_changes(self, headgate: Run) -> None:
        headgate("generate", "bundle", "crm")

        assert headgate("generate", "bundle", "crm").stdout == ""
        headgate("generate", "bundle", "crm", "--check")

    def test_without_jobs_and_with_workers(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm", "--no-emit-jobs", "--num-workers", "4")

        resources = in_target(project / "bundle", "prod")["resources"]
        assert sorted(resources) == ["dashboards", "pipelines", "schemas"]
        assert {str(one["clusters"]) for one in resources["pipelines"].values()} == {"[{'label': 'default', 'num_workers': 4}]"}

    def test_for_machines(self, headgate: Run) -> None:
        found = json.loads(headgate("generate", "bundle", "crm", "-o", "json").stdout)

        assert found["targets"] == ["dev", "prod"]
        assert "bundle/databricks.yml" in found["written"]


class TestWhoTakesIt:
    @pytest.mark.shared(SCHEMA)
    def test_it_is_valid_by_the_bundles_own_schema(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")
        schema = validator_for(json.loads(shared(SCHEMA).read_text()))
        bundle = whole(project / "bundle")

        assert [str(error) for error in schema.iter_errors(bundle)] == []
        define(project, ("create_schema: true", "create_schema: true, create_catalog: true"))
        headgate("generate", "bundle", "crm", "--out", "other")
        assert [str(error) for error in schema.iter_errors(whole(project / "other"))] == []
        bundle["resources"]["pipelines"]["crm_people_1"]["servelress"] = True
        assert not schema.is_valid(bundle)

    @pytest.mark.parametrize("target", ["dev", "prod"])
    def test_databricks_own_library_knows_all_its_fields(self, headgate: Run, project: Path, target: str) -> None:
        headgate("generate", "bundle", "crm")
        bundle = in_target(project / "bundle", target)

        found = built(project, bundle)
        assert sorted(found["resources"]["pipelines"]) == ["crm_crm", "crm_money_1", "crm_people_1"]
        assert sorted(found["resources"]["jobs"]) == ["crm_crm_job", "crm_money_1_job", "crm_people_1_job"]
        bundle["resources"]["pipelines"]["crm_people_1"]["servelress"] = True
        with pytest.raises(ValueError, match="servelress"):
            built(project, bundle)

    def test_files_lie_where_pipelines_and_ingest_files_look_for_them(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")
        for target in ("dev", "prod"):
            bundle = in_target(project / "bundle", target)
            pipeline = bundle["resources"]["pipelines"]["crm_people_1"]
            ingest = project / "bundle" / "resources" / pipeline["libraries"][0]["file"]["path"]
            assert f"'destination_catalog': '{'dev' if target == 'dev' else 'main'}'" in ingest.read_text()
            assert (project / "bundle" / "resources" / pipeline["root_path"] / "crm.py").read_text() == "TABLES = 3\n"
            assert bundle["workspace"]["file_path"] == "/Workspace/Shared/headgate"

    @pytest.mark.shared(SCHEMA)
    def test_both_know_notebooks(self, headgate: Run, project: Path) -> None:
        define(project, *BY_NOTEBOOK)
        headgate("generate", "bundle", "crm")
        schema = validator_for(json.loads(shared(SCHEMA).read_text()))

        assert [str(error) for error in schema.iter_errors(whole(project / "bundle"))] == []
        found = built(project, in_target(project / "bundle", "prod"))
        libraries = found["resources"]["pipelines"]["crm_people_1"]["libraries"]
        assert libraries == [{"notebook": {"path": "../src/prod/crm/notebooks/people_1.py"}}]

    def test_code_of_a_git_folder_is_imported_from_where_that_has_to_be(self, headgate: Run, project: Path) -> None:
        define(project, ("code: {folder: code}", "code: {git: {url: https://github.com/a/b, tag: v1}}"))

        said = headgate("generate", "bundle", "crm").stderr

        folder = "/Workspace/Shared/headgate/src/dev/crm/code"
        assert (
            f"the git folder {folder}, of https://github.com/a/b at tag v1, has to be there in dev: a bundle makes none" in said
        )
        pipeline = in_target(project / "bundle", "dev")["resources"]["pipelines"]["crm_people_1"]
        assert pipeline["root_path"].replace("${workspace.file_path}", "/Workspace/Shared/headgate") == f"{folder}/src"

    def test_a_review_says_what_its_deploy_would_change(self, headgate: Run, project: Path) -> None:
        copytree(project / "connectors", project / "before" / "connectors")
        same = headgate("review", "--before", "before", "-t", "dev").stdout
        tables = project / CRM / "tables.csv"
        tables.write_text(tables.read_text() + "notes,people,snapshot,10\n")
        headgate("balance")

        said = headgate("review", "--before", "before", "-t", "dev").stdout

        assert "nothing changes" in same
        assert "added  notes" in said
        assert "1 table added" in said


class TestWhatIsRefused:
    def test_targets_that_terraform_deploys(self, headgate: Run, project: Path) -> None:
        define(project, (", deploy_with: bundle}", "}"), ("    deploy_with: bundle\n", ""))

        said = headgate("generate", "bundle", "crm", code=1).stderr

        assert "no target of crm is deployed by a bundle" in said
        assert "write `deploy_with: bundle` below the targets in connector.yaml" in said

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (("{service_principal: 1b2c}", "{group: data}"), "in a bundle no pipeline runs as a group (prod)"),
            (("name: CRM", "name: ${var.crm}"), "holds ${var.crm}, which a bundle would resolve"),
            (
                ("    warehouse_id", "    host: https://${var.h}\n    warehouse_id"),
                "crm in prod: 'https://${var.h}' holds ${var.h}",
            ),
            (
                ("{folder: code}", "{wheels: ['crm @ file:///Volumes/a/crm.whl']}"),
                "would be looked for in the bundle's own folder",
            ),
        ],
    )
    def test_what_a_bundle_has_no_form_of(self, headgate: Run, project: Path, change: tuple[str, str], said: str) -> None:
        define(project, change, *([("source: crm", "provider: 1.138.0\nsource: crm")] if "group" in change[1] else []))

        assert said in headgate("generate", "bundle", "crm", code=1).stderr
        assert not (project / "bundle").exists()

    def test_a_target_that_terraform_has_deployed(self, headgate: Run, project: Path) -> None:
        record = {"format": 1, "ids": {"databricks_pipeline.people_1": "1"}}
        (project / CRM / "deployed.prod.json").write_text(json.dumps(record))

        said = headgate("generate", "bundle", "crm", code=5).stderr

        assert "1 pipeline is recorded in prod as deployed by Terraform: a bundle would make them a second time" in said
        assert "set targets.prod.deploy_with to terraform" in said

    def test_and_one_that_a_bundle_has_deployed_is_not_synthesized(self, headgate: Run, project: Path) -> None:
        record = {"format": 1, "by": "bundle", "ids": {"databricks_pipeline.people_1": "1"}}
        (project / CRM / "deployed.dev.json").write_text(json.dumps(record))
        define(project, ("development: true, deploy_with: bundle", "development: true"))

        assert "deployed by a bundle: Terraform would make them a second time" in headgate("check", code=5).stderr

    def test_a_file_that_somebody_changed_stays_unless_forced(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")
        main = project / "bundle" / "databricks.yml"
        main.write_text(before := main.read_text() + "# mine\n")
        define(project, ("dev_,", "test_,"))

        said = headgate("generate", "bundle", "crm", code=5)
        assert "these files say something else: databricks.yml" in said.stderr
        assert "-# mine" in said.stdout
        assert main.read_text() == before
        headgate("generate", "bundle", "crm", "--force")
        assert "crm_name_prefix: test_" in main.read_text()


class TestAfterwards:
    def test_synthesis_leaves_its_targets_out_and_check_takes_them(self, headgate: Run) -> None:
        assert "crm" in headgate("check").stdout
        assert "databricks bundle deploy -t dev" in headgate("show", "crm").stdout
        assert json.loads(headgate("show", "crm", "-o", "json").stdout)[0]["stacks"] == {}

    def test_its_summary_is_recorded_and_a_table_moves_by_a_handover(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")
        assert record(headgate, project) == "crm: 2 pipelines are deployed to prod\nnothing is open in prod\n"
        kept = json.loads((project / CRM / "deployed.prod.json").read_text())
        assert kept["by"] == "bundle"
        assert kept["ids"] == {
            "databricks_job.money_1": "4",
            "databricks_job.people_1": "6",
            "databricks_pipeline.money_1": "3",
            "databricks_pipeline.people_1": "5",
            "databricks_workspace_file.money_1": "/Shared/headgate/src/prod/crm/ingest/money_1.py",
            "databricks_workspace_file.people_1": "/Shared/headgate/src/prod/crm/ingest/people_1.py",
        }
        assert kept["tables"][str(TableId("contacts", "main.bronze.contacts"))] == "people_1"

        tables = project / CRM / "tables.csv"
        tables.write_text(tables.read_text().replace("companies,people", "companies,money"))
        headgate("balance")
        headgate("generate", "bundle", "crm")
        assert "companies" in ingested(project, "prod", "people_1")  # until it is handed over
        headgate("done", "crm", "-t", "prod", "--handover", "companies")
        headgate("generate", "bundle", "crm")
        assert "companies" in ingested(project, "prod", "money_1")
        assert "companies" not in ingested(project, "prod", "people_1")
        record(headgate, project)
        kept = json.loads((project / CRM / "deployed.prod.json").read_text())
        assert kept["tables"][str(TableId("companies", "main.bronze.companies"))] == "money_1"
        assert '"move"' not in (project / CRM / "layout.lock").read_text()

    def test_notebooks_are_recorded_and_a_table_moves_between_them(self, headgate: Run, project: Path) -> None:
        define(project, *BY_NOTEBOOK)
        headgate("generate", "bundle", "crm")
        record(headgate, project)
        kept = json.loads((project / CRM / "deployed.prod.json").read_text())
        assert kept["ids"]["databricks_notebook.people_1"] == "/Shared/headgate/src/prod/crm/notebooks/people_1"
        assert kept["tables"][str(TableId("contacts", "main.bronze.contacts"))] == "people_1"

        tables = project / CRM / "tables.csv"
        tables.write_text(tables.read_text().replace("companies,people", "companies,money"))
        headgate("balance")
        headgate("done", "crm", "-t", "prod", "--handover", "companies")
        headgate("generate", "bundle", "crm")
        record(headgate, project)
        kept = json.loads((project / CRM / "deployed.prod.json").read_text())
        assert kept["tables"][str(TableId("companies", "main.bronze.companies"))] == "money_1"

    def test_a_summary_of_another_target_is_refused(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")

        said = headgate("record", "crm", str(summary(project, "dev")), "-t", "prod", code=1).stderr
        assert "is of target 'dev', not of 'prod'" in said
        said = headgate("record", "crm", "-t", "prod", code=1).stderr
        assert "prod is deployed by a bundle: one file with its summary is needed" in said

    def test_a_pipeline_that_leaves_is_unbound_before_the_bundle_lets_go_of_it(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")
        record(headgate, project)
        deployed = summary(project, "prod")
        tables = project / CRM / "tables.csv"
        tables.write_text(tables.read_text().replace("deals,money,snapshot,70\n", ""))
        headgate("balance")

        said = headgate("generate", "bundle", "crm", code=5).stderr
        assert "pipeline 'money_1' leaves prod, and the next deploy would destroy it" in said
        assert "in bundle, as it is: `databricks bundle deployment unbind crm_money_1 -t prod`" in said
        assert (project / "bundle/src/prod/crm/ingest/money_1.py").exists()
        headgate("record", "crm", str(deployed), "-t", "prod")  # as long as the bundle has it, it has not left
        headgate("generate", "bundle", "crm", code=5)

        headgate("done", "crm", "-t", "prod", "--pipeline", "money_1")
        done = headgate("generate", "bundle", "crm")
        assert "bundle/src/prod/crm/ingest/money_1.py deleted" in done.stdout
        assert not (project / "bundle/src/prod/crm/ingest/money_1.py").exists()

    def test_a_renamed_pipeline_would_be_made_a_second_time(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")
        record(headgate, project)
        headgate("rename", "crm", "money_1", "sales")

        said = headgate("generate", "bundle", "crm", code=5).stderr
        assert "pipeline 'money_1' is 'sales' now, and the next deploy would destroy it and make another" in said
        assert "give the id back: `headgate rename crm sales money_1`" in said

    def test_a_target_that_is_taken_down_stays_in_the_bundle_until_that_is_done(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")
        record(headgate, project)
        headgate("retire", "crm", "-t", "prod", "--yes")

        said = headgate("generate", "bundle", "crm", code=5).stderr
        assert "prod is being taken down, and the bundle would destroy pipeline 'money_1' of crm" in said
        headgate("done", "crm", "-t", "prod", "--all")
        headgate("generate", "bundle", "crm")
        assert sorted(whole(project / "bundle")["targets"]) == ["dev"]

    @pytest.mark.parametrize("found", ['{"bundle": {"target": "prod"}}', None])
    def test_a_summary_without_the_connector_is_not_recorded(self, headgate: Run, project: Path, found: str | None) -> None:
        headgate("generate", "bundle", "crm")
        record(headgate, project)
        headgate("retire", "crm", "-t", "dev", "--yes")  # another one, which says nothing of this target
        before = (project / CRM / "deployed.prod.json").read_bytes()
        other = project / "other.json"
        other.write_text(found or summary(project, "prod").read_text().replace('"crm_', '"erp_'))

        said = headgate("record", "crm", "other.json", "-t", "prod", code=1).stderr
        assert "other.json: has no pipeline of crm that is deployed" in said
        assert (project / CRM / "deployed.prod.json").read_bytes() == before


class TestSeveralConnectors:
    def test_one_is_in_no_target_but_its_own(self, headgate: Run, project: Path) -> None:
        other = project / "connectors" / "erp"
        copytree(project / CRM, other)
        own = DEFINITION.replace("crm", "erp").replace("CRM", "ERP").replace("bronze", "silver").partition("  prod:")[0]
        (other / "connector.yaml").write_text(own)
        (other / "layout.lock").unlink()
        headgate("balance")
        headgate("generate", "bundle", "--name", "all")

        dev, prod = (in_target(project / "bundle", target)["resources"]["pipelines"] for target in ("dev", "prod"))
        assert [name for name in prod if name.startswith("erp")] == []
        assert [name for name in dev if name.startswith("erp")] == ["erp_erp", "erp_money_1", "erp_people_1"]
        assert whole(project / "bundle")["variables"]["erp_catalog"]["default"] == "dev"


class TestTheFolder:
    @pytest.mark.parametrize("out", [".", "connectors/crm/code", "connectors/crm/code/deep", "connectors/crm"])
    def test_is_one_of_its_own(self, headgate: Run, project: Path, out: str) -> None:
        before = files(project)

        assert "name a folder of its own: --out bundle" in headgate("generate", "bundle", "crm", "--out", out, code=1).stderr
        assert files(project) == before

    def test_keeps_its_bundles_name_which_its_state_goes_by(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm", "--name", "mine")
        headgate("generate", "bundle", "crm")
        assert "  name: mine\n" in (project / "bundle/databricks.yml").read_text()

        said = headgate("generate", "bundle", "crm", "--name", "yours", code=5).stderr
        assert "holds the bundle 'mine', not 'yours': what was deployed by that name would be made a second time" in said
        assert "a bundle can't be called '../x'" in headgate("generate", "bundle", "crm", "--name", "../x", code=1).stderr

    def test_loses_nothing_that_lies_outside_of_it_whatever_its_list_says(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")
        victim = project / "victim"
        victim.write_text("mine")
        listed = project / "bundle/.headgate.json"
        names = {"../victim": digest("mine"), str(victim): digest("mine")}
        listed.write_text(json.dumps(json.loads(listed.read_text()) | names))

        headgate("generate", "bundle", "crm", "--force")
        assert victim.read_text() == "mine"

    def test_with_an_edit_by_hand_is_not_up_to_date(self, headgate: Run, project: Path) -> None:
        headgate("generate", "bundle", "crm")
        main = project / "bundle/databricks.yml"
        main.write_text(main.read_text() + "# mine\n")

        assert "would be written: databricks.yml" in headgate("generate", "bundle", "crm", "--check", code=3).stderr

    def test_takes_a_file_where_a_folder_was(self, headgate: Run, project: Path) -> None:
        (project / CRM / "code/util.py").write_text("")
        headgate("generate", "bundle", "crm")
        (project / CRM / "code/util.py").unlink()
        (project / CRM / "code/util.py").mkdir()
        (project / CRM / "code/util.py/x.py").write_text("x = 1\n")

        headgate("generate", "bundle", "crm")
        assert (project / "bundle/src/dev/crm/code/util.py/x.py").exists()


def record(headgate: Run, project: Path) -> str:
    return headgate("record", "crm", str(summary(project, "prod")), "-t", "prod").stdout


def ingested(project: Path, target: str, pipeline: str) -> str:
    return (project / "bundle" / "src" / target / "crm" / "ingest" / f"{pipeline}.py").read_text()
