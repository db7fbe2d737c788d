"""`TableId`: what tells a table from every other one."""

from __future__ import annotations

from dataclasses import dataclass, field

from headgate.tables.names import folded

ARROW = " → "


@dataclass(frozen=True, slots=True, eq=False)
class TableId:
    """A table: where it is read from, and its full destination, each as it is spelled.

    Two are equal where their destinations are one in Unity Catalog, for that is what holds the data and what one pipeline
    owns. The source table has no part in it: the source's own names may tell capitals apart, and a destination that is read
    from another source table is still the same streaming table, which its pipeline must keep.
    """

    source_table: str
    destination: str  # catalog.schema.table
    _folded: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_folded", folded(self.destination))

    def __eq__(self, other: object) -> bool:
        return self._folded == other._folded if isinstance(other, TableId) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._folded)

    def __str__(self) -> str:
        """Give what people call it, as records have it; `parse` reads it."""
        return f"{self.source_table}{ARROW}{self.destination}"

    @classmethod
    def parse(cls, text: str) -> TableId:
        """Read what `str` gave. A destination holds no space, so the last arrow is the one that parts the two."""
        source_table, _, destination = text.rpartition(ARROW)
        return cls(source_table, destination)

    def in_catalog(self, catalog: str | None) -> TableId:
        """Give the table as a target has it; `catalog` is the target's own, where it has one."""
        return TableId(self.source_table, f"{catalog}.{self.destination.split('.', 1)[1]}") if catalog else self

    @property
    def spelled(self) -> tuple[str, str]:
        """The source table and the destination as they are spelled: what files are sorted by."""
        return self.source_table, self.destination

    @property
    def order(self) -> tuple[str, str]:
        """What decisions are ordered by, so that capitals have no say in them."""
        return folded(self.source_table), self._folded

    @property
    def catalog(self) -> str:
        """The destination's catalog. Unity Catalog's names hold no full stop."""
        return self.destination.split(".", 2)[0]

    @property
    def schema(self) -> str:
        """The destination's schema."""
        return self.destination.split(".", 2)[1]

    @property
    def table(self) -> str:
        """The destination's own name."""
        return self.destination.split(".", 2)[2]

    def names(self, catalog: str | None = None) -> tuple[str, ...]:
        """Give what people may call it: its source table, its destination or both, and those in a target's own catalog."""
        there = self.in_catalog(catalog)
        return tuple(dict.fromkeys((self.source_table, self.destination, str(self), there.destination, str(there))))
