"""The order of a database's elements by their names: a page is worked out from its place, however many elements there are.

As they were made, elements are in the order of their numbers. Those that were renamed are taken out of it, and put between the
others where their names belong.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from .elements import made_at, made_name, name_of, place_of, position_of, total

if TYPE_CHECKING:
    from .elements import Place
    from .plant import Plant


@dataclass(frozen=True, slots=True)
class _Moved:
    """The elements that were renamed, in the order of their names, where they stand, and how many stood before them once."""

    places: tuple[Place, ...]
    positions: tuple[int, ...]
    before: tuple[int, ...]

    def made(self, nth: int) -> int:
        """Give where the nth of those that were not renamed stood once."""
        return nth + bisect_right(self.before, nth)


@lru_cache(maxsize=64)
def _moved(plant: Plant, database: int) -> _Moved:
    found = [place for number in plant.names.elements if (place := place_of(plant, number)) and place.database == database]
    found.sort(key=lambda place: name_of(plant, place).casefold())
    stood = sorted(position_of(plant, place) for place in found)
    moved = _Moved(tuple(found), (), tuple(position - nth for nth, position in enumerate(stood)))
    others = range(total(plant, database) - len(found))

    def name(nth: int) -> str:
        return made_name(made_at(plant, database, moved.made(nth))).casefold()

    names = (name_of(plant, place).casefold() for place in found)
    now = tuple(bisect_left(others, own, key=name) + nth for nth, own in enumerate(names))
    return _Moved(moved.places, now, moved.before)


def at(plant: Plant, database: int, position: int) -> Place:
    """Give the element at a position in the order of names, from 0; IndexError where there is none."""
    if not plant.names.elements:
        return made_at(plant, database, position)
    moved = _moved(plant, database)
    before = bisect_left(moved.positions, position)
    if moved.positions[before : before + 1] == (position,):
        return moved.places[before]
    return made_at(plant, database, moved.made(position - before))
