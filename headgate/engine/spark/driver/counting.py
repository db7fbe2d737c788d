"""What came of a table's load on Spark, summed up over what its readings told."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.engine.model import Counts
from headgate.engine.worker.connector import own_counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


@dataclass(slots=True)
class Tally:
    """Counts of a load. numbers: as readings tell them, by name; written, deleted: rows of the table; commits: of batches."""

    numbers: Counter[str] = field(default_factory=Counter)
    converted: Counter[str] = field(default_factory=Counter)
    unknown: set[str] = field(default_factory=set)
    written: int = 0
    deleted: int = 0
    repeated: int = 0
    commits: int = 0

    def take(self, told: Iterable[Mapping[str, Any]]) -> None:
        """Take what readings told."""
        for one in told:
            self.converted += Counter(one["converted"])
            self.unknown |= set(one["unknown"])
            self.numbers.update({name: value for name, value in one.items() if name not in {"converted", "unknown"}})

    def land(self, written: int, deleted: int) -> None:
        """Count a commit."""
        self.written, self.deleted, self.commits = self.written + written, self.deleted + deleted, self.commits + 1

    @property
    def counts(self) -> Counts:
        """All of it, as it is said."""
        numbers = self.numbers
        return Counts(
            rows=int(numbers["rows"]),
            written=self.written,
            deleted=self.deleted,
            quarantined=int(numbers["bad"]) + self.repeated,
            bytes=int(numbers["bytes"]),
            commits=self.commits,
            waiting=float(numbers["waiting"]),
            converted=dict(sorted(self.converted.items())),
            unknown=tuple(sorted(self.unknown)),
            **own_counts(numbers),
        )


class Counted:
    """What a flow's batches count, read on as they write it to a file, from an empty one on."""

    def __init__(self, path: Path, tally: Tally) -> None:
        self._path, self._tally, self._at = path, tally, 0
        path.write_bytes(b"")

    def read(self) -> bool:
        """Sum up what is new of it; say whether there was any."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            whole = file.read().rpartition(b"\n")[0]
        self._at += len(whole) + 1 if whole else 0
        for line in whole.splitlines():
            counts = json.loads(line)
            if "told" in counts:
                self._tally.take(counts["told"])
            else:
                self._tally.land(**counts)
        return bool(whole)
