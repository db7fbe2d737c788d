"""Whose values a stream has: a point's, an attribute's that refers to a point, or one value that never changes.

A WebID's marker says which; `RESOLVERS` has who knows the marker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import PiError
from .samples import Sample, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..tags import Tag
    from ..webids import Identity
    from ..world import World

_MARKER = slice(2, 4)


@dataclass(frozen=True, slots=True)
class Source:
    """A stream's owner, found at `controller`: its values are those of `tag`, or where it has none, always `value`."""

    identity: Identity
    name: str
    path: str
    controller: str
    units: str
    tag: Tag | None
    value: Any = None

    def view(self, world: World, now: int) -> View:
        """Give the tag as seen at `now`. Raises PiError 409 where there is none."""
        if self.tag is None:
            raise PiError(409, f"The attribute '{self.name}' has no data reference that supports this operation.")
        return View(world.truth, self.tag, now)

    @property
    def constant(self) -> Sample:
        """The value of what has no tag, which holds since 1970."""
        return Sample(0, self.value, self.units)

    @property
    def numeric(self) -> bool:
        """Whether the values can be summed up as numbers."""
        return self.tag is not None and self.tag.point_type in {"Float16", "Float32", "Float64", "Int16", "Int32"}


def point(tag: Tag) -> Source:
    """Give a point as the source of a stream."""
    return Source(tag.identity, tag.name, tag.path, "points", tag.units, tag)


def point_source(world: World, web_id: str, now: int) -> Source:
    """Give a point as the source of a stream. Raises PiError as `Archive.by_web_id`."""
    return point(world.archive.by_web_id(web_id, now))


# Who knows what a WebID of a marker stands for.
RESOLVERS: dict[str, Callable[[World, str, int], Source]] = {"DP": point_source}


def source(world: World, web_id: str, now: int) -> Source:
    """Give whose values a WebID stands for. Raises PiError: 400 for what is no WebID of a stream, 404 where nothing has it."""
    resolver = RESOLVERS.get(web_id[_MARKER])
    if resolver is None:
        raise PiError(400, f"The WebID is invalid: '{web_id}'.")
    return resolver(world, web_id, now)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which attributes below a parent are wanted."""

    name_filter: str = "*"
    category: str = ""
    template: str = ""
    full: bool = False
    excluded: bool = False
    hidden: bool = False


# Who knows the attributes below the parent that a WebID of a marker stands for: an element, event frame or attribute.
PARENTS: dict[str, Callable[[World, str, int, Wish], list[Source]]] = {}


def children(world: World, web_id: str, now: int, wish: Wish) -> list[Source]:
    """Give the streams below a parent. Raises PiError: 400 for what is no parent, 404 where nothing has the WebID."""
    parent = PARENTS.get(web_id[_MARKER])
    if parent is None:
        raise PiError(400, f"The WebID is invalid: '{web_id}'.")
    return parent(world, web_id, now, wish)
