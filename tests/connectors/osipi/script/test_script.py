"""The script of a job: what it reads is what the connector reads, and a run that is repeated adds nothing."""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi.__main__ import main
from connectors.osipi.script import batch_script
from connectors.osipi.times import stamp_of
from tests.connectors.osipi.authority import Authority
from tests.connectors.osipi.points import full, id_only
from tests.connectors.osipi.script.job import NAMES, TABLE, Spark, at, run
from tests.connectors.osipi.server import Raw

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.osipi import OsipiLakeflowConnect
    from tests.connectors.osipi.server import PiServer, Reply, Request

HERE = Path(__file__).parent
QUOTED = "`main`.`bronze`.`pi_timeseries`"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("oidc", {"client_id": "headgate", "client_secret": "canary", "token_url": "https://login.example.com/token"}),
        ("basic", {"username": "plant\\reader", "password": "canary", "ca_file": "/Volumes/main/pi/ca.pem"}),
        ("bearer", {"access_token": "canary", "tag_webids": 'A,B"x', "nameFilter": "unit'1*"}),
    ],
)
def test_the_script_is_as_it_was_looked_at(name: str, options: dict[str, str]) -> None:
    text = batch_script({"pi_base_url": "https://pi.example.com", **options}, TABLE, "pi")

    compile(text, "job.py", "exec")
    assert "canary" not in text
    assert text == (HERE / f"{name}.py.txt").read_text()


def test_its_rows_are_the_connectors(pi: PiServer, connector: Callable[..., OsipiLakeflowConnect]) -> None:
    state = {"Name": "Closed", "Value": 1, "IsSystem": False}
    values = [1, 2.5, "text", True, None, 2**60, state, state | {"IsSystem": True}, {"Name": None, "Value": None}, [1]]
    pi.add("A", [(at(number, number), value) for number, value in enumerate(values)])
    pi.add("B", [(at(1), 1), (at(1), 2), (at(1, 1), 3)])
    spark = Spark()

    run(pi, spark)
    one = connector(lookback_minutes="60")
    one.clock = lambda: datetime.now(UTC)
    rows, _ = one.read_table("pi_timeseries", None, {"tag_webids": "A,B"})

    ours = [{**row, "ingestion_timestamp": None, "timestamp": stamp_of(row["timestamp"])} for row in rows]
    theirs = [
        {**row, "ingestion_timestamp": None, "timestamp": stamp_of(f"{row['timestamp']:%Y-%m-%dT%H:%M:%S.%f}Z")}
        for row in spark.rows.values()
    ]
    assert theirs == ours
    assert spark.said[-1] == f"OPTIMIZE {QUOTED} ZORDER BY (tag_webid, `timestamp`)"


@pytest.mark.parametrize("most", [50, 51, 1000, 150_000])
def test_a_run_that_is_cut_off_or_repeated_loses_and_doubles_nothing(pi: PiServer, most: int) -> None:
    luck = random.Random(most)  # noqa: S311  # tests need no secrets
    pi.most = most
    for number in range(7):
        times = sorted(luck.uniform(1, 40) for _ in range(luck.choice([0, 5, 400])))
        equal = [at(41)] * luck.choice([0, 2, 45])
        pi.add(f"T{number}", [(time, one) for one, time in enumerate([*(at(time) for time in times), *equal])])
    pi.trouble.append(lambda request: (503, {}) if request.part and luck.random() < 0.1 else None)
    spark = Spark(dies_at=2)

    for _ in range(3):
        try:
            run(pi, spark, tags_per_request="3", maxCount="60")
        except KeyboardInterrupt:
            continue
    pi.tags["T0"].values.append({"Timestamp": at(43), "Value": 99, "Good": True})
    run(pi, spark, tags_per_request="3", maxCount="60")

    found = Counter((row["tag_webid"], row["value"]) for row in spark.rows.values())
    assert found == Counter((webid, float(value["Value"])) for webid, tag in pi.tags.items() for value in tag.values)


