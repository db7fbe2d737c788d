"""Where rows land: a folder of JSON files, and the offset that belongs to them, so that both are there or neither.

`offset.json` says up to which segment rows were taken over. A segment is written beside them first; the rename of
`offset.json` is the moment at which it counts; then it goes to `rows/`. Whoever dies in between leaves a segment that counts
and is moved at the next start, or one that does not count and is thrown away. Who reads `rows/` sees whole segments only,
each once, under a name that is never given again.
"""

from __future__ import annotations

import fcntl
import json
import os
from typing import TYPE_CHECKING, Any

from ..problems import OffsetError, OptionsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Segments:
    """A folder of segments, for one reader at a time. `offset` is None where nothing ever landed."""

    def __init__(self, folder: Path) -> None:
        """Take the folder over and finish what a reader that died left. Raises OptionsError where another one has it."""
        self._folder, self._rows, self._pending = folder, folder / "rows", folder / ".pending"
        for place in (self._rows, self._pending):
            place.mkdir(parents=True, exist_ok=True)
        self._held = os.open(folder / ".reader", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._hold()
            self.segment, self.offset = self._committed()
            self._recover()
        except BaseException:
            self.close()
            raise

    def commit(self, rows: Iterable[Mapping[str, Any]], offset: Mapping[str, Any]) -> int:
        """Take over rows and the offset after them at once; give how many rows. Raises OSError, and then neither counts."""
        segment, count = self.segment + 1, 0
        pending = self._place(segment)
        with pending.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(_COMPACT.encode(row) + "\n")
                count += 1
            _flush(file)
        if not count:
            pending.unlink()
            segment = self.segment
        fresh = self._pending / "offset.json"
        with fresh.open("w", encoding="utf-8") as file:
            file.write(_COMPACT.encode({"segment": segment, "offset": offset}))
            _flush(file)
        _flush_folder(self._pending)
        fresh.replace(self._folder / "offset.json")
        _flush_folder(self._folder)
        self.segment, self.offset = segment, dict(offset)
        if count:
            self._publish()
        return count

    def close(self) -> None:
        """Let another reader have the folder."""
        os.close(self._held)

    def _hold(self) -> None:
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OptionsError(f"another reader writes to {self._folder}: end it, or name another folder with --out") from None

    def _place(self, segment: int) -> Path:
        return self._pending / f"{segment:012d}.jsonl"

    def _committed(self) -> tuple[int, dict[str, Any] | None]:
        path = self._folder / "offset.json"
        if not path.exists():
            if any(self._rows.iterdir()):
                raise OffsetError(f"{path} is gone, but rows are there: bring it back, or name an empty folder with --out")
            return 0, None
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return int(kept["segment"]), dict(kept["offset"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise OffsetError(f"{path} can't be read: bring back what was there, or name an empty folder with --out") from None

    def _recover(self) -> None:
        if self._place(self.segment).exists():
            self._publish()
        for path in self._pending.iterdir():
            path.unlink()

    def _publish(self) -> None:
        pending = self._place(self.segment)
        pending.replace(self._rows / pending.name)
        _flush_folder(self._rows)


def _flush(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
