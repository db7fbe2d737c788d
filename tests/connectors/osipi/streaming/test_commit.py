"""Landing in batches: what a reader that dies between two of them leaves, another one goes on from."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi import streams
from connectors.osipi.incremental import Progress, progress_of
from connectors.osipi.streaming import commit as commit_module
from connectors.osipi.streaming.commit import Landing
from connectors.osipi.streaming.segments import Segments
from connectors.osipi.times import from_datetime, shifted
from tests.connectors.osipi.conftest import NOW
from tests.connectors.osipi.streaming.conftest import landed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.connectors.osipi.server import PiServer


START = shifted(from_datetime(NOW), -3600) + "Z"
TAGS = list("ABCDE")  # of which a batch reaches three, where a request is for one and a value fills the batch


class Dying(Segments):
    """Dies when a second batch is to be committed."""

    def commit(self, rows: Any, offset: Mapping[str, Any]) -> int:
        if self.segment:
            raise KeyboardInterrupt
        return super().commit(rows, offset)


def test_a_first_round_that_is_cut_off_loses_nothing_of_the_tags_it_did_not_reach(pi: PiServer, tmp_path: Path) -> None:
    cap = from_datetime(NOW)
    for tag in TAGS:
        pi.add(tag, [(shifted(cap, -600) + "Z", 1.0)])
    options = {
        "pi_base_url": pi.url,
        "tags_per_request": "1",
        "max_records_per_batch": "1",
        "startTime": shifted(cap, -3600) + "Z",
    }
    segments = Dying(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        Landing(options, segments).land(TAGS, cap)
    segments.close()

    # The one that goes on begins later by its own options: the places count.
    again = Segments(tmp_path)
    landing = Landing({**options, "startTime": shifted(cap, -60) + "Z"}, again)
    assert {tag: place.until for tag, place in landing.places(TAGS).items()} == {
        **dict.fromkeys("A", cap),
        **dict.fromkeys("BCDE", shifted(cap, -3600)),
    }
    assert landing.land(TAGS, cap) == 4
    again.close()


class Full(Segments):
    """Has no room for its second batch, when it is written first."""

    is_full = True

    def commit(self, rows: Any, offset: Mapping[str, Any]) -> int:
        if self.segment and self.is_full:
            self.is_full = False
            raise OSError(errno.ENOSPC, "no room")
        return super().commit(rows, offset)


def test_a_batch_that_could_not_be_written_is_read_again(pi: PiServer, tmp_path: Path) -> None:
    cap = from_datetime(NOW)
    for tag in TAGS:
        pi.add(tag, [(shifted(cap, -600) + "Z", 1.0)])
    segments = Full(tmp_path)
    landing = Landing(
        {"pi_base_url": pi.url, "tags_per_request": "1", "max_records_per_batch": "1", "startTime": START}, segments
    )

    with pytest.raises(OSError, match="no room"):
        landing.land(TAGS, cap)
    assert {tag: place.until for tag, place in landing.places("AD").items()} == {"A": cap, "D": START.rstrip("Z")}

    assert landing.land(TAGS, cap) == 4
    segments.close()
    assert landed(tmp_path) == dict.fromkeys(((tag, 1.0) for tag in TAGS), 1)


def test_the_offset_is_read_when_a_reader_starts_and_at_no_commit(
    pi: PiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []

    def noted(offset: Mapping[str, Any] | None) -> Progress:
        read.append(offset)
        return progress_of(offset)

    for module in (commit_module, streams):
        monkeypatch.setattr(module, "progress_of", noted)
    cap = from_datetime(NOW)
    pi.add("A", [(shifted(cap, -seconds) + "Z", seconds) for seconds in range(2000, 0, -1)])
    segments = Segments(tmp_path)
    landing = Landing({"pi_base_url": pi.url, "window_minutes": "5", "startTime": START}, segments)

    assert landing.land(["A"], shifted(cap, -1000)) + landing.land(["A"], cap) == 2000
    assert segments.segment > 5
    assert read == [None]
    segments.close()
