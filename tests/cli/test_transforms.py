"""Pipeline files that say `deploy`, in a project: what the commands on the way to a deploy do with them."""

from __future__ import annotations

import json
import subprocess
import sys
from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from headgate.project import read_connectors
from headgate.synthesis import deployment_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

PEOPLE = """\
catalog: main
schema: silver
deploy: {schedule: 0 6 * * *}
sources:
  contacts: {connector: crm, table: contacts}
tables:
  people: {type: materialized_view, from: contacts}
"""
FILE = "connectors/crm/people.pipeline.yaml"


@pytest.fixture
def file(project: Path) -> Path:
    path = project / FILE
    path.write_text(PEOPLE)
    return path


@pytest.fixture
def balanced(headgate: Run, file: Path) -> Path:
    headgate("balance")
    return file


def bodies(project: Path) -> dict[str, str]:
    return {plan.name: json.dumps(plan.body) for plan in deployment_of(read_connectors(project)[0], "dev")}


@pytest.mark.usefixtures("file")
def test_a_balance_notes_them_in_the_lock(headgate: Run, project: Path) -> None:
    headgate("balance")
    assert (
        '"transforms": [\n  {"id": "people", "tables": ["main.silver.people"]},\n'
        in (project / "connectors/crm/layout.lock").read_text()
    )
    assert headgate("balance", "--check").stdout
    assert "fine" in headgate("check", "--frozen").stdout


def test_until_then_nothing_is_synthesized(headgate: Run, file: Path, project: Path) -> None:
    file.unlink()
    headgate("balance")
    before = bodies(project)

    file.write_text(PEOPLE)
    said = headgate("check", code=3).stderr
    assert "the lock does not fit the pipeline files: pipeline of transforms 'people' is not in it" in said
    assert "run `headgate balance crm`" in said

    file.write_text(PEOPLE.replace("deploy:", "x-deploy:"))  # which asks for nothing
    assert bodies(project) == before


def test_one_that_goes_is_forgotten_and_not_destroyed(headgate: Run, balanced: Path, project: Path) -> None:
    balanced.unlink()
    said = headgate("check", code=3).stderr
    assert "pipeline of transforms 'people' has no pipeline file any more" in said

    assert "pipeline of transforms 'people' leaves: the workspace keeps it, with its tables" in headgate("balance").stdout
    shared = json.loads(bodies(project)["crm-dev-shared"])
    assert {"from": "databricks_pipeline.people", "lifecycle": {"destroy": False}} in shared["removed"]
    assert "pipeline of transforms that leaves, to be applied: people" in headgate("done", "crm", "-t", "dev").stdout


def test_one_whose_file_was_renamed_keeps_its_id(headgate: Run, balanced: Path, project: Path) -> None:
    lock = project / "connectors/crm/layout.lock"
    before = lock.read_text()
    renamed = balanced.rename(project / "connectors/crm/persons.pipeline.yaml")

    said = headgate("balance", code=5).stderr

    assert "persons.pipeline.yaml:3: deploy: 'persons' would make main.silver.people of pipeline of transforms 'people'" in said
    assert "was the file renamed, say `deploy: {id: people}` in it" in said
    assert lock.read_text() == before
    renamed.write_text(PEOPLE.replace("deploy: {", "deploy: {id: people, "))
    headgate("balance")
    assert lock.read_text() == before


def test_its_tables_in_all_targets_are_noted_whatever_else_is_wrong(headgate: Run, balanced: Path, project: Path) -> None:
    by_target = "parameters: {catalog: {targets: {dev: dev, prod: live}}}\n"
    balanced.write_text(by_target + PEOPLE.replace("catalog: main", "catalog: ${catalog}"))
    lock = project / "connectors/crm/layout.lock"
    headgate("balance")
    assert '"tables": ["dev.silver.people", "live.silver.people"]' in lock.read_text()

    balanced.write_text(PEOPLE.replace("from: contacts", "from: contact"))
    headgate("balance")
    assert '{"id": "people"}' in lock.read_text()


def test_what_is_deployed_and_in_no_lock_is_not_lost(headgate: Run, balanced: Path, project: Path) -> None:
    (project / "connectors/crm/deployed.dev.json").write_text('{"format": 1, "ids": {}, "transforms": {"people": "1"}}')
    balanced.unlink()
    lock = project / "connectors/crm/layout.lock"
    lock.write_text(
        lock.read_text().replace(
            '"transforms": [\n  {"id": "people", "tables": ["main.silver.people"]},\n  null\n]', '"transforms": [\n  null\n]'
        )
    )

    assert "pipelines that are deployed to 'dev' are not in the lock: people" in headgate("check", code=5).stderr


def test_the_same_is_wrong_at_synthesis_as_at_the_check(headgate: Run, balanced: Path) -> None:
    wrong = PEOPLE.replace("materialized_view", "streaming_table")
    for text in (wrong, PEOPLE.replace("type: materialized_view, ", ""), PEOPLE.replace("table: contacts", "table: contact")):
        balanced.write_text(text)

        said = headgate("sql", "generate", "--check", code=1).stderr

        assert FILE in said
        assert headgate("check", code=1).stderr == said


