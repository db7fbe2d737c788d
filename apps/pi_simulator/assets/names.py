"""What the asset server, its databases and its elements are called, where administrators gave them other names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVER_NAME = "SIM-AF"
DATABASES = (("Plant", "What the tags belong to"), ("Lab & Größe/温度", 'Trials, "as they are"'))


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The names that hold for a while; each such while has its own. `elements`: those that were renamed, by their numbers."""

    server: str = SERVER_NAME
    databases: tuple[str, ...] = tuple(name for name, _ in DATABASES)
    elements: Mapping[int, str] = field(default_factory=dict)

    def with_database(self, number: int, name: str) -> Names:
        """Give the names after a database was renamed."""
        return replace(self, databases=(*self.databases[:number], name, *self.databases[number + 1 :]))

    def with_element(self, number: int, name: str) -> Names:
        """Give the names after an element was renamed."""
        return replace(self, elements={**self.elements, number: name})


AS_MADE = Names()
