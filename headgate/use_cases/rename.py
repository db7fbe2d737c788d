"""Another id for a pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.layout.adopted import adopted_path, rename_adopted
from headgate.layout.progress import pipeline_id, rename_pipeline
from headgate.use_cases.record import write_layout
from headgate.use_cases.request import one_connector

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameRequest:
    """The pipeline's id `old` becomes `new`, in every target."""

    connector: str
    old: str
    new: str
    root: Path = Path()


def change_id(request: RenameRequest, tell: Callable[[str], None]) -> tuple[str, str]:
    """Give a pipeline another id in the lock; give the connector's id and the pipeline's old one.

    Raises InputError for an id that can't be, RefusedError for one that was given before.
    """
    one = one_connector(request.root, request.connector)
    old = pipeline_id(request.old)
    write_layout(one, rename_pipeline(one.agreed(), old, request.new, tuple(one.definition.targets)), tell)
    for target in one.definition.targets:
        if rename_adopted(one.folder, target, old, request.new):
            tell(f"{adopted_path(one.folder, target)} written")
    return one.definition.id, old