def test_a_tag_whose_values_fall_between_look_backs_is_read(pi: PiServer) -> None:
    pi.add("A", [(at(number), number) for number in range(-170, 60, 30)])
    spark = Spark()

    for half_hour in range(8):
        now = datetime.now(UTC) + timedelta(hours=-4, minutes=32 * half_hour)
        run(pi, spark, now=now, lookback_minutes="20")

    assert sorted(row["value"] for row in spark.rows.values()) == list(range(-170, 60, 30))


@pytest.mark.parametrize("newest", [-40, -10, 0])
def test_no_later_run_reads_what_lies_before_the_first_read(pi: PiServer, newest: int) -> None:
    """Whether there was nothing to read, or the last value is nearer to the first read's beginning than the overlap."""
    pi.add("A", [(at(number), number) for number in range(-100, newest + 1, 5)])
    spark = Spark()

    for minutes in (0, 10, 20):
        run(pi, spark, now=datetime.fromisoformat(at(minutes)[:19] + "Z"), lookback_minutes="18", overlap_minutes="30")

    assert sorted(row["value"] for row in spark.rows.values()) == list(range(-15, newest + 1, 5))


@pytest.mark.parametrize("cut", range(2, 8))  # the first merge keeps where the run began
def test_a_first_run_that_is_cut_off_loses_nothing_of_the_tags_that_it_did_not_reach(pi: PiServer, cut: int) -> None:
    for tag in "ABC":
        pi.add(tag, [(at(number), number) for number in range(-200, 60, 7)])
    spark = Spark(dies_at=cut)
    begun = datetime.now(UTC) - timedelta(hours=3)

    with pytest.raises(KeyboardInterrupt):
        run(pi, spark, now=begun, merged=1, tags_per_request="1", lookback_minutes="70", overlap_minutes="0")
    run(pi, spark, tags_per_request="1", lookback_minutes="70", overlap_minutes="0")

    found = Counter((row["tag_webid"], row["value"]) for row in spark.rows.values())
    assert found == Counter((tag, float(number)) for tag in "ABC" for number in range(-200, 60, 7) if number > -190)


def test_what_is_inserted_behind_the_pages_of_a_first_read_is_read_too(pi: PiServer) -> None:
    for tag in "AB":
        pi.add(tag, [(at(number), number) for number in range(1, 31)])
    late = {"Timestamp": at(3, 5), "Value": 99, "Good": True}

    def insert(request: Request) -> None:
        if request.query.get("startTime", [""])[0] > at(5) and late not in pi.tags["A"].values:
            pi.tags["A"].values.insert(4, late)

    pi.trouble.append(insert)
    spark = Spark()

    run(pi, spark, maxCount="10")
    run(pi, spark, maxCount="10")

    assert sorted(row["value"] for row in spark.rows.values() if row["tag_webid"] == "A") == [*range(1, 31), 99]
    assert sorted(row["value"] for row in spark.rows.values() if row["tag_webid"] == "B") == [*range(1, 31)]


def test_tags_are_found_by_name_where_none_are_given(pi: PiServer) -> None:
    pi.add("A", [(at(1), 1)])
    pi.objects["/dataservers"] = {"Items": [{"WebId": "S"}]}
    pi.lists["/dataservers/S/points"] = [{"WebId": "A"}]
    spark = Spark()

    run(pi, spark, tag_webids="", nameFilter="site*")

    assert len(spark.rows) == 1
    assert any(request.query.get("nameFilter") == ["site*"] for request in pi.requests)


@pytest.mark.parametrize("listed", [[], [{"WebId": "S"}]])
def test_no_visible_point_is_an_error(pi: PiServer, listed: list[dict[str, str]]) -> None:
    pi.objects["/dataservers"] = {"Items": listed}
    pi.lists["/dataservers/S/points"] = []

    with pytest.raises(RuntimeError, match=r"no point is visible: .*'nomatch\*'.* rights"):
        run(pi, Spark(), tag_webids="", nameFilter="nomatch*")


