"""A CSV of 520 tables of 29 connectors, made from a seed: tables that many sources have, and names that are hard to carry."""

from __future__ import annotations

import csv
import json
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES, CONNECTORS, LARGEST = 520, 29, 250
COLUMNS = ("connector", "source_table", "ingestion_type", "primary_keys", "cursor_field")

_AREAS = ("", "hr", "sales", "billing", "Ops", "web", "audit", "legacy", "eu", "x2")
_THINGS = (
    "users", "orders", "order_lines", "invoices", "Events", "sessions", "tickets", "messages", "Employee", "positions",
    "payments", "devices", "labels", "comments", "reports", "campaigns", "sites", "contacts", "files", "rates",
)  # fmt: skip
_HARD = (
    "select", "class", "True", "null", "it's", 'the "best"', "a,b", "two\nlines", "tab\there", "Größe", "表", "naïve résumé",
    "dots.in.it", "slash/es", "back\\slash", "100%", "{braces}", "$HOME", "`ticks`", "=SUM(A1)", "-dash", "#hash", "a b  c",
    "İstanbul", "e\u0301tat", "😀", "Packaging Tasks", "packaging_tasks", "table", "_", "0", "007", "x" * 255,
)  # fmt: skip
_KEYS = (
    ("id",),
    ("externalCode", "startDate"),
    ("message_id", "set_id"),
    ("tag", "time", "no."),
    ("Order ID",),
    ("a,b", 'c"d'),
)
_CURSORS = ("updated_at", "lastModifiedDateTime", "date", "_seq", "last modified", "Änderung")


def listing(seed: int = 1) -> list[dict[str, str]]:
    """Give the rows: one connector has nearly half of the tables, every hard name is there, keys and cursors fit the types."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    names = _names(chance)
    return [_row(connector, name, chance) for connector, own in zip(_connectors(), names, strict=True) for name in own]


def write_listing(path: Path, seed: int = 1) -> Path:
    """Write the rows as the CSV that `--from-csv` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(listing(seed))
    return path


def _connectors() -> list[str]:
    return [f"source_{number:02}" for number in range(1, CONNECTORS + 1)]


def _names(chance: random.Random) -> Iterator[list[str]]:
    """Give the names of each connector's tables: the first has the most, the hard names are dealt out over the others."""
    plain = [f"{area}_{thing}".strip("_") for area in _AREAS for thing in _THINGS]
    plain += [f"{name}_{number}" for name in plain[:60] for number in (1, 2)]
    yield chance.sample(plain, LARGEST)
    cuts = sorted(chance.sample(range(1, TABLES - LARGEST), CONNECTORS - 2))
    sizes = [end - start for start, end in zip([0, *cuts], [*cuts, TABLES - LARGEST], strict=True)]
    hard = chance.sample(_HARD, len(_HARD))
    for size in sizes:
        own, hard = hard[: (size + 1) // 2], hard[(size + 1) // 2 :]
        yield chance.sample([*own, *chance.sample(plain, size - len(own))], size)
    assert not hard


def _row(connector: str, name: str, chance: random.Random) -> dict[str, str]:
    kind = chance.choices(("cdc", "snapshot", "append", "cdc_with_deletes"), (50, 39, 8, 3))[0]
    keys = () if kind == "append" and chance.random() < 0.2 else chance.choice(_KEYS)
    cursor = "" if kind == "snapshot" or (kind == "append" and chance.random() < 0.1) else chance.choice(_CURSORS)
    return dict(zip(COLUMNS, (connector, name, kind, json.dumps(keys), cursor), strict=True))
