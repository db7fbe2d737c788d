"""`headgate deploy --check-only` and `--show-permissions`, beside the workspace in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headgate.preflight.databricks import look
from headgate.preflight.decide import ALLOWED
from headgate.preflight.model import Needs
from headgate.problems import SourceError
from tests.standin.running import access
from tests.support.command import command_line
from tests.support.outputs import parsed
from tests.support.small_project import DEFINITION, write_project
from tests.workspace import catalog
from tests.workspace.client import QuickClock
from tests.workspace.faults import Fault
from tests.workspace.messages import refusal
from tests.workspace.model import Table
from tests.workspace.server import served
from tests.workspace.workspace import OWNER, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.command import Run

OURS = {"headgate_connector": "crm", "headgate_target": "prod", "headgate_id": "people_1"}


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace with all that the small project needs in prod, whose login the environment has."""
    one = Workspace()
    catalog.make(one, "catalogs", {"name": "main"})
    catalog.make(one, "schemas", {"name": "bronze", "catalog_name": "main"})
    options = {ALLOWED: "isDeleteFlow,maxCount,tableConfigs,tableName,tableNameList"}
    catalog.make(
        one, "connections", {"name": "crm_connection", "connection_type": "GENERIC_LAKEFLOW_CONNECT", "options": options}
    )
    with served(one) as host:
        for name, value in access(host).items():
            monkeypatch.setenv(name, value)
        yield one


@pytest.fixture
def headgate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], workspace: Workspace) -> Run:
    """The command in a project that is balanced, whose connection somebody else made."""
    assert workspace.log == []
    project = write_project(tmp_path)
    existing = DEFINITION.replace("secrets: [token],", "existing: true,")
    (project / "connectors/crm/connector.yaml").write_text(existing)
    (project / "connectors/crm/tables.csv").write_text(
        "source_table,pipeline_group,ingestion_type,weight,table_options_json\n"
        'contacts,people,snapshot,100,"{""maxCount"": ""5""}"\ncompanies,people,snapshot,50,\ndeals,money,snapshot,70,\n'
    )
    run = command_line(project, monkeypatch, capfd)
    run("balance")
    return run


def findings(headgate: Run, *, ready: bool) -> list[tuple[str, str, str]]:
    said = headgate("deploy", "crm", "-t", "prod", "--check-only", "-o", "json", code=0 if ready else 4).stdout
    found = parsed("deploy", said)
    assert found["ready"] is ready
    return [(one["level"], one["subject"], one["message"]) for one in found["findings"]]


def pipeline(workspace: Workspace, name: str, tags: dict[str, str] | None = None) -> str:
    body: dict[str, Any] = {"name": name, "catalog": "main", "schema": "bronze", "tags": tags or {}}
    return str(workspace.do("POST", "/api/2.0/pipelines", body)["pipeline_id"])


def test_a_workspace_that_has_all_is_fine_and_nothing_is_changed(headgate: Run, workspace: Workspace) -> None:
    assert findings(headgate, ready=True) == []
    said = headgate("deploy", "crm", "-t", "prod", "--check-only").stdout

    assert said == "the workspace has all that the deploy needs\n"
    assert {request.method for request in workspace.log} == {"GET"}


def test_everything_that_is_wrong_is_told_at_once(headgate: Run, workspace: Workspace) -> None:
    workspace.connections["crm_connection"].info["options"] = {ALLOWED: "tableName"}
    other = pipeline(workspace, "crm_money_1")
    workspace.tables["main.bronze.deals"] = Table("deals", OWNER, {"pipelines.pipelineId": other})
    workspace.tables["main.bronze.contacts"] = Table("contacts", OWNER, kind="MANAGED")
    workspace.quotas["main.bronze"] = 2
    workspace.schemas["main.bronze"].info["owner"] = workspace.catalogs["main"].info["owner"] = "admin@example.com"
    workspace.privileges["main"] = {"loaders": ["USE_CATALOG"], OWNER: ["USE_SCHEMA"]}

    found = findings(headgate, ready=False)

    assert [(level, subject) for level, subject, _ in found] == [
        ("problem", "connection crm_connection"),
        ("problem", "schema main.bronze"),
        ("problem", "table main.bronze.contacts"),
        ("problem", "table main.bronze.deals"),
        ("problem", "pipeline crm_money_1"),
        ("problem", "schema main.bronze"),
        ("unknown", "catalog main"),
    ]
    said = headgate("deploy", "crm", "-t", "prod", "--check-only", code=4)
    assert f"GRANT CREATE TABLE ON SCHEMA main.bronze TO `{OWNER}`" in said.stdout
    assert "problem: table main.bronze.deals belongs to pipeline crm_money_1, which is not crm's in prod" in said.stdout


