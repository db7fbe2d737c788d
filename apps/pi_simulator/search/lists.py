"""Lists as callers want them: filtered and sorted. Knows nothing of what it lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .wildcards import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..assets.objects import Thing


def like(text: str, wanted: str | None) -> bool:
    """Say whether a text is as wanted: `*` stands for any characters, `?` for one, capitals for small letters."""
    return not wanted or pattern(wanted).fullmatch(text) is not None


def same(text: str, other: str) -> bool:
    """Say whether two names are the same to PI."""
    return text.casefold() == other.casefold()


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted; `given` says whether the caller said so."""

    field: str = "Name"
    descending: bool = False
    given: bool = False

    @property
    def by_name(self) -> bool:
        """Whether names alone decide, for which no object need be made."""
        return self.field.lower() == "name"

    def of(self, things: Iterable[Thing]) -> list[Thing]:
        """Give things in this order, by their paths where the field says the same of them."""
        return sorted(things, key=lambda one: (_key(one, self.field), one.path), reverse=self.descending)


def _key(thing: Thing, field: str) -> tuple[int, Any]:
    own = {"name": thing.name, "description": thing.description, "id": str(thing.guid)}
    low = field.lower()
    value = own[low] if low in own else {name.lower(): value for name, value in thing.fields.items()}.get(low, "")
    return (0, value) if isinstance(value, (int, float)) else (1, str(value).casefold())
