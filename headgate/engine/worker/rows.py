"""Rows of a connector that are checked together, taken apart into columns while they are new."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from operator import itemgetter
from sys import intern
from typing import TYPE_CHECKING, Any

from headgate.engine.worker.errors import TableError, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class Rows:
    """Dictionaries, of which the schema's `names` become columns.

    Where each has just these names, nothing but the values is kept, one row's after the other's: a dictionary that goes as soon
    as it came takes half of the time of one that waits until thousands are there.
    """

    def __init__(self, names: Sequence[str]) -> None:
        # As Python keeps the names of its code: those are found in a dictionary without being compared.
        self._names = list(map(intern, names))
        self._values_of: Callable[[Any], Iterable[Any]] = (
            itemgetter(*self._names) if len(names) > 1 else lambda row: (row[self._names[0]],)
        )
        self._values: list[Any] = []
        self._rows: list[Any] = []  # in place of the values, once one has other names
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: int) -> Mapping[str, Any]:
        if self._rows:
            found: Mapping[str, Any] = self._rows[place]
            return found
        width = len(self._names)
        return dict(zip(self._names, self._values[place * width : (place + 1) * width], strict=True))

    def add(self, rows: Sequence[Any]) -> None:
        """Take some more rows."""
        if not self._rows and (values := self._alike(rows)) is not None:
            self._values += values
        else:
            self._rows = self._rows or [self[place] for place in range(self._count)]
            self._rows += rows
        self._count += len(rows)

    def _alike(self, rows: Sequence[Any]) -> list[Any] | None:
        """Give the values of rows that have all of the names and no other, None where one does not."""
        try:
            values = list(chain.from_iterable(map(self._values_of, rows)))
            return values if max(map(len, rows)) == len(self._names) else None
        except (KeyError, TypeError, IndexError):
            return None

    def columns(self) -> tuple[list[Sequence[Any]], set[str]]:
        """Give the values of each name, and the names that rows have besides. Raises TableError for what is no dictionary."""
        if not self._rows:
            return [self._values[place :: len(self._names)] for place in range(len(self._names))], set()
        for row in self._rows:
            if not isinstance(row, Mapping):
                found = f"{type(row).__name__} {plain(row)[:60]!r}"
                raise TableError(f"it gave {found} among its rows: expected a dictionary")
        columns: list[Sequence[Any]] = [[row.get(name) for row in self._rows] for name in self._names]
        return columns, {plain(name) for row in self._rows for name in row} - set(self._names)