def test_a_table_that_a_connector_lands_is_refused_with_both_places(headgate: Run, balanced: Path) -> None:
    balanced.write_text(PEOPLE.replace("schema: silver", "schema: BRONZE").replace("  people:", "  Companies:"))

    said = headgate("check", code=1).stderr

    assert (
        f"{FILE}:7: tables.Companies: main.bronze.companies is where 'companies' lands (connectors/crm/tables.csv, row 2)"
        in said
    )
    assert headgate("sql", "check", FILE, code=1).stderr == said


def test_a_file_that_no_connector_deploys_is_told(headgate: Run, file: Path, project: Path) -> None:
    (project / "pipelines").mkdir()
    file.rename(project / "pipelines/people.pipeline.yaml")

    said = headgate("sql", "generate", code=1).stderr

    assert "pipelines/people.pipeline.yaml:3: deploy: no connector deploys it from this folder" in said


@pytest.mark.parametrize(
    ("name", "deploy", "said"),
    [
        ("People", "{}", "'People': the file's name, and so the pipeline's id, is no id"),
        ("people", "{id: People}", "people.pipeline.yaml:3: deploy.id: 'People': is no id"),
        ("people", "{id: crm}", "pipeline of transforms 'crm' has the connector's id"),
        ("people", "{id: people_1}", "pipeline of transforms 'people_1' has the id of a pipeline that ingests"),
        ("people", "{id: other}", "'other' is the id of connectors/crm/other.pipeline.yaml too"),
    ],
)
def test_an_id_is_one_and_nobody_elses(headgate: Run, project: Path, name: str, deploy: str, said: str) -> None:
    if "other" in deploy:
        (project / "connectors/crm/other.pipeline.yaml").write_text(PEOPLE)
    text = PEOPLE.replace("{schedule: 0 6 * * *}", deploy)
    (project / f"connectors/crm/{name}.pipeline.yaml").write_text(text)

    assert said in headgate("balance", code=1).stderr


def test_a_table_that_two_targets_make_is_told(headgate: Run, balanced: Path, project: Path) -> None:
    said = headgate("check").stderr
    assert "pipelines of transforms in dev and prod both make main.silver.people, and that of the other target fails" in said

    by_target = "parameters: {catalog: {default: main, targets: {dev: dev}}}\n"
    balanced.write_text(by_target + PEOPLE.replace("catalog: main", "catalog: ${catalog}"))
    assert "pipelines of transforms" not in headgate("check").stderr
    balanced.write_text(PEOPLE)
    definition = project / "connectors/crm/connector.yaml"
    text = (
        definition.read_text()
        .replace("prod: {}", "prod: {host: https://two}")
        .replace("{default:", "{host: https://one, default:")
    )
    definition.write_text(text)
    assert "pipelines of transforms" not in headgate("check").stderr


def test_synthesis_gives_the_same_bytes_each_time(balanced: Path, project: Path) -> None:
    first = bodies(project)

    assert bodies(project) == first
    assert "databricks_pipeline.people" in first["crm-dev-shared"]
    assert balanced.is_file()


