"""What rows of logs come to, whatever their order, and however they are cut into files."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.assess.assess import assess
from headgate.assess.files import gather_files
from headgate.assess.gather import Gathering
from headgate.assess.model import Prices
from headgate.observe.log_event import log_event
from headgate.observe.updates import ObservedConnector, observed_in
from headgate.problems import InputError
from headgate.tables.ids import TableId
from tests.assess.logs import CLOUD, every, update
from tests.observe.logs import table_flow, update_of

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from headgate.assess.model import PipelineRead
    from tests.assess.logs import Row

ROWS = [row for rows in CLOUD.values() for row in rows]


def gathered(*parts: list[Row]) -> dict[str, PipelineRead]:
    found = Gathering()
    for rows in parts:
        found.add(rows)
        found.end()
    assert not found.unknown
    return found.pipelines


def test_updates_and_runs_of_tables_are_what_the_log_says() -> None:
    one = gathered(ROWS)["id-heavy"]

    assert {run.seconds for run in one.tables["main.a.orders"].values()} == {600}
    assert {(its.waiting, its.setup, its.running, its.rows, its.state) for its in one.updates.values()} == {
        (20, 40, 1000, 30, "completed")
    }


@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_neither_order_nor_files_nor_copies_of_rows_make_a_difference(random: Random, files: int) -> None:
    rows = every(24, "heavy", {"main.a.orders": 600, "main.a.items": 300}, times=4) + every(1, "b", {"t": 5}, times=6)
    whole = gathered(rows)
    mixed = rows + random.sample(rows, 9)
    random.shuffle(mixed)
    # Files of other pipelines and updates, and one that has all of them once more.
    updates = sorted({row["origin"]["update_id"] for row in rows})
    parts = [[row for row in mixed if updates.index(row["origin"]["update_id"]) % files == number] for number in range(files)]

    assert gathered(*parts, rows) == whole


def test_of_two_excerpts_the_one_with_more_of_an_update_counts() -> None:
    rows = list(update("one", 0, 0, {"a": 50, "b": 70}))

    for parts in ((rows[:5], rows), (rows, rows[:5])):
        assert gathered(*parts) == gathered(rows)


def test_shares_are_those_that_observe_gives() -> None:
    rows = update_of("u1", 0, *table_flow("u1", "main.bronze.orders", 10, 60), *table_flow("u1", "main.bronze.items", 20, 100))
    tables = tuple(TableId(name, f"main.bronze.{name}") for name in ("orders", "items"))
    events = [event for row in rows if (event := log_event(row, Counter()))]
    whose = ObservedConnector("c", "t", {"p": tables}, {event.pipeline_id: "p" for event in events})

    (one,) = gathered(rows).values()

    seconds = {table: run.seconds for table, its in one.tables.items() for run in its.values()}
    assert seconds == {run.destination: run.seconds for run in observed_in(events, whose, Counter()).runs}


def test_what_is_loaded_from_nothing_is_no_usual_run() -> None:
    (one,) = gathered(list(update("one", 0, 0, {"a": 50}, full_refresh=True))).values()

    assert (one.tables, [its.full for its in one.updates.values()]) == ({}, [True])


def test_only_the_newest_runs_of_a_table_are_kept() -> None:
    (one,) = gathered(every(1, "one", {"a": 5}, times=300)).values()

    assert len(one.updates) == 300
    newest = max(run.start for run in one.tables["a"].values())
    assert len(one.tables["a"]) == 50
    assert newest == max(its.start for its in one.updates.values())


def test_files_in_every_form_are_read_by_one_process_or_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, (name, rows) in enumerate(CLOUD.items()):
        texts = ("\n".join(map(json.dumps, rows)), json.dumps(rows), json.dumps({"events": rows}), json.dumps(rows, indent=1))
        (tmp_path / f"{name}.json").write_text(texts[number])
    files = sorted(tmp_path.iterdir())
    whole = gathered(ROWS)

    assert gather_files(files, (), lambda _: None).pipelines == whole
    assert gather_files(files, ("h*", "id-light"), lambda _: None).pipelines.keys() == {"id-heavy", "id-light"}
    monkeypatch.setattr("headgate.assess.files._WORTH", 0)
    monkeypatch.setattr("headgate.assess.files._CHUNK", 2)
    said: list[str] = []
    assert gather_files(files, (), said.append).pipelines == whole
    assert "reading 4 files with 2 processes" in said


def test_all_files_that_can_not_be_read_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1,")
    (tmp_path / "b.csv").write_text("x,y\n1,2\n")

    with pytest.raises(InputError) as raised:
        gather_files(sorted(tmp_path.iterdir()), (), lambda _: None)

    assert [problem.message[:12] for problem in raised.value.problems] == ["is not JSON:", "has no colum"]


def test_a_line_that_was_cut_is_counted_and_ends_nothing(tmp_path: Path) -> None:
    text = "\ufeff" + "\n".join(map(json.dumps, CLOUD["light"]))
    (tmp_path / "a.jsonl").write_text(text[:-9] + "\n\n")

    found = gather_files([tmp_path / "a.jsonl"], (), lambda _: None)

    assert found.unknown == {"lines that are no JSON object": 1}
    assert len(found.pipelines["id-light"].updates) == 10


def test_a_clock_that_is_wrong_neither_counts_nor_takes_memory(tmp_path: Path) -> None:
    rows = [*CLOUD["light"], *update("light", 900, -1.5e9, {"a": 5}), *update("light", 901, 9e9, {"a": 5})]
    (tmp_path / "a.json").write_text(json.dumps(rows))

    found = gather_files([tmp_path / "a.json"], (), lambda _: None)

    assert found.unknown == {"updates that start more than a day from now": 1}
    whole = assess(list(found.pipelines.values()), Prices(), {})
    assert max(whole.busy) < 1
