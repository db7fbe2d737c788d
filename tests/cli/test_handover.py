"""`headgate handover`, as a user types it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.handover.conftest import Site, site
from tests.workspace.workspace import TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

__all__ = ["site"]


@pytest.fixture
def project(site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the site's project, whose workspace the environment names."""
    monkeypatch.setenv("DATABRICKS_HOST", site.host)
    monkeypatch.delenv("DATABRICKS_WAREHOUSE_ID", raising=False)
    site.cloud.pending = 0  # nobody waits here
    return site.root


def test_without_execute_the_steps_are_shown_and_nothing_is_asked(headgate: Run, site: Site) -> None:
    done = headgate("handover", "crm")

    assert "crm in prod: 2 tables to hand over" in done.stdout
    assert '"pipelines.pipelineId"="bbbb-1"' in done.stdout
    assert "nothing was done" in done.stderr
    assert site.cloud.log == []
    assert headgate("handover", "crm", "--format", "markdown").stdout.startswith("## Handover of crm in prod\n")
    assert json.loads(headgate("handover", "crm", "--format", "json").stdout)["steps"][0]["kind"] == "pause"


def test_the_whole_way_from_execute_to_resumed_jobs(headgate: Run, site: Site) -> None:
    done = headgate("handover", "crm", "-t", "prod", "--warehouse", "wh1", "--execute")

    assert done.stdout == "crm in prod: 2 tables handed over: items, orders\n"
    assert "job 101 of pipeline a_1 is paused" in done.stderr
    assert "Now commit the lock, deploy: HEADGATE_TARGET=prod npx cdktf deploy 'crm-prod-*'" in done.stderr
    assert "handed over, to be applied: items" in headgate("done", "crm").stdout
    assert "headgate record crm -t prod" in headgate("handover", "crm", "--resume-jobs", code=5).stderr
    headgate("done", "crm", "--move", "items", "--move", "orders")
    assert headgate("handover", "crm", "--resume-jobs").stdout == "crm in prod: 1 pipeline resumed: a_1\n"
    assert site.cloud.jobs[101].pause_status == "UNPAUSED"


@pytest.mark.parametrize("change", [("{snapshot: 0 0 * * *}", "{}"), ("prod: {}", "prod: {paused: true}")])
def test_a_job_without_a_schedule_or_with_a_paused_one_needs_no_pause(
    change: tuple[str, str], headgate: Run, site: Site
) -> None:
    definition = site.folder / "connector.yaml"
    assert "pause" in [step["kind"] for step in json.loads(headgate("handover", "crm", "-o", "json").stdout)["steps"]]
    definition.write_text(definition.read_text().replace(*change))

    assert "pause" not in [step["kind"] for step in json.loads(headgate("handover", "crm", "-o", "json").stdout)["steps"]]
    # One that was given a schedule in the workspace is paused all the same.
    assert "job 101 of pipeline a_1 is paused" in headgate("handover", "crm", "--warehouse", "wh1", "--execute").stderr


def test_where_every_table_waits_nothing_is_called_done(process: Run, site: Site) -> None:
    (site.root / "connectors/crm/deployed.prod.json").unlink()

    said = process("handover", "crm", "--warehouse", "wh1", "--execute", code=3).stderr

    assert "2 tables wait, and none was handed over" in said


def test_a_refusal_exits_with_5_and_leaves_everything(process: Run, site: Site) -> None:
    site.cloud.me = "guest@example.com"

    said = process("handover", "crm", "--warehouse", "wh1", "--execute", code=5).stderr

    assert "only that identity may move their tables" in said
    assert said.startswith("nothing was done\n")
    assert not site.journal_exists


def test_a_failing_statement_exits_with_4_and_tells_what_is_done(headgate: Run, site: Site) -> None:
    def fail_the_second(text: str) -> str | None:
        return "[INTERNAL] out of luck" if text.startswith("ALTER") and "orders" in text else None

    site.cloud.on_statement = fail_the_second
    said = headgate("handover", "crm", "--warehouse", "wh1", "--execute", code=4).stderr

    assert "items: done and recorded\norders: not done, or not recorded\n" in said
    assert "[INTERNAL] out of luck" in said
    assert TOKEN not in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--execute"], "no SQL warehouse is named"),
        (["--table", "x"], "no table 'x' is planned to move in prod"),
        (["--table", "items", "--back", "items"], "don't go together"),
        (["--resume-jobs", "--execute"], "--resume-jobs goes alone"),
        (["--force"], "--force goes with --resume-jobs only"),
    ],
)
def test_what_does_not_fit_is_said(headgate: Run, words: list[str], says: str) -> None:
    assert says in headgate("handover", "crm", *words, code=1).stderr


def test_without_credentials_it_says_how_to_log_in(headgate: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABRICKS_TOKEN")

    said = headgate("handover", "crm", "--warehouse", "wh1", "--execute", code=1).stderr

    assert "can't log in to the workspace" in said
    assert "DATABRICKS_HOST" in said


def test_a_damaged_journal_is_said_with_its_fix(headgate: Run, site: Site) -> None:
    (site.folder / "handover.prod.json").write_text('{"format": 1, "before": [{"pipeline": 1}], "begun": []}')

    said = headgate("handover", "crm", "--resume-jobs", code=1).stderr

    assert "handover.prod.json: before.0.pipeline: expected a string, found 1" in said
    assert "take the file of the last commit" in said


def test_the_record_of_another_deploy_is_refused_by_its_ids(headgate: Run, site: Site) -> None:
    path = site.folder / "deployed.prod.json"
    path.write_text(path.read_text().replace("bbbb-1", "cccc-1"))

    assert "there is no pipeline cccc-1 (b_1)" in headgate("handover", "crm", "--warehouse", "wh1", "--execute", code=5).stderr
