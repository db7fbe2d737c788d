"""Another id for a pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.layout.progress import rename_pipeline
from headgate.project import read_connectors
from headgate.use_cases.record import write_layout

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameRequest:
    """The pipeline's id `old` becomes `new`, in every target."""

    connector: str
    old: str
    new: str
    root: Path = Path()


def change_id(request: RenameRequest, tell: Callable[[str], None]) -> None:
    """Give a pipeline another id in the lock. Raises InputError for an id that can't be, RefusedError for one that is left."""
    one = read_connectors(request.root, request.connector)[0]
    write_layout(one, rename_pipeline(one.agreed(), request.old, request.new, tuple(one.definition.targets)), tell)
