"""Where the rows of a backfill land: stdout, a folder of files, or a Delta table."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Protocol

from headgate.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from headgate.backfill.source import Part, Row


class Sink(Protocol):
    """Takes the rows of a part, all at once. Landing the same part again doubles nothing, where there is a memory of it."""

    def land(self, part: Part, rows: Sequence[Row], read: Collection[str]) -> None:
        """Take a part's rows; `read` are those of its tags that could be read."""


def lines(rows: Sequence[Row]) -> str:
    """Write rows as newline JSON."""
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)


class Stdout:
    """Newline JSON on stdout; it remembers nothing, so a run that was cut off begins anew."""

    def land(self, part: Part, rows: Sequence[Row], read: Collection[str]) -> None:  # noqa: ARG002 (what other sinks need)
        """Print a part's rows."""
        sys.stdout.write(lines(rows))
        sys.stdout.flush()


class Folder:
    """A file of newline JSON for each part, written whole and named by what it holds, so a repeat replaces it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def land(self, part: Part, rows: Sequence[Row], read: Collection[str]) -> None:  # noqa: ARG002 (what other sinks need)
        """Write a part's file."""
        start = part.start.replace(":", "").replace("-", "")
        write_whole(self._folder / f"{start}.{part.id}.jsonl", lines(rows))