def test_a_page_of_points_that_failed_is_no_empty_page(pi: PiServer) -> None:
    pi.objects["/dataservers"] = {"Items": [{"WebId": "S"}]}

    def page(request: Request) -> Reply:
        first = request.query["startIndex"] == ["0"]
        return 200, {"Items": [{"WebId": "A"}]} if first else {"Items": [], "WebException": {"Errors": ["timed out"]}}

    pi.objects["/dataservers/S/points"] = page

    with pytest.raises(RuntimeError, match="timed out"):
        run(pi, Spark(), tag_webids="")


BROKEN = {
    "breaks off": Raw(b'{"0": {"Status": 200, "Con'),
    "is cut by the connection's end": Raw(b'{"0": {"Status": 200, "Con', 5000),
    "is no JSON": Raw(b"<html>busy</html>"),
    "failed in spite of its status": {"WebException": {"StatusCode": 504, "Errors": ["timed out"]}},
}


@pytest.mark.parametrize("path", ["/batch", "/dataservers", "/dataservers/S/points"])
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_request_whose_answer_is_broken_is_made_again(pi: PiServer, path: str, body: Any) -> None:
    pi.add("A", [(at(1), 1), (at(2), 2)])
    pi.objects["/dataservers"] = {"Items": [{"WebId": "S"}]}
    pi.lists["/dataservers/S/points"] = [{"WebId": "A"}]
    left = [200, 200, 200]
    pi.trouble.append(lambda request: (left.pop(), body) if request.path == f"/piwebapi{path}" and left else None)
    spark = Spark()

    run(pi, spark, tag_webids="")

    assert left == []
    assert [row["value"] for row in spark.rows.values()] == [1, 2]


def test_a_request_whose_answers_stay_broken_is_given_up_after_six(pi: PiServer) -> None:
    pi.add("A", [])
    pi.trouble.append(lambda request: (200, BROKEN["breaks off"]) if request.path.endswith("/batch") else None)

    with pytest.raises(RuntimeError, match=r"/batch with 200: no JSON, or only a part of it \(tried 6 times\)"):
        run(pi, Spark())
    assert len(pi.gets) == 6


def test_a_request_that_is_refused_is_not_made_again(pi: PiServer) -> None:
    pi.add("A", [])
    pi.trouble.append(lambda _: (200, {"WebException": {"StatusCode": 403, "Errors": ["not for you"]}}))

    with pytest.raises(RuntimeError, match="not for you"):
        run(pi, Spark())
    assert len(pi.gets) == 1


def test_the_authority_that_was_given_counts_whatever_the_environment_says(
    pi: PiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pi.add("A", [(at(1), 1)])
    plant = Authority(tmp_path, "plant")
    pi.secure(plant.context("127.0.0.1"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path, "other").file))
    spark = Spark()

    run(pi, spark, ca_file=str(plant.file))
    run(pi, spark, ca_file=plant.file.read_text())

    assert len(spark.rows) == 1


def test_an_authority_of_this_machine_goes_into_the_script_and_one_of_the_cluster_stays_a_name(tmp_path: Path) -> None:
    plant = Authority(tmp_path, "plant")
    options = {"pi_base_url": "https://pi.example.com", "auth": "none"}

    assert repr(plant.file.read_text()) in batch_script({**options, "ca_file": str(plant.file)}, TABLE, "pi")
    assert "'/Volumes/main/pi/ca.pem'" in batch_script({**options, "ca_file": "/Volumes/main/pi/ca.pem"}, TABLE, "pi")


