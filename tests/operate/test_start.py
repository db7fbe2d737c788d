"""`headgate pipelines start` and `stop`: what is asked of a workspace, how often, and how it ends."""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from headgate.operate.databricks import DatabricksWorkspace
from headgate.operate.model import Chosen, UpdateOptions
from headgate.operate.run import Runs
from tests.support.outputs import parsed
from tests.workspace import runs
from tests.workspace.faults import CLOSE, Fault
from tests.workspace.messages import refusal
from tests.workspace.runs import tables_of

if TYPE_CHECKING:
    from tests.operate.conftest import Cloud
    from tests.support.command import Run

DEALS = ["main.bronze.deals"]


def started(headgate: Run, *words: str, code: int = 0) -> dict[str, dict[str, Any]]:
    """Start pipelines of prod, and give what is printed of each by its name."""
    printed = headgate("pipelines", "start", "-t", "prod", *words, "-o", "json", code=code).stdout
    return {one["name"]: one for one in parsed("pipelines start", printed)}


def asked(cloud: Cloud, name: str) -> list[dict[str, Any]]:
    """Give what the updates of a pipeline were asked for, the newest first."""
    return [update.asked for update in cloud.workspace.pipeline(name).updates]


def test_a_connectors_pipelines_are_started_and_watched_to_their_ends(headgate: Run, cloud: Cloud) -> None:
    done = headgate("pipelines", "start", "-c", "crm", "-t", "prod", "--wait")

    assert done.stdout.count("completed") == 2
    assert "0 of 2 done, 2 running, 0 waiting" in done.stderr
    assert "crm_people_1 completed after 60 seconds" in done.stderr
    assert not cloud.workspace.pipeline("legacy").updates


def test_without_waiting_it_ends_once_all_are_started(headgate: Run, cloud: Cloud) -> None:
    found = started(headgate, "-c", "crm")

    assert {one["state"] for one in found.values()} == {"CREATED"}
    assert [len(asked(cloud, name)) for name in found] == [1, 1]
    assert cloud.clock.now < 2


@pytest.mark.parametrize(
    ("words", "name", "body"),
    [
        ("people_1", "crm_people_1", {}),
        ("people_1 --validate-only", "crm_people_1", {"validate_only": True}),
        ("people_1 --full-refresh --yes", "crm_people_1", {"full_refresh": True}),
        ("-c crm --refresh contacts", "crm_people_1", {"refresh_selection": ["main.bronze.contacts"]}),
        ("legacy --refresh old", "legacy", {"refresh_selection": ["old"]}),
        ("-c crm --refresh main.bronze.Deals --full-refresh --yes", "crm_money_1", {"full_refresh_selection": DEALS}),
    ],
)
def test_what_is_asked_for_is_asked_of_the_pipelines_that_have_the_tables(
    words: str, name: str, body: dict[str, Any], headgate: Run, cloud: Cloud
) -> None:
    assert started(headgate, *words.split()).keys() == {name}

    assert asked(cloud, name) == [body]


def test_checkpoints_are_reset_of_a_flow_or_of_a_tables_flows_as_the_log_names_them(headgate: Run, cloud: Cloud) -> None:
    one = cloud.workspace.pipeline("crm_people_1")
    runs.start(cloud.workspace, one)
    runs.finish(one, "COMPLETED", cloud.workspace)

    for word in ("contacts", "main.bronze.contacts"):
        started(headgate, "people_1", "--reset-checkpoint", word, "--yes")
        runs.finish(one)
        assert asked(cloud, "crm_people_1")[0] == {"reset_checkpoint_selection": ["main.bronze.contacts"]}
    said = headgate("pipelines", "start", "money_1", "-t", "prod", "--reset-checkpoint", "deals", code=1).stderr
    assert "let them run once" in said


