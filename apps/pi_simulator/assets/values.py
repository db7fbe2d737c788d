"""The values of attributes that hold them themselves: a pure function of the seed, the owner and, where they move, of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..times import SECOND
from .designs import SETS

if TYPE_CHECKING:
    from .designs import AttributeDesign
    from .plant import Plant

_STEP = 600 * SECOND  # of what moves


def stored(plant: Plant, design: AttributeDesign, owner: object, moment: int = 0) -> Any:
    """Give the value of an owner's attribute as JSON has it; `moment` (ticks) matters only for what moves."""
    chance = plant.chance(design.name, owner, moment // _STEP if design.moving else "")
    value = design.values[chance % len(design.values)]
    if design.qualifier:
        return state(design.qualifier, value)
    if design.varies and isinstance(value, (int, float)):
        tenths = (chance >> 8) % (2 * design.varies * 100 + 1) - design.varies * 100
        moved = value * (1 + tenths / 1000)
        return round(moved) if isinstance(value, int) else round(moved, 3)
    if isinstance(value, str) and design.name == "Serial Number":
        return f"{value}-{chance % 10**8:08d}"
    return value


def state(set_name: str, value: int) -> dict[str, Any]:
    """Give a value of an enumeration set as a value of a stream has it."""
    name = next(name for name, number in SETS[set_name] if number == value)
    return {"Name": name, "Value": value, "IsSystem": False}


def template_default(design: AttributeDesign) -> Any:
    """Give what a template has as an attribute's default."""
    return next(iter(design.values), "")
