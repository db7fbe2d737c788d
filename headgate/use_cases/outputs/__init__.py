"""What each command prints for a machine (`--format json`), as types: the JSON has their fields, and they document it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of what a command prints."""

    @classmethod
    def like(cls, found: object, /, **others: Any) -> Self:
        """Give it with what `found` has under the names of its fields, but for the `others`, which are given."""
        same = {one.name: getattr(found, one.name) for one in fields(cls) if one.name not in {"format", *others}}
        return cls(**same, **others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Part):
    """What a command prints."""

    format: Literal[1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOutput(Output):
    """What a command prints of a connector in a target."""

    connector: str
    target: str
