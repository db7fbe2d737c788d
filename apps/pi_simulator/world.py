"""The world that a simulator serves: what a seed makes, and the clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .archive import Archive
from .assets.plant import Plant
from .assets.world import AssetWorld
from .changes import History
from .truth import Truth

if TYPE_CHECKING:
    from .settings import Settings


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
        return Archive(settings.tags, settings.hostility, History(settings.changes), settings.compression)

    @cached_property
    def assets(self) -> AssetWorld:
        """The asset model and the event frames."""
        return AssetWorld(Plant(self.settings.seed, self.settings.tags))

    @cached_property
    def turn(self) -> asyncio.Lock:
        """Whose turn it is: batches side by side would share one processor, and the first be answered as late as the last."""
        return asyncio.Lock()

    def now(self) -> int:
        """Give the server's present (ticks), which may be off in a hostile world."""
        skew = self.settings.hostility.skew if self.settings.hostility else 0
        return self.settings.clock() + skew
