"""What the filters of a search share: where they search, and how they refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ..assets.library import Library
    from ..assets.objects import Thing
    from ..assets.world import AssetWorld
    from ..world import World

Known = Literal["elements", "eventframes", "attributes", "analyses", "analysistemplates", "notifications"]
Test = Callable[["Thing"], bool]


class RefusedError(ValueError):
    """A filter can't be asked; says why."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A world as it looks at `now` (ticks), and the numbers of the databases that are searched."""

    world: World
    databases: tuple[int, ...]
    now: int

    @property
    def assets(self) -> AssetWorld:
        """The asset model."""
        return self.world.assets(self.now)

    @property
    def libraries(self) -> list[Library]:
        """What the databases were designed with."""
        return [self.assets.libraries[number] for number in self.databases]
