"""Every block of commands in the pages is run, in the order in which it stands there; or read, where it can't be run here."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import polars as pl
import pytest

from headgate.definition.load import load_definitions, parse_definition
from headgate.review.accepted import read_accepted
from headgate.sql.check.pipeline import check_sql
from headgate.sql.generate.statements import generate
from headgate.sql.language.load import parse_pipeline
from headgate.use_cases.sql_tests import SqlTestRequest, prepare
from tests.adopt.cloud import Cloud
from tests.assess.logs import CLOUD
from tests.docs.commands import read, words_of
from tests.docs.pages import ROOT, Block, blocks, pages
from tests.docs.reader import Reader
from tests.docs.story import FOLLOWED, NOT_RUN, Story, is_run, scripts
from tests.standin.running import access
from tests.support.hosts import BOT, GitHubHost
from tests.support.small_project import DEFINITION, write_project
from tests.workspace.runs import finish, start
from tests.workspace.server import served
from tests.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAMPLE = ROOT / "headgate/new_project/sample/shop.py"


@pytest.mark.parametrize("block", [block for page in pages() for block in scripts(page)], ids=str)
def test_the_command_line_reads_every_command(block: Block) -> None:
    for words in words_of(block.text):
        read(words)


def test_every_page_is_followed_and_what_is_not_run_of_it_is_there() -> None:
    assert {page for page in pages() if any(map(is_run, scripts(page)))} == FOLLOWED
    assert {block.text.splitlines()[0] for page in pages() for block in scripts(page)} >= set(NOT_RUN)


CODE = next(block.text for block in blocks("docs/start.md") if block.text.startswith("code:"))
ADD_CODE = f"cat >>connectors/crm/connector.yaml <<END\n{CODE.rstrip()}\nEND\n"
COMMIT = "git add --all\ngit commit --quiet --message changed"
DEPLOY = "HEADGATE_TARGET=prod npx cdktf synth\nheadgate plan\nheadgate apply\nheadgate record crm -t prod"


def begun(story: Story) -> None:
    """Make a project in git, with the list of tables that docs/start.md writes."""
    listing = next(block.text for block in scripts("docs/start.md") if "<<END" in block.text).partition("headgate init")[0]
    story.do("headgate init project shop\ncd shop\ngit init --quiet\n" + listing + COMMIT)


def test_the_four_commands_and_what_can_be_set(tmp_path: Path) -> None:
    given = {
        "connector crm --python-file path/to/crm.py": f"connector erp --python-file {SAMPLE}",
        "to which you add `code:`": f"to which you add\n{ADD_CODE}",
    }
    reader = Reader(tmp_path, given=given)
    story = Story(reader)
    begun(story)

    story.read("README.md")
    story.do("printf 'north\\nsouth\\nwest\\n' >regions.csv")
    story.do("printf 'usage_date,dlt_pipeline_id,usage_quantity\\n2026-10-01,p-1,2.5\\n' >usage.csv")
    story.read("docs/balance.md")
    assert "events_s002" in (reader.here / "connectors/crm/layout.lock").read_text()

    reader.follow(next(block for block in scripts("docs/start.md") if "path/to/crm.py" in block.text))
    assert sorted(path.name for path in (reader.here / "connectors").iterdir()) == ["crm", "erp", "plant"]


def test_the_sample_becomes_a_bundle(tmp_path: Path) -> None:
    reader = Reader(tmp_path)

    Story(reader).read("docs/bundle.md")

    assert (reader.here / "bundle/resources/sample.yml").exists()


@pytest.mark.long
def test_a_pipeline_of_transforms_is_generated_and_sql_that_is_there_imported(tmp_path: Path) -> None:
    reader = Reader(tmp_path)

    Story(reader).read("docs/sql.md")

    assert {path.name for path in (reader.here / "sql").glob("*.sql")} == {"sales.sql", "orders.sql"}
    assert (reader.here / "sales.svg").is_file()


def test_the_notebook_is_written(tmp_path: Path) -> None:
    reader = Reader(tmp_path)

    Story(reader).read("docs/notebook.md")

    assert (reader.here / "pi_notebook.py").read_text().startswith("# Databricks notebook source")


@pytest.mark.long
def test_the_sample_reads_its_secrets_itself(tmp_path: Path) -> None:
    reader = Reader(tmp_path)

    Story(reader).read("docs/secrets.md")

    notebook = (reader.here / "bundle/src/dev/sample/notebooks/snapshot_1.py").read_text()
    assert "    'token': ['shop-token', 'token'],\n" in notebook
    assert "'workspace_host': lambda: 'https://' + str(spark.conf.get('spark.databricks.workspaceUrl')),\n" in notebook


TOOLKITS = "docs/from-other-toolkits.md"


@pytest.mark.long
def test_the_steps_of_other_toolkits(tmp_path: Path) -> None:
    reader = Reader(tmp_path, given={"path/to/osipi.py": str(ROOT / "connectors/osipi")})
    story = Story(reader)
    code = next(block.text for block in blocks(TOOLKITS) if block.language == "yaml")

    def say_what_deploys_it() -> None:
        story.do(f"cat >>connectors/osipi/connector.yaml <<END\n{code}END\n")
        story.edit("connectors/osipi/connector.yaml", "prod: {", "prod: {deploy_with: bundle")
        story.edit("connectors/osipi/connector.yaml", "dev: {", "dev: {deploy_with: bundle, ")

    def have_the_files_of_before() -> None:
        columns = "source_table,destination_catalog,destination_schema,pipeline_group,schedule,table_options_json,weight"
        row = 'contacts,marketing,bronze,main,0 2 * * *,{"max_records_per_batch":"10000"},100'
        (reader.here / "hubspot_tables.csv").write_text(f"{columns}\n{row}\ndeals,marketing,bronze,main,0 2 * * *,,50\n")
        mappings = {"secrets_scope": "hubspot", "secret_mappings": {"access_token": ["access_token", "token"]}}
        (reader.here / "connector_configs.json").write_text(json.dumps({"hubspot": mappings, "zendesk": {}}))

    def name_the_secrets_and_the_wheels() -> None:
        file = reader.here / "connectors/hubspot/connector.yaml"
        text = re.sub(r"^secrets:\n(?: .*\n)+", "secrets: connector_configs.json\n", file.read_text(), flags=re.MULTILINE)
        text = re.sub(r"^  git:\n(?:    .*\n)+", code.removeprefix("code:\n"), text, flags=re.MULTILINE)
        file.write_text(re.sub(r"^  (dev|prod):\n", r"\g<0>    deploy_with: bundle\n", text, flags=re.MULTILINE))

    happens = {
        "headgate check osipi": say_what_deploys_it,
        "cp hubspot_tables.csv": have_the_files_of_before,
        "headgate check hubspot": name_the_secrets_and_the_wheels,
    }
    story.read(TOOLKITS, happens)

    assert (reader.here / "bundle/src/dev/osipi/ingest/time_series_append_1.py").is_file()
    notebook = (reader.here / "bundle-hubspot/src/dev/hubspot/notebooks/main_1.py").read_text()
    assert "'access_token': ['access_token', 'token']" in notebook
    assert "'max_records_per_batch': '10000'" in notebook
    assert "repositories" in (reader.here / "connectors/github/tables.csv").read_text()


def test_each_command_of_ours_beside_another_toolkits_is_run() -> None:
    run = [words for block in scripts(TOOLKITS) for words in words_of(block.text)]
    rows = [line.split(" | ")[-1] for line in (ROOT / TOOLKITS).read_text().splitlines() if line.startswith("| ")]
    told = [words for row in rows for span in re.findall(r"`(headgate [^`]+)`", row) for words in words_of(span)]

    assert len(told) > 8
    for words in told:
        known = set(words) - {"…"}
        assert any(known <= set(others) for others in run), words


@pytest.mark.long
def test_the_sample_is_run_on_this_machine(tmp_path: Path) -> None:
    reader = Reader(tmp_path)

    Story(reader).read("docs/run.md")

    folder = reader.here / "build/run/main/sample"
    assert len(list(folder.iterdir())) == 60
    assert pl.read_delta(str(folder / "sales_items"))["id"].n_unique() == 60  # loaded from nothing in the end
    Story(reader).read("docs/observe.md")
    assert (reader.here / "connectors/sample/runs.csv").is_file()


# A certificate in settings is put into those that a test of docs/osipi.md deploys.
SETTINGS = [
    block for page in pages() for block in blocks(page) if block.language == "yaml" and not block.text.startswith("ca_file:")
]


@pytest.mark.parametrize("block", SETTINGS, ids=str)
def test_settings_in_a_page_are_ones_that_there_are(block: Block, tmp_path: Path) -> None:
    if block.text.startswith("accepted:"):
        (tmp_path / "accepted.yaml").write_text(block.text)
        accepted = read_accepted(tmp_path / "accepted.yaml")
        assert (len(accepted.entries), len(accepted.holds_data)) == (1, 1)
    elif "sites:" in block.text:
        write_project(tmp_path)
        (tmp_path / "connectors/crm/sites.yaml").write_text(block.text)
        assert {one.site.name for one in load_definitions(tmp_path) if one.site} >= {"berlin"}
    elif block.text.startswith("tests:"):
        pipeline = next(one.text for one in SETTINGS if one.text.startswith("catalog:"))
        (tmp_path / "sales.pipeline.yaml").write_text(pipeline)
        (tmp_path / "sales.test.yaml").write_text(block.text)
        assert len(prepare(SqlTestRequest(files=(tmp_path / "sales.test.yaml",), spark=""))) == 2
    elif block.text.startswith("catalog:"):
        sql = generate(parse_pipeline(block.text, "docs.pipeline.yaml"), {}).sql
        assert [one for one in check_sql({"docs.sql": sql}) if one.severity.value == "error"] == []
    else:
        head = DEFINITION.partition("balance:")[0]
        tail = "" if block.text.startswith("targets:") else "targets: {dev: {}, prod: {}}\n"
        replaced = "connection:" if "credentials: secrets" in block.text else block.text.partition(" ")[0]
        head = "".join(line for line in head.splitlines(keepends=True) if not line.startswith(replaced))
        assert parse_definition(f"{head}{block.text}{tail}").targets


@pytest.mark.long
def test_sites_are_worked_on_one_by_one_or_together(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    write_project(reader.work)
    sites = next(block.text for block in blocks("docs/sites.md") if block.language == "yaml")
    (reader.work / "connectors/crm/sites.yaml").write_text(sites)

    Story(reader).read("docs/sites.md")

    assert {path.parent.name for path in reader.work.glob("connectors/crm/sites/*/layout.lock")} == {
        "berlin",
        "munich",
        "vienna",
    }


@pytest.mark.long
def test_a_workspaces_pipelines_are_operated(tmp_path: Path) -> None:
    workspace = Workspace(clock=time.monotonic)
    with served(workspace) as host:
        reader = Reader(tmp_path, access(host))
        write_project(reader.work)
        story = Story(reader)
        story.do("headgate balance")
        for name in ("crm_people_1", "crm_money_1", "legacy_load"):
            made = workspace.do("POST", "/api/2.0/pipelines", {"name": name, "catalog": "main", "schema": "bronze"})
            workspace.pipelines[made["pipeline_id"]].seconds = 1
        objects = [{"table": {"source_table": name, "destination_table": name}} for name in ("contacts", "companies")]
        workspace.put("/Shared/people.py", f"pipeline_spec = { {'objects': objects}!r}\n")
        people = workspace.pipeline("crm_people_1")
        people.spec["libraries"] = [{"file": {"path": "/Workspace/Shared/people.py"}}]
        idle = {"--refresh contacts ": lambda: finish(people), "delete": lambda: finish(workspace.pipeline("legacy_load"))}

        story.read("docs/operate.md", idle)

    assert [job.pipelines for job in workspace.jobs.values()]
    assert {one.name for one in workspace.pipelines.values()} == {"crm_people_1", "crm_money_1"}
    assert people.updates[0].asked == {"full_refresh_selection": ["main.bronze.contacts"]}


@pytest.mark.long
@pytest.mark.terraform
def test_pipelines_that_are_there_are_adopted(deploying: tuple[Workspace, dict[str, str]], tmp_path: Path) -> None:
    workspace, environment = deploying
    cloud = Cloud(workspace)
    cloud.by_file("CRM daily", ["contacts", "deals"])
    cloud.job("CRM daily", "CRM daily")
    cloud.managed("Sales", [{"source_schema": "objects", "source_table": "Account"}])
    before = workspace.snapshot()
    reader = Reader(tmp_path, environment)
    story = Story(reader)
    story.do("headgate init project shop\ncd shop")
    (reader.work / "sales").mkdir()
    (reader.work / "sales/databricks.yml").write_text(
        "bundle: {name: sales}\nresources: {pipelines: {sales: {name: Sales}}}\ntargets: {prod: {default: true}}\n"
    )

    story.read("docs/adopt.md")

    after = workspace.snapshot()
    assert {kind: after[kind] for kind in ("pipelines", "jobs")} == {kind: before[kind] for kind in ("pipelines", "jobs")}
    assert (reader.here / "connectors/sales/adopted.prod.json").is_file()
    record = json.loads((reader.here / "connectors/crm/deployed.prod.json").read_text())
    assert record["ids"]["databricks_pipeline.crm_daily"] == cloud.ids["CRM daily"]


@pytest.mark.long
@pytest.mark.terraform
def test_a_project_from_zero_through_its_life(deploying: tuple[Workspace, dict[str, str]], tmp_path: Path) -> None:
    workspace, environment = deploying
    given = {"https://…": environment["DATABRICKS_HOST"], "--warehouse ID": "--warehouse wh1"}
    reader = Reader(tmp_path, environment, given)
    story = Story(reader)

    happens = {"make setup": reader.set_up, "Add the connector crm": lambda: story.do(ADD_CODE)}
    story.read("docs/start.md", happens, skipped=("--python-file",))
    assert workspace.pipelines

    with GitHubHost() as host:
        reader.environment |= {"GITHUB_API_URL": host.api, "GITHUB_TOKEN": BOT}
        reader.given["example/shop"] = "owner/name"
        story.read("docs/ci.md")

    story.add_table(source_table="returns", ingestion_type="cdc", weight="120")
    story.do("headgate balance crm")
    story.read("docs/change.md")
    prod = [pipeline for pipeline in workspace.pipelines.values() if not pipeline.spec["development"]]
    assert prod

    # Its pipelines run, and later there are to be more of them: some of the tables are to move.
    for pipeline in prod:
        start(workspace, pipeline)
        finish(pipeline)
    more = len(prod) + 2
    reader.given |= {"pipelines=6": f"pipelines={more}"}
    change = {
        "balance crm\n": lambda: story.edit("connectors/crm/connector.yaml", "  # pipelines: 8", f"  pipelines: {more}  # 8")
    }
    story.read("docs/change-pipelines.md", change)
    owners = {name: table.pipeline for name, table in workspace.tables.items()}
    story.read("docs/handover.md")
    assert {name for name, table in workspace.tables.items() if table.pipeline != owners[name]}
    assert workspace.clashes == []
    assert "nothing is open" in story.do("headgate done crm -t prod")

    losses = {"npx cdktf synth": lambda: story.lose("crm-prod-1"), "--import": lambda: story.lose("crm-prod-shared")}
    story.read("docs/failed-deploy.md", losses)
    assert owners.keys() == workspace.tables.keys()
    assert len(workspace.connections) == 2


@pytest.mark.long
@pytest.mark.terraform
def test_a_connector_is_deployed_in_one_command(deploying: tuple[Workspace, dict[str, str]], tmp_path: Path) -> None:
    workspace, environment = deploying
    reader = Reader(tmp_path, environment)
    story = Story(reader)
    begun(story)
    reader.set_up()
    story.do("headgate init connector crm --from-csv crm.csv\n" + ADD_CODE + "headgate balance crm\n" + COMMIT)
    workspace.do("POST", "/api/2.1/unity-catalog/catalogs", {"name": "main"})
    workspace.do("POST", "/api/2.1/unity-catalog/schemas", {"name": "crm", "catalog_name": "main"})

    story.read("docs/deploy.md")

    assert workspace.pipelines
    assert all(pipeline.updates for pipeline in workspace.pipelines.values())
    assert "nothing is open in prod" in story.do("headgate done crm -t prod")


@pytest.mark.long
@pytest.mark.terraform
def test_the_day_something_was_lost(deploying: tuple[Workspace, dict[str, str]], tmp_path: Path) -> None:
    workspace, environment = deploying
    reader = Reader(tmp_path, environment, {"COMMIT --": "HEAD --", "TF_VAR_crm_token=…": "TF_VAR_crm_token=CANARY"})
    story = Story(reader)
    begun(story)
    story.do("headgate init connector crm --from-csv crm.csv\n" + ADD_CODE + "headgate balance crm\n" + DEPLOY + "\n" + COMMIT)
    pipelines = len(workspace.pipelines)

    def lose_a_pipeline() -> None:
        record = json.loads((reader.here / "connectors/crm/deployed.prod.json").read_text())["ids"]
        address = next(address for address in record if address.startswith("databricks_pipeline."))
        workspace.do("DELETE", f"/api/2.0/pipelines/{record[address]}")
        story.do(f"terraform -chdir=cdktf.out/stacks/crm-prod-1 state rm {address}")

    def lose_a_row() -> None:
        story.do("sed -i /^prices,/d connectors/crm/tables.csv\nheadgate balance crm\n" + DEPLOY)

    losses: dict[str, Callable[[], object]] = {
        "headgate record crm -t prod\nHEADGATE": lose_a_pipeline,
        "git checkout COMMIT -- connectors/crm/tables.csv": lose_a_row,
        "recover crm -t prod\n": lambda: story.lose("crm-prod-1"),
        "--import": lambda: story.lose("crm-prod-1", "crm-prod-shared"),
        "git log": (reader.here / "connectors/crm/layout.lock").unlink,
    }
    story.read("docs/lost-table.md", losses)
    assert len(workspace.pipelines) == pipelines


@pytest.mark.long
def test_exported_logs_are_assessed(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    events = reader.work / "events"
    events.mkdir()
    for name, rows in CLOUD.items():
        (events / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    Story(reader).read("docs/assess.md")

    assert json.loads((reader.here / "assessment.json").read_text())["pipelines"]
    assert (reader.here / "assessment.html").exists()
