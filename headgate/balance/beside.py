"""A pipeline of another site, in time, as one that runs beside a site's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.schedule.offsets import Arc


@dataclass(frozen=True, slots=True)
class Beside:
    """A pipeline that runs beside, in time: `arc` starts where it starts, with its offset; `written`, without it.

    asks: load → what it asks for in a minute while it runs, on its connection.
    """

    arc: Arc
    written: tuple[int, ...]
    connection: str = ""
    asks: Mapping[str, float] = field(default_factory=dict)
