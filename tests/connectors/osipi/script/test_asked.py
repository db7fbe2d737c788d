"""What the script makes of options: it does what they say, or refuses them."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest
import requests

from connectors.osipi.problems import OptionsError
from connectors.osipi.script import batch_script
from tests.connectors.osipi.script.job import TABLE, Secrets, Spark, at, run
from tests.connectors.osipi.server import Raw

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer, Reply


@pytest.mark.parametrize("table", ["1.2.3", "main.select.from", "my-catalog.b.t"])
def test_a_tables_name_is_a_name_whatever_it_says(table: str) -> None:
    text = batch_script({"pi_base_url": "https://pi.example.com"}, table, "pi")

    assert "TABLE = '`" + table.replace(".", "`.`") + "`'\n" in text


@pytest.mark.parametrize(
    ("options", "table", "said"),
    [
        ({"auth": "kerberos"}, TABLE, "another login"),
        ({"verify_ssl": "false"}, TABLE, "ca_file"),
        ({}, 'x"; import os', "give it like main.bronze.pi_timeseries"),
        ({"lookback_minutes": "-1", "overlap_minutes": "x"}, TABLE, "lookback_minutes.*overlap_minutes"),
        ({"lookback_minutes": "26280001", "overlap_minutes": "5256001"}, TABLE, "lookback_minutes.*overlap_minutes"),
        ({"startTime": "*+1h"}, TABLE, r"startTime is '\*\+1h'.*before now"),
        ({"start_time": "t-8h"}, TABLE, r"startTime is 't-8h'.*like \*-1d"),
        ({"startTime": "soon"}, TABLE, "startTime: 'soon' is no time"),
    ],
)
def test_what_the_script_could_not_do_is_refused(options: dict[str, str], table: str, said: str) -> None:
    with pytest.raises(OptionsError, match=said):
        batch_script({"pi_base_url": "https://pi.example.com", **options}, table, "pi")


def test_options_that_it_does_not_take_are_refused_all_at_once() -> None:
    asked = {
        "window_minutes": "10",
        "ENDTIME": "*",
        "late_hours": "2",
        "reread_hours": "5",
        "threads": "2",
    }
    others = {"partitioned": "true", "future_minutes": "5", "max_records_per_batch": "10", "max_url_length": "900"}
    not_given = {"intervals": "", "sampleInterval": None}

    with pytest.raises(OptionsError) as told:
        batch_script(
            {"pi_base_url": "https://pi.example.com", **asked, **others, **not_given, "overlap_minutes": "x"}, TABLE, "pi"
        )

    words, _, names = str(told.value).split("; ")[0].partition(": ")
    assert words == "the script can't do what these ask for, so leave them out of its options"
    assert set(names.split(", ")) == {*asked, *others}
    assert "overlap_minutes is 'x'" in str(told.value)


@pytest.mark.parametrize(
    ("minutes", "written"), [("1234567", "1234567.0"), ("0.1234567", "0.1234567"), ("26280000", "26280000.0")]
)
def test_minutes_are_written_exactly(minutes: str, written: str) -> None:
    text = batch_script({"pi_base_url": "https://pi.example.com", "lookback_minutes": minutes}, TABLE, "pi")

    assert f"LOOKBACK = timedelta(minutes={written})\n" in text


@pytest.mark.parametrize("start", ["", "*-160m"])
def test_the_first_read_begins_at_the_start_that_is_given(pi: PiServer, start: str) -> None:
    pi.add("A", [(at(number), number) for number in range(-175, 60, 10)])
    spark = Spark()

    for _ in range(2):
        run(pi, spark, startTime=start or at(-100), lookback_minutes="5")

    assert sorted(row["value"] for row in spark.rows.values()) == list(range(-95, 60, 10))


def test_a_start_ahead_of_now_is_refused_by_the_run_and_nothing_is_kept(pi: PiServer) -> None:
    pi.add("A", [])
    spark = Spark()

    with pytest.raises(RuntimeError, match=r"startTime is 2100-01-01T00:00:00Z, and reading ends at .*: give an earlier"):
        run(pi, spark, startTime="2100-01-01")

    assert spark.places == {}


@pytest.mark.parametrize("answer", [(503, {}), (200, Raw(b"{"))])
def test_a_request_is_made_as_often_as_max_tries_says(pi: PiServer, answer: Reply) -> None:
    pi.add("A", [])
    pi.trouble.append(lambda request: answer if request.path.endswith("/batch") else None)

    with pytest.raises(RuntimeError, match="/batch"):
        run(pi, Spark(), max_tries="3")

    assert len(pi.gets) == 3


def test_parts_of_a_batch_are_asked_for_as_often_as_max_tries_says(pi: PiServer) -> None:
    pi.add("A", [])
    pi.trouble.append(lambda request: (503, {}) if request.part else None)

    with pytest.raises(RuntimeError, match="1 parts of a batch failed at each of 2 tries"):
        run(pi, Spark(), max_tries="2")

    assert len(pi.gets) == 2


def test_no_more_requests_a_second_are_made_than_are_asked_for(pi: PiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    for name in "ABC":
        pi.add(name, [(at(1), 1)])
    left: list[Reply] = [(503, {}), (503, {})]
    pi.trouble.append(lambda request: left.pop() if left and not request.part else None)

    run(pi, Spark(), requests_per_second="4", tags_per_request="1")

    assert len(pi.gets) == 8  # three tags, each twice where it is read for the first time, and two that failed
    assert waits.count(0.25) == 8


def test_a_server_that_says_nothing_is_waited_for_as_long_as_is_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = {"pi_base_url": f"http://127.0.0.1:{silent.getsockname()[1]}", "timeout_seconds": "0.1", "max_tries": "1"}
        job = compile(batch_script(options, TABLE, "pi"), "job.py", "exec")

        with pytest.raises(requests.ConnectionError, match=r"read timeout=0\.1"):
            exec(job, {"spark": Spark(), "dbutils": Secrets()})  # noqa: S102  # what a job does with it
