"""What administrators do to an archive and its assets while they are read.

It is a list of changes, each at its instant, that nothing else remembers. So what there is at a time is a pure function of the
list and of the time, like all else.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from .assets.names import AS_MADE, Names
from .tags import SERVER, Tag, tag
from .times import SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
FIRST_MADE = 2_000_000_000  # the number of a point that a change made; no other has such a one


class Kind(Enum):
    """What is done: to a server, to a point, or to a database or an element of the asset server."""

    RENAME_SERVER = "rename server"
    RENAME = "rename"
    DELETE = "delete"
    REMAKE = "delete and make anew"
    HIDE = "take the right to read away"
    SHOW = "give the right to read back"
    RENAME_ASSET_SERVER = "rename asset server"
    RENAME_DATABASE = "rename asset database"
    RENAME_ELEMENT = "rename element"


@dataclass(frozen=True, slots=True)
class Change:
    """A change at an instant (ticks): of a server, or of the point, database or element of a `number`; `name` is new."""

    at: int
    kind: Kind
    number: int = -1
    name: str = ""


@dataclass(slots=True)
class _Point:
    """What becomes of a point: when it is there, its names, and when nobody may read it."""

    born: int = 0
    died: int | None = None
    names: list[tuple[int, str]] = field(default_factory=list)
    seen: list[tuple[int, bool]] = field(default_factory=list)
    like: Tag | None = None


class History:
    """All changes, in the order of time. A point that is made anew has the number that `made` tells, and is as the old one."""

    def __init__(self, changes: Sequence[Change] = ()) -> None:
        self._points: dict[int, _Point] = defaultdict(_Point)
        self._servers = [(0, SERVER)]
        self._assets = [(0, AS_MADE)]
        self.made: dict[int, int] = {}  # the old point's number by the new one's
        for at, one in enumerate(sorted(changes, key=lambda change: change.at)):
            self._take(one, FIRST_MADE + at)
        self.changed = frozenset(self._points)

    def _take(self, one: Change, new: int) -> None:
        if one.kind is Kind.RENAME_SERVER:
            self._servers.append((one.at, one.name))
            return
        if renamed := _renamed(self._assets[-1][1], one):
            self._assets.append((one.at, renamed))
            return
        point = self._points[one.number]
        match one.kind:
            case Kind.RENAME:
                point.names.append((one.at, one.name))
            case Kind.HIDE | Kind.SHOW:
                point.seen.append((one.at, one.kind is Kind.SHOW))
            case _:
                point.died = one.at
        if one.kind is Kind.REMAKE:
            old = self.look(one.number, one.at)
            self._points[new] = _Point(born=one.at, like=replace(old, number=new, since=one.at))
            self.made[new] = one.number

    def server(self, now: int) -> str:
        """Give what the server is called at `now` (ticks)."""
        return _at(self._servers, now) or SERVER

    def names(self, now: int) -> Names:
        """Give what the asset server, its databases and elements are called at `now`."""
        return _at(self._assets, now) or AS_MADE

    def has(self, number: int, now: int) -> bool:
        """Say whether a point is there, and may be read, at `now`."""
        point = self._points.get(number)
        if point is None:
            return True
        return point.born <= now and (point.died is None or now < point.died) and _at(point.seen, now) is not False

    def look(self, number: int, now: int) -> Tag:
        """Give a point as it is at `now`."""
        if not self._points and len(self._servers) == 1:
            return tag(number)
        point = self._points.get(number)
        found = (point and point.like) or tag(number)
        name = _at(point.names, now) if point else None
        server = self.server(now)
        return found if not name and server == found.server else replace(found, name=name or found.name, server=server)


def _renamed(names: Names, one: Change) -> Names | None:
    """Give the names of the assets after a change; None for a change of something else."""
    match one.kind:
        case Kind.RENAME_ASSET_SERVER:
            return replace(names, server=one.name)
        case Kind.RENAME_DATABASE:
            return names.with_database(one.number, one.name)
        case Kind.RENAME_ELEMENT:
            return names.with_element(one.number, one.name)
    return None


def _at(told: list[tuple[int, T]], now: int) -> T | None:
    """Give what was told last by `now`; None where that was nothing yet."""
    place = bisect_right(told, now, key=lambda one: one[0])
    return told[place - 1][1] if place else None


_OF_POINTS = (Kind.RENAME, Kind.RENAME, Kind.REMAKE, Kind.DELETE, Kind.HIDE, Kind.RENAME_SERVER)
_HEADS = {Kind.RENAME_ELEMENT: "Renamed", Kind.RENAME_DATABASE: "DB", Kind.RENAME_ASSET_SERVER: "AF"}
_OF_ASSETS = (Kind.RENAME_ELEMENT, Kind.RENAME_ELEMENT, Kind.RENAME_DATABASE, Kind.RENAME_ASSET_SERVER)


def random_changes(
    seed: int, numbers: Sequence[int], start: int, end: int, count: int, elements: Sequence[int] = ()
) -> tuple[Change, ...]:
    """Give `count` changes between two instants (ticks), such that no point stays hidden to the end.

    They are of the server, of these points and, where there are `elements` (their numbers), of those, of the first database
    and of the asset server.
    """
    chance = random.Random(f"{seed} changes")  # noqa: S311 (a simulator's chance must be repeatable)
    alive, changes = list(numbers), list[Change]()
    for at in sorted(chance.randrange(start, end) // SECOND * SECOND for _ in range(count)):
        kind = chance.choice((*_OF_POINTS, *_OF_ASSETS) if elements else _OF_POINTS)
        number = {Kind.RENAME_DATABASE: 0, Kind.RENAME_ASSET_SERVER: -1}.get(kind, chance.choice(alive))
        if kind is Kind.RENAME_ELEMENT:
            number = chance.choice(elements)
        name = f"Renamed.{number:06d}.{len(changes)}" if kind is Kind.RENAME else f"{_HEADS.get(kind, 'PI')}-{len(changes)}"
        changes.append(Change(at, kind, number, name))
        if kind is Kind.HIDE:
            changes.append(Change(chance.randrange(at, end), Kind.SHOW, number))
        if kind in {Kind.HIDE, Kind.DELETE, Kind.REMAKE} and len(alive) > 1:
            alive.remove(number)  # one such thing is enough for a point
    return tuple(changes)
