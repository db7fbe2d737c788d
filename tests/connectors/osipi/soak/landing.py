"""Where rows land so that a reader may die at any instant: with the offset in one file, or before it, by their key."""

from __future__ import annotations

import json
import os
import sqlite3
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Rows = list[dict[str, Any]]
_KEY = ("tag_webid", "timestamp", "sub_microsecond", "occurrence")


class Landing(Protocol):
    """Keeps what was read."""

    def offset(self) -> dict[str, Any] | None:
        """Give the offset from which to read on."""

    def land(self, rows: Rows, offset: dict[str, Any], between: Callable[[], None]) -> None:
        """Keep rows and the offset after them; `between` is called where a death would part them."""

    def rows(self) -> Rows:
        """Give all rows."""


class Segments:
    """A file for each batch, which holds the offset too and is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.segment"))

    def offset(self) -> dict[str, Any] | None:
        files = self._files()
        return json.loads(files[-1].read_text())["offset"] if files else None

    def land(self, rows: Rows, offset: dict[str, Any], between: Callable[[], None]) -> None:
        path = self._folder / f"{len(self._files()):06d}.part"
        with path.open("w") as file:
            json.dump({"rows": rows, "offset": offset}, file)
        between()
        os.replace(path, path.with_suffix(".segment"))  # noqa: PTH105 (the one call that is sure to be atomic, by its name)

    def rows(self) -> Rows:
        return [row for file in self._files() for row in json.loads(file.read_text())["rows"]]


class Upserts:
    """A table in which a row takes the place of the one with its key, and an offset that is written afterwards.

    A batch whose offset was not written is read again, by when a snapshot that it landed may have been dropped: what it left
    is undone before, for no offset knows of it.
    """

    def __init__(self, folder: Path) -> None:
        self._base = sqlite3.connect(folder / "landed.db", isolation_level=None)
        self._base.execute("PRAGMA synchronous = OFF")  # a process may die here, the machine does not
        self._base.execute(
            f"CREATE TABLE IF NOT EXISTS landed ({', '.join(_KEY)}, row, batch, PRIMARY KEY (batch, {', '.join(_KEY)}))"
        )
        self._base.execute("CREATE TABLE IF NOT EXISTS offsets (one INTEGER PRIMARY KEY, offset)")

    def offset(self) -> dict[str, Any] | None:
        found = self._base.execute("SELECT offset FROM offsets ORDER BY one DESC LIMIT 1").fetchone()
        return json.loads(found[0]) if found else None

    def land(self, rows: Rows, offset: dict[str, Any], between: Callable[[], None]) -> None:
        batch = self._base.execute("SELECT COALESCE(MAX(one), 0) + 1 FROM offsets").fetchone()[0]
        self._base.execute("BEGIN")
        self._base.execute("DELETE FROM landed WHERE batch = ?", [batch])
        self._base.executemany(
            "INSERT OR REPLACE INTO landed VALUES (?, ?, ?, ?, ?, ?)",
            ([*(row[name] for name in _KEY), json.dumps(row), batch] for row in rows),
        )
        self._base.execute("COMMIT")
        between()
        self._base.execute("INSERT INTO offsets VALUES (?, ?)", [batch, json.dumps(offset)])

    def rows(self) -> Rows:
        found = (json.loads(row) for (row,) in self._base.execute("SELECT row FROM landed ORDER BY batch"))
        return list({tuple(row[name] for name in _KEY): row for row in found}.values())


def landing_of(folder: Path, *, upsert: bool) -> Landing:
    return Upserts(folder) if upsert else Segments(folder)
