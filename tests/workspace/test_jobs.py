"""Jobs, as databricks-sdk sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from databricks.sdk.errors import InvalidParameterValue, NotFound
from databricks.sdk.service.jobs import CronSchedule, JobRunAs, JobSettings, PauseStatus, PipelineTask, Task

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from tests.workspace.workspace import Workspace

CRON = CronSchedule(quartz_cron_expression="0 0 0 * * ?", timezone_id="UTC")


def make(client: WorkspaceClient, name: str, *keys: str) -> int:
    tasks = [Task(task_key=key, pipeline_task=PipelineTask(pipeline_id=f"pipeline-{key}")) for key in keys or ("ingest",)]
    id_: int = client.jobs.create(name=name, tasks=tasks, schedule=CRON, tags={"headgate": "crm"}).job_id
    return id_


def test_what_was_created_is_read_back_with_the_platforms_defaults(client: WorkspaceClient, workspace: Workspace) -> None:
    id_ = make(client, "a")

    found = client.jobs.get(id_)
    assert (found.settings.name, found.settings.tags, found.run_as_user_name) == ("a", {"headgate": "crm"}, "robot@example.com")
    assert found.settings.schedule.pause_status == PauseStatus.UNPAUSED
    assert found.settings.tasks[0].run_if.value == "ALL_SUCCESS"
    assert workspace.jobs[id_].pipelines == ["pipeline-ingest"]


def test_two_jobs_may_have_one_name(client: WorkspaceClient, workspace: Workspace) -> None:
    ids = [make(client, "a"), make(client, "a")]

    assert [one.id for one in workspace.jobs_named("a")] == ids
    assert [one.job_id for one in client.jobs.list(name="A")] == ids[::-1]


def test_lists_have_pages_and_tasks_only_when_asked(client: WorkspaceClient, workspace: Workspace) -> None:
    ids = [make(client, f"job {number}") for number in range(25)]

    assert [one.job_id for one in client.jobs.list()] == ids[::-1]
    assert len(workspace.asked("GET", "/jobs/list")) == 2
    assert not any(one.settings.tasks for one in client.jobs.list())
    assert next(iter(client.jobs.list(expand_tasks=True))).settings.tasks[0].task_key == "ingest"
    assert [one.job_id for one in client.jobs.list(offset=24)] == ids[:1]
    with pytest.raises(InvalidParameterValue, match="limit must be between 1 and 100"):
        list(client.jobs.list(limit=101))


def test_a_reset_replaces_all_settings_but_not_who_it_runs_as(client: WorkspaceClient) -> None:
    id_ = make(client, "a")
    client.jobs.update(id_, new_settings=JobSettings(run_as=JobRunAs(user_name="other@example.com")))

    client.jobs.reset(id_, JobSettings(name="b"))

    found = client.jobs.get(id_)
    assert (found.settings.name, found.settings.tags, found.settings.schedule) == ("b", None, None)
    assert found.run_as_user_name == "other@example.com"


def test_an_update_replaces_whole_fields_and_merges_tasks_by_key(client: WorkspaceClient) -> None:
    id_ = make(client, "a", "one", "two")
    task = Task(task_key="two", pipeline_task=PipelineTask(pipeline_id="another"))

    client.jobs.update(id_, new_settings=JobSettings(tasks=[task], tags={"x": "y"}), fields_to_remove=["schedule", "tasks/one"])

    settings = client.jobs.get(id_).settings
    assert (settings.name, settings.schedule, settings.tags) == ("a", None, {"x": "y"})
    assert [(one.task_key, one.pipeline_task.pipeline_id) for one in settings.tasks] == [("two", "another")]


def test_what_is_unknown_of_a_job_is_ignored(client: WorkspaceClient) -> None:
    id_ = client.api_client.do("POST", "/api/2.2/jobs/create", body={"name": "a", "no_such_thing": 1})["job_id"]

    assert "no_such_thing" not in client.api_client.do("GET", "/api/2.2/jobs/get", query={"job_id": id_})["settings"]


def test_a_deleted_job_is_gone(client: WorkspaceClient) -> None:
    id_ = make(client, "a")

    client.jobs.delete(id_)

    with pytest.raises(NotFound, match=f"Job {id_} does not exist"):
        client.jobs.get(id_)
    with pytest.raises(InvalidParameterValue, match="does not exist"):
        client.jobs.delete(id_)


def test_a_scheduled_job_starts_its_pipeline_unless_it_is_paused(client: WorkspaceClient, workspace: Workspace) -> None:
    pipeline = client.pipelines.create(name="a").pipeline_id
    task = Task(task_key="ingest", pipeline_task=PipelineTask(pipeline_id=pipeline))
    id_ = client.jobs.create(tasks=[task], schedule=CronSchedule("0 0 0 * * ?", "UTC", PauseStatus.PAUSED)).job_id
    workspace.tick()
    assert workspace.pipelines[pipeline].state == "IDLE"

    client.jobs.update(id_, new_settings=JobSettings(schedule=CRON))
    workspace.scheduled = 1
    assert client.pipelines.get(pipeline).state.value == "RUNNING"
