"""`headgate pipelines delete` and `schedule`: no table ever goes, and no job is changed that was not meant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.outputs import parsed
from tests.workspace.faults import CLOSE, Fault
from tests.workspace.messages import refusal
from tests.workspace.workspace import OWNER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.operate.conftest import Cloud
    from tests.support.command import Run

TABLES = {"main.bronze.companies", "main.bronze.contacts", "main.bronze.deals", "main.bronze.old"}
TAGS = {"headgate_connector": "shop", "headgate_target": "prod", "headgate_id": "all_1"}


def test_a_deleted_pipeline_leaves_its_tables_which_are_listed_before(headgate: Run, cloud: Cloud) -> None:
    done = headgate("pipelines", "delete", "legacy", "-t", "prod", "--yes")

    assert "1 table belongs to it, would be dropped with it by default, and stay" in done.stdout
    assert "main.bronze.old" in done.stdout
    assert "id-legacy" not in cloud.workspace.pipelines
    assert cloud.workspace.tables.keys() == TABLES
    assert [request.query for request in cloud.workspace.asked("DELETE")] == [{"cascade": "false"}]


def test_nobody_deletes_without_being_asked(headgate: Run, cloud: Cloud) -> None:
    said = headgate("pipelines", "delete", "legacy", "-t", "prod", code=1, stdin="n\n").stderr

    assert "Delete 1 pipeline, and keep the tables?" in said
    assert "say --yes" in headgate("pipelines", "delete", "legacy", "-t", "prod", code=1).stderr
    assert "no pipeline is named" in headgate("pipelines", "delete", "-t", "prod", code=1).stderr
    assert cloud.workspace.asked("DELETE") == []


def test_what_a_layout_has_is_refused_and_then_nothing_is_deleted(headgate: Run, cloud: Cloud) -> None:
    said = headgate("pipelines", "delete", "people_1", "legacy", "-t", "prod", "--yes", code=5).stderr

    assert "crm_people_1 is pipeline people_1 of crm's layout in prod: the next deploy would make it again" in said
    assert len(cloud.workspace.pipelines) == 3
    printed = headgate("pipelines", "delete", "people_1", "-t", "prod", "--force", "--yes", "-o", "json").stdout
    (gone,) = parsed("pipelines delete", printed)
    assert gone["tables"] == ["main.bronze.companies", "main.bronze.contacts"]
    assert cloud.workspace.tables.keys() == TABLES


def test_what_left_the_layout_is_refused_until_that_is_recorded(headgate: Run, cloud: Cloud, tmp_path: Path) -> None:
    lock = tmp_path / "connectors/crm/layout.lock"
    document = json.loads(lock.read_text())
    document["pipelines"] = [one for one in document["pipelines"] if one and one["id"] != "money_1"] + [None]
    document["tables"] = [one for one in document["tables"] if one and one["pipeline"] != "money_1"] + [None]
    document["left"] = [{"id": "money_1", "stack": 2, "until": ["prod"]}, None]
    lock.write_text(json.dumps(document))

    assert "headgate record crm -t prod" in headgate("pipelines", "delete", "money_1", "-t", "prod", "--yes", code=5).stderr
    assert "id-money_1" in cloud.workspace.pipelines


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"tags": TAGS}, "carries the tags of shop in prod, whose layout is not in this project"),
        ({"continuous": True}, "is continuous"),
    ],
)
def test_what_somebody_else_made_or_runs_by_itself_is_refused(
    more: dict[str, Any], said: str, headgate: Run, cloud: Cloud
) -> None:
    cloud.add("theirs", "id-theirs", **more)

    assert said in headgate("pipelines", "delete", "theirs", "-t", "prod", "--yes", code=5).stderr
    assert cloud.workspace.asked("DELETE") == []


def test_what_runs_is_refused(headgate: Run, cloud: Cloud) -> None:
    cloud.workspace.start("id-legacy")

    assert "legacy is running" in headgate("pipelines", "delete", "legacy", "-t", "prod", "--yes", "--force", code=5).stderr


def test_one_of_the_old_metastore_is_deleted_too(headgate: Run, cloud: Cloud) -> None:
    cloud.add("hive", "id-hive", catalog=None, schema=None, target="bronze")

    assert "in the Hive metastore, and stay" in headgate("pipelines", "delete", "hive", "-t", "prod", "--yes").stdout
    assert "id-hive" not in cloud.workspace.pipelines


def test_a_table_that_went_all_the_same_is_told(headgate: Run, cloud: Cloud) -> None:
    def dropped(_request: object) -> None:
        del cloud.workspace.tables["main.bronze.old"]

    cloud.workspace.add(Fault("DELETE", when="after", then=dropped))

    said = headgate("pipelines", "delete", "legacy", "-t", "prod", "--yes", code=4).stderr

    assert "gone with their pipelines, which nothing asked for: main.bronze.old" in said
    assert "UNDROP TABLE" in said


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_deletion_whose_answer_is_lost_is_done_once(when: Any, headgate: Run, cloud: Cloud) -> None:
    cloud.workspace.add(Fault("DELETE", when=when, then=CLOSE))

    headgate("pipelines", "delete", "legacy", "-t", "prod", "--yes")

    assert "id-legacy" not in cloud.workspace.pipelines
    assert cloud.workspace.tables.keys() == TABLES


def test_a_right_that_is_missing_is_named_and_the_others_are_deleted(headgate: Run, cloud: Cloud) -> None:
    cloud.add("second", "id-second")
    cloud.workspace.add(Fault("DELETE", "*/id-legacy", then=refusal(403, "PERMISSION_DENIED", "no")))

    done = headgate("pipelines", "delete", "legacy", "second", "-t", "prod", "--yes", code=4)

    assert "it takes CAN MANAGE on the pipeline" in done.stderr
    assert "id-second" not in cloud.workspace.pipelines


def test_tables_that_can_not_be_listed_are_said_and_stay(headgate: Run, cloud: Cloud) -> None:
    cloud.workspace.add(Fault("GET", "*/tables", then=refusal(403, "PERMISSION_DENIED", "no"), times=None))

    assert "they can't be listed" in headgate("pipelines", "delete", "legacy", "-t", "prod", "--yes").stdout
    assert cloud.workspace.tables.keys() == TABLES


CRON = ("--cron", "30 3 * * 1-5", "--timezone", "Europe/Berlin")


def test_a_pipeline_without_a_job_gets_one_and_then_the_same_again_changes_nothing(headgate: Run, cloud: Cloud) -> None:
    said = headgate("pipelines", "schedule", "legacy", *CRON, "-t", "prod").stdout

    (job,) = cloud.workspace.jobs.values()
    assert job.pipelines == ["id-legacy"]
    assert job.settings["schedule"] == {
        "quartz_cron_expression": "0 30 3 ? * MON-FRI", "timezone_id": "Europe/Berlin", "pause_status": "UNPAUSED",
    }  # fmt: skip
    assert f"legacy: job {job.id} made" in said
    again = headgate("pipelines", "schedule", "legacy", *CRON, "-t", "prod", "-o", "json").stdout
    assert parsed("pipelines schedule", again)["action"] == "nothing"
    assert len(cloud.workspace.asked("POST")) == 1


def make_job(cloud: Cloud, **settings: Any) -> str:
    tasks = [{"task_key": "own", "pipeline_task": {"pipeline_id": "id-legacy"}}, {"task_key": "b", "notebook_task": {}}]
    body = {"name": "by hand", "tasks": tasks, "tags": {"team": "x"}, "timeout_seconds": 7, **settings}
    return str(cloud.workspace.do("POST", "/api/2.2/jobs/create", body)["job_id"])


def test_a_job_that_is_there_gets_the_schedule_and_keeps_all_else(headgate: Run, cloud: Cloud) -> None:
    id_ = make_job(cloud)
    before = dict(cloud.workspace.jobs[int(id_)].settings)

    done = headgate("pipelines", "schedule", "legacy", "--cron", "0 0/15 * * * ?", "--paused", "-t", "prod")

    after = cloud.workspace.jobs[int(id_)].settings
    assert after.pop("schedule")["quartz_cron_expression"] == "0 0/15 * * * ?"
    assert after == before
    assert "has 2 tasks, all of which start by this schedule" in done.stderr
    assert cloud.workspace.jobs[int(id_)].owner == OWNER


def test_of_several_jobs_one_is_named(headgate: Run, cloud: Cloud) -> None:
    first, second = make_job(cloud), make_job(cloud)
    words = ("pipelines", "schedule", "legacy", *CRON, "-t", "prod")

    assert f"{second} (by hand), {first} (by hand)" in headgate(*words, code=1).stderr
    assert "does not start this pipeline" in headgate(*words, "--job", "7", code=1).stderr
    headgate(*words, "--job", first)
    assert ["schedule" in job.settings for job in cloud.workspace.jobs.values()] == [True, False]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("people_1", *CRON), "gets its schedule from the layout"),
        (("legacy", "--cron", "every day"), "--cron: "),
        (("legacy", "--cron", "0 3 * * *", "--timezone", "Europe/Berln"), "--timezone: "),
        (("legacy", "--cron", "0 0 3 31 2 ?"), "--cron: "),
        (("crm_*", *CRON), "a schedule is of one pipeline"),
        (("nobody", *CRON), "there is no pipeline 'nobody'"),
    ],
)
def test_what_can_not_be_meant_changes_no_job(words: tuple[str, ...], said: str, headgate: Run, cloud: Cloud) -> None:
    assert said in headgate("pipelines", "schedule", *words, "-t", "prod", code=1).stderr

    assert cloud.workspace.asked("POST") == []


def test_a_job_that_something_else_starts_is_left_alone(headgate: Run, cloud: Cloud) -> None:
    make_job(cloud, continuous={"pause_status": "UNPAUSED"})

    assert "is started by its continuous" in headgate("pipelines", "schedule", "legacy", *CRON, "-t", "prod", code=1).stderr
