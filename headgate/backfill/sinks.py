"""Where the rows of a backfill land: with the caller, in a folder of files, or a Delta table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from headgate.backfill.journal import JOURNAL
from headgate.files import write_whole
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from headgate.backfill.source import BackfillPart, BackfillPlan, Row


class Sink(Protocol):
    """Takes the rows of a part, all at once. Landing the same part again doubles nothing, where there is a memory of it."""

    def land(self, part: BackfillPart, rows: Sequence[Row], read: Collection[str]) -> None:
        """Take a part's rows; `read` are those of its tags that could be read. Raises SourceError where they don't land."""


def lines(rows: Sequence[Row]) -> str:
    """Write rows as newline JSON."""
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)


class Lines:
    """Newline JSON for whoever asked; nothing is remembered, so a run that was cut off starts again."""

    def __init__(self, show: Callable[[str], object]) -> None:
        self._show = show

    def land(self, part: BackfillPart, rows: Sequence[Row], read: Collection[str]) -> None:  # noqa: ARG002 (what other sinks need)
        """Show a part's rows."""
        self._show(lines(rows))


class Folder:
    """A file of newline JSON for each part of one plan, written whole and named by what it holds, so a repeat replaces it."""

    def __init__(self, folder: Path, plan: BackfillPlan) -> None:
        """Take the folder; raises InputError where it holds anything else, such as parts that may be the plan's too."""
        self._folder = folder
        own = {_name(part) for part in plan.parts}
        there = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        foreign = [name for name in there if name not in own and name != JOURNAL and not name.startswith(".")]
        if "_delta_log" in foreign:
            raise InputError(f"{folder} is a Delta table", "merge rows into it by --delta, or name an empty folder for --out")
        if foreign:
            raise InputError(
                f"{folder} holds what is not of this backfill, such as {foreign[0]}: rows could be there twice",
                "name an empty folder, or run what was run there with the same tags, options and absolute times",
            )

    def land(self, part: BackfillPart, rows: Sequence[Row], read: Collection[str]) -> None:  # noqa: ARG002 (what other sinks need)
        """Write a part's file."""
        write_whole(self._folder / _name(part), lines(rows))


def _name(part: BackfillPart) -> str:
    start = part.start.replace(":", "").replace("-", "")
    return f"{start}.{part.id}.jsonl"