def test_tables_begin_anew_only_if_somebody_agrees(headgate: Run, cloud: Cloud) -> None:
    words = ("pipelines", "start", "people_1", "-t", "prod", "--full-refresh")

    said = headgate(*words, code=1, stdin="n\n").stderr
    assert "crm_people_1: all tables are emptied and loaded from nothing" in said
    assert "say --yes" in headgate(*words, code=1).stderr
    assert not cloud.workspace.pipeline("crm_people_1").updates


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "no pipeline is named"),
        ("-c crm --refresh contcts", "did you mean 'contacts'?"),
        ("legacy people_1 --refresh other", "no pipeline that is named has a table 'other'"),
        ("people_1 --validate-only --full-refresh", "--validate-only looks at the code"),
        ("people_1 --at-once 0", "at-once"),
    ],
)
def test_what_can_not_be_meant_starts_nothing(words: str, said: str, headgate: Run, cloud: Cloud) -> None:
    assert said in headgate("pipelines", "start", "-t", "prod", *words.split(), code=None).stderr

    assert cloud.workspace.asked("POST") == []


def test_what_is_not_deployed_is_left_out_and_said(headgate: Run, cloud: Cloud) -> None:
    del cloud.workspace.pipelines["id-money_1"]

    done = headgate("pipelines", "start", "-c", "crm", "-t", "prod")

    assert "crm_money_1 (money_1 of crm) is not in the workspace, and left out" in done.stderr
    assert "not in the workspace: crm_money_1" in headgate("pipelines", "start", "money_1", "-t", "prod", code=3).stderr


def test_no_more_run_at_once_than_may(headgate: Run, cloud: Cloud) -> None:
    for number in range(7):
        cloud.add(f"more_{number}", f"id-more-{number}")
    most = 0

    def look(_request: object) -> None:
        nonlocal most
        most = max(most, sum(one.state == "RUNNING" for one in cloud.workspace.pipelines.values()))

    cloud.workspace.add(Fault(when="after", then=look, times=None))
    found = started(headgate, "more_*", "--at-once", "3", "--wait")

    assert {one["state"] for one in found.values()} == {"COMPLETED"}
    assert most == 3


def test_what_fails_keeps_none_of_the_others_and_is_told_with_what_to_do(headgate: Run, cloud: Cloud) -> None:
    cloud.workspace.pipeline("crm_people_1").error = "No LakeflowConnect class found"
    denied = refusal(403, "PERMISSION_DENIED", "you may not")
    cloud.workspace.add(Fault("POST", "*/id-legacy/updates", then=denied, times=None))

    done = headgate("pipelines", "start", "--all", "-t", "prod", "--wait", code=4)

    assert "crm_people_1 failed: No LakeflowConnect class found\n    the connector's code is not where" in done.stderr
    assert "it takes CAN RUN on the pipeline" in done.stderr
    assert "crm_money_1 completed" in done.stderr


def test_a_table_that_a_pipeline_of_others_has_not_is_told_in_the_services_words(headgate: Run) -> None:
    said = headgate("pipelines", "start", "legacy", "-t", "prod", "--refresh", "nothing", code=4).stderr

    assert "were not found in the pipeline: nothing\n    look whether the table is in the pipeline" in said


def test_an_update_that_is_active_already_is_no_new_one(headgate: Run, cloud: Cloud) -> None:
    cloud.workspace.start("id-people_1")

    said = headgate("pipelines", "start", "people_1", "-t", "prod", code=4).stderr

    assert "nothing was started: An active update" in said
    assert "headgate pipelines stop" in said


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_start_whose_answer_is_lost_is_found_again(when: Any, headgate: Run, cloud: Cloud) -> None:
    cloud.workspace.add(Fault("POST", "*/updates", when, CLOSE))

    found = started(headgate, "people_1", "--refresh", "contacts", "--wait")

    assert found["crm_people_1"]["state"] == "COMPLETED"
    assert len(asked(cloud, "crm_people_1")) == 1


