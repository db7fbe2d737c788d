"""From one read to the next: the offset carries on, late values come once or are told, and nothing new adds no row."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import requests

from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, written
from tests.connectors.osipi.conftest import BY_BOTH
from tests.connectors.osipi.simulated.expected import compare, expected, iso, webid
from tests.connectors.osipi.simulated.world import NOON, TABLE, options_of, read

if TYPE_CHECKING:
    from tests.connectors.osipi.simulated.world import World

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
EVERY_KIND = (0, 1, 11, 22, 33, 44, 55, 66, 77, 88, 90)
# As long as the archive's values are late at most: two hours and five minutes.
ALL_LATE = {"overlap_minutes": "125"}


@BY_BOTH
def test_restart_from_the_offset(world: World) -> None:
    world.serve(tags=100)
    start = NOON - 20 * MINUTE
    options = options_of(EVERY_KIND, start, max_records_per_batch="300", tags_per_request="3", **ALL_LATE)
    rows: list[dict[str, Any]] = []
    kept = "null"

    for _ in range(10):  # each call is a process of its own, to which nothing comes but the offset's text
        some, after = world.connector().read_table(TABLE, json.loads(kept), options)
        rows += json.loads(json.dumps(list(some)))
        kept = json.dumps(after)
        world.clock.now += 6 * MINUTE
    rest, _, _ = read(world.connector(), options, json.loads(kept))

    world.check([row for row in [*rows, *rest] if row["timestamp"] >= iso(start)], EVERY_KIND, start)


@BY_BOTH
def test_a_value_that_arrives_late_inside_the_overlap_is_read_once(world: World) -> None:
    world.serve()
    start = NOON - 6 * HOUR
    options = options_of([0, 44], start, **ALL_LATE)
    rows, offset, _ = read(world.connector(), options)
    early = len(rows)
    for _ in range(5):
        world.clock.now += 26 * MINUTE
        some, offset, words = read(world.connector(), options, offset)
        rows += some
        assert words == []

    assert sum(row["timestamp"] < written(NOON) for row in rows[early:]) >= 5
    world.check(rows, [0, 44], start)


def test_a_value_that_arrives_late_outside_the_overlap_is_told_with_what_reads_it(world: World) -> None:
    world.serve()
    start = NOON - HOUR
    options = options_of([0], start, overlap_minutes="1", late_hours="6")
    rows, offset, words = read(world.connector(), options)
    for _ in range(10):
        world.clock.now += 20 * MINUTE
        some, offset, more = read(world.connector(), options, offset)
        rows += some
        words += more

    missed = compare(rows, expected(world.truth, [0], start, world.clock.now, world.clock.now))
    told = [int(found[1]) for word in words if (found := re.match(r"(\d+) values? .* came later", word))]
    assert (missed.doubled, missed.strange, missed.wrong) == ([], [], [])
    assert sum(told) == len(missed.lost) > 0
    assert all(f"--tags {webid(0)}" in word for word in words)


def test_an_idle_read_of_the_same_time_adds_no_row(world: World) -> None:
    world.serve(tags=100)
    options = options_of(EVERY_KIND, NOON - 20 * MINUTE)
    _, offset, _ = read(world.connector(), options)
    for one in (world.connector(), world.connector()):
        for _ in range(3):
            rows, after = one.read_table(TABLE, offset, options)
            assert (list(rows), after) == ([], offset)


def test_an_idle_read_of_a_later_time_adds_no_row(world: World) -> None:
    world.serve(tags=100)
    world.clock.now = start = NOON + MINUTE
    options = options_of([88], NOON - HOUR, late_hours="0")  # it writes in the first second of each hour, and is late elsewhere
    _, offset, _ = read(world.connector(), options)
    for _ in range(3):
        world.clock.now += MINUTE
        rows, offset, _ = read(world.connector(), options, offset)
        assert rows == []
    assert world.clock.now - start < 5 * MINUTE


@BY_BOTH
@pytest.mark.parametrize("number", [11, 22, 33, 44, 55, 66])
def test_digital_system_and_string_values_are_kept_as_they_are(world: World, number: int) -> None:
    world.serve()
    start = NOON - 12 * HOUR
    end = NOON - 3 * HOUR
    values = world.truth.between(tag(number), start, end, NOON)

    rows, _, _ = read(world.connector(), options_of([number], start, endTime=iso(end), maxCount="1000"))

    world.check(rows, [number], start, end)
    for at in [*np.flatnonzero(values.system).tolist()[:3], 0, 1, 2]:
        row, sent = rows[at], values.row(at)
        value = sent["Value"]
        name, code = (value["Name"], value["Value"]) if isinstance(value, dict) else (value, None)
        assert row["quality_good"] is sent["Good"]
        if number == 44 and code is None:
            assert (row["value"], row["value_text"]) == (value, None)
        else:
            assert (row["value_text"], row["state_code"]) == (name, code)
        plain = {22: "digital", 33: "digital", 44: "number"}.get(number, "string")
        assert row["value_type"] == (plain if sent["Good"] else "system")


def test_unknown_query_parameters_are_refused_and_the_csrf_defence_is_on_while_all_tables_are_read(world: World) -> None:
    noted = world.serve(tags=12)
    base = world.url + "/piwebapi"
    unknown = requests.get(f"{base}/streamsets/recorded", params={"webId": webid(0), "nosuch": "1"}, timeout=30)
    bare = requests.post(f"{base}/batch", json={"1": {"Method": "GET", "Resource": f"{base}/system"}}, timeout=30)
    assert (unknown.status_code, bare.status_code) == (400, 400)
    noted.statuses.clear()

    one = world.connector()
    counts = {}
    for table in one.list_tables():
        rows, _ = one.read_table(table, None, {"startTime": iso(NOON - 5 * MINUTE)})
        counts[table] = len(list(rows))

    assert noted.statuses.keys() <= {200, 207}
    assert [table for table, count in counts.items() if not count] == []
