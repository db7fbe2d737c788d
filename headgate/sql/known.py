"""Tables that a pipeline reads and does not make: what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Keyed(Protocol):
    """Something that has a table's name, as its parts in lower case."""

    @property
    def key(self) -> tuple[str, ...]:
        """The name's parts."""
        ...


K = TypeVar("K", bound=Keyed)


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
        object.__setattr__(self, "key", key_of_text(self.name))


class ByName(Generic[K]):
    """Tables by name; a name may leave out the catalog and the schema, on either side."""

    def __init__(self, tables: Iterable[K]) -> None:
        self._by_last: dict[str, list[K]] = {}
        for table in tables:
            self._by_last.setdefault(table.key[-1], []).append(table)

    def find(self, key: tuple[str, ...]) -> K | None:
        """Give the table of a name in lower case; None where there is none, or where several might be meant."""
        found = [table for table in self._by_last.get(key[-1], ()) if same_table(table.key, key)]
        exact = [table for table in found if table.key == key]
        return exact[0] if exact else found[0] if len(found) == 1 else None


class KnownTables:
    """Tables by name, as `ByName` has them, of several lists: a later one is read only once a table isn't in those before."""

    def __init__(self, *lists: Iterable[KnownTable]) -> None:
        self._unread = list(lists)
        self._read: list[ByName[KnownTable]] = []

    def find(self, key: tuple[str, ...]) -> KnownTable | None:
        """Give the table of a name in lower case; None for one that isn't known, or where several might be meant."""
        for index in range(len(self._read) + len(self._unread)):
            if index == len(self._read):
                self._read.append(ByName(self._unread.pop(0)))
            if found := self._read[index].find(key):
                return found
        return None


def key_of_text(name: str) -> tuple[str, ...]:
    """Give the parts of a name as a file says it, in lower case and without backticks."""
    return tuple(part.strip("`").lower() for part in name.split("."))


def same_table(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Give whether two names in lower case may be of one table: all parts that both have are the same."""
    shared = min(len(one), len(other))
    return one[-shared:] == other[-shared:]
