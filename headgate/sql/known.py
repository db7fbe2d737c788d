"""Tables that a pipeline reads and does not make: what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class KnownTable:
    """A table by its name.

    columns: name → type as SQL, None where they are not known. changing: why rows of it change or go, in words that follow
    "it"; empty for a table that is only appended to.
    """

    name: str
    columns: Mapping[str, str] | None = None
    changing: str = ""
    key: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", tuple(part.strip("`").lower() for part in self.name.split(".")))


class KnownTables:
    """Tables by name; a name may leave out the catalog and the schema, on either side.

    Several lists of them may be given: a later one is read only once a table isn't in those before.
    """

    def __init__(self, *lists: Iterable[KnownTable]) -> None:
        self._unread = list(lists)
        self._read: list[dict[str, list[KnownTable]]] = []

    def find(self, key: tuple[str, ...]) -> KnownTable | None:
        """Give the table of a name in lower case; None for one that isn't known, or where several might be meant."""
        for index in range(len(self._read) + len(self._unread)):
            if index == len(self._read):
                self._read.append(_by_last_part(self._unread.pop(0)))
            found = [table for table in self._read[index].get(key[-1], ()) if same_table(table.key, key)]
            exact = [table for table in found if table.key == key]
            if exact or len(found) == 1:
                return exact[0] if exact else found[0]
        return None


def _by_last_part(tables: Iterable[KnownTable]) -> dict[str, list[KnownTable]]:
    found: dict[str, list[KnownTable]] = {}
    for table in tables:
        found.setdefault(table.key[-1], []).append(table)
    return found


def same_table(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Give whether two names in lower case may be of one table: all parts that both have are the same."""
    shared = min(len(one), len(other))
    return one[-shared:] == other[-shared:]