@pytest.mark.parametrize(("life", "ends"), [(0.0001, False), (3600, True)])
def test_a_token_that_ends_is_renewed(pi: PiServer, life: float, ends: bool) -> None:
    given: list[str] = []
    refused: list[str] = []

    def token(_body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        assert headers["Authorization"].startswith("Basic ")
        given.append(f"token {len(given)}")
        return {"access_token": given[-1], "expires_in": life}

    def guard(request: Request) -> Reply | None:
        if request.part or request.path == "/token":
            return None
        if ends and len(pi.gets) == 4:
            refused.append(given[-1])
        carried = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return None if carried == given[-1] and carried not in refused else (401, {"Errors": ["no"]})

    pi.objects["POST /token"] = 200, token
    pi.trouble.append(guard)
    for tag in "ABC":
        pi.add(tag, [(at(1), 1)])
    spark = Spark()

    run(pi, spark, client_id="c", client_secret="s", token_url=f"{pi.url}/token", tags_per_request="1")  # noqa: S106  # no real one

    assert len(spark.rows) == 3
    assert len(given) == (2 if ends else 6)  # a first read goes over its three tags twice


def test_a_tag_that_is_gone_stops_no_other_and_is_told(pi: PiServer, capsys: pytest.CaptureFixture[str]) -> None:
    pi.add("A", [(at(1), 1)])
    spark = Spark()

    run(pi, spark, tag_webids="A,B")

    assert len(spark.rows) == 1
    assert "B was not read: 404" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match="none of 1 tags can be read"):
        run(pi, spark, tag_webids="B")


NOT_READ = {
    "its stream failed": {"Items": [{"WebException": {"StatusCode": 403, "Errors": ["not for you"]}, "Items": []}]},
    "it is left out": {"Items": []},
}


