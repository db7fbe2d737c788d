"""`headgate pipelines list`, `status` and `logs`: what there is, how it went, and which pipelines are meant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.operate.advice import advice_for
from tests.support.outputs import parsed
from tests.workspace import runs
from tests.workspace.faults import Fault
from tests.workspace.messages import refusal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.operate.conftest import Cloud
    from tests.support.command import Run

SECRET = "dapi0123456789abcdef0123456789abcdef"  # noqa: S105  # no real one


def ended(cloud: Cloud, id_: str, error: str = "", seconds: int = 65) -> None:
    """Let a pipeline run to its end."""
    one = cloud.workspace.pipelines[id_]
    one.error = error
    update = runs.start(cloud.workspace, one)
    at = update.creation_time + 1000 * seconds
    runs.finish(one, "FAILED" if error else "COMPLETED", cloud.workspace, at)


def listed(headgate: Run, *words: str) -> list[str]:
    found = parsed("pipelines list", headgate("pipelines", "list", *words, "-o", "json").stdout)
    return [one["id"] or f"no {one['name']}" for one in found]


def test_the_projects_pipelines_are_listed_by_one_request(headgate: Run, cloud: Cloud) -> None:
    ended(cloud, "id-people_1")

    said = headgate("pipelines", "list", "-t", "prod").stdout

    lines = [line.split() for line in said.splitlines()[2:]]
    assert [line[:5] for line in lines] == [
        ["crm_money_1", "crm", "money_1", "crm-prod-2", "idle"],
        ["crm_people_1", "crm", "people_1", "crm-prod-1", "idle"],
    ]
    assert [line[5] for line in lines] == ["-", "completed"]
    assert len(cloud.workspace.log) == 1


def test_a_pipeline_of_transforms_is_one_of_the_projects_too(headgate: Run, cloud: Cloud, tmp_path: Path) -> None:
    connector = tmp_path / "connectors/crm"
    table = "{type: streaming_table, from: orders}"
    text = (
        f"catalog: main\nschema: silver\ndeploy: {{}}\nsources: {{orders: {{files: /Volumes/a}}}}\ntables: {{sales: {table}}}\n"
    )
    (connector / "sales.pipeline.yaml").write_text(text)
    headgate("balance")
    deployed = json.loads((connector / "deployed.prod.json").read_text())
    (connector / "deployed.prod.json").write_text(json.dumps(deployed | {"transforms": {"sales": "id-sales"}}))
    cloud.add("crm_Sales of the day", "id-sales")

    assert "id-sales" in listed(headgate, "-t", "prod")
    assert "crm-prod-shared" in headgate("pipelines", "list", "sales", "-t", "prod").stdout
    headgate("pipelines", "start", "sales", "-t", "prod", "--full-refresh", "--yes")
    (update,) = cloud.workspace.pipelines["id-sales"].updates
    assert update.asked["full_refresh"] is True
    assert "--force" in headgate("pipelines", "delete", "sales", "-t", "prod", "--yes", code=5).stderr


def test_pipelines_are_chosen_by_connector_group_stack_and_name(headgate: Run) -> None:
    chosen = {
        "": ["id-money_1", "id-people_1"],
        "-c crm": ["id-money_1", "id-people_1"],
        "--group people": ["id-people_1"],
        "--stack crm-prod-1": ["id-people_1"],
        "--group money --stack crm-prod-1": [],
        "people_1": ["id-people_1"],
        "crm_people_1 id-money_1": ["id-money_1", "id-people_1"],
        "crm_*": ["id-money_1", "id-people_1"],
        "*_1 -c crm": ["id-money_1", "id-people_1"],
        "legacy": ["id-legacy"],
        "--all": ["id-money_1", "id-people_1", "id-legacy"],
    }
    for words, ids in chosen.items():
        assert listed(headgate, "-t", "prod", *words.split()) == ids, words


def test_what_is_not_deployed_is_listed_as_such(headgate: Run) -> None:
    assert listed(headgate, "-t", "dev") == ["no dev_crm_money_1", "no dev_crm_people_1"]
    assert "not deployed" in headgate("pipelines", "list", "-t", "dev").stdout


def test_a_pipeline_that_is_not_recorded_is_known_by_its_name(headgate: Run, tmp_path: Path) -> None:
    (tmp_path / "connectors/crm/deployed.prod.json").unlink()

    assert listed(headgate, "-t", "prod", "people_1") == ["id-people_1"]


def test_an_inventory_that_changed_since_keeps_nobody_from_looking(headgate: Run, tmp_path: Path) -> None:
    tables = tmp_path / "connectors/crm/tables.csv"
    tables.write_text(tables.read_text() + "leads,people,snapshot,5\n")

    assert listed(headgate, "-t", "prod") == ["id-money_1", "id-people_1"]


def test_without_a_project_it_is_the_whole_workspace(headgate: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert listed(headgate, "--root", "empty") == ["id-money_1", "id-people_1", "id-legacy"]
    assert listed(headgate, "--root", "empty", "legacy") == ["id-legacy"]
    assert "no connectors/*/connector.yaml" in headgate("pipelines", "list", "-c", "crm", "--root", "empty", code=1).stderr


def test_a_name_that_there_is_not_is_told_with_the_nearest(headgate: Run) -> None:
    told = {
        "people_2": "there is no pipeline 'people_2'\n    did you mean 'people_1'?",
        "--group peple": "there is no group 'peple'\n    did you mean 'people'?",
        "--stack crm-prod-9": "there is no stack 'crm-prod-9'\n    did you mean 'crm-prod-2'?",
        "nothing_* --all": "--all and names contradict each other",
        "none*": "there is no pipeline 'none*'",
    }
    for words, said in told.items():
        assert said in headgate("pipelines", "list", "-t", "prod", *words.split(), code=1).stderr, words


def test_a_name_that_two_pipelines_have_is_asked_for_by_id(headgate: Run, cloud: Cloud) -> None:
    cloud.add("legacy", "id-second")

    said = headgate("pipelines", "list", "legacy", "-t", "prod", code=1).stderr

    assert "could be several pipelines: legacy (id-legacy), legacy (id-second)" in said


def test_status_says_how_long_the_last_update_took_and_what_it_brought(headgate: Run, cloud: Cloud) -> None:
    ended(cloud, "id-people_1", seconds=30)
    ended(cloud, "id-people_1", seconds=200)

    (money, people) = parsed("pipelines status", headgate("pipelines", "status", "-t", "prod", "-o", "json").stdout)

    assert [money[key] for key in ("update", "seconds", "rows")] == [None, None, None]
    assert [people[key] for key in ("update_state", "seconds", "running_seconds")] == ["COMPLETED", 200, 195]
    assert [people[key] for key in ("rows", "tables_loaded", "error")] == [20, 2, ""]
    said = headgate("pipelines", "status", "-t", "prod").stdout
    assert "3 min 20 s" in said
    assert len(cloud.workspace.asked("GET", "/events")) == 2


ADVICE = {
    "Connection type HTTP is not supported": "GENERIC_LAKEFLOW_CONNECT",
    "ImportError: No LakeflowConnect class found in /Workspace/x": "look at `code:` in connector.yaml",
    "No LakeflowConnect implementation has been registered": "look at `code:` in connector.yaml",
    "[TABLE_OR_VIEW_NOT_FOUND] The table or view `a` cannot be found. Verify the schema and catalog": "spelled like that",
    "Table 'orders' does not exist in the source": "spelled like that",
    "QUOTA_EXCEEDED: the number of pipelines exceeds the limit of 1000": "--at-once",
    "User does not have USE CONNECTION privilege on connection 'c'": "`run_as`",
    "ModuleNotFoundError: No module named 'crm'": "deploy its files",
    "Table main.a.b is already managed by pipeline 17": "headgate handover",
    "Schema 'main.bronze' does not exist": "destination.create_schema",
    "Connection 'c' does not exist": "connection.name",
}


@pytest.mark.parametrize("error", ADVICE)
def test_what_is_known_of_a_message_is_what_to_do(error: str) -> None:
    assert ADVICE[error] in advice_for(error)


def test_what_failed_is_told_in_the_services_words_with_what_to_do(headgate: Run, cloud: Cloud) -> None:
    ended(cloud, "id-people_1", "Connection type HTTP is not supported")

    said = headgate("pipelines", "status", "people_1", "-t", "prod").stdout

    words, fix = said.splitlines()[-2:]
    assert words == "crm_people_1: Connection type HTTP is not supported"
    assert "GENERIC_LAKEFLOW_CONNECT" in fix


def test_a_secret_that_an_error_repeats_is_not_shown(headgate: Run, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_crm_token", "a-canary-of-the-tests")
    ended(cloud, "id-people_1", f"bad login a-canary-of-the-tests, {SECRET}")

    for words in ("status", "logs"):
        for form in ("text", "json"):
            said = headgate("pipelines", words, "people_1", "-t", "prod", "-o", form)
            assert "a-canary-of-the-tests" not in said.stdout + said.stderr
            assert SECRET not in said.stdout + said.stderr


def test_logs_are_those_of_the_last_update_unless_another_is_named(headgate: Run, cloud: Cloud) -> None:
    ended(cloud, "id-people_1")
    first = cloud.workspace.pipelines["id-people_1"].updates[0].update_id
    cloud.clock.now += 1000
    ended(cloud, "id-people_1", "boom")

    def updates(*words: str) -> set[str]:
        (log,) = json.loads(headgate("pipelines", "logs", "people_1", "-t", "prod", *words, "-o", "json").stdout)
        return {event["update"] for event in log["events"]}

    second = cloud.workspace.pipelines["id-people_1"].updates[0].update_id
    assert updates() == {second}
    assert updates("--update", first) == {first}
    assert updates("--whole") == {first, second}
    said = headgate("pipelines", "logs", "people_1", "-t", "prod", "--errors").stdout
    assert said.count("    boom\n") == said.count("ERROR") == 2
    assert "no events of legacy" in headgate("pipelines", "logs", "legacy", "-t", "prod").stdout


def test_a_right_that_is_missing_is_named(headgate: Run, cloud: Cloud) -> None:
    cloud.workspace.add(Fault("GET", "*/pipelines", then=refusal(403, "PERMISSION_DENIED", "no")))

    said = headgate("pipelines", "list", "-t", "prod", code=4).stderr

    assert "it takes CAN VIEW on the pipeline" in said


def test_pipelines_beyond_a_hundred_are_all_listed(headgate: Run, cloud: Cloud) -> None:
    for number in range(230):
        cloud.add(f"more_{number:03}", f"id-more-{number:03}")

    assert len(listed(headgate, "--all", "-t", "prod")) == 233
    assert len(cloud.workspace.log) == 3
