"""Where a connector's code is, and what its class is made and asked with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.definition.connector_spec import Missing

TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Code:
    """Where a connector's code is: a `path` (folder, .py file or wheel) or an importable `module`; exactly one is given.

    `class_name` chooses among several classes. `search` are folders that modules are imported from. `timeout` is in seconds.
    """

    path: Path | None = None
    module: str = ""
    class_name: str = ""
    search: tuple[Path, ...] = ()
    timeout: float = TIMEOUT

    def __str__(self) -> str:
        return str(self.path) if self.path else self.module


@dataclass(frozen=True, slots=True)
class DiscoveryOptions:
    """What the class is made with (`init_options`, never shown), what it is asked with for a table, and how strict we are.

    all_tables: what it is asked with for any table, besides.
    missing: what the class needs and nobody gave. Values for it are made up, and so the code is kept from the network; a class
    that can't be made with them is asked as far as it got.
    """

    init_options: Mapping[str, str] = field(default_factory=dict, repr=False)
    all_tables: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()
    table_options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    best_effort: bool = False