def test_without_the_library_it_is_said_what_brings_it(headgate: Run, balanced: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.transforms.files.find_spec", lambda _: None)

    assert "needs the library sqlglot" in headgate("check", code=1).stderr
    balanced.unlink()
    headgate("balance")
    assert "fine" in headgate("check").stdout  # without pipeline files it needs none


def test_it_is_imported_for_them_alone(headgate: Run, project: Path) -> None:
    headgate("balance")
    program = "import sys; from pathlib import Path; from headgate.project import read_connectors"
    program += "; from headgate.synthesis import deployment_of; assert deployment_of(read_connectors(Path())[0], 'dev')"
    program += "; assert 'sqlglot' not in sys.modules, 'it is imported'"

    done = subprocess.run([sys.executable, "-c", program], cwd=project, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_a_review_without_a_plan_tells_of_them(headgate: Run, balanced: Path, project: Path) -> None:
    copytree(project / "connectors", project / "before/connectors")
    assert "nothing changes" in headgate("review", "--before", "before", "-t", "dev").stdout

    balanced.write_text(PEOPLE.replace("from: contacts}", "from: contacts, comment: All of them}"))
    said = headgate("review", "--before", "before", "-t", "dev", "--diff").stdout
    assert "its SQL changes" in said
    assert "+COMMENT 'All of them'" in said
    assert "1 pipeline changed" in said

    balanced.unlink()
    headgate("balance")
    said = headgate("review", "--before", "before", "-t", "dev", code=2).stdout
    assert "Terraform forgets it; the workspace keeps it, with its tables, and no job starts it" in said


def test_a_target_that_is_taken_down_says_what_becomes_of_them(headgate: Run, balanced: Path) -> None:
    assert balanced.is_file()

    said = headgate("retire", "crm", "-t", "dev", "--yes").stdout

    assert "1 pipeline of transforms stays in the workspace, with its tables" in said


TEAMS = """\
catalog: main
schema: silver
deploy: {pipeline: staff}
sources:
  people: {table: main.silver.people}
tables:
  teams: {type: materialized_view, from: people}
"""


@pytest.fixture
def staff(headgate: Run, file: Path) -> Path:
    """Two files of one pipeline; the path of the second."""
    file.write_text(PEOPLE.replace("deploy: {", "deploy: {pipeline: staff, "))
    other = file.with_name("teams.pipeline.yaml")
    other.write_text(TEAMS)
    headgate("balance")
    return other


def test_files_that_name_one_pipeline_make_it_together(headgate: Run, staff: Path, project: Path) -> None:
    lock = (project / "connectors/crm/layout.lock").read_text()
    assert '{"id": "staff", "tables": ["main.silver.people", "main.silver.teams"]}' in lock

    shared = json.loads(bodies(project)["crm-dev-shared"])
    files = [library["file"]["path"] for library in shared["resource"]["databricks_pipeline"]["staff"]["library"]]
    assert [path.rpartition("/")[2] for path in files] == ["staff-people.sql", "staff-teams.sql"]
    assert {*files} == {f"/Workspace{one['path']}" for one in shared["resource"]["databricks_workspace_file"].values()} & {
        *files
    }
    assert shared["resource"]["databricks_job"]["staff"]["schedule"]["quartz_cron_expression"] == "0 0 6 * * ?"

    staff.unlink()  # the pipeline stays, with one file
    headgate("balance")
    assert '{"id": "staff", "tables": ["main.silver.people"]}' in (project / "connectors/crm/layout.lock").read_text()
    assert "staff-teams" not in bodies(project)["crm-dev-shared"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "{pipeline: staff}",
            "{pipeline: staff, schedule: 0 7 * * *}",
            "teams.pipeline.yaml:3: deploy.schedule: another one than in connectors/crm/people.pipeline.yaml, line 3, which is",
        ),
        (
            "{pipeline: staff}",
            "{pipeline: staff, on_update: any}",
            "teams.pipeline.yaml:3: deploy.on_update: starts it, and `schedule` in connectors/crm/people.pipeline.yaml, line 3",
        ),
        (
            "schema: silver",
            "schema: gold",
            "teams.pipeline.yaml:2: schema: another one than in connectors/crm/people.pipeline.yaml, line 2",
        ),
        (
            "  teams: {",
            "  known: {type: temporary_view, from: people}\n  teams: {",
            "teams.pipeline.yaml:7: tables.known: the view 'known' is in connectors/crm/people.pipeline.yaml, line 8, too",
        ),
        (
            "{pipeline: staff}",
            "{pipeline: staff, id: teams}",
            "deploy.id: stands beside `pipeline`, which is the id of all its files",
        ),
        ("{pipeline: staff}", "{id: staff}", "'staff' is the id of connectors/crm/people.pipeline.yaml too"),
    ],
)
def test_they_say_one_thing_of_it(headgate: Run, staff: Path, old: str, new: str, said: str) -> None:
    people = staff.with_name("people.pipeline.yaml")
    people.write_text(people.read_text() + "  known: {type: temporary_view, from: contacts}\n")
    staff.write_text(TEAMS.replace(old, new))

    found = headgate("check", code=1).stderr

    assert said in found
    if "is the id of" not in said:
        assert headgate("sql", "generate", "--check", code=1).stderr == found


def test_tables_that_they_make_themselves_start_no_run(headgate: Run, staff: Path) -> None:
    people = staff.with_name("people.pipeline.yaml")
    people.write_text(PEOPLE.replace("{schedule: 0 6 * * *}", "{pipeline: staff}"))
    staff.write_text(TEAMS.replace("{pipeline: staff}", "{pipeline: staff, on_update: all}"))
    assert "fine" in headgate("check").stdout

    people.write_text(
        people.read_text().replace(
            "contacts: {connector: crm, table: contacts}", "contacts: {files: /Volumes/a/b/c, format: json}"
        )
    )
    said = headgate("check", code=1).stderr
    assert "deploy.on_update: no source of its files is a table that they don't make themselves" in said


def test_a_file_that_joins_a_pipeline_with_its_tables_is_refused(headgate: Run, balanced: Path) -> None:
    balanced.write_text(PEOPLE.replace("deploy: {", "deploy: {pipeline: staff, "))
    said = headgate("balance", code=5).stderr
    assert "'staff' would make main.silver.people of pipeline of transforms 'people', which keeps" in said

    balanced.write_text(PEOPLE.replace("deploy: {", "deploy: {pipeline: people, "))
    balanced.with_name("teams.pipeline.yaml").write_text(TEAMS.replace("staff", "people"))
    headgate("balance")
    assert "fine" in headgate("check").stdout
