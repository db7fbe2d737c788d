"""Elements: sites, their units, the units' machines and the machines' parts, and the lab's tree.

Each has a number, by which all that is told of it is worked out; nothing lists them all. Those of the first database are
numbered class by class, and the classes and all names in them, as they were made, are in the order of the alphabet (`order`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import kinds
from .designs import MACHINE_TEMPLATES, PART, SITE, UNIT
from .library import DATABASE_BITS
from .names import DATABASES
from .plant import MACHINES_OF_UNIT, UNITS_OF_SITE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .library import Library
    from .objects import Ref, Thing
    from .plant import Plant

CLASS_BITS = 32  # of an element's number; its class is above
_TYPES = tuple(MACHINE_TEMPLATES)
# How many a machine has of each part.
PARTS = {"Bearing": 4, "Gearbox": 1, "Motor": 1, "Seal": 2, "Sensor": 2}
CLASSES = tuple(sorted({*PARTS, *_TYPES, "Site", "Unit"}))
_ODD = 50
_ODD_NAMES = ("'west'", "a/b", 'say "so"', "Größe", "温度", "50% & more")
_LAB = 13  # elements of the lab, each but the first below another, three below each
_LAB_NAMES = ("Labor/実験室", "Bench", "O'Neil's", "50% & more", '"Quoted"', "Ä")
_BRANCHES = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element is: its database, its class (empty in the lab), and its number there."""

    database: int
    name: str
    at: int

    @property
    def number(self) -> int:
        """Give the element's number among all."""
        above = CLASSES.index(self.name) << CLASS_BITS if self.name else 0
        return self.database << DATABASE_BITS | above | self.at

    @property
    def machine(self) -> int:
        """Which machine a machine or a part is, or belongs to."""
        if self.name in PARTS:
            return self.at // PARTS[self.name]
        return self.at * len(_TYPES) + _TYPES.index(self.name)


def count(plant: Plant, name: str) -> int:
    """Give how many elements of a class there are."""
    if name == "Site":
        return plant.sites
    if name == "Unit":
        return plant.units
    if name in PARTS:
        return plant.machines * PARTS[name]
    return (plant.machines - _TYPES.index(name) + len(_TYPES) - 1) // len(_TYPES)


def total(plant: Plant, database: int) -> int:
    """Give how many elements a database has."""
    return _LAB if database else sum(count(plant, name) for name in CLASSES)


def _lab() -> list[Place]:
    return sorted((Place(1, "", number) for number in range(_LAB)), key=lambda one: made_name(one).casefold())


def made_at(plant: Plant, database: int, position: int) -> Place:
    """Give the element at a position, from 0, in the order of the names that were made; IndexError where there is none."""
    if database:
        return _lab()[position]
    for name in CLASSES:
        many = count(plant, name)
        if position < many:
            return Place(0, name, position)
        position -= many
    raise IndexError(position)


def position_of(plant: Plant, place: Place) -> int:
    """Give where `made_at` has an element."""
    if place.database:
        return _lab().index(place)
    return sum(count(plant, name) for name in CLASSES[: CLASSES.index(place.name)]) + place.at


def place_of(plant: Plant, number: int) -> Place | None:
    """Give where the element of a number is; None where there is none."""
    database, below = divmod(number, 1 << DATABASE_BITS)
    of_class, place = divmod(below, 1 << CLASS_BITS)
    if database == 0 and of_class < len(CLASSES) and place < count(plant, CLASSES[of_class]):
        return Place(0, CLASSES[of_class], place)
    return Place(1, "", place) if database == 1 and of_class == 0 and place < _LAB else None


