"""How long tables took, as runs.csv says it."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.inventory.runs import Run, parse_runs, read_runs
from headgate.problems import InputError

HEAD = "source_table,destination,started_at,seconds,full_load\n"


def problems(text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        parse_runs(text if isinstance(text, bytes) else text.encode())
    return str(caught.value)


def test_runs_with_all_that_can_be_said() -> None:
    text = HEAD + (
        "orders,main.bronze.orders,2025-03-01T04:15:00+00:00,12.5,false\n"
        "orders,,2025-03-01 06:15:00.250+02:00,3600,TRUE\n"
        "events,,2025-03-01T04:15Z,0,\n"
    )

    first, second, third = parse_runs(text.encode())

    assert first == Run("orders", "main.bronze.orders", datetime(2025, 3, 1, 4, 15, tzinfo=UTC), 12.5, full_load=False)
    assert second.started_at == first.started_at + timedelta(milliseconds=250)
    assert (second.seconds, second.full_load, third.seconds, third.full_load) == (3600, True, 0, None)


def test_the_columns_that_say_less_may_be_missing_and_stand_in_any_order() -> None:
    (run,) = parse_runs(b"\xef\xbb\xbfseconds, started_at ,source_table\r\n1e1,2025-03-01T04:15:00Z,orders\r\n")

    assert run == Run("orders", "", datetime(2025, 3, 1, 4, 15, tzinfo=UTC), 10, full_load=None)


def test_no_file_and_no_rows_are_no_runs(tmp_path: Path) -> None:
    assert read_runs(tmp_path) == ()
    (tmp_path / "runs.csv").write_text(HEAD)
    assert read_runs(tmp_path) == ()


def test_all_problems_are_told_at_once_with_row_column_value_and_fix() -> None:
    said = problems(
        HEAD
        + ",,2025-03-01T04:15:00Z,1,\n"
        + "orders,orders,2025-03-01T04:15:00,-1,maybe\n"
        + "\n"
        + "orders,,2025-02-30T04:15:00Z,nan,\n"
        + "orders,,2025-03-01T04:15:00Z\n"
    )

    assert said == (
        "runs.csv:2: row 1, column source_table: is empty: found ''\n"
        "    name the table as the source does\n"
        "runs.csv:3: row 2, column destination: is not a full name: found 'orders'\n"
        "    write catalog.schema.table, or leave it empty\n"
        "runs.csv:3: row 2, column started_at: is not a time with an offset: found '2025-03-01T04:15:00'\n"
        "    write ISO 8601 with an offset, such as 2025-03-01T04:15:00+00:00\n"
        "runs.csv:3: row 2, column seconds: is not a number from 0 to 1e+12: found '-1'\n"
        "    write seconds, such as 12.5\n"
        "runs.csv:3: row 2, column full_load: is neither true nor false: found 'maybe'\n"
        "    write true or false, or leave it empty where it is not known\n"
        "runs.csv:5: row 3, column started_at: is not a time (day is out of range for month): found '2025-02-30T04:15:00Z'\n"
        "    write ISO 8601 with an offset, such as 2025-03-01T04:15:00+00:00\n"
        "runs.csv:5: row 3, column seconds: is not a number from 0 to 1e+12: found 'nan'\n"
        "    write seconds, such as 12.5\n"
        "runs.csv:6: row 4: has 3 cells, the first row names 5 columns; it begins with 'orders'\n"
        "    put a cell that holds a comma or a line end in quotes"
    )


def test_rows_of_one_run_that_know_different_things_of_it_are_one_run() -> None:
    head = HEAD.replace("\n", ",rows,load.requests\n")
    rows = (
        "orders,main.bronze.orders,2025-03-01T04:15:00Z,1,,7,\n",
        "Orders,MAIN.bronze.orders,2025-03-01T05:15:00+01:00,1,false,,3\n",
    )

    for order in (rows, rows[::-1]):
        (run,) = parse_runs((head + "".join(order)).encode())

        assert (run.full_load, run.rows, run.loads, run.row, run.repeats) == (False, 7, {"requests": 3}, 1, (2,))


@pytest.mark.parametrize("other", ["2,,,", "1,true,,", "1,,8,", "1,,,failed"])
def test_rows_of_one_run_that_contradict_each_other_are_a_problem_that_names_the_first_row(other: str) -> None:
    run = "orders,main.bronze.orders,2025-03-01T04:15:00Z,1,false,7,completed\n"
    again = f"orders,MAIN.bronze.orders,2025-03-01T05:15:00+01:00,{other}\n"

    said = problems(HEAD.replace("\n", ",rows,state\n") + run + again)

    assert "row 2, column started_at: 'orders' started at 2025-03-01T05:15:00+01:00 in row 1 already" in said
    assert "the rows contradict each other: take one of them out" in said


def test_one_table_may_start_at_one_time_here_and_in_workspaces_and_no_origin_is_any() -> None:
    rows = [f"orders,main.bronze.orders,2025-03-01T04:15:00Z,{seconds},{{}}" for seconds in (1, 2, 3)]
    told = [row.format(origin) for row, origin in zip(rows, (",local", ",dev", ",prod"), strict=True)]

    runs = parse_runs((HEAD.replace("\n", ",origin\n") + "\n".join([*told, rows[1].format(",")])).encode())

    assert [(run.seconds, run.origin, run.repeats) for run in runs] == [(1, "local", ()), (2, "dev", (4,)), (3, "prod", ())]


def test_a_file_of_wrong_rows_is_not_told_whole() -> None:
    assert problems(HEAD + "orders,,yesterday,1,\n" * 80).endswith("and 30 more problems\n    fix these first")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(b"", "runs.csv: is empty", id="nothing"),
        pytest.param(b"source_table,started_at\n", "column seconds is missing", id="a column missing"),
        pytest.param(b"source_table,started_at,second\n", "did you mean 'seconds'?", id="a column misspelt"),
        pytest.param(b"source_table,started_at,seconds,seconds\n", "column seconds is there 2 times", id="a column twice"),
        pytest.param(HEAD.encode() + b"\xff", "runs.csv:2: is not UTF-8: byte 55", id="another encoding"),
        pytest.param(HEAD.encode() + b"a\0b", "runs.csv:2: holds a NUL character", id="a NUL"),
        pytest.param(HEAD.encode() + b'"orders,,', "runs.csv:2: row 1: a quote is opened and not closed", id="an open quote"),
        pytest.param(HEAD.encode() + b"a,,2025-03-01T24:00:00Z,1,\n", "is not a time", id="an hour that not all Pythons know"),
        pytest.param(HEAD.encode() + b"a,,2025-W09-6T04:00:00Z,1,\n", "is not a time", id="a week"),
        pytest.param(HEAD.encode() + b"a,,2025-03-01T04:00:00Z,1_0,\n", "is not a number", id="Python's own numbers"),
        pytest.param(HEAD.encode() + b"a,,2025-03-01T04:00:00Z,1e400,\n", "is not a number", id="too large a number"),
    ],
)
def test_what_can_not_be_read_is_told_with_its_place(text: bytes, said: str) -> None:
    assert said in problems(text)


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=ZONES),  # noqa: DTZ001  # the strategy adds the zone
    st.floats(0, 1e12),
    st.sampled_from([None, True, False]),
)
def test_what_is_written_is_what_is_read(moment: datetime, seconds: float, full: bool | None) -> None:
    said = "" if full is None else str(full)

    (run,) = parse_runs(f"{HEAD}orders,,{moment.isoformat()},{seconds!r},{said}\n".encode())

    assert run == Run("orders", "", moment, seconds, full)


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_give_runs_or_problems(data: bytes, headed: bool) -> None:
    try:
        parse_runs(HEAD.encode() * headed + data)
    except InputError as error:
        assert error.problems  # noqa: PT017  # either way is right


def test_runs_say_what_they_asked_for() -> None:
    runs = parse_runs(
        b"source_table,started_at,seconds,load.requests\nt,2026-03-01T04:00:00Z,1,120\nt,2026-03-02T04:00:00Z,1,\n"
    )

    assert [run.loads for run in runs] == [{"requests": 120}, {}]


def test_a_load_that_is_no_number_is_said_with_its_place() -> None:
    with pytest.raises(InputError, match=r"row 1, column load.requests: is not a number from 0 to 1e\+12: found 'many'"):
        parse_runs(b"source_table,started_at,seconds,load.requests\nt,2026-03-01T04:00:00Z,1,many\n")
