"""The world that a simulator serves: what a seed makes, and the clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from .archive import Archive
from .assets.plant import Plant
from .assets.world import AssetWorld
from .changes import History
from .truth import Truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from .assets.names import Names
    from .settings import Settings

_AT_HAND = 8


@dataclass(frozen=True)
class World:
    """Everything that answers are made of; nothing of it is stored."""

    settings: Settings

    @cached_property
    def truth(self) -> Truth:
        """The archive's values."""
        return Truth(self.settings.seed)

    @cached_property
    def archive(self) -> Archive:
        """The points."""
        settings = self.settings
        return Archive(settings.tags, settings.hostility, self.history, settings.compression)

    @cached_property
    def history(self) -> History:
        """What is changed, and when."""
        return History(self.settings.changes)

    def assets(self, now: int) -> AssetWorld:
        """Give the asset model and the event frames as they are called at `now` (ticks)."""
        return self._assets(self.history.names(now))

    @cached_property
    def _assets(self) -> Callable[[Names], AssetWorld]:
        """What gives the asset model by its names; some stay at hand, for they hold what they have made."""
        return lru_cache(_AT_HAND)(lambda names: AssetWorld(Plant(self.settings.seed, self.settings.tags, names)))

    @cached_property
    def turn(self) -> asyncio.Lock:
        """Whose turn it is: batches side by side would share one processor, and the first be answered as late as the last."""
        return asyncio.Lock()

    def now(self) -> int:
        """Give the server's present (ticks), which may be off in a hostile world."""
        skew = self.settings.hostility.skew if self.settings.hostility else 0
        return self.settings.clock() + skew
