"""What a backfill reads and which parts of it are done: a file, written whole before the first part and after each.

So a run that was killed goes on there, with the times and the tags of its first run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from headgate.files import read_text, write_whole
from headgate.validation import StrictModel, parse_as

if TYPE_CHECKING:
    from pathlib import Path

JOURNAL = "backfill.json"
_FIX = "delete it to begin the backfill again: a repeat doubles nothing"


@dataclass(slots=True)
class BackfillJournal:
    """The parts that are done, by their ids, of the order that `path` belongs to, and the span and tags that they are of."""

    path: Path
    order: str
    done: set[str] = field(default_factory=set)
    span: tuple[str, str] | None = None  # from when to when, which `*` says only at the first run
    tags: tuple[str, ...] = ()  # as the source had them at the first run

    def begin(self, span: tuple[str, str], tags: tuple[str, ...]) -> None:
        """Keep what is read, before anything of it lands."""
        self.span, self.tags = span, tags
        self._write()

    def add(self, part: str) -> None:
        """Remember that a part has landed."""
        self.done.add(part)
        self._write()

    def _write(self) -> None:
        held = {"format": 2, "order": self.order, "span": self.span, "tags": self.tags, "done": sorted(self.done)}
        write_whole(self.path, json.dumps(held) + "\n")

    def end(self) -> None:
        """Forget all: the same command then reads the range again."""
        self.path.unlink(missing_ok=True)


class _File(StrictModel):
    format: Literal[2]
    order: str
    span: tuple[str, str]
    tags: tuple[str, ...]
    done: set[str]


def request_digest(*words: str) -> str:
    """Give the digest of what a run was asked for; the same words carry on the same journal."""
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:20]


def read_journal(path: Path, order: str) -> BackfillJournal:
    """Read what is done; a journal of another order is begun again. Raises InputError for a file that is none."""
    text = read_text(path, _FIX)
    found = None if text is None else parse_as(_File, text, str(path), _FIX)
    if found is None or found.order != order:
        return BackfillJournal(path, order)
    return BackfillJournal(path, order, found.done, found.span, found.tags)
