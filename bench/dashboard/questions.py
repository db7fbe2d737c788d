"""What is asked of the dashboard, and of the table by a script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bench.dashboard.site import FIRST, ROWS, rows
from headgate.dashboard.lake.query import cursor_text

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ("id", "updated_at", "site", "value", "state", "note")
SIZES = (25, 50, 100)
_DEEP = 1000  # pages


@dataclass(frozen=True, slots=True)
class Question:
    """Rows of the large table. sort: empty for the order by default; down: from its end; key: an id or none.

    day: the number of a day of the rows' year, or none; after: the (updated_at, id) of the row before, in the order by default.
    """

    sort: str = ""
    down: bool = False
    key: int | None = None
    day: int | None = None
    after: tuple[str, int] | None = None
    size: int = 50

    @property
    def days(self) -> tuple[str, str]:
        """The beginning and the end of the day."""
        begin = FIRST + timedelta(days=self.day or 0)
        return begin.isoformat(), (begin + timedelta(days=1)).isoformat()

    def address(self, table: str) -> str:
        """Give the address of the page that shows it."""
        pairs: list[tuple[str, Any]] = [("size", self.size)]
        if self.sort:
            pairs += [("sort", self.sort), *([("down", "1")] if self.down else [])]
        if self.key is not None:
            pairs += [("column", "id"), ("op", "is"), ("value", self.key)]
        if self.day is not None:
            for operator, value in zip(("from", "to"), self.days, strict=True):
                pairs += [("column", "updated_at"), ("op", operator), ("value", value)]
        if self.after:
            pairs.append(("after", cursor_text([self.after[0], str(self.after[1])])))
        return f"/data/{table}?{urlencode(pairs)}"


def by_kind() -> dict[str, Sequence[Question]]:
    """Give the questions that are measured, each in several variants, so that none is answered by what was kept of another."""
    keys = rows(ROWS // 3, len(SIZES))["id"].to_pylist()
    return {
        "default order": [Question(size=size) for size in SIZES],
        "filter by key": [Question(key=key) for key in keys],
        "filter by time": [Question(day=day) for day in (40, 150, 260)],
        f"page {_DEEP:,} by key": [Question(after=_row_before(_DEEP * 50 + number)) for number in range(3)],
        **{f"sort by {name}": [Question(sort=name, size=size) for size in SIZES] for name in COLUMNS},
    }


def _row_before(place: int) -> tuple[str, int]:
    """Give the (updated_at, id) of the row that has so many before it in the order by default, the last first."""
    [row] = rows(ROWS - 1 - place, 1).select(["updated_at", "id"]).to_pylist()
    return f"{row['updated_at']:%Y-%m-%d %H:%M:%S}+00", row["id"]
