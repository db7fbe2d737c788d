"""Where things lie in the folder of a run: each table by its full name, and what is the engine's own apart from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.tables.ids import TableId

_OWN = "_headgate"
_PLAIN = re.compile(r"[A-Za-z0-9_.-]")
_TAKEN = "%#?[]^|\\"
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A folder with the Delta tables of a run, <catalog>/<schema>/<table>, as Unity Catalog spells them."""

    path: Path

    def table(self, table: TableId) -> Path:
        """Give the folder of a table."""
        return self.path.joinpath(*_parts(table))

    def aside(self, table: TableId) -> Path:
        """Give the folder of what belongs to a table and is not its rows: quarantine, deletions, files of the moment."""
        return self.path.joinpath(_OWN, "tables", *_parts(table))

    def lock(self, connector: str, pipeline: str) -> Path:
        """Give the file that whoever runs a pipeline holds."""
        return self.path / _OWN / "locks" / f"{_name(connector)}.{_name(pipeline)}.lock"

    def log(self, connector: str, pipeline: str) -> Path:
        """Give the file of what a pipeline's connector printed."""
        return self.path / _OWN / "logs" / f"{_name(connector)}.{_name(pipeline)}.log"

    @property
    def events(self) -> Path:
        """The event log."""
        return self.path / _OWN / "events.jsonl"


def holds_table(folder: Path) -> bool:
    """Say whether a table was loaded into a folder: whether it holds a Delta table."""
    return (folder / "_delta_log").is_dir()


def _parts(table: TableId) -> list[str]:
    return [_name(part.lower()) for part in (table.catalog, table.schema, table.table)]


def unfit_characters(path: Path, also: str = "") -> str:
    """Give the characters of a path, in order, that deltalake takes for something else in the path of a table; and others."""
    taken = _TAKEN + also
    return "".join(sorted({one for part in path.parts[1:] for one in part if one in taken or not one.isprintable()}))


def _name(text: str) -> str:
    """Give a name as a folder's, on any system and in any address; letters, digits, `_`, `-` and `.` are left as they are."""
    safe = "".join(one if _PLAIN.fullmatch(one) else _escaped(one) for one in text)
    end = len(safe) - len(safe.rstrip("."))
    safe = safe[: len(safe) - end] + _escaped(".") * end
    return _escaped(safe[0]) + safe[1:] if _DEVICE.fullmatch(safe) or safe.startswith(_OWN) else safe


def _escaped(letter: str) -> str:
    return "".join(f"={byte:02X}" for byte in letter.encode())
