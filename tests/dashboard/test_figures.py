"""Figures follow the project's files; what can't be read any more leaves the last ones, and says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import requests

from headgate.dashboard.figures import Figures
from headgate.dashboard.serving import served
from tests.dashboard.site import NOW, pipelines_of, run, write_events, write_project

if TYPE_CHECKING:
    from pathlib import Path


def test_new_events_and_a_new_layout_are_new_figures_and_the_same_files_are_none(tmp_path: Path) -> None:
    figures = Figures(write_project(tmp_path))
    figures.refresh()
    first = figures.snapshot
    figures.refresh()
    assert figures.snapshot.version == first.version == 1

    write_events(tmp_path, run("run-4", pipelines_of(tmp_path), NOW, "pi_event_frames"))
    figures.refresh()

    assert figures.snapshot.version == 2
    states = {one.source_table: one.state for one in figures.snapshot.connectors[0].fresh}
    assert states["pi_event_frames"] == "fresh"


def test_a_project_that_is_broken_in_the_meantime_leaves_the_last_figures(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    figures = Figures(settings)
    figures.refresh()
    table = tmp_path / "connectors/plant/tables.csv"
    good = table.read_text()
    table.write_text(good + "pi_points\n")
    figures.refresh()
    figures.refresh()

    broken = figures.snapshot
    assert (broken.stale, broken.version, len(broken.connectors)) == (True, 2, 1)
    assert str(tmp_path) not in "".join(broken.problems)
    assert any("tables.csv" in problem for problem in broken.problems)
    table.write_text(good)
    figures.refresh()
    assert (figures.snapshot.stale, figures.snapshot.problems, figures.snapshot.version) == (False, (), 3)


def test_pages_of_a_broken_project_say_since_when_and_its_health_is_not_fine(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    with served(settings) as url:
        assert requests.get(f"{url}/healthz", timeout=30).json()["status"] == "ok"
        with requests.get(f"{url}/live", stream=True, timeout=30) as live:
            (tmp_path / "connectors/plant/layout.lock").write_text("{")
            assert next(line for line in live.iter_lines() if line.startswith(b"event")) == b"event: changed"
        health = requests.get(f"{url}/healthz", timeout=30)
        page = requests.get(f"{url}/ingestion", timeout=30)

    assert (health.status_code, health.json()["status"]) == (503, "stale")
    assert (page.status_code, "be read any more: these are the figures of" in page.text) == (200, True)


def test_a_layout_that_is_not_made_yet_is_told_and_no_hindrance(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    (tmp_path / "connectors/plant/layout.lock").unlink()
    with served(settings) as url:
        page = requests.get(f"{url}/", timeout=30)

    assert "there is no lock yet" in page.text
    assert "There is no connector to show" in page.text


def test_a_layout_that_is_deleted_meanwhile_leaves_the_last_figures(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    figures = Figures(settings)
    figures.refresh()
    lock = tmp_path / "connectors/plant/layout.lock"
    good = lock.read_text()
    lock.unlink()
    figures.refresh()
    figures.refresh()

    assert (figures.snapshot.stale, figures.snapshot.version, len(figures.snapshot.connectors)) == (True, 2, 1)
    assert "there is no lock yet" in "".join(figures.snapshot.problems)
    lock.write_text(good)
    figures.refresh()
    assert (figures.snapshot.stale, figures.snapshot.problems) == (False, ())


def test_lines_of_the_event_log_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    log = tmp_path / "build/run/_headgate/events.jsonl"
    good = log.read_text()
    log.write_text(good + '{"kind": \nnot json\n[]\n{"format": 99}\n')
    figures = Figures(settings)
    figures.refresh()

    [problem] = figures.snapshot.problems
    assert problem.startswith("build/run/_headgate/events.jsonl: 4 lines are skipped, which can't be read: 3 lines that are no")
    log.unlink()
    log.write_text(good)
    figures.refresh()
    assert (figures.snapshot.problems, figures.snapshot.stale) == ((), False)


def test_a_pipeline_whose_process_is_gone_without_a_word_does_not_run(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    begun = run("run-4", pipelines_of(tmp_path), NOW - timedelta(minutes=30), "pi_event_frames")[:2]
    write_events(tmp_path, begun)
    figures = Figures(settings)
    figures.refresh()
    [pipeline] = [one for one in figures.snapshot.connectors[0].watched.pipelines if one.row.pipeline == begun[1]["pipeline"]]

    assert [update.state for update in pipeline.updates if update.update == "run-4"] == ["canceled"]


def test_watching_pages_are_told_of_a_change_and_no_more_of_them_than_may(tmp_path: Path) -> None:
    settings = replace(write_project(tmp_path), watchers=1)
    with served(settings) as url, requests.get(f"{url}/live", stream=True, timeout=30) as live:
        lines = live.iter_lines()
        assert (live.headers["Content-Type"], next(lines)) == ("text/event-stream; charset=utf-8", b"retry: 3000")
        assert requests.get(f"{url}/live", timeout=30).status_code == 503
        write_events(tmp_path, run("run-4", pipelines_of(tmp_path), NOW, "pi_event_frames"))

        assert b"event: changed" in lines
