"""Landing in batches: what a reader that dies between two of them leaves, another one goes on from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi.streaming.landing import Landing
from connectors.osipi.streaming.segments import Segments
from connectors.osipi.times import from_datetime, shifted
from tests.connectors.osipi.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.connectors.osipi.server import PiServer


class Dying(Segments):
    """Dies when a second batch is to be committed."""

    def commit(self, rows: Any, offset: Mapping[str, Any]) -> int:
        if self.segment:
            raise KeyboardInterrupt
        return super().commit(rows, offset)


def test_a_first_round_that_is_cut_off_loses_nothing_of_the_tags_it_did_not_reach(pi: PiServer, tmp_path: Path) -> None:
    cap = from_datetime(NOW)
    for tag in ("A", "B", "C"):
        pi.add(tag, [(shifted(cap, -600) + "Z", 1.0)])
    options = {
        "pi_base_url": pi.url,
        "tags_per_request": "1",
        "max_records_per_batch": "1",
        "startTime": shifted(cap, -3600) + "Z",
    }
    segments = Dying(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        Landing(options, segments).land(["A", "B", "C"], cap)
    segments.close()

    # The one that goes on begins later by its own options: the places count.
    again = Segments(tmp_path)
    landing = Landing({**options, "startTime": shifted(cap, -60) + "Z"}, again)
    assert {tag: place.until for tag, place in landing.places.items()} == {
        "A": cap,
        "B": shifted(cap, -3600),
        "C": shifted(cap, -3600),
    }
    assert landing.land(["A", "B", "C"], cap) == 2
    again.close()
