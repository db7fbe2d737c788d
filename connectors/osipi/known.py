"""The WebIDs under which databases and elements first landed with event frames (their keys), whatever they are called by now.

A Full WebID holds the path, so it changes with the name of the asset server, the database, or any element above. Rows of a
frame that comes again have the keys that its first ones had. So a database is known for good, an element as long as a frame
is remembered that refers to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .webids import path_of, stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable

_ABOVE_ELEMENTS = 2  # parts of a path: the asset server and the database


@dataclass(slots=True)
class Known:
    """The keys of databases and elements. `paths`: of each that is not called what its key says, the path that it has.

    `used` are the elements of the frames that a run under way remembers further; `told` is what became of elements, by key.
    """

    databases: set[str] = field(default_factory=set)
    elements: set[str] = field(default_factory=set)
    paths: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    told: dict[str, str] = field(default_factory=dict, compare=False)
    _ids: dict[str, str] = field(default_factory=dict, init=False, compare=False)

    def database(self, webid: str, others: Iterable[str]) -> str:
        """Give a database's key; others: what may be one besides, as older versions have no `databases` in their offsets."""
        ids = {stable_id(key): key for key in (*others, *self.databases)}
        key = ids.get(stable_id(webid), webid)
        self.databases.add(key)
        return key

    def element(self, webid: str) -> str:
        """Give an element's key, and note where it was renamed, or one above it: not where the server or the database was."""
        if len(self._ids) < len(self.elements):
            self._ids = {stable_id(key): key for key in self.elements}
        key = self._ids.get(stable_id(webid), webid)
        if key == webid and key not in self.paths:
            return key
        path, own = path_of(webid), path_of(key)
        before = self.paths.get(key, own)
        if path and path != before:
            self.paths[key] = path
            if path == own:
                del self.paths[key]
            if before and _below(path) != _below(before):
                self.told[key] = (
                    f"was renamed: it was {before}, and is {path} now; rows of frames that were read keep its element_webid"
                )
        return key

    def use(self, elements: Iterable[str]) -> None:
        """Remember elements (keys), to which a frame refers that is remembered."""
        for key in elements:
            self.used.add(key)
            self.elements.add(key)
            self._ids.setdefault(stable_id(key), key)

    def end(self) -> None:
        """Forget the elements of frames that are not remembered."""
        self.elements, self.used, self._ids = self.elements & self.used, set(), {}
        self.paths = {key: path for key, path in self.paths.items() if key in self.elements | self.databases}

    def to_offset(self) -> list[Any]:
        """Give it as an offset has it; empty where it knows nothing."""
        some = [sorted(self.databases), sorted(self.elements), self.paths, sorted(self.used)]
        return some if any(some) else []


def known_of(databases: list[str], elements: list[str], paths: dict[str, str], used: list[str]) -> Known:
    """Read what `to_offset` gives. Raises TypeError or AttributeError for anything else."""
    texts = [*databases, *elements, *paths, *paths.values(), *used]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("no WebIDs and paths")
    return Known(set(databases), set(elements), dict(paths.items()), set(used))


def _below(path: str) -> list[str]:
    """Give the part of an element's path that is below its database."""
    return path.split("\\")[_ABOVE_ELEMENTS:]
