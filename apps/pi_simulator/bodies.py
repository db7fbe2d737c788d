"""JSON as PI writes it, and `selectedFields`, which names what of it is wanted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

_SHOWN = 200


def dumps(value: Any) -> bytes:
    """Give JSON as PI writes it: compact, UTF-8."""
    # Half of a surrogate pair is no UTF-8, but a backslash before its number is how JSON writes it.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")


@dataclass(frozen=True, slots=True)
class Fields:
    """A tree of the names that are wanted, in small letters; what has no names below it is wanted whole."""

    below: dict[str, Fields] = field(default_factory=dict)

    def of(self, *names: str) -> Fields | None:
        """Give what is wanted below a name, further down for several; None where it is not wanted."""
        found: Fields | None = self
        for name in names:
            if found is None or not found.below:
                return found
            found = found.below.get(name.lower())
        return found

    def cut(self, value: Any) -> Any:
        """Give a value without what is not wanted; lists stand for each of their items."""
        if not self.below:
            return value
        if isinstance(value, list):
            return [self.cut(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {name: wanted.cut(item) for name, item in value.items() if (wanted := self.below.get(name.lower())) is not None}


ALL = Fields()


def fields_of(text: str | None) -> Fields:
    """Read `Items.Name;Items.Value`; ValueError for names that are none."""
    tree: dict[str, Any] = {}
    for path in filter(None, (part.strip() for part in (text or "").split(";"))):
        at = tree
        for name in path.split("."):
            if not name:
                raise ValueError(path[:_SHOWN])
            at = at.setdefault(name.lower(), {})
        at.clear()
    return _frozen(tree)


def _frozen(tree: dict[str, Any]) -> Fields:
    return Fields({name: _frozen(below) for name, below in tree.items()})
