"""Event frames and assets through renames of elements, a database and the asset server, between runs and within one."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from apps.pi_simulator.assets.elements import first_elements, machine_place
from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.changes import Change, Kind
from apps.pi_simulator.times import SECOND
from tests.connectors.osipi.simulated.world import NOON, Rows, World
from tests.support.examples import some_of

if TYPE_CHECKING:
    from tests.connectors.osipi.simulated.world import Stage

HOUR = 3600 * SECOND
AT = NOON + HOUR // 2
ELEMENTS = first_elements(Plant(1, 1040), 10_000)
MACHINES = [machine_place(number).number for number in range(Plant(1, 1040).machines)]
SITE = ELEMENTS[0]
RENAMED = {
    "the asset server": (Change(AT, Kind.RENAME_ASSET_SERVER, name="NEW-AF"),),
    "the database": (Change(AT, Kind.RENAME_DATABASE, 0, "Werk"),),
    "the elements": tuple(Change(AT, Kind.RENAME_ELEMENT, number, f"Machine {number}") for number in MACHINES),
    "what is above them": (Change(AT, Kind.RENAME_ELEMENT, SITE, "Süd"),),
}
FRAMES, REFERENCED = "pi_event_frames", "pi_eventframe_referenced_elements"
KEYS = {FRAMES: ("event_frame_webid", "start_time"), REFERENCED: ("event_frame_webid", "element_webid")}
IDS = {FRAMES: ("event_frame_id",), REFERENCED: ("event_frame_id", "element_id")}


@dataclass
class Runs:
    """A table that is read hour by hour from noon on, each batch by a connector of its own."""

    world: World
    table: str
    options: dict[str, str] = field(default_factory=dict)
    offset: Any = None
    rows: Rows = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def run(self, hours: float = 0) -> Rows:
        """Read all that is new so many hours after noon; give its rows."""
        self.world.clock.now = NOON + int(hours * HOUR)
        found: Rows = []
        self.told = []
        while some := self.batch():
            found += some
        return found

    def batch(self) -> Rows:
        """Read once."""
        one = self.world.connector()
        rows, after = one.read_table(self.table, self.offset, {"lookback_days": "0.5", **self.options})
        some, self.offset = list(rows), json.loads(json.dumps(after))
        self.rows += some
        self.told += [f"{problem.tag}: {problem.message}" for problem in one.problems]
        return some

    def keys(self) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
        """Give the keys under which each thing landed."""
        found = defaultdict(set)
        for row in self.rows:
            found[tuple(row[name] for name in IDS[self.table])].add(tuple(row[name] for name in KEYS[self.table]))
        return found


@dataclass
class Unchanged:
    """What a table holds of a server on which nothing is renamed: the ids of each hour's rows, and all of its keys."""

    hours: list[list[tuple[str, ...]]]
    keys: set[tuple[str, ...]]


@pytest.fixture(scope="module")
def unchanged(stage: Stage) -> dict[str, Unchanged]:
    found = {}
    for table in (FRAMES, REFERENCED):
        world = World(stage)
        world.serve()
        plain = Runs(world, table)
        found[table] = Unchanged([ids(plain.run(hours), table) for hours in (0, 1, 2)], set(plain.keys()))
    return found


def ids(rows: Rows, table: str) -> list[tuple[str, ...]]:
    return sorted(tuple(row[name] for name in IDS[table]) for row in rows)


@pytest.mark.parametrize("table", [FRAMES, REFERENCED])
@pytest.mark.parametrize("what", some_of(RENAMED, 2))
class TestBetweenRuns:
    def test_each_row_has_one_key_and_none_is_lost(
        self, world: World, unchanged: dict[str, Unchanged], table: str, what: str
    ) -> None:
        expected = unchanged[table].hours
        world.serve(changes=RENAMED[what])
        runs = Runs(world, table)
        found = [ids(runs.run(hours), table) for hours in (0, 1, 2)]

        assert {len(keys) for keys in runs.keys().values()} == {1}
        assert runs.keys().keys() == unchanged[table].keys
        # A frame's row has its path, which tells the server and the database: then those that are looked at come again.
        again = table == FRAMES and what in {"the asset server", "the database"}
        assert [found[0], found[2]] == [expected[0], expected[2]]
        assert set(found[1]) > set(expected[1]) if again else found[1] == expected[1]

    def test_it_is_told_once(self, world: World, table: str, what: str) -> None:
        world.serve(changes=RENAMED[what])
        runs = Runs(world, table)

        runs.run()
        assert runs.told == []
        runs.run(1)
        told = runs.told
        runs.run(2)

        assert runs.told == []
        assert all("was renamed: it was SIM-AF\\" in one for one in told)
        if what in {"the asset server", "the database"}:
            name, path = ("Plant", "\\\\NEW-AF\\Plant") if what == "the asset server" else ("Werk", "\\\\SIM-AF\\Werk")
            assert told[0].startswith(f"{name} ({path}, ")
            assert len(told) == (2 if what == "the asset server" else 1)
        else:
            assert len(told) > 2
            assert all(("\\\\SIM-AF\\PLANT\\SÜD\\" in one) is (what == "what is above them") for one in told)

    def test_the_offset_of_an_older_version_goes_on(self, world: World, table: str, what: str) -> None:
        world.serve(changes=RENAMED[what])
        runs = Runs(world, table)
        runs.run()
        del runs.offset["known"]

        runs.run(1)

        frames = {row["event_frame_id"]: set[str]() for row in runs.rows}
        for row in runs.rows:
            frames[row["event_frame_id"]].add(row["event_frame_webid"])
        assert {len(webids) for webids in frames.values()} == {1}