def test_what_carries_our_tags_is_ours_though_nothing_is_recorded(headgate: Run, workspace: Workspace) -> None:
    made = pipeline(workspace, "crm_people_1", OURS)
    workspace.tables["main.bronze.contacts"] = Table("contacts", OWNER, {"pipelines.pipelineId": made})
    workspace.do("POST", "/api/2.2/jobs/create", {"name": "crm_people_1", "tags": OURS})

    assert findings(headgate, ready=True) == []

    workspace.pipelines[made].spec["tags"] = OURS | {"headgate_target": "dev"}
    assert [subject for _, subject, _ in findings(headgate, ready=False)] == [
        "table main.bronze.contacts",
        "pipeline crm_people_1",
    ]


def test_a_group_that_one_is_in_gives_its_rights(headgate: Run, workspace: Workspace) -> None:
    workspace.schemas["main.bronze"].info["owner"] = workspace.catalogs["main"].info["owner"] = "admin@example.com"
    workspace.privileges["main"] = {"loaders": ["USE_CATALOG", "USE_SCHEMA", "CREATE_TABLE"]}

    assert {level for level, _, _ in findings(headgate, ready=True)} == {"unknown"}
    workspace.groups = ("loaders",)
    assert findings(headgate, ready=True) == []


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("*/connections/*", "connection crm_connection"),
        ("*/catalogs/main", "catalog main"),
        ("*/effective-permissions/schema/*", "who may write to schema main.bronze"),
        ("*/unity-catalog/tables", "the tables of main.bronze"),
        ("*/resource-quotas/*", "how many more tables schema main.bronze takes"),
        ("/api/2.0/pipelines", "the names of pipelines"),
        ("*/jobs/list", "the names of jobs"),
    ],
)
def test_what_may_not_be_seen_is_said_and_the_rest_is_looked_at(
    headgate: Run, workspace: Workspace, path: str, what: str
) -> None:
    workspace.connections["crm_connection"].info["options"] = {ALLOWED: "tableName"}
    workspace.add(Fault("GET", path, then=refusal(403, "PERMISSION_DENIED", "you may not"), times=None))

    found = findings(headgate, ready=path.startswith("*/connections"))

    assert [(level, subject) for level, subject, _ in found if level == "unknown"] == [("unknown", what)]
    assert any("you may not" in message for _, _, message in found)


def test_a_login_that_says_not_who_it_is_ends_it(headgate: Run, workspace: Workspace) -> None:
    workspace.add(Fault("GET", "*/scim/v2/Me", then=refusal(403, "PERMISSION_DENIED", "you may not"), times=None))

    assert "who deploys" in headgate("deploy", "crm", "--check-only", code=4).stderr


def test_a_workspace_that_is_gone_in_the_midst_of_it_ends_it(workspace: Workspace) -> None:
    needs = Needs("crm", "dev", catalogs={"main": False}, schemas={"main.bronze": False})
    workspace.add(Fault("GET", "*/unity-catalog/tables", times=None))

    with pytest.raises(SourceError, match="can't be reached"):
        look(needs, None, None, QuickClock())
    assert workspace.asked("GET", "/jobs/list") == []


def test_rights_are_said_without_asking_anybody(headgate: Run, workspace: Workspace) -> None:
    said = headgate("deploy", "crm", "-t", "prod", "--show-permissions", "--start", "-o", "json").stdout

    rights = parsed("deploy", said)["rights"]
    assert [(one["kind"], one["who"]) for one in rights] == [
        ("catalog", "whom pipelines run as"),
        ("schema", "whom pipelines run as"),
        ("connection", "whom pipelines run as"),
        ("file", "who deploys"),
        ("pipeline", "who deploys"),
        ("job", "who deploys"),
        ("volume", "whom pipelines run as"),
        ("update", "who deploys"),
        ("look", "who deploys"),
    ]
    assert workspace.log == []
    assert json.loads(said)["target"] == "prod"
    assert "CREATE TABLE" in headgate("deploy", "crm", "-t", "prod", "--show-permissions").stdout
