"""Units of measure and their classes, which belong to the asset server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import kinds
from .designs import UNITS, UnitDesign

if TYPE_CHECKING:
    from .objects import Ref, Thing
    from .plant import Plant

_CLASS = 100  # numbers that a class's units have


def _path(plant: Plant, rest: str) -> str:
    return f"{plant.server_path}\\UOMDatabase\\{rest}"


def classes(plant: Plant) -> tuple[Thing, ...]:
    """Give the classes in order of their names."""
    return tuple(_class(plant, number, name, units[0]) for number, (name, units) in enumerate(UNITS.items()))


def _class(plant: Plant, number: int, name: str, canonical: UnitDesign) -> Thing:
    fields = {"CanonicalUnitAbbreviation": canonical.abbreviation, "CanonicalUnitName": canonical.name}
    path = _path(plant, f"UOMClasses[{name}]")
    refs = {"AssetServer": plant.to_server()}
    return plant.thing(kinds.UNIT_CLASS, number, name, path, f"{name}.", fields, refs)


def units(plant: Plant) -> tuple[tuple[Thing, ...], ...]:
    """Give the units of each class, the canonical one first."""
    return tuple(
        tuple(_unit(plant, place, at, unit, some[0]) for at, unit in enumerate(some))
        for place, some in enumerate(UNITS.values())
    )


def _unit(plant: Plant, place: int, at: int, unit: UnitDesign, canonical: UnitDesign) -> Thing:
    kind = kinds.UNIT
    fields = {
        "Abbreviation": unit.abbreviation,
        "Factor": unit.factor,
        "Offset": unit.offset,
        "ReferenceFactor": 1.0,
        "ReferenceOffset": 0.0,
        "ReferenceUnitAbbreviation": canonical.abbreviation if at else "",
    }
    to_class = plant.identity(kinds.UNIT_CLASS, place, _path(plant, f"UOMClasses[{list(UNITS)[place]}]"))
    refs: dict[str, Ref] = {"Class": (kinds.UNIT_CLASS.controller, to_class)}
    if at:
        refs["ReferenceUnit"] = (kind.controller, plant.identity(kind, place * _CLASS, _path(plant, canonical.name)))
    return plant.thing(kind, place * _CLASS + at, unit.name, _path(plant, unit.name), f"{unit.name}.", fields, refs)
