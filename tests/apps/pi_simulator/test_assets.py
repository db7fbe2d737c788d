"""The asset model as a pure function of the seed and the number of tags."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pi_simulator.assets import kinds
from apps.pi_simulator.assets.elements import above, all_below, below, name_of, path_of, place_of, roots, total
from apps.pi_simulator.assets.kinds import KINDS
from apps.pi_simulator.assets.objects import guid_of, number_of, told_by
from apps.pi_simulator.assets.order import at
from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.assets.world import AssetWorld
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, ticks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apps.pi_simulator.assets.objects import Thing

NOW = ticks_of(datetime(2026, 3, 1, 12, tzinfo=UTC))
DAY = 86400 * SECOND
WORLD = AssetWorld(Plant(3, 260))


def _some_of_everything() -> Iterator[Thing]:
    yield WORLD.server(NOW)
    yield from WORLD.databases
    for library in WORLD.libraries:
        yield from (one for one in library.all if one.kind is not kinds.ENUMERATION_SET)
    yield from (*WORLD.unit_classes, *(one for some in WORLD.units for one in some), *WORLD.rule_plugins, *WORLD.time_plugins)
    yield from WORLD.people.all
    for database in (0, 1):
        for place in list(WORLD.elements(database))[::40]:
            element = WORLD.element(place)
            yield element
            yield from (one.thing for one in WORLD.attributes_of(element, NOW))
            yield from WORLD.analyses_of(place)
    for frame in WORLD.events(NOW - DAY // 4, NOW, NOW):
        event = WORLD.event(frame, NOW)
        yield event
        yield from (one.thing for one in WORLD.attributes_of(event, NOW))


@given(st.integers(0, 2**48 - 1), st.sampled_from([one for one in KINDS if one is not kinds.SERVER]), st.integers(-5, 5))
def test_a_guid_tells_what_it_was_made_of(number: int, kind: kinds.Kind, seed: int) -> None:
    made = guid_of(seed, kind, number)

    assert number_of(seed, made) == (kind, number)
    assert number_of(seed + 1, made) is None
    assert made.version == 4


@pytest.mark.parametrize("form", ["Full", "IDOnly", "PathOnly", "LocalIDOnly", "DefaultIDOnly"])
def test_everything_is_found_by_its_web_ids(form: str) -> None:
    lost = [
        one.path
        for one in _some_of_everything()
        if WORLD.find(one.identity.web_id(form), NOW, one.kind.controller) != one
        and not (one.kind is kinds.SERVER and form in {"LocalIDOnly", "DefaultIDOnly"})
    ]

    assert lost == []


def test_everything_is_found_by_its_path_in_capitals_or_not() -> None:
    lost = [one.path for one in _some_of_everything() if WORLD.at_path(one.path.upper(), NOW, one.kind.controller) != one]

    assert lost == []


def test_no_two_objects_have_one_web_id_or_one_path() -> None:
    every = list(_some_of_everything())

    assert len({one.identity.web_id("IDOnly") for one in every}) == len(every)
    assert len({(one.kind.controller, one.path) for one in every}) == len(every)


@pytest.mark.parametrize(
    "web_id", ["", "F1", "F1Em", "F1EmAAAA", "X1Em" + "A" * 44, "F2Em" + "A" * 44, "F1Em" + "A" * 44, "P1Em_-", "é"]
)
def test_what_is_no_web_id_is_of_nothing(web_id: str) -> None:
    assert WORLD.find(web_id, NOW, "elements") is None


def test_a_web_id_of_another_controller_is_of_nothing() -> None:
    database = WORLD.databases[0].identity.web_id()

    assert told_by(database).kind is kinds.DATABASE
    assert WORLD.find(database, NOW, "elements") is None


@pytest.mark.parametrize("tags", [0, 1, 4, 5, 99, 260, 1040])
@pytest.mark.parametrize("database", [0, 1])
def test_elements_are_numbered_in_order_of_their_names(tags: int, database: int) -> None:
    plant = Plant(1, tags)
    places = [at(plant, database, position) for position in range(total(plant, database))]
    names = [name_of(plant, place).casefold() for place in places]

    assert names == sorted(names)
    assert [place_of(plant, place.number) for place in places] == places
    reached = [one for root in roots(plant, database) for one in (root, *all_below(plant, root))]
    assert sorted(path_of(plant, one) for one in reached) == sorted(path_of(plant, one) for one in places)
    assert all(above(child) == place for place in places for child in below(plant, place))
    with pytest.raises(IndexError):
        at(plant, database, len(places))


def test_names_hold_quotes_slashes_and_letters_from_everywhere() -> None:
    world = AssetWorld(Plant(1, 1600))
    names = "".join(name_of(world.plant, place) for place in world.elements(0))

    assert all(mark in names for mark in "'\"/öß温&%")


def test_each_tag_is_what_one_attribute_refers_to() -> None:
    owners = (WORLD.element(place) for place in WORLD.elements(0))
    referring = [one for owner in owners for one in WORLD.attributes_of(owner, NOW) if one.tag]

    assert sorted(one.tag.number for one in referring if one.tag) == list(range(260))
    assert all(one.thing.fields["ConfigString"] == tag(one.tag.number).path for one in referring if one.tag)
    assert all(one.thing.fields["DataReferencePlugIn"] == "PI Point" for one in referring)


def test_a_million_tags_are_there_at_once() -> None:
    world = AssetWorld(Plant(1, 1_000_000))
    last = at(world.plant, 0, total(world.plant, 0) - 1)

    assert total(world.plant, 0) > 2_000_000
    assert world.find(world.element(last).identity.web_id(), NOW, "elements") == world.element(last)
    assert world.at_path(path_of(world.plant, last), NOW, "elements") == world.element(last)


def test_another_seed_makes_other_web_ids_and_other_values() -> None:
    one, other = (AssetWorld(Plant(seed, 50)) for seed in (1, 2))
    place = at(one.plant, 0, 20)

    assert one.element(place).guid != other.element(place).guid
    assert one.element(place).name == other.element(place).name
    values = [[each.value for each in world.attributes_of(world.element(place), NOW)] for world in (one, other)]
    assert values[0] != values[1]
