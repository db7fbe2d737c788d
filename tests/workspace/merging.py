"""What MERGE INTO does with a table, for statements of the form that headgate writes; anything else is a syntax error."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workspace.model import Table

    Row = dict[str, Any]

_TEXT = r"'[^'\\]*(?:\\.[^'\\]*)*'"
FORM = (
    r"MERGE INTO (?P<table>\S+) AS target\n"  # noqa: S608  # a pattern, which runs nothing
    r"USING \(SELECT (?P<cells>[^\n]+?) FROM \(SELECT explode\(from_json\((?P<rows>" + _TEXT + r"), '(?P<form>[^']*)', "
    r"map\('mode', 'FAILFAST'\)\)\) AS row\)\) AS source\n"
    r"ON (?P<on>[^\n]+)\n"
    r"WHEN MATCHED AND NOT \((?P<equal>[^\n]+)\) THEN UPDATE SET (?P<changes>[^\n]+)\n"
    r"WHEN NOT MATCHED THEN INSERT \((?P<columns>[^\n]+)\) VALUES \((?P<values>[^\n]+)\)"
    r"(?:\nWHEN NOT MATCHED BY SOURCE AND (?P<gone>[^\n]+) THEN DELETE)?"
)
_WHERE = re.compile(
    rf"target\.`(?P<tag>\w+)` IN \((?P<tags>{_TEXT}(?:, {_TEXT})*)\)"
    rf" AND target\.`(?P<time>\w+)` >= TIMESTAMP(?P<start>{_TEXT}) AND target\.`\w+` < TIMESTAMP(?P<before>{_TEXT})"
)
_SHORT = {"\\u0024": "$", "\\'": "'", "\\\\": "\\"}


def literal(text: str) -> str:
    """Give the text that a string literal stands for, as Spark reads it."""
    return re.sub(r"\\u[0-9A-Fa-f]{4}|\\.", lambda found: _SHORT.get(found[0], found[0][1:]), text[1:-1])


def merge(table: Table, told: re.Match[str]) -> tuple[int, int, int]:
    """Merge into a table's rows; give how many were changed, deleted and inserted. Raises ValueError as the warehouse fails."""
    source: list[Row] = json.loads(literal(told["rows"]))
    kinds = dict(re.findall(r"`(\w+)`: (\w+)", told["form"]))
    if odd := [row for row in source if set(row) != set(kinds)]:
        raise ValueError(f"[MALFORMED_RECORD_IN_PARSING] {odd[0]}")
    keys = re.findall(r"target\.`(\w+)` = source\.`\w+`", told["on"])
    within, equal = _within(told["on"]), re.findall(r"target\.`(\w+)` <=> source\.`\w+`", told["equal"])
    there: dict[tuple[Any, ...], list[int]] = {}
    for number, old in enumerate(table.rows):
        if within(old):
            there.setdefault(tuple(old[key] for key in keys), []).append(number)
    found: dict[int, Row] = {}
    fresh = []
    for row in source:
        matches = there.get(tuple(row[key] for key in keys), [])
        if any(n in found for n in matches):
            raise ValueError("[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] Cannot perform Merge")
        found |= dict.fromkeys(matches, row)
        fresh += [] if matches else [row]
    changed = {n: row for n, row in found.items() if any(table.rows[n].get(name) != row[name] for name in equal)}
    gone = _within(told["gone"]) if told["gone"] else lambda _: False
    lost = {n for n, old in enumerate(table.rows) if n not in found and gone(old)}
    table.rows = [changed.get(n, old) for n, old in enumerate(table.rows) if n not in lost] + fresh
    return len(changed), len(lost), len(fresh)


def _within(text: str) -> Callable[[Row], bool]:
    """Give whether a row of the target is of the tags and the time that a condition names."""
    told = _WHERE.match(text)
    assert told, text
    tags = {literal(tag) for tag in re.findall(_TEXT, told["tags"])}
    start, before = (datetime.fromisoformat(literal(told[end])) for end in ("start", "before"))
    return lambda row: row[told["tag"]] in tags and start <= datetime.fromisoformat(row[told["time"]]) < before