class TestWhileItIsRead:
    @pytest.mark.parametrize("what", some_of(RENAMED, 2))
    @pytest.mark.parametrize("table", [FRAMES, REFERENCED])
    def test_each_frame_comes_once(self, world: World, table: str, what: str) -> None:
        options = {"max_records_per_batch": "10", "lookback_days": "1"}
        world.serve()
        expected = ids(Runs(world, table, options).run(), table)

        world.serve(changes=RENAMED[what])
        runs = Runs(world, table, options)
        first = runs.batch()
        world.clock.now = AT
        while runs.batch():
            pass

        assert len(first) < len(expected)
        assert ids(runs.rows, table) == expected

    def test_a_list_has_each_element_once(self, world: World) -> None:
        (first, *_) = sorted(ELEMENTS)
        world.serve(changes=(Change(AT, Kind.RENAME_ELEMENT, first, "zzz"),))

        rows, _ = world.connector().read_table("pi_af_hierarchy", None, {})
        found = [row["element_id"] for row in islice(rows, 1)]
        world.clock.now = AT
        found += [row["element_id"] for row in rows]

        assert len(found) > 1000
        assert len(set(found)) == len(found)


@pytest.mark.parametrize("what", some_of(RENAMED, 2))
def test_values_of_attributes_go_on_under_the_webid_that_they_had(world: World, what: str) -> None:
    world.serve(tags=20, changes=RENAMED[what][:4])
    listed, _ = world.connector().read_table("pi_element_attributes", None, {})
    attributes = [row for row in listed if "Flow" in row["name"] and row["data_reference_plugin"] == "PI Point"]
    options = {"tag_webids": ",".join(row["attribute_webid"] for row in attributes)}
    runs = Runs(world, "pi_timeseries", options)

    before, after = runs.run(), runs.run(1)

    assert before
    assert after
    assert {row["tag_webid"] for row in after} == {row["attribute_webid"] for row in attributes}
    assert len({(row["tag_id"], row["timestamp"], row["sub_microsecond"], row["occurrence"]) for row in runs.rows}) == len(
        runs.rows
    )


def test_the_ids_of_all_tables_stay_and_webids_do_not(world: World) -> None:
    tables = {
        "pi_assetservers": "assetserver_id",
        "pi_assetdatabases": "assetdatabase_id",
        "pi_af_hierarchy": "element_id",
        "pi_element_attributes": "attribute_id",
        "pi_element_templates": "elementtemplate_id",
        "pi_attribute_templates": "attributetemplate_id",
        "pi_categories": "category_id",
        "pi_analyses": "analysis_id",
        "pi_analysis_templates": "analysistemplate_id",
        "pi_af_tables": "table_id",
        "pi_units_of_measure": "unit_id",
        "pi_eventframe_attributes": "attribute_id",
        "pi_links": "entity_id",
    }
    world.serve(tags=20, changes=RENAMED["the asset server"])

    for table, column in tables.items():
        found = []
        for now in (NOON, AT):
            world.clock.now = now
            more = {"endTime": "2026-03-01T12:00:00Z", "startTime": "2026-03-01T09:00:00Z"}
            rows = list(world.connector().read_table(table, None, more if "eventframe" in table else {})[0])
            webid = "attribute_webid" if column == "attribute_id" else "element_webid" if column == "element_id" else "webid"
            found.append({row[column]: row[webid] for row in rows if row.get("entity_type") not in {"point", "dataserver"}})
        before, after = found
        assert before.keys() == after.keys(), table
        assert before, table
        assert all(before[one] != after[one] and one.startswith("I1") for one in before), table
