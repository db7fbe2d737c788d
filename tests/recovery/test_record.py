"""Doubled jobs stand in the record, which a review reads; `check --workspace` finds them too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headgate.deployment.tags import Tag
from headgate.recovery.databricks import DatabricksWorkspace
from headgate.recovery.decide import Known
from headgate.recovery.model import Expected
from headgate.recovery.workspace import survey
from tests.recovery.conftest import make_pipeline
from tests.support.plans import pipelines, plan
from tests.workspace.faults import Fault
from tests.workspace.messages import Answer, refusal

if TYPE_CHECKING:
    from tests.recovery.conftest import Deployed
    from tests.workspace.workspace import Workspace

ADDRESS = "databricks_job.people_1"


def test_a_record_without_doubled_jobs_says_nothing_of_them(deployed: Deployed) -> None:
    before = deployed.record()

    assert "doubled" not in before
    assert deployed.headgate("record", "crm", *deployed.states()).stderr == "connectors/crm/layout.lock is unchanged\n"


def test_a_doubled_job_is_recorded_until_it_is_gone(deployed: Deployed) -> None:
    second = deployed.job("people_1")

    assert deployed.record()["doubled"] == {second: ADDRESS}

    del deployed.workspace.jobs[int(second)]
    assert "doubled" not in deployed.record()


def test_record_shows_both_jobs_when_they_run_and_the_command_that_mends_it(deployed: Deployed) -> None:
    second = deployed.job("people_1", schedule={"quartz_cron_expression": "0 0 3 * * ?", "timezone_id": "UTC"})

    said = deployed.headgate("record", "crm", *deployed.states()).stderr

    assert f"job {second} 'dev_crm_people_1' (at 03:00 every day (UTC)) carries the tags of {ADDRESS} in dev" in said
    assert f"and {deployed.ids[ADDRESS]} is that job (at 02:00 every day (UTC))" in said
    assert "`headgate recover crm -t dev` deletes it" in said


def test_jobs_of_another_target_or_of_nobody_are_not_recorded(deployed: Deployed) -> None:
    deployed.job("people_1", "prod")
    deployed.job("people_1", name="mine", tags={"team": "data"})

    assert "doubled" not in deployed.record()


def test_the_job_of_a_pipeline_that_left_is_recorded(deployed: Deployed) -> None:
    stray = deployed.job("gone_1")

    assert deployed.record()["doubled"] == {stray: "databricks_job.gone_1"}


def test_a_job_that_no_record_knows_yet_is_not_called_doubled(deployed: Deployed) -> None:
    del deployed.ids[ADDRESS]
    deployed.job("people_1")

    assert "doubled" not in deployed.record()


def test_what_was_recorded_stays_where_the_workspace_can_not_be_asked(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = deployed.record() and (deployed.job("people_1"), deployed.record())[1]
    deployed.workspace.add(Fault("GET", "*/jobs/list", then=refusal(403, "PERMISSION_DENIED", "not for you"), times=None))

    failed = deployed.headgate("record", "crm", *deployed.states())
    monkeypatch.delenv("DATABRICKS_HOST")
    without = deployed.headgate("record", "crm", *deployed.states())

    assert "doubled jobs were not looked for: the workspace can't be asked for its jobs: not for you" in failed.stderr
    assert "neither doubled jobs nor files were looked for: no login is set" in without.stderr
    assert deployed.record() == before


def test_check_finds_what_the_workspace_has_twice(deployed: Deployed) -> None:
    deployed.record()
    before = deployed.headgate("check", "--workspace").stderr
    assert "job" not in before
    second = deployed.job("people_1")

    assert f"job {second} " in deployed.headgate("check", "--workspace", code=3).stderr
    assert deployed.headgate("check").stderr == before


def test_a_thousand_jobs_take_ten_requests(deployed: Deployed) -> None:
    for number in range(1000):
        deployed.job("people_1", name=str(number), tags={})
    deployed.workspace.log.clear()

    deployed.headgate("check", "--workspace", "-t", "prod")

    assert len(deployed.workspace.asked("GET", "/jobs/list")) == len(deployed.workspace.log) == 11


def test_a_review_calls_for_attention_as_long_as_a_doubled_job_is_recorded(deployed: Deployed) -> None:
    second = deployed.job("people_1")
    stray = deployed.job("gone_1")
    deployed.record()
    held = {"people_1": ["contacts"], "money_1": ["deals"]}
    (deployed.root / "crm-dev-1.json").write_text(json.dumps(plan(*pipelines(held, held))))

    said = deployed.headgate("review", "crm-dev-1.json", "--json", "review.json", code=2).stdout

    found = json.loads((deployed.root / "review.json").read_text())["findings"]
    doubled = {one["subject"]: one for one in found if one["code"] == "job-doubled"}
    assert [doubled[address]["level"] for address in sorted(doubled)] == ["attention", "attention"]
    assert f"two of it, {deployed.ids[ADDRESS]} and {second}" in doubled[ADDRESS]["message"]
    assert f"`headgate recover crm -t dev --delete {second}`" in doubled[ADDRESS]["message"]
    assert f"`headgate recover crm -t dev --delete {stray}`" in doubled["databricks_job.gone_1"]["message"]
    assert "headgate recover crm -t dev" in said


def test_names_that_anybody_gave_reach_no_terminal_as_they_are(deployed: Deployed) -> None:
    deployed.job("people_1", name="dev\x1b[31m\n\u202ex")

    said = deployed.headgate("record", "crm", *deployed.states()).stderr

    assert "'dev\u241b[31m\u240a\ufffdx'" in said


@pytest.mark.parametrize(
    "odd", [{"job_id": "x"}, {"job_id": 1, "settings": {"tags": [1]}}, {"created_time": "x", "settings": {}}, []]
)
def test_an_answer_of_another_form_is_told_like_any_failure(deployed: Deployed, odd: Any) -> None:
    deployed.record()
    deployed.workspace.add(Fault("GET", "*/jobs/list", "before", Answer(200, {"jobs": [odd]}), times=None))

    said = deployed.headgate("check", "--workspace", code=4).stderr

    assert "the workspace can't be asked for its jobs: its answer has another form than expected" in said


def test_a_record_after_taking_down_says_nothing_of_pipelines_that_were_forgotten_as_ordered(deployed: Deployed) -> None:
    deployed.record()
    deployed.headgate("retire", "crm", "-t", "dev", "--yes")
    deployed.ids.clear()

    assert "its tables are gone" not in deployed.headgate("record", "crm", *deployed.states()).stderr


def test_a_record_says_which_pipelines_no_state_has_any_more(deployed: Deployed) -> None:
    deployed.record()
    deployed.ids.pop("databricks_pipeline.people_1")

    said = deployed.headgate("record", "crm", *deployed.states()).stderr
    assert "people_1 was recorded, and no state has it any more: if it was destroyed, its tables are gone" in said


def test_pipelines_that_no_state_has_are_found_by_tags_under_another_prefix_too(workspace: Workspace) -> None:
    ids = {name: make_pipeline(workspace, name) for name in ("dev_crm_people_1", "old_people_1", "old_money_1", "other")}
    people = Expected("databricks_pipeline.people_1", "crm-dev-1", "dev_crm_people_1", Tag("crm", "dev", "people_1"))
    money = Expected("databricks_pipeline.money_1", "crm-dev-1", "dev_crm_money_1", Tag("crm", "dev", "money_1"))
    known = Known({money.address: "some id"})
    workspace.log.clear()

    found = {one.id: one.tag for one in survey(DatabricksWorkspace(None, None), (people, money), known)}

    assert found == {ids["dev_crm_people_1"]: people.tag, ids["old_people_1"]: people.tag}
    assert len([one for one in workspace.log if one.path.startswith("/api/2.0/pipelines/")]) == 2


def test_a_file_with_another_content_is_told_and_one_that_is_gone_is_left_to_the_next_plan(deployed: Deployed) -> None:
    deployed.files.update({"people_1": "as deployed", "money_1": "new", "gone_1": "as deployed"})
    deployed.workspace.put("/Shared/people_1.py", "as deployed")
    deployed.workspace.put("/Shared/money_1.py", "old")

    said = deployed.headgate("record", "crm", *deployed.states()).stderr

    (told,) = [line for line in said.splitlines() if "another file" in line]
    assert told.startswith("warning: databricks_workspace_file.money_1: the workspace has another file at /Shared/money_1.py")
    assert "`headgate recover crm -t dev` has the state say so" in said


def test_files_that_can_not_be_asked_for_are_mentioned_once(deployed: Deployed) -> None:
    deployed.files.update({"people_1": "a", "money_1": "b"})
    deployed.workspace.add(
        Fault("GET", "*/workspace/export", then=refusal(403, "PERMISSION_DENIED", "not for you"), times=None)
    )

    said = deployed.headgate("record", "crm", *deployed.states()).stderr

    assert said.count("files were assumed to match the states: the workspace can't be asked for the file /Shared/") == 1
