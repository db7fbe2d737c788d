"""A handover carried out in a workspace: what it does, in which order, and what it refuses."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.layout.lock import write_lock
from headgate.layout.model import Change, Left, Pipeline
from headgate.layout.progress import record_done
from headgate.problems import RefusedError, SourceError, StaleError
from tests.handover.conftest import layout_of
from tests.workspace.faults import Fault
from tests.workspace.messages import Answer
from tests.workspace.workspace import OWNER, TOKEN

if TYPE_CHECKING:
    from tests.handover.conftest import Site

GIVEN = ["main.bronze.items to bbbb-1", "main.bronze.orders to bbbb-1"]


def test_tables_are_given_to_their_new_pipeline_and_recorded(site: Site) -> None:
    done = site.hand_over()

    assert done.altered == ("items", "orders")
    assert site.alters == GIVEN
    assert site.states() == {"items": "b_1", "orders": "b_1", "people": "a_1"}
    assert site.cloud.jobs[101].pause_status == "PAUSED"
    assert site.cloud.clashes == []


def test_jobs_are_paused_before_pipelines_are_stopped_and_those_before_any_statement(site: Site) -> None:
    site.cloud.start("aaaa-1")

    site.hand_over()

    assert site.done == ["PAUSED 101", "stop aaaa-1", *GIVEN]
    assert site.cloud.pipelines["aaaa-1"].state == "IDLE"


def test_only_the_named_tables_are_handed_over(site: Site) -> None:
    site.hand_over(["orders"])

    assert site.alters == GIVEN[1:]
    assert site.states()["items"] == "a_1"


def test_a_table_that_belongs_to_its_new_pipeline_already_is_recorded_without_a_statement(site: Site) -> None:
    site.own("main.bronze.items", "bbbb-1")

    done = site.hand_over()

    assert (done.altered, done.found) == (("orders",), ("items",))
    assert site.alters == GIVEN[1:]


def test_jobs_run_again_once_all_is_deployed_and_recorded(site: Site) -> None:
    site.hand_over()
    with pytest.raises(RefusedError, match="headgate record crm -t prod"):
        site.resume()
    site.deploy()
    site.pause(101)  # as a deploy leaves it that ignores the schedule
    site.record()

    assert site.resume() == ["a_1"]
    assert site.cloud.jobs[101].pause_status == "UNPAUSED"
    assert not site.journal_exists
    assert site.resume() == []


def test_a_job_that_was_paused_before_stays_paused(site: Site) -> None:
    site.pause(101)
    site.hand_over()
    site.record()

    assert site.resume() == []
    assert {job.pause_status for job in site.cloud.jobs.values()} == {"PAUSED"}


def test_a_second_run_does_not_take_its_own_pause_for_what_was_before(site: Site) -> None:
    site.hand_over(["orders"])
    site.hand_over(["items"])

    before = json.loads((site.folder / "handover.prod.json").read_text())["before"]
    assert {entry["pipeline"]: entry["paused"] for entry in before} == {"a_1": False, "b_1": True}


def test_jobs_may_be_resumed_by_force(site: Site) -> None:
    site.hand_over()

    assert site.resume(force=True) == ["a_1"]


def test_a_pipeline_without_tables_is_not_resumed(site: Site) -> None:
    site.hand_over()
    site.record()
    lock = site.folder / "layout.lock"
    lock.write_text(re.sub(r'"pipeline": ?"a_1"', '"pipeline": "b_1"', lock.read_text()))

    assert site.resume() == []


def test_a_continuous_pipeline_that_ran_is_started_again(site: Site) -> None:
    for pipeline, continuous in (("aaaa-1", True), ("bbbb-1", False)):
        site.cloud.pipelines[pipeline].spec["continuous"] = continuous
    site.cloud.start("aaaa-1")
    site.hand_over()
    site.deploy()
    site.record()
    site.cloud.pipelines["bbbb-1"].spec["continuous"] = True  # by the deploy: it has tables now

    assert site.resume() == ["a_1", "b_1"]
    assert {pipeline.state for pipeline in site.cloud.pipelines.values()} == {"RUNNING"}
    assert site.cloud.clashes == []


def test_everything_that_forbids_it_is_told_at_once_and_nothing_is_touched(site: Site) -> None:
    pipelines = site.cloud.pipelines
    pipelines["bbbb-1"].owner = "other@example.com"
    pipelines["bbbb-1"].run_as = "third@example.com"
    pipelines["aaaa-1"].release = "dlt:16.2.1-delta-pipelines"
    pipelines["bbbb-1"].mode = "LEGACY_PUBLISHING_MODE"
    site.own("main.bronze.items", "cccc-1")
    del site.cloud.tables["main.bronze.orders"]
    del site.cloud.jobs[102]

    with pytest.raises(RefusedError) as refused:
        site.hand_over()

    assert [problem.message for problem in refused.value.problems] == [
        "there is no job 102 (of pipeline b_1) in the workspace",
        f"pipeline a_1 is owned by {OWNER}, and pipeline b_1 is owned by other@example.com",
        f"pipeline a_1 runs as {OWNER}, and pipeline b_1 runs as third@example.com",
        "pipeline b_1 is in legacy publishing mode (`target` instead of `schema`)",
        "pipeline a_1 last ran on Databricks Runtime dlt:16.2.1-delta-pipelines; tables move from 16.3 on",
        "main.bronze.items belongs to pipeline cccc-1, not to a_1 (aaaa-1)",
        "there is no table main.bronze.orders in the workspace",
    ]
    assert not site.journal_exists
    assert not [one for one in site.cloud.asked("POST") if "statements" not in one.path]


def test_who_is_neither_owner_nor_run_as_is_refused(site: Site) -> None:
    site.cloud.me = "guest@example.com"

    with pytest.raises(RefusedError, match=rf"is owned by {OWNER}, and you are guest@example.com"):
        site.hand_over()


def test_a_target_instead_of_a_schema_and_a_lack_of_a_catalog_are_refused(site: Site) -> None:
    site.cloud.pipelines["aaaa-1"].spec = {"catalog": "main", "target": "bronze"}
    site.cloud.pipelines["bbbb-1"].spec = {"target": "bronze"}

    with pytest.raises(RefusedError, match=r"(?s)a_1 is in legacy publishing mode.*b_1 has no catalog"):
        site.hand_over()


def test_a_deleted_pipeline_is_refused(site: Site) -> None:
    del site.cloud.pipelines["bbbb-1"]

    with pytest.raises(RefusedError, match=r"no pipeline bbbb-1 \(b_1\)"):
        site.hand_over()


def test_a_file_that_names_the_table_already_is_refused(site: Site) -> None:
    site.write("b_1", ["main.bronze.Orders"])

    with pytest.raises(RefusedError, match=r"the applied file of pipeline b_1 names main\.bronze\.orders already"):
        site.hand_over()


def test_notebooks_are_looked_at_as_files_are(site: Site) -> None:
    path = site.folder / "connector.yaml"
    own = "credentials: secrets\nsecrets: {secrets_scope: crm, secret_mappings: {token: token}}"
    path.write_text(path.read_text().replace("connection: {name: crm_connection}", own))
    by_notebook = replace(site, told=[])
    assert by_notebook.scope.file_path("b_1") == "/Shared/headgate/prod/crm/notebooks/b_1"
    by_notebook.write("b_1", ["main.bronze.orders"])

    with pytest.raises(RefusedError, match=r"the applied file of pipeline b_1 names main\.bronze\.orders already"):
        by_notebook.hand_over()
    by_notebook.write("b_1", [])
    assert by_notebook.hand_over().altered == ("items", "orders")


def test_an_update_that_somebody_starts_stops_the_handover_before_the_next_table(site: Site) -> None:
    asked: list[str] = []

    def start_after_the_second_look(text: str) -> None:
        asked.append(text)
        if asked.count("SHOW TBLPROPERTIES `main`.`bronze`.`orders`") == 2:
            site.cloud.start("aaaa-1")

    site.cloud.on_statement = start_after_the_second_look

    with pytest.raises(SourceError, match="a_1 is RUNNING: something started it after it was stopped"):
        site.hand_over()
    assert site.states() == {"items": "b_1", "orders": "a_1", "people": "a_1"}

    site.hand_over()
    assert site.alters == GIVEN


def test_an_update_that_somebody_starts_during_a_statement_is_stopped(site: Site) -> None:
    site.cloud.on_statement = lambda text: site.cloud.start("aaaa-1") if text.startswith("ALTER") else None

    site.hand_over()

    assert site.alters == GIVEN
    assert site.cloud.pipelines["aaaa-1"].state == "IDLE"
    assert site.done.count("stop aaaa-1") == 2


def test_dying_between_the_statement_and_the_lock_loses_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("headgate.handover.store.write_lock", die)
        with pytest.raises(KeyboardInterrupt):
            site.hand_over()
    assert site.states()["items"] == "a_1"
    with pytest.raises(RefusedError, match=r"headgate handover crm -t prod --table items --execute"):
        site.resume()

    done = site.hand_over()

    assert (done.altered, done.found) == (("orders",), ("items",))
    assert site.alters == GIVEN


def test_a_table_whose_handover_was_cut_off_can_go_back_at_once(site: Site) -> None:
    site.own("main.bronze.items", "bbbb-1")

    site.give_back(["items", "orders"])

    assert set(site.owners.values()) == {"aaaa-1"}
    assert site.alters == ["main.bronze.items to aaaa-1"]
    assert site.resume() == ["a_1"]


def test_a_lock_that_no_longer_moves_the_table_is_not_written_over(site: Site) -> None:
    lock = site.folder / "layout.lock"

    def take_the_move_out(text: str) -> None:
        if text.startswith("ALTER"):
            write_lock(lock, layout_of(moving=()))

    site.cloud.on_statement = take_the_move_out

    with pytest.raises(StaleError, match="the lock no longer moves items"):
        site.hand_over()
    assert site.states()["items"] == "a_1"


def test_a_pipeline_that_leaves_is_stopped_and_is_not_resumed_before_it_left(site: Site) -> None:
    staying = tuple(placement for placement in layout_of(moving=()).tables)
    left = replace(layout_of(), tables=staying, pipelines=(Pipeline("a_1", "a", 1),), left=(Left("b_1", 1, ("prod",)),))
    write_lock(site.folder / "layout.lock", left)
    site.pause(102, "UNPAUSED")
    site.cloud.start("bbbb-1")

    assert site.hand_over().altered == ()
    assert site.done == ["PAUSED 102", "stop bbbb-1"]
    with pytest.raises(RefusedError, match="pipeline b_1 leaves, and it isn't recorded as left"):
        site.resume()

    del site.cloud.jobs[102]  # by the deploy
    write_lock(site.folder / "layout.lock", record_done(left, "prod", ("prod",), pipelines=["b_1"]))
    assert site.resume() == []


def test_a_pipeline_that_changes_stack_is_looked_for_and_left_alone(site: Site) -> None:
    moved = replace(layout_of(), pipelines=(Pipeline("a_1", "a", 2, restacked=Change("1", ("prod",))), Pipeline("b_1", "b", 1)))
    tables = tuple(replace(placement, move=None) for placement in moved.tables)
    tables = (*tables[:2], replace(tables[2], pipeline="b_1"))
    write_lock(site.folder / "layout.lock", replace(moved, tables=tables))

    site.hand_over()
    assert site.done == []
    assert not site.journal_exists

    del site.cloud.jobs[101]
    with pytest.raises(RefusedError, match="no job 101"):
        site.hand_over()


def test_a_managed_ingestion_that_names_the_table_already_is_refused(site: Site) -> None:
    path = site.folder / "connector.yaml"
    path.write_text(path.read_text() + "ingestion: managed\n")
    table = {"source_table": "orders", "destination_catalog": "main", "destination_schema": "bronze"}
    site.cloud.pipelines["bbbb-1"].spec["ingestion_definition"] = {"objects": [{"table": table}]}
    managed = replace(site, told=[])

    with pytest.raises(RefusedError, match=r"pipeline b_1 names main\.bronze\.orders already"):
        managed.hand_over()


def test_a_pipeline_that_does_not_stop_is_given_up_after_half_an_hour(site: Site) -> None:
    site.cloud.start("aaaa-1")
    site.cloud.pipelines["aaaa-1"].looks_to_stop = 10_000

    with pytest.raises(SourceError, match="has not stopped in 30 minutes: it is STOPPING"):
        site.hand_over()
    assert site.alters == []


def test_a_statement_that_fails_stops_there_with_the_warehouses_words_and_no_secret(site: Site) -> None:
    said = f"[INTERNAL] no luck with {TOKEN} and dapi{'0123456789abcdef' * 2}"
    site.cloud.on_statement = lambda text: said if text.startswith("ALTER") else None

    with pytest.raises(SourceError, match=r"(?s)a statement is FAILED: ALTER.*\[INTERNAL\] no luck") as failed:
        site.hand_over()
    assert TOKEN not in str(failed.value)
    assert "dapi0" not in str(failed.value)
    assert site.states()["items"] == "a_1"
    with pytest.raises(RefusedError, match="the handover of items was cut off"):
        site.resume()


def test_a_handed_over_table_goes_back_as_long_as_its_files_are_not_applied(site: Site) -> None:
    site.hand_over()

    site.give_back(["orders"])

    assert site.owners["main.bronze.orders"] == "aaaa-1"
    assert site.states() == {"items": "b_1", "orders": "a_1", "people": "a_1"}


def test_after_all_tables_went_back_the_jobs_run_again_without_a_deploy(site: Site) -> None:
    site.hand_over()
    site.give_back(["items", "orders"])

    assert site.resume() == ["a_1"]
    assert site.cloud.clashes == []


def test_a_table_whose_files_are_applied_does_not_go_back(site: Site) -> None:
    site.hand_over()
    site.deploy()

    with pytest.raises(RefusedError, match=r"the applied file of pipeline b_1 names main\.bronze\.orders already"):
        site.give_back(["orders"])


@pytest.mark.parametrize(
    ("code", "body", "says"),
    [
        (401, {"error_code": "UNAUTHENTICATED", "message": f"expired {TOKEN}"}, "log in again"),
        (403, {"error_code": "PERMISSION_DENIED", "message": "no CAN_VIEW"}, "no CAN_VIEW"),
        (500, {"error_code": "INTERNAL_ERROR", "message": "\x1b[31mred"}, "look at the workspace"),
        (429, {"error_code": "RESOURCE_EXHAUSTED", "message": "slow down"}, "look at the workspace"),
        (503, {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "away"}, "look at the workspace"),
    ],
)
def test_what_the_workspace_answers_is_told_with_a_fix(site: Site, code: int, body: dict[str, str], says: str) -> None:
    site.cloud.add(Fault("GET", "*/jobs/get", then=Answer(code, body), times=None))

    with pytest.raises(SourceError, match=says) as failed:
        site.hand_over()
    assert TOKEN not in str(failed.value)
    assert "\x1b" not in str(failed.value)
    assert not site.journal_exists


def test_a_passing_failure_is_tried_again(site: Site) -> None:
    for nth, answer in enumerate([Answer(503, {"message": "away"}), Answer(429, {"message": "slow down"})], 1):
        site.cloud.add(Fault("GET", "*/jobs/get", then=answer, nth=nth))

    assert site.hand_over().altered == ("items", "orders")