def machine_place(machine: int) -> Place:
    """Give where a machine is."""
    return Place(0, _TYPES[machine % len(_TYPES)], machine // len(_TYPES))


def made_name(place: Place) -> str:
    """Give the name that an element was made with. In some are quotes, slashes and letters from everywhere."""
    if place.database:
        return f"{_LAB_NAMES[place.at % len(_LAB_NAMES)]} {place.at}"
    if place.name in PARTS:
        many = PARTS[place.name]
        return f"{place.name} {place.at // many:06d}" + (f"-{place.at % many + 1}" if many > 1 else "")
    if place.name in _TYPES:
        machine = place.machine
        odd = f" {_ODD_NAMES[machine // _ODD % len(_ODD_NAMES)]}" if machine % _ODD == 1 else ""
        return f"{place.name} {machine:06d}{odd}"
    return f"{place.name} {place.at:04d}"


def name_of(plant: Plant, place: Place) -> str:
    """Give an element's name."""
    return plant.names.elements.get(place.number) or made_name(place)


def above(place: Place) -> Place | None:
    """Give the element that an element is below; None for a root."""
    if place.database:
        return Place(1, "", (place.at - 1) // _BRANCHES) if place.at else None
    if place.name in PARTS:
        return machine_place(place.machine)
    if place.name in _TYPES:
        return Place(0, "Unit", place.machine // MACHINES_OF_UNIT)
    return Place(0, "Site", place.at // UNITS_OF_SITE) if place.name == "Unit" else None


def path_of(plant: Plant, place: Place) -> str:
    """Give an element's path."""
    parent = above(place)
    return f"{path_of(plant, parent) if parent else plant.database_path(place.database)}\\{name_of(plant, place)}"


def roots(plant: Plant, database: int) -> Iterator[Place]:
    """Give the elements right below a database."""
    yield from [Place(1, "", 0)] if database else (Place(0, "Site", number) for number in range(plant.sites))


def below(plant: Plant, place: Place) -> Iterator[Place]:
    """Give the elements right below one."""
    if place.database:
        first = place.at * _BRANCHES + 1
        yield from (Place(1, "", number) for number in range(first, min(first + _BRANCHES, _LAB)))
    elif place.name == "Site":
        last = min((place.at + 1) * UNITS_OF_SITE, plant.units)
        yield from (Place(0, "Unit", number) for number in range(place.at * UNITS_OF_SITE, last))
    elif place.name == "Unit":
        last = min((place.at + 1) * MACHINES_OF_UNIT, plant.machines)
        yield from (machine_place(number) for number in range(place.at * MACHINES_OF_UNIT, last))
    elif place.name in _TYPES:
        yield from (Place(0, name, place.machine * many + nth) for name, many in PARTS.items() for nth in range(many))


def all_below(plant: Plant, place: Place) -> Iterator[Place]:
    """Give the elements below one, however far."""
    for one in below(plant, place):
        yield one
        yield from all_below(plant, one)


def first_elements(plant: Plant, most: int) -> list[int]:
    """Give the numbers of so many elements of the first database, from the roots down."""
    found = list(roots(plant, 0))
    for one in found:
        if len(found) >= most:
            break
        found += below(plant, one)
    return [one.number for one in found[:most]]


def template_of(place: Place) -> int:
    """Give the place of an element's template in its database's library."""
    if place.database:
        return 0
    return {"Site": SITE, "Unit": UNIT}.get(place.name, MACHINE_TEMPLATES.get(place.name, PART))


def element(plant: Plant, library: Library, place: Place) -> Thing:
    """Give an element; `library` is its database's."""
    design = library.designs[template_of(place)]
    fields = {
        "TemplateName": design.name,
        "HasChildren": any(True for _ in below(plant, place)),
        "CategoryNames": (design.category,) if design.category else (),
        "ExtendedProperties": {},
    }
    refs: dict[str, Ref] = {"Database": plant.to_database(place.database), "Template": library.template_ref(template_of(place))}
    if parent := above(place):
        refs["Parent"] = (kinds.ELEMENT.controller, plant.identity(kinds.ELEMENT, parent.number, path_of(plant, parent)))
    said = f"{design.description} of {DATABASES[place.database][0]}"
    return plant.thing(kinds.ELEMENT, place.number, name_of(plant, place), path_of(plant, place), said, fields, refs)