def test_a_busy_service_is_waited_for_as_long_as_it_says(headgate: Run, cloud: Cloud) -> None:
    busy = refusal(429, "RESOURCE_EXHAUSTED", "too many requests")
    cloud.workspace.add(Fault("POST", "*/updates", then=busy, times=40))

    started(headgate, "people_1")

    # It says each time to wait for a second; the SDK adds up to one of its own.
    assert len(cloud.workspace.asked("POST", "/updates")) == 41
    assert 40 <= cloud.clock.now < 90


@pytest.mark.long
def test_a_service_that_stays_busy_is_given_up_after_a_quarter_of_an_hour(headgate: Run, cloud: Cloud) -> None:
    busy = refusal(429, "RESOURCE_EXHAUSTED", "too many requests")
    cloud.workspace.add(Fault("GET", "*/events", then=busy, times=None))
    cloud.workspace.run("id-people_1")

    assert "wait some minutes and run the same again" in headgate("pipelines", "status", "-t", "prod", code=4).stderr
    assert 900 <= cloud.clock.now < 1000


def test_what_the_service_tries_again_by_itself_is_watched_to_that_end(headgate: Run, cloud: Cloud) -> None:
    one = cloud.workspace.pipeline("crm_people_1")
    one.error = "a passing failure"

    def again(_request: object) -> None:
        if len(one.updates) == 1 and one.updates[0].state == "FAILED":
            one.error = ""
            runs.start(cloud.workspace, one, "RETRY_ON_FAILURE")

    cloud.workspace.add(Fault("GET", when="before", then=again, times=None))
    found = started(headgate, "people_1", "--wait")

    assert found["crm_people_1"]["state"] == "COMPLETED"
    assert found["crm_people_1"]["update"] == one.updates[0].update_id


def test_one_that_is_deleted_while_it_is_watched_is_gone(headgate: Run, cloud: Cloud) -> None:
    def deleted(_request: object) -> None:
        cloud.workspace.pipelines.pop("id-people_1", None)

    cloud.workspace.add(Fault("GET", "*/id-people_1", then=deleted))

    assert started(headgate, "people_1", "--wait", code=4)["crm_people_1"]["state"] == "GONE"


def test_updates_are_stopped_and_waited_for(headgate: Run, cloud: Cloud) -> None:
    cloud.workspace.start("id-people_1")
    cloud.workspace.pipeline("crm_people_1").seconds = None

    printed = headgate("pipelines", "stop", "-c", "crm", "-t", "prod", "--wait", "-o", "json").stdout

    assert [one["state"] for one in json.loads(printed)] == [None, "CANCELED"]
    assert [request.path for request in cloud.workspace.asked("POST")] == ["/api/2.0/pipelines/id-people_1/stop"]


@pytest.mark.long
def test_200_pipelines_are_started_and_watched_with_3_requests_a_second_at_most(cloud: Cloud) -> None:
    # Each takes a minute to an hour. What is asked: a start each, and a list of two pages every 10 seconds, however many run.
    for number in range(200):
        cloud.add(f"many_{number:03}", f"id-many-{number:03}").seconds = 60 + number * 17.5
    times: list[float] = []
    cloud.workspace.add(Fault(then=lambda _request: times.append(cloud.clock.now), times=None))
    workspace = DatabricksWorkspace(None, None)
    wanted = [(Chosen(one), UpdateOptions()) for one in workspace.pipelines("many_")]

    found = Runs(workspace, lambda _: None).start(wanted, 200, wait=True)

    assert {one.update.state for one in found if one.update} == {"COMPLETED"}
    assert len(found) == len(cloud.workspace.asked("POST", "/updates")) == 200
    in_any_10_seconds = max(sum(begin <= time < begin + 10 for time in times) for begin in times)
    assert in_any_10_seconds <= 31
    assert len(times) <= 3 * max(times)
    lists = len(times) - 200
    assert lists <= ceil(max(times) / 10) * 2 + 4
    assert tables_of(cloud.workspace, cloud.workspace.pipeline("many_000")) == []
