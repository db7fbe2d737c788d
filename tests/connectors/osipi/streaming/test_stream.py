"""Values as they come: each lands once, whatever the channels tell, leave out or tell twice."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.osipi.problems import PiError
from tests.connectors.osipi.points import full
from tests.connectors.osipi.server import Tag
from tests.connectors.osipi.streaming.conftest import Running, check_keys, landed, rows_of, truth, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.connectors.osipi.streaming.channels import ChannelServer

    Started = Callable[..., Running]


def ago(**span: float) -> str:
    return f"{datetime.now(UTC) - timedelta(**span):%Y-%m-%dT%H:%M:%S.%f}Z"


def settled(channels: ChannelServer, folder: Path) -> None:
    until(lambda: landed(folder) == truth(channels), "what landed equals the archive")
    check_keys(folder)


def test_a_value_that_is_told_lands(channels: ChannelServer, started: Started, tmp_path: Path) -> None:
    started()

    channels.write("A", 1.5)
    settled(channels, tmp_path / "out")
    channels.write("B", 2.5)
    settled(channels, tmp_path / "out")

    assert channels.channels[0].webids == ["A", "B", "C"]
    assert channels.channels[0].query["heartbeatRate"] == ["1"]
    assert [row["quality_good"] for row in rows_of(tmp_path / "out")] == [True, True]


def test_what_the_archive_holds_lands_before_any_channel_tells_of_it(
    channels: ChannelServer, started: Started, tmp_path: Path
) -> None:
    channels.refuses = 503
    channels.write("A", 1, 2, 3, when=ago(minutes=30))

    started(listens=False)

    settled(channels, tmp_path / "out")


def test_a_value_told_twice_and_two_values_of_one_instant_are_told_apart(
    channels: ChannelServer, started: Started, tmp_path: Path
) -> None:
    started()

    channels.write("A", 1, 1, told=3)
    channels.write("B", 7, told=2)

    settled(channels, tmp_path / "out")
    assert sorted(row["occurrence"] for row in rows_of(tmp_path / "out")) == [0, 0, 1]


def test_a_value_that_comes_late_lands_within_the_overlap(channels: ChannelServer, started: Started, tmp_path: Path) -> None:
    started()
    channels.write("A", 1)
    settled(channels, tmp_path / "out")

    channels.write("A", 2, when=ago(minutes=3))

    settled(channels, tmp_path / "out")


def test_a_value_further_back_is_reported_with_its_tag_and_time(
    channels: ChannelServer, started: Started, caplog: pytest.LogCaptureFixture
) -> None:
    started()

    channels.write("A", 2, when=ago(minutes=20))

    until(lambda: "too late" in caplog.text, "it is reported")
    assert "of A: read that stretch again" in caplog.text


def test_a_value_that_was_changed_after_it_landed_is_reported(
    channels: ChannelServer, started: Started, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    started()
    channels.write("A", 2)
    settled(channels, tmp_path / "out")

    item = channels.tags["A"].values[0]
    channels.tell("A", [item | {"Value": 3, "Substituted": "true"}])

    until(lambda: "changed" in caplog.text, "it is reported")


def test_a_value_that_is_told_before_the_archive_has_it_is_waited_for(
    channels: ChannelServer, started: Started, tmp_path: Path
) -> None:
    started(patience_seconds="60")
    item = {"Timestamp": ago(seconds=1), "Value": 4.0, "Good": True}
    asked = len(channels.requests)

    channels.tell("A", [item])
    until(lambda: len(channels.requests) > asked + 2, "it is asked for again")
    channels.tags["A"].values.append(item)

    settled(channels, tmp_path / "out")


def test_a_value_that_the_archive_compressed_away_is_given_up(
    channels: ChannelServer, started: Started, tmp_path: Path
) -> None:
    one = started(patience_seconds="0")

    channels.tell("A", [{"Timestamp": ago(seconds=1), "Value": 4.0, "Good": True}])
    channels.write("B", 1)

    until(lambda: one.reader.status().waiting == 0, "nothing waits any more")
    settled(channels, tmp_path / "out")


def test_a_channel_that_dies_is_opened_again_and_the_gap_is_filled(
    channels: ChannelServer, started: Started, tmp_path: Path
) -> None:
    started()
    channels.write("A", 1)
    settled(channels, tmp_path / "out")

    channels.deaf = True
    channels.channels[0].die()
    channels.write("B", 2)
    until(lambda: channels.opened > 1, "it opens again")

    settled(channels, tmp_path / "out")


def test_a_channel_that_falls_silent_is_opened_again_and_the_gap_is_filled(
    channels: ChannelServer, started: Started, tmp_path: Path
) -> None:
    channels.deaf = True
    started(stall_seconds="0.2")

    channels.write("C", 2)

    settled(channels, tmp_path / "out")


def test_a_channel_that_hears_only_from_its_first_message_on_loses_nothing(
    channels: ChannelServer, started: Started, tmp_path: Path
) -> None:
    started()
    until((tmp_path / "out" / "offset.json").exists, "the first read is over")
    channels.deaf = True
    channels.write("C", 2)
    channels.deaf = False

    channels.channels[0].send({"Links": {}, "Items": []})

    settled(channels, tmp_path / "out")


def test_a_message_that_is_no_news_closes_the_channel_and_loses_nothing(
    channels: ChannelServer, started: Started, tmp_path: Path
) -> None:
    started()
    for number, message in enumerate(["{", '{"Errors": ["the stream was removed"]}', "[]"]):
        until(lambda: bool(channels.channels), "a channel opens")
        channel = channels.channels[0]
        channel.send(message)
        channel.ended.wait(10)
        channels.tags["A"].values.append({"Timestamp": ago(seconds=0), "Value": float(number), "Good": True})
        settled(channels, tmp_path / "out")


def test_one_value_of_a_stream_may_stand_alone_and_a_stream_that_is_not_known_has_all_read(
    channels: ChannelServer, started: Started, tmp_path: Path
) -> None:
    started()
    channels.deaf = True

    channels.write("A", 1)
    channels.channels[0].send({"Items": [{"WebId": "A", "Value": channels.tags["A"].values[0]}]})
    settled(channels, tmp_path / "out")
    channels.write("B", 2)
    channels.channels[0].send({"Items": [{"WebId": "B in another form", "Items": []}]})

    settled(channels, tmp_path / "out")


def test_all_tags_are_read_every_so_often_though_no_channel_told_anything(
    channels: ChannelServer, started: Started, tmp_path: Path
) -> None:
    channels.deaf = True
    started(reread_seconds="0.2")

    channels.write("A", 1)

    settled(channels, tmp_path / "out")


def test_a_tag_that_appears_is_read_and_listened_to(channels: ChannelServer, started: Started, tmp_path: Path) -> None:
    channels.lists["/dataservers/S/points"] = [{"WebId": "A", "Name": "a"}]
    channels.objects["/dataservers"] = {"Items": [{"WebId": "S", "Name": "s"}]}
    channels.tags = {"A": channels.tags["A"]}
    started(tag_webids="", reread_seconds="0.2")

    channels.add("B", [])
    channels.lists["/dataservers/S/points"] += [{"WebId": "B", "Name": "b"}]
    until(lambda: any(channel.webids == ["B"] for channel in channels.channels), "it is listened to")
    channels.write("B", 5)

    settled(channels, tmp_path / "out")


def test_a_tag_that_is_gone_stops_no_other(
    channels: ChannelServer, started: Started, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    del channels.tags["B"]

    started()
    channels.write("A", 1)

    settled(channels, tmp_path / "out")
    assert channels.channels[0].webids == ["A", "C"]
    assert "B can't be read" in caplog.text


def test_a_server_that_fails_for_a_while_is_waited_for(channels: ChannelServer, started: Started, tmp_path: Path) -> None:
    started(max_tries="1")
    channels.trouble.append(lambda _: (503, {}))
    channels.write("A", 1)
    asked = len(channels.requests)
    until(lambda: len(channels.requests) > asked, "it is asked")

    channels.trouble.clear()

    settled(channels, tmp_path / "out")


def test_a_server_that_is_not_there_at_the_start_is_an_error(channels: ChannelServer, started: Started) -> None:
    channels.trouble.append(lambda _: (401, {}))

    one = started(listens=False)

    until(lambda: one.error is not None, "it ends")
    assert isinstance(one.error, PiError)
    assert one.error.status == 401


def test_tags_are_spread_over_channels_by_number_and_by_the_length_of_a_url(channels: ChannelServer, started: Started) -> None:
    tags = [f"{number:0100d}" for number in range(7)]
    for tag in tags:
        channels.add(tag, [])

    started(tag_webids=",".join(tags), tags_per_channel="3", max_url_length="450")
    until(lambda: len(channels.channels) == 4, "four channels open")

    assert sorted(tag for channel in channels.channels for tag in channel.webids) == tags
    assert max(len(channel.webids) for channel in channels.channels) == 2


def test_the_status_says_how_far_behind_the_reader_is(channels: ChannelServer, started: Started, tmp_path: Path) -> None:
    one = started()
    channels.write("A", 1)
    settled(channels, tmp_path / "out")
    until(lambda: str(one.reader.status()) == "1 row landed, 0.0 s behind, 1 of 1 channel open", "it has caught up")

    channels.refuses = 503
    channels.channels[0].die()

    until(lambda: one.reader.status().channels_open == 0, "the channel is closed")
    until(lambda: one.reader.status().lag > 0, "it falls behind")


def test_the_login_goes_with_the_handshake_and_into_no_log(
    channels: ChannelServer, started: Started, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("websockets").setLevel(logging.DEBUG)

    one = started(access_token="canary-in-the-header")  # noqa: S106  # a canary
    channels.write("A", 1)
    settled(channels, tmp_path / "out")
    channels.channels[0].die()
    until(lambda: "is closed" in caplog.text, "it is told")

    assert channels.channels == [] or channels.channels[0].login == "Bearer canary-in-the-header"
    assert (
        "canary"
        not in caplog.text + repr(one.reader) + repr(one.reader._settings) + (tmp_path / "out" / "offset.json").read_text()
    )


def test_a_tag_that_is_renamed_is_heard_and_lands_as_before_and_a_new_one_is_listened_to(
    channels: ChannelServer, started: Started, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old, new, other = full(1, "Old"), full(1, "New"), full(2, "Other")
    channels.tags = {old: Tag("Old")}
    channels.lists = {"/dataservers": [{"WebId": "S"}], "/dataservers/S/points": [{"WebId": old}]}
    started(tag_webids="", reread_seconds="0.2")
    channels.write(old, 1)
    until(lambda: landed(tmp_path / "out") == Counter({(old, 1): 1}), "it lands")

    channels.tags[new] = channels.tags.pop(old)
    channels.tags[other] = Tag("Other")
    channels.lists["/dataservers/S/points"] = [{"WebId": new}, {"WebId": other}]
    until(lambda: "Other" in caplog.text.upper() or other in caplog.text, "the tags are listed again")
    channels.write(new, 2)
    channels.write(other, 3)

    until(lambda: landed(tmp_path / "out") == Counter({(old, 1): 1, (old, 2): 1, (other, 3): 1}), "all of it lands")
    check_keys(tmp_path / "out")
    assert caplog.text.count("was renamed") == 1
    assert caplog.text.count("is new to this table") == 1
