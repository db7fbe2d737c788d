"""`handover.<target>.json`: how jobs and pipelines were before a handover stopped them, so that they can be put back.

It is written whole before anything is stopped and removed when all runs again; a run that died finds it there.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal

from headgate.files import read_text, write_whole
from headgate.tables.names import folded
from headgate.validation import StrictModel, parse_as

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FORMAT = 1
_FIX = (
    "take the file of the last commit; or remove it, look which jobs are paused, and let the next deploy set them to what "
    "connector.yaml says"
)


@dataclass(frozen=True, slots=True)
class PriorState:
    """A pipeline (headgate's id) as it was. `paused`: its job's schedule, None without one; `running`: a continuous one ran."""

    pipeline: str
    pipeline_id: str
    job_id: str
    paused: bool | None
    continuous: bool
    running: bool


@dataclass(frozen=True, slots=True)
class HandoverJournal:
    """What was before, by pipeline; `begun` holds the tables whose ALTER was begun and isn't recorded in the lock yet."""

    before: tuple[PriorState, ...] = ()
    begun: tuple[str, ...] = ()

    def with_before(self, found: Iterable[PriorState]) -> HandoverJournal:
        """Give the journal with pipelines that it doesn't know; what it knows was before, and stays."""
        known = {entry.pipeline for entry in self.before}
        more = [entry for entry in found if entry.pipeline not in known]
        return replace(self, before=tuple(sorted((*self.before, *more), key=lambda entry: entry.pipeline)))

    def beginning(self, table: str) -> HandoverJournal:
        """Give the journal with a table whose ALTER begins."""
        return replace(self, begun=tuple(sorted({*self.begun, table})))

    def ended(self, table: str) -> HandoverJournal:
        """Give the journal without a table that is recorded."""
        return replace(self, begun=tuple(name for name in self.begun if folded(name) != folded(table)))


class _File(StrictModel):
    format: Literal[1]
    before: tuple[PriorState, ...]
    begun: tuple[str, ...]


def journal_path(folder: Path, target: str) -> Path:
    """Give the file's place in a connector's folder."""
    return folder / f"handover.{target}.json"


def read_journal(folder: Path, target: str) -> HandoverJournal | None:
    """Read the journal; None where nothing is stopped. Raises InputError for a damaged file."""
    path = journal_path(folder, target)
    text = read_text(path, _FIX)
    if text is None:
        return None
    found = parse_as(_File, text, str(path), _FIX)
    return HandoverJournal(found.before, found.begun)


def write_journal(folder: Path, target: str, journal: HandoverJournal) -> None:
    """Write the journal whole, one line a pipeline."""
    lines = ",\n".join(f"    {json.dumps(asdict(entry), ensure_ascii=False)}" for entry in journal.before)
    begun = json.dumps(journal.begun, ensure_ascii=False)
    text = f'{{\n  "format": {FORMAT},\n  "before": [\n{lines}\n  ],\n  "begun": {begun}\n}}\n'
    write_whole(journal_path(folder, target), text)


def remove_journal(folder: Path, target: str) -> None:
    """Remove the journal: nothing is stopped any more."""
    journal_path(folder, target).unlink(missing_ok=True)
