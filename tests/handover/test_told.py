"""What a handover says and keeps as it goes: each thing done, in words; how all was before, as people write names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.handover.journal import HandoverJournal, PriorState, read_journal, write_journal
from headgate.problems import InputError, RefusedError, SourceError
from tests.workspace import model

if TYPE_CHECKING:
    from pathlib import Path

    from tests.handover.conftest import Site


def test_each_thing_that_is_done_is_told_in_order(site: Site) -> None:
    site.cloud.start("aaaa-1")
    site.own("main.bronze.items", "bbbb-1")

    site.hand_over()

    assert site.told == [
        "job 101 of pipeline a_1 is paused",
        "pipeline a_1 is RUNNING: stopping it",
        "pipeline a_1 is idle",
        "main.bronze.items belongs to b_1 already: recorded",
        "main.bronze.orders belongs to b_1: recorded",
    ]


def test_on_the_way_back_the_old_pipeline_is_told(site: Site) -> None:
    site.hand_over(["orders"])
    site.told.clear()

    site.give_back(["orders"])

    assert site.told == ["main.bronze.orders belongs to a_1: recorded"]


def test_a_statement_that_changes_nothing_is_told_and_nothing_is_recorded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.handover.databricks.DatabricksWorkspace.alter", lambda *_: None)

    said = r"main\.bronze\.items belongs to aaaa-1 after the statement, not to bbbb-1[\s\S]*nothing was recorded for it"
    with pytest.raises(SourceError, match=said):
        site.hand_over(["items"])

    assert site.states()["items"] == "a_1"


def test_a_file_that_leaves_out_the_schema_names_tables_of_the_definitions(site: Site) -> None:
    spec = {"objects": [{"table": {"source_table": "orders"}}]}
    site.cloud.put(site.scope.file_path("b_1"), f"pipeline_spec = {spec!r}\n")

    with pytest.raises(RefusedError, match=r"names main\.bronze\.orders already"):
        site.hand_over(["orders"])


def test_an_update_that_is_active_keeps_a_pipeline_busy_whatever_its_state(site: Site) -> None:
    site.cloud.pipelines["aaaa-1"].updates.insert(0, model.Update("u2", 2, "INITIALIZING"))

    facts = site.workspace().pipeline("aaaa-1")

    assert facts
    assert facts.busy == "running update u2"


def test_a_file_of_the_workspace_is_read_as_it_is(site: Site) -> None:
    site.cloud.put("/Shared/x.py", "größe = 1\n")

    assert site.workspace().file("/Shared/x.py") == "größe = 1\n"
    assert site.workspace().file("/Shared/y.py") is None


def test_a_jobs_id_that_is_no_number_is_told_with_the_fix(site: Site) -> None:
    with pytest.raises(InputError, match=r"a job's id is a number, not 'x1'[\s\S]*headgate record"):
        site.workspace().job("x1")


def test_a_journal_is_read_again_and_names_are_as_people_write_them(tmp_path: Path) -> None:
    before = PriorState("größe_1", "1", "101", paused=True, continuous=False, running=False)
    journal = HandoverJournal((before,), ("main.bronze.größe",))

    write_journal(tmp_path, "dev", journal)

    assert read_journal(tmp_path, "dev") == journal
    assert (tmp_path / "handover.dev.json").read_text().count("größe") == 2


def test_without_force_nothing_resumes_before_it_is_deployed(site: Site) -> None:
    site.hand_over()

    with pytest.raises(RefusedError, match="that its files are applied isn't recorded"):
        site.resume()
    assert site.journal_exists
