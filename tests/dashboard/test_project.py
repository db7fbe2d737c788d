"""What a dashboard shows of a project that has more: a history in git, usage that was billed, a workspace's runs."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from headgate.dashboard.serving import served
from headgate.problems import InputError
from headgate.use_cases.last_change import last_change
from headgate.use_cases.watch import refuse_unreadable
from tests.dashboard.site import NOW, pipelines_of, write_project
from tests.dashboard.test_pages import text_of
from tests.support.command import in_process

if TYPE_CHECKING:
    from headgate.dashboard.settings import Settings


def page(settings: Settings, path: str) -> str:
    with served(settings) as url:
        return text_of(requests.get(url + path, timeout=30).text)


def commit(root: Path) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for words in (("init", "-q"), ("add", "connectors"), (*who, "commit", "-qm", "A layout")):
        subprocess.run(["git", "-C", str(root), *words], check=True)


def move(root: Path) -> None:
    """Have a table stand in the other pipeline."""
    path = root / "connectors/plant/layout.lock"
    pipelines = pipelines_of(root)
    to = next(name for name in pipelines.values() if name != pipelines["pi_points"])
    lines = path.read_text().splitlines(keepends=True)
    moved = [one.replace(pipelines["pi_points"], to) if '"pi_points"' in one else one for one in lines]
    path.write_text("".join(moved))


def test_the_layout_is_shown_beside_the_one_before_its_last_change(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    assert not last_change(tmp_path, "plant").known
    commit(tmp_path)
    assert not last_change(tmp_path, "plant").known
    move(tmp_path)

    changing = last_change(tmp_path, "plant")
    commit(tmp_path)
    changed = last_change(tmp_path, "plant")

    assert (changing.known, changing.changed_at) == (True, None)
    assert changed.known
    assert changed.changed_at is not None
    assert [step.what for step in changed.report.steps] == ["table_moves"]
    said = page(settings, "/layout")
    assert "Before and after the last change of layout.lock, which was committed" in said
    assert "Tables that move" in said


def test_what_was_billed_stands_beside_each_pipeline(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    record = {"format": 1, "target": "dev", "ids": {"databricks_pipeline.values_1": "id-1"}}
    (tmp_path / "connectors/plant/deployed.dev.json").write_text(json.dumps(record))
    usage = tmp_path / "usage.csv"
    usage.write_text("usage_date,dlt_pipeline_id,usage_quantity\n2026-10-03,id-1,2.5\n2026-10-04,id-1,4\n")

    said = page(replace(settings, watched=replace(settings.watched, usage=(usage,))), "/ingestion")

    assert "DBUs billed in 2026-10" in said
    assert " 6.5 " in said


def test_a_workspaces_runs_of_runs_csv_count_for_its_target_alone(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    (tmp_path / "build/run/_headgate/events.jsonl").unlink()
    at = (NOW - timedelta(minutes=1)).isoformat()
    row = f"pi_event_frames,live.bronze.pi_event_frames,{at},30,false,10,completed,prod"
    head = "source_table,destination,started_at,seconds,full_load,rows,state,origin"
    (tmp_path / "connectors/plant/runs.csv").write_text(f"{head}\n{row}\n")

    there = page(replace(settings, watched=replace(settings.watched, target="prod")), "/tables/pi_event_frames")
    here = page(settings, "/tables/pi_event_frames")

    assert "State fresh" in there
    assert "workspace" in there
    assert "State never" in here


def test_a_file_in_place_of_the_folder_of_runs_is_refused(tmp_path: Path) -> None:
    settings = write_project(tmp_path)

    with pytest.raises(InputError, match=r"expected a folder of runs, found the file connectors/plant/tables\.csv"):
        refuse_unreadable(replace(settings.watched, data=Path("connectors/plant/tables.csv")))


def test_the_rights_of_who_looks_are_not_promised_of_rows_that_no_warehouse_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write_project(tmp_path)
    monkeypatch.delenv("DATABRICKS_WAREHOUSE_ID", raising=False)
    # An address that can't be listened on ends it, should it get there.
    said = in_process(tmp_path, monkeypatch, capfd)("dashboard", "--as-user", "--host", "no.invalid", code=1).stderr

    assert said.startswith("--as-user is for rows that a SQL warehouse reads\n")
