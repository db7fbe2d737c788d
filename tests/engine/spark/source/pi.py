"""OSI PI's connector, for which it is always noon."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.osipi import OsipiLakeflowConnect

if TYPE_CHECKING:
    from collections.abc import Mapping


class Pi(OsipiLakeflowConnect):
    """Options: the connector's own."""

    def __init__(self, options: Mapping[str, str]) -> None:
        super().__init__(options)
        self.clock = lambda: datetime(2026, 3, 1, 12, tzinfo=UTC)
