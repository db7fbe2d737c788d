"""Runs added to runs.csv: each once, the newest of each table, and what was there as it was written."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.inventory.keep_runs import MOST_RUNS, with_runs
from headgate.inventory.runs import Run, parse_runs
from headgate.problems import InputError

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
HEAD = "source_table,destination,started_at,seconds,full_load,rows,state,origin\n"


def run(
    hour: float,
    table: str = "orders",
    *,
    full: bool | None = False,
    state: str = "completed",
    seconds: float = 12.5,
    origin: str = "",
) -> Run:
    return Run(table, f"main.bronze.{table}", NOW + timedelta(hours=hour), seconds, full, 7, state, origin)


def test_a_new_file_has_a_row_a_run_by_start() -> None:
    kept = with_runs(
        None, [run(1, "items", full=None, origin="prod"), run(0, full=True), run(2, state="failed", origin="local")]
    )

    assert kept.text == HEAD + (
        "orders,main.bronze.orders,2026-03-01T04:00:00Z,12.5,true,7,completed,\n"
        "items,main.bronze.items,2026-03-01T05:00:00Z,12.5,,7,completed,prod\n"
        "orders,main.bronze.orders,2026-03-01T06:00:00Z,12.5,false,7,failed,local\n"
    )
    assert (kept.added, kept.cut) == (3, 0)


def test_the_same_runs_again_change_no_byte() -> None:
    runs = [run(hour, table) for hour in range(60) for table in ("orders", "items")]
    once = with_runs(None, runs)

    assert with_runs(once.text.encode(), runs).text == once.text


def test_what_a_person_wrote_stays_as_it_is() -> None:
    mine = '\ufeffSource Table;started_at;seconds;full_load;load.requests\r\n"orders";2026-02-01 04:00+01:00;7;FALSE;3\r\n\r\n'

    kept = with_runs(mine.encode(), [run(0), run(1, state="failed")])

    assert kept.text == mine + "orders;2026-03-01T04:00:00Z;12.5;false;\r\n"


def test_a_file_without_an_end_of_its_last_line_gets_one() -> None:
    mine = "source_table,started_at,seconds\norders,2026-02-01T04:00:00Z,7"

    assert with_runs(mine.encode(), [run(0)]).text == f"{mine}\norders,2026-03-01T04:00:00Z,12.5\n"


def test_of_a_table_the_newest_stay_and_its_last_full_load() -> None:
    old = with_runs(None, [run(0, full=True), run(1, full=True), *[run(hour) for hour in range(2, 52)], run(3, "items")])

    kept = with_runs(old.text.encode(), [run(60)])

    starts = [one.started_at for one in parse_runs(kept.text.encode()) if one.source_table == "orders"]
    assert (kept.added, kept.cut) == (1, 1)
    assert starts == [NOW + timedelta(hours=hour) for hour in (1, *range(3, 52), 60)]
    assert len(starts) == MOST_RUNS + 1


def test_of_days_before_the_last_run_that_brought_rows_stays() -> None:
    days = [[run(24 * day + hour / 2) for hour in range(10)] for day in range(20)]
    quiet = [replace(run(24 * 20 + hour / 2), rows=0) for hour in range(60)]
    text = ""
    for its in (*days, quiet):
        text = with_runs(text.encode(), its).text

    found = [one for one in parse_runs(text.encode()) if one.rows]
    assert found == [its[-1] for its in days[-14:]]
    assert with_runs(text.encode(), [one for its in (*days, quiet) for one in its]).text == text


def test_a_person_s_longer_history_is_cut_for_tables_with_new_runs_alone() -> None:
    rows = "".join(
        f'"{table}\n",main.bronze.{table},{(NOW + timedelta(hours=hour)).isoformat()},1,false,,,\n'
        for hour in range(70)
        for table in ("orders", "items")
    )

    kept = with_runs((HEAD + rows).encode(), [Run("orders\n", "main.bronze.orders", NOW + timedelta(hours=99), 1, False)])  # noqa: FBT003

    tables = [one.source_table for one in parse_runs(kept.text.encode())]
    assert (tables.count("orders\n"), tables.count("items\n")) == (MOST_RUNS, 70)


def test_failed_runs_do_not_push_out_those_that_weigh() -> None:
    kept = with_runs(None, [*[run(hour) for hour in range(3)], *[run(hour, state="failed") for hour in range(3, 99)]])

    assert [one.state for one in parse_runs(kept.text.encode())] == ["completed"] * 3 + ["failed"] * 5


def test_two_branches_lines_merged_are_read_each_once() -> None:
    one, other = (with_runs(None, [run(hour) for hour in hours]).text for hours in ((0, 1), (1, 2)))

    merged = one + other.removeprefix(HEAD)

    assert [run.started_at.hour for run in parse_runs(merged.encode())] == [4, 5, 6]
    assert with_runs(merged.encode(), [run(0), run(2)]).text == merged


def test_runs_of_an_origin_push_out_their_own_alone_and_one_start_may_be_of_several() -> None:
    there = with_runs(None, [run(hour, origin="prod") for hour in range(3)])

    kept = with_runs(there.text.encode(), [replace(run(hour, origin="local"), rows=0) for hour in range(99)])

    assert Counter(one.origin for one in parse_runs(kept.text.encode())) == {"prod": 3, "local": MOST_RUNS}


def test_a_run_that_is_there_without_an_origin_is_not_added_with_one() -> None:
    before = with_runs(None, [run(0), run(1)]).text

    assert with_runs(before.encode(), [run(0, origin="prod"), run(1, origin="local")]).text == before


def test_a_file_gets_no_runs_that_its_columns_can_not_tell_from_others() -> None:
    mine = "source_table,destination,started_at,seconds\n"
    runs = [run(0, full=True), run(1, state="failed"), run(2, origin="local"), run(3, origin="prod"), run(4)]

    kept = with_runs(mine.encode(), runs)

    assert [one.started_at.hour for one in parse_runs(kept.text.encode())] == [7, 8]
    assert kept.unsaid == {"full_load": 1, "state": 1, "origin": 1}
    assert kept.text.startswith(mine)


def test_all_rows_of_a_run_are_cut_with_it() -> None:
    runs = [run(hour) for hour in range(MOST_RUNS)]
    excerpt = with_runs(None, [run(0, full=None)]).text.removeprefix(HEAD)

    kept = with_runs((with_runs(None, runs).text + excerpt).encode(), [run(60)])

    assert (kept.cut, min(one.started_at for one in parse_runs(kept.text.encode()))) == (1, NOW + timedelta(hours=1))


def test_a_file_that_is_wrong_is_told_and_a_workbook_s_text_too() -> None:
    with pytest.raises(InputError, match="is not a number from 0"):
        with_runs((HEAD + "orders,,2026-03-01T04:00:00Z,many,,,,\n").encode(), [run(0)])
    with pytest.raises(InputError, match="is UTF-16: no rows can be added to it"):
        with_runs(HEAD.encode("utf-16"), [run(0)])


RUNS = st.lists(
    st.builds(
        run,
        st.integers(0, 80),
        st.sampled_from(["orders", "it,ems", 'qu"ote', "line\nend"]),
        full=st.sampled_from([None, True, False]),
        state=st.sampled_from(["completed", "failed"]),
        seconds=st.floats(0, 1e6),
        origin=st.sampled_from(["local", "dev", "prod"]),
    ),
    max_size=120,
)


@given(RUNS, RUNS)
def test_whatever_comes_every_row_is_read_back_and_observing_again_adds_nothing(first: list[Run], second: list[Run]) -> None:
    before = with_runs(None, first)
    after = with_runs(before.text.encode(), second)

    assert len(parse_runs(after.text.encode())) == before.added + after.added - after.cut
    assert with_runs(after.text.encode(), second).text == after.text
