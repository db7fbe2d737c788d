"""What a workspace's monitoring says of runs is shown as runs here are; nothing is asked of it while nobody looks."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from deltalake import write_deltalake

pytest.importorskip("sqlglot", reason="make test installs it")

from headgate.dashboard.figures import Figures
from headgate.dashboard.heard import Heard
from headgate.dashboard.serving import served
from headgate.dashboard.settings import Settings, Warehouse
from headgate.use_cases.watch import WatchRequest
from tests.dashboard.site import NOW, SECRET, Site, pipelines_of, write_project
from tests.workspace.server import served as workspace_served
from tests.workspace.workspace import TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


WAREHOUSE = Warehouse(id="wh1")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace with the summaries of two updates: one that ended well a minute ago, and one that failed before."""
    settings = write_project(tmp_path)
    definition = tmp_path / "connectors/plant/connector.yaml"
    definition.write_text(definition.read_text() + "monitoring: {}\n")
    (settings.data / "_headgate/events.jsonl").unlink()
    pipelines = pipelines_of(tmp_path)
    times = pa.timestamp("us", tz="UTC")
    begun = [NOW - timedelta(minutes=1), NOW - timedelta(hours=2)]
    updates = {
        "pipeline": [pipelines["pi_timeseries"], pipelines["odd"]],
        "pipeline_id": ["p1", "p2"],
        "update_id": ["u1", "u2"],
        "state": ["COMPLETED", "FAILED"],
        "created_at": pa.array(begun, times),
        "ended_at": pa.array([at + timedelta(seconds=40) for at in begun], times),
        "seconds": [40.0, 40.0],
        "full_refresh": [False, False],
        "first_load": [False, True],
        "last_error": [None, f"the server said {SECRET} no"],
    }
    runs = {
        "pipeline": updates["pipeline"],
        "pipeline_id": ["p1", "p2"],
        "update_id": ["u1", "u2"],
        "table_name": ["main.bronze.pi_timeseries", "odd_names"],
        "state": ["COMPLETED", "FAILED"],
        "running_at": pa.array([at + timedelta(seconds=10) for at in begun], times),
        "ended_at": pa.array([at + timedelta(seconds=30) for at in begun], times),
        "seconds": [20.0, 20.0],
        "num_rows": [1234, None],
    }
    write_deltalake(settings.data / "main/bronze/plant__dev__updates", pa.table(updates))
    write_deltalake(settings.data / "main/bronze/plant__dev__table_updates", pa.table(runs))
    found = Workspace(data=settings.data)
    with workspace_served(found) as host:
        monkeypatch.setenv("DATABRICKS_HOST", host)
        monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
        yield found


@pytest.fixture
def settings(workspace: Workspace, tmp_path: Path) -> Settings:
    assert workspace.data
    return Settings(watched=WatchRequest(root=tmp_path), warehouse=WAREHOUSE, every=0.1)


def test_loads_and_failures_are_those_that_the_monitoring_tells(settings: Settings) -> None:
    heard = Heard(settings, WAREHOUSE)
    heard.read()
    figures = Figures(settings, heard)
    figures.refresh()

    (shown,) = figures.snapshot.connectors
    fresh = {one.source_table: one for one in shown.fresh}
    (loaded,) = (one.runs for one in shown.watched.tables if one.source_table == "pi_timeseries")
    (failed,) = (one.runs for one in shown.watched.tables if one.source_table == "odd")
    assert (fresh["pi_timeseries"].state, fresh["odd"].state) == ("fresh", "never")
    assert [(run.origin, run.rows, run.seconds, run.state) for run in loaded] == [("workspace", 1234, 20.0, "completed")]
    assert [(run.state, run.full_load, run.error) for run in failed] == [("failed", True, "the server said *** no")]
    assert figures.snapshot.problems == ()


def test_an_update_that_goes_on_there_is_not_taken_for_one_that_ended_here(settings: Settings) -> None:
    place = settings.data / "main/bronze/plant__dev__updates"
    rows = {
        "pipeline": [pipelines_of(settings.root)["pi_points"]], "pipeline_id": ["p3"], "update_id": ["u3"],
        "state": ["RUNNING"],
        "created_at": pa.array([NOW - timedelta(minutes=30)], pa.timestamp("us", tz="UTC")),
    }  # fmt: skip
    write_deltalake(place, pa.table(rows), mode="append", schema_mode="merge")
    heard = Heard(settings, WAREHOUSE)
    heard.read()
    figures = Figures(settings, heard)
    figures.refresh()

    updates = {its.update: its.state for one in figures.snapshot.connectors[0].watched.pipelines for its in one.updates}
    assert updates["u3"] == "running"


def test_runs_that_cant_be_read_any_more_stay_and_the_page_says_of_when_they_are(
    settings: Settings, workspace: Workspace
) -> None:
    heard = Heard(settings, WAREHOUSE)
    heard.read()
    known = heard.events
    workspace.on_statement = lambda text: "[TABLE_OR_VIEW_NOT_FOUND] gone" if "__updates" in text else None
    heard.read()

    assert heard.events == known != ()
    figures = Figures(settings, heard)
    figures.refresh()
    (said,) = figures.snapshot.problems
    assert f"can't be read from its monitoring, those shown are of {NOW:%Y-}" in said
    assert "the app may not read it" in said

    workspace.on_statement = lambda _text: None
    heard.read()
    assert heard.problems == []


def test_the_workspace_is_asked_for_runs_once_somebody_looks_and_not_by_programs_or_again_at_once(
    settings: Settings, workspace: Workspace, tmp_path: Path
) -> None:
    with served(settings) as url:
        site = Site(url, tmp_path, settings)
        for path in ("/healthz", "/metrics", "/static/style.css"):
            site.get(path)
        assert not workspace.log

        site.get("/")
        deadline = time.monotonic() + 20
        while "1,234" not in site.get("/tables/pi_timeseries").text and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "1,234" in site.get("/tables/pi_timeseries").text
        assert len(workspace.asked("POST", "/sql/statements")) == 2


def test_a_target_without_monitoring_asks_for_nothing(settings: Settings, workspace: Workspace, tmp_path: Path) -> None:
    heard = Heard(replace(settings, watched=replace(settings.watched, target="prod")), WAREHOUSE)
    definition = tmp_path / "connectors/plant/connector.yaml"
    definition.write_text(definition.read_text().replace("{catalog: live}", "{catalog: live, monitoring: false}"))
    heard.read()

    assert (heard.events, workspace.log) == ((), [])
