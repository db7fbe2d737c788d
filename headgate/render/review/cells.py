"""The cells of a review's rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a row: of a table, an address, a value. Renderings set it apart from words."""

    text: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names of several in a row; renderings with little room show some of them (`few`)."""

    texts: tuple[str, ...]

    def few(self, count: int) -> tuple[Name, str]:
        """Give so many of the names, and how many more there are in words, or "" where there are none."""
        rest = len(self.texts) - count
        return Name(", ".join(self.texts[:count])), f"and {rest:,} more" if rest > 0 else ""


Cell = str | Name | Names
Row = tuple[Cell, ...]
