"""What the source holds: changes of rows, each at its place in time; a pure function of a seed.

Sequences come out of order and equal ones come too, rows are deleted and come back, cells do not fit, and the schema grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

ROUND = 18  # places of a round
ROUNDS = 4
GROWS, RENAMED = ROUND + 5, 2 * ROUND + 5  # places from which on the schema has more columns; another spelling of one
_KEYS = 7
_DELETED, _UNFIT, _SAME, _UNKNOWN, _TEXT = 0.2, 0.1, 0.15, 0.1, 0.1  # shares of the changes
_BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
_BAD: tuple[tuple[str, Any], ...] = (
    ("amount", True),
    ("amount", "much"),
    ("exact", "1.2345"),
    ("info", 5),
    ("info", {"a": 1.5, "b": "half"}),
    ("exact", "1e99"),
    ("id", None),
    ("moment", "yesterday"),
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A row as it became, or keys and sequence alone of one that went. bad: the column whose value does not fit."""

    key: tuple[int, str]
    row: Row
    deleted: bool
    bad: str = ""

    @property
    def fits(self) -> bool:
        return not self.bad


@cache
def changes(seed: int, table: str) -> tuple[Change, ...]:
    """Give the changes of a table, in the order of their places."""
    luck = Random(f"{seed} {table}")  # noqa: S311  # no secret
    latest: dict[tuple[int, str], int] = {}
    made = []
    for place in range(ROUND * ROUNDS):
        number = luck.randrange(_KEYS)
        key = (number, f"p{number % 2}")
        sequence = place * 10 + luck.randrange(-7, 8) * 5
        if key in latest and luck.random() < _SAME:
            sequence = latest[key]
        latest[key] = sequence
        made.append(_change(key, sequence, place, luck))
    return tuple(made)


def _change(key: tuple[int, str], sequence: int, place: int, luck: Random) -> Change:
    at = (_BEGIN + timedelta(seconds=sequence)).isoformat()
    row: Row = {"id": key[0], "part": key[1], "seq": sequence, "at": at}
    if luck.random() < _DELETED:
        return Change(key, row, deleted=True)
    row |= {
        "text": f"text {place} é",
        "amount": luck.choice([None, place / 4, float(place)]),
        "exact": luck.choice([None, f"{place}.25", place]),
        "moment": at,
        "info": {"a": place, "b": None} | ({"c": place * 2} if place >= GROWS else {}),
        "tags": [f"t{n}" for n in range(place % 3)],
        "place": place,
    }
    if place >= GROWS:
        row["extra"] = luck.choice([None, f"extra {place}"])
    if luck.random() < _UNKNOWN:
        row["odd"] = place
    if luck.random() < _TEXT:
        row["seq"] = str(sequence)
    if luck.random() >= _UNFIT:
        return Change(key, row, deleted=False)
    column, value = luck.choice(_BAD)
    return Change(key, row | {column: value}, deleted=False, bad=column)


def snapshot(seed: int, table: str, now: int) -> list[Row]:
    """Give the rows that are there at a time; of some keys there are two."""
    there: dict[tuple[int, str], Row] = {}
    for change in changes(seed, table)[:now]:
        there.pop(change.key, None)
        if not change.deleted:
            there[change.key] = change.row
    rows = [there[key] for key in sorted(there)]
    again = [row | {"amount": 99.0} for row in rows if (row["place"] + now // ROUND) % 9 == 0]
    return rows + again


def columns(now: int) -> list[tuple[str, str]]:
    """Give names and types of the columns that the schema has at a time."""
    text = "text" if now <= RENAMED else "TEXT"
    info = "info" if now <= GROWS else "grown info"
    found = [
        ("id", "long"), ("part", "string"), ("seq", "long"), ("at", "time"), (text, "string"), ("amount", "double"),
        ("exact", "decimal"), ("moment", "time"), ("info", info), ("tags", "tags"), ("place", "long"),
    ]  # fmt: skip
    return [*found, ("extra", "string")] if now > GROWS else found