@pytest.mark.parametrize("body", NOT_READ.values(), ids=NOT_READ)
def test_a_tag_of_a_good_answer_that_has_nothing_of_it_is_told(
    pi: PiServer, body: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "AB":
        pi.add(name, [(at(1), 1)])
    pi.trouble.append(lambda request: (200, body) if request.part and request.webids == ["B"] else None)
    spark = Spark()

    run(pi, spark)

    assert [row["tag_webid"] for row in spark.rows.values()] == ["A"]
    assert re.search("B was not read: 403 .*not for you|B was not read: 404 .*left the tag out", capsys.readouterr().out)


@pytest.mark.parametrize("stream", [{"WebException": {"Errors": ["timed out"]}, "Items": []}, {"Name": "B"}, None])
def test_a_tag_whose_stream_failed_for_the_moment_is_asked_for_again(pi: PiServer, stream: Any) -> None:
    pi.add("A", [(at(1), 1)])
    left = [stream, stream]
    pi.trouble.append(lambda request: (200, {"Items": [left.pop()]}) if request.part and left else None)
    spark = Spark()

    run(pi, spark)

    assert left == []
    assert [row["tag_name"] for row in spark.rows.values()] == ["name of A"]


def test_the_command_prints_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    options = {"pi_base_url": "https://pi.example.com", "access_token": "canary"}
    (tmp_path / "o.json").write_text(json.dumps(options))
    monkeypatch.setattr(sys, "argv", ["osipi", "script", str(tmp_path / "o.json"), "--table", TABLE, "--scope", "pi"])

    assert main() == 0
    assert capsys.readouterr().out == batch_script(options, TABLE, "pi")


@pytest.mark.parametrize("bad", [0, 3, 5])
def test_a_value_with_an_error_of_its_own_is_waited_for(pi: PiServer, bad: int, capsys: pytest.CaptureFixture[str]) -> None:
    tag = pi.add("A", [(at(number), number) for number in (1, 2, 3, 3, 4, 5)])
    pi.add("B", [(at(2), -1)])
    tag.values[bad] |= {"Errors": [{"FieldName": "Value", "Message": ["timed out"]}]}
    spark = Spark()

    run(pi, spark)

    assert sorted(row["value"] for row in spark.rows.values()) == sorted([-1, *{0: [], 3: [1, 2], 5: [1, 2, 3, 3, 4]}[bad]])
    assert "timed out" in capsys.readouterr().out
    del tag.values[bad]["Errors"]
    run(pi, spark)
    found = Counter((row["tag_webid"], row["value"]) for row in spark.rows.values())
    assert found == Counter((webid, float(value["Value"])) for webid, one in pi.tags.items() for value in one.values)


def test_a_renamed_tag_goes_on_under_its_webid_and_a_new_one_begins_where_the_table_stood(
    pi: PiServer,
) -> None:
    tags = old, new, other = full(1, "Old"), full(1, "New"), full(2, "Other")
    pi.objects["/dataservers"] = {"Items": [{"WebId": "S"}]}
    pi.add(old, [(at(minute), minute) for minute in range(59)])
    spark = Spark()
    day = datetime.now(UTC)
    for hours, webids in ((-0.505, [old]), (0, [new, other])):
        for webid in webids:
            tag = pi.tags.pop(old, None) or pi.add(webid, [(at(minute), minute) for minute in range(59)])
            pi.tags[webid] = tag
        pi.lists["/dataservers/S/points"] = [{"WebId": webid} for webid in webids]
        run(pi, spark, now=day + timedelta(hours=hours), tag_webids="", lookback_minutes="9.5")

    found = {tag: sorted(row["value"] for row in spark.rows.values() if row["tag_webid"] == tag) for tag in tags}
    assert found[old] == list(range(21, 59))
    assert found[new] == []
    assert found[other] == list(range(29, 59)), "from where the first run ended, not from ten minutes ago"
    assert {row["tag_id"] for row in spark.rows.values()} == {id_only(1), id_only(2)}


def test_a_table_of_an_older_script_gets_the_column_that_it_lacks(pi: PiServer) -> None:
    pi.add("A", [(at(1), 1)])
    spark = Spark()
    spark.columns = tuple(name for name in NAMES if name != "tag_id")

    run(pi, spark)
    run(pi, spark)

    assert [text for text in spark.said if text.startswith("ALTER")] == [
        f"ALTER TABLE {QUOTED} ADD COLUMNS (tag_id STRING AFTER tag_webid)"
    ]


class TestDropped:
    def test_what_compression_drops_after_it_was_read_is_taken_out(self, pi: PiServer) -> None:
        for tag in "AB":
            pi.add(tag, [(at(number), number) for number in range(1, 50)])
            pi.tags[tag].values.append({"Timestamp": at(50, 7), "Value": 50, "Good": True})
        spark = Spark()
        run(pi, spark)
        del pi.tags["A"].values[-1]
        pi.tags["A"].values.append({"Timestamp": at(51), "Value": 51, "Good": True})

        run(pi, spark)

        held = {tag: [row["value"] for row in spark.rows.values() if row["tag_webid"] == tag] for tag in "AB"}
        assert held == {"A": [*range(1, 50), 51], "B": list(range(1, 51))}

    def test_of_several_values_of_an_instant_what_is_there_stays(self, pi: PiServer) -> None:
        pi.add("A", [(at(49), 1), (at(50), 2), (at(50), 3)])
        spark = Spark()
        run(pi, spark)
        del pi.tags["A"].values[-1]

        run(pi, spark)

        assert [row["value"] for row in spark.rows.values()] == [1, 2]

    @pytest.mark.parametrize("error", [{"Errors": ["not now"]}, None])
    def test_a_tag_that_was_not_read_to_its_end_keeps_what_it_has(self, pi: PiServer, error: Any) -> None:
        pi.add("A", [(at(45), 1), (at(48), 2), (at(50), 3)])
        pi.add("B", [(at(50), 1)])
        spark = Spark()
        run(pi, spark)
        if error:
            pi.tags["A"].values[1] |= error
            del pi.tags["A"].values[-1]
        else:
            pi.tags["A"].broken = 403, {}

        run(pi, spark)

        assert sorted(row["value"] for row in spark.rows.values() if row["tag_webid"] == "A") == [1, 2, 3]

    def test_what_lies_before_the_overlap_stays(self, pi: PiServer) -> None:
        pi.add("A", [(at(10), 1), (at(50), 2)])
        spark = Spark()
        run(pi, spark)
        del pi.tags["A"].values[0]

        run(pi, spark)

        assert [row["value"] for row in spark.rows.values()] == [1, 2]

    def test_the_newest_values_are_left_alone_for_settle_seconds(self, pi: PiServer) -> None:
        pi.add("A", [(at(30), 1), (at(59), 2)])
        spark = Spark()

        run(pi, spark, settle_seconds="300")

        assert [row["value"] for row in spark.rows.values()] == [1]
