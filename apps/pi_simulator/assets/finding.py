"""Lists as callers want them: filtered, sorted, a page of them. Knows nothing of what it lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..wildcards import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .things import Thing


def like(text: str, wanted: str | None) -> bool:
    """Say whether a text is as wanted: `*` stands for any characters, `?` for one, capitals for small letters."""
    return not wanted or pattern(wanted).fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted, in which order; `most` is the caller's maxCount."""

    start: int = 0
    most: int = 1000
    field: str = "Name"
    descending: bool = False

    def of(self, things: Iterable[Thing]) -> tuple[list[Thing], int]:
        """Give the part, and how many there are in all."""
        ordered = sorted(things, key=lambda one: (_key(one, self.field), one.path), reverse=self.descending)
        return ordered[self.start : self.start + self.most], len(ordered)


def _key(thing: Thing, field: str) -> tuple[int, Any]:
    own = {"name": thing.name, "description": thing.description, "id": str(thing.guid)}
    low = field.lower()
    value = own[low] if low in own else {name.lower(): value for name, value in thing.fields.items()}.get(low, "")
    return (0, value) if isinstance(value, (int, float)) else (1, str(value).casefold())


def matching(things: Iterable[Thing], *tests: Callable[[Thing], bool]) -> list[Thing]:
    """Give the things that pass all tests."""
    return [one for one in things if all(test(one) for test in tests)]
