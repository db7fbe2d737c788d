"""What is wrong with a pipeline file, by its place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from headgate.definition.yaml import Path


class Fault(NamedTuple):
    """What is wrong at a path of a file, and how to mend it."""

    path: Path
    message: str
    fix: str
