"""The dashboard is measured on a project that it really shows, by questions that have answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

pytest.importorskip("fastapi", reason="make test installs what the dashboard needs")

from bench.dashboard import questions, site
from headgate.dashboard.serving import served
from headgate.dashboard.settings import Settings
from headgate.use_cases.watch import WatchRequest

if TYPE_CHECKING:
    from pathlib import Path

    from bench.dashboard.questions import Question


def test_the_projects_runs_are_shown_and_each_question_finds_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PIPELINES", 4), ("DAYS", 3), ("ROWS", 1000), ("FILES", 2)):
        monkeypatch.setattr(site, name, value)
    monkeypatch.setattr(questions, "ROWS", 1000)
    monkeypatch.setattr(questions, "_DEEP", 3)
    folder = site.make_site(tmp_path)
    with served(Settings(watched=WatchRequest(root=tmp_path))) as url:

        def cells(its: Question) -> list[str]:
            answer = requests.get(url + its.address(folder.name), timeout=30)
            assert answer.status_code == 200, answer.text
            return answer.text.split("<tbody>")[1].split("<bdi>")[1:]

        by_kind = questions.by_kind()
        for kind, its in by_kind.items():
            found = [len(cells(one)) for one in its if one.day is None]
            assert found == [6 * (1 if one.key is not None else one.size) for one in its if one.day is None], kind
        # The row that a deep page begins after is the one before it.
        first = [cell.partition("<")[0] for cell in cells(by_kind["page 3 by key"][0])[:6]]
        assert first[0] == str(site.rows(1000 - 1 - 151, 1)["id"][0])
        said = requests.get(f"{url}/ingestion", timeout=30).text

    assert "of 4 pipelines" in said
    assert "3 runs, from " in said
