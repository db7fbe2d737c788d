"""Event frames of the simulator in small batches: those that its own search finds at once, each once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import requests

from apps.pi_simulator.times import SECOND
from tests.connectors.osipi.simulated.expected import iso
from tests.connectors.osipi.simulated.world import NOON
from tests.support.examples import some_of

if TYPE_CHECKING:
    from tests.connectors.osipi.simulated.world import World

DAYS = 86400 * SECOND


def found_at_once(world: World, start: int, mode: str) -> set[str]:
    """Give the WebIDs of all frames that a search by hand finds until noon."""
    (server,) = requests.get(f"{world.url}/piwebapi/assetservers", timeout=60).json()["Items"]
    found: set[str] = set()
    for database in requests.get(server["Links"]["Databases"], timeout=60).json()["Items"]:
        params = {"startTime": iso(start), "endTime": iso(NOON), "searchMode": mode, "searchFullHierarchy": "true"}
        asked = requests.get(
            f"{world.url}/piwebapi/assetdatabases/{database['WebId']}/eventframes",
            params={**params, "maxCount": "100000"},
            timeout=60,
        )
        found |= {one["WebId"] for one in asked.json()["Items"]}
    return found


@pytest.mark.parametrize("mode", some_of(["Overlapped", "EndInclusive"]))
@pytest.mark.long
def test_all_batches_give_what_one_search_finds(world: World, mode: str) -> None:
    world.serve()
    start = NOON - 6 * DAYS
    wanted = found_at_once(world, start, mode)
    assert len(wanted) > 1_000

    rows: Counter[str] = Counter()
    sizes: list[int] = []
    offset: Any = None
    while True:
        options = {"startTime": iso(start), "searchMode": mode, "max_records_per_batch": "300"}
        some, after = world.connector().read_table("pi_event_frames", offset, options)
        found = [row["webid"] for row in some]
        rows.update(found)
        sizes.append(len(found))
        if after == offset:
            break
        offset = after

    assert rows == Counter(wanted)
    assert max(sizes) <= 300 + 100
    assert len(sizes) > 3
