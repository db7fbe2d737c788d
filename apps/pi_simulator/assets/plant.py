"""What the asset model is made of: the seed, how many tags there are, and from these how many units, machines and parts.

And what they are called: where things are renamed, there is a plant for each time between two changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..webids import Identity
from .kinds import DATABASE, SERVER, Kind
from .names import AS_MADE, Names
from .objects import Ref, Thing, guid_of, hashed

# Tags of a machine: one of each measure, in the order of the tags.
MEASURES = ("Flow", "Temperature", "Pressure", "Level", "Speed")
MACHINES_OF_UNIT = 20
UNITS_OF_SITE = 10


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant by its seed, the number of its tags, and the names that hold."""

    seed: int
    tags: int
    names: Names = field(default=AS_MADE, repr=False)

    @property
    def machines(self) -> int:
        """How many machines there are: five tags each, the last one fewer."""
        return -(-self.tags // len(MEASURES))

    @property
    def units(self) -> int:
        """How many units the machines stand in."""
        return -(-self.machines // MACHINES_OF_UNIT)

    @property
    def sites(self) -> int:
        """How many sites the units stand on."""
        return -(-self.units // UNITS_OF_SITE)

    def chance(self, *words: object) -> int:
        """Give 64 bits that depend on nothing but the seed and the words."""
        return hashed(self.seed, *words)

    def identity(self, kind: Kind, number: int, path: str, owner: tuple[Kind, int] | None = None) -> Identity:
        """Give what an object's WebIDs are made of."""
        kinds = [(SERVER, 0)] if kind is not SERVER else []
        parts = [*kinds, *([owner] if owner else []), (kind, number)]
        return Identity(kind.marker, tuple(guid_of(self.seed, *part) for part in parts), path)

    def thing(
        self,
        kind: Kind,
        number: int,
        name: str,
        path: str,
        description: str = "",
        fields: dict[str, Any] | None = None,
        refs: dict[str, Ref] | None = None,
        owner: tuple[Kind, int] | None = None,
    ) -> Thing:
        """Give an object."""
        identity = self.identity(kind, number, path, owner)
        return Thing(kind, number, identity, name, path, description, fields or {}, refs or {})

    @property
    def server_path(self) -> str:
        """Give the asset server's path."""
        return f"\\\\{self.names.server}"

    def database_path(self, database: int) -> str:
        """Give a database's path."""
        return f"{self.server_path}\\{self.names.databases[database]}"

    def to_server(self) -> Ref:
        """Give the parts of the asset server's address."""
        return (SERVER.controller, self.identity(SERVER, 0, self.server_path))

    def to_database(self, database: int) -> Ref:
        """Give the parts of a database's address."""
        return (DATABASE.controller, self.identity(DATABASE, database, self.database_path(database)))
