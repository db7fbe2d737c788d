"""The SQL that merges rows into a table on Databricks. Pure.

The rows are in the statement as JSON, so nothing has to be put anywhere before. Sources: the statement execution API ("the
maximum query text size is 16 MiB"); Databricks SQL's language reference, MERGE INTO, from_json, string literals.
"""

from __future__ import annotations

import json
from datetime import datetime
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from headgate.clients.sql import quoted, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from headgate.backfill.source import BackfillPart, BackfillPlan, Row

MOST = 4 * 1024 * 1024  # characters of a statement's rows, which grow a little by what is escaped
_TYPES = {"string": "STRING", "long": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN", "timestamp": "TIMESTAMP"}


def merges(
    table: str,
    plan: BackfillPlan,
    part: BackfillPart,
    rows: Sequence[Row],
    read: Collection[str],
    *,
    delete: bool,
    most: int = MOST,
) -> Iterator[str]:
    """Give the statements that make of a part's rows those of the table, one after the other.

    table: its full name; read: the tags that could be read, the only ones of which rows are touched. New rows come in, rows
    that differ in more than when they were read are overwritten, and with `delete` rows go that the source does not have. Each
    statement has about `most` characters of rows, and a stretch of time of its own, so that one deletes no row of another.
    """
    whole = [row for row in rows if row[plan.tag] in read]  # not those of a tag that failed after a part of it
    if read and (whole or delete):
        for start, before, some in _stretches(plan, part, whole, most):
            yield _merge(table, plan, (start, before), some, sorted(read), delete=delete)


def known_tags(table: str, plan: BackfillPlan) -> str:
    """Give the statement that gives the tags of which a table has rows."""
    return f"SELECT DISTINCT {quoted(plan.tag)} FROM {quoted(table)}"  # noqa: S608  # names are quoted


def _stretches(plan: BackfillPlan, part: BackfillPart, rows: Sequence[Row], most: int) -> Iterator[tuple[str, str, list[str]]]:
    """Cut rows, as JSON, where their time changes and `most` is reached: start, end and rows of each cut."""
    cuts: list[tuple[str, list[str]]] = [(part.start, [])]
    size = 0
    # As text, 11:00:00.5Z would come before 11:00:00Z.
    in_order = sorted(rows, key=lambda row: datetime.fromisoformat(row[plan.time]))
    for time, group in groupby(in_order, lambda row: str(row[plan.time])):
        if size >= most:
            cuts.append((time, []))
            size = 0
        lines = [json.dumps({name: row[name] for name in plan.columns}, separators=(",", ":")) for row in group]
        cuts[-1][1].extend(lines)
        size += sum(map(len, lines))
    for (start, some), (end, _) in pairwise([*cuts, (part.before, [])]):
        yield start, end, some


def _merge(
    table: str, plan: BackfillPlan, span: tuple[str, str], rows: Sequence[str], tags: Sequence[str], *, delete: bool
) -> str:
    columns = {quoted(name): kind for name, kind in plan.columns.items()}
    # Times go as text and are cast: how from_json reads them depends on settings. Anything else that does not fit is an error.
    form = ", ".join(f"{name}: {'STRING' if kind == 'timestamp' else _TYPES[kind]}" for name, kind in columns.items())
    cells = ", ".join(f"CAST(row.{name} AS {_TYPES[kind]}) AS {name}" for name, kind in columns.items())
    given = f"from_json({text('[' + ','.join(rows) + ']')}, 'ARRAY<STRUCT<{form}>>', map('mode', 'FAILFAST'))"
    time, tag = f"target.{quoted(plan.time)}", f"target.{quoted(plan.tag)}"
    whose = ", ".join(map(text, tags))
    where = f"{tag} IN ({whose}) AND {time} >= TIMESTAMP{text(span[0])} AND {time} < TIMESTAMP{text(span[1])}"
    same = " AND ".join(f"target.{quoted(key)} = source.{quoted(key)}" for key in plan.keys)
    compared = [quoted(name) for name in plan.columns if name not in {*plan.keys, plan.read_at}]
    equal = " AND ".join(f"target.{name} <=> source.{name}" for name in compared)
    changes = ", ".join(f"{name} = source.{name}" for name in columns)
    values = ", ".join(f"source.{name}" for name in columns)
    lines = [
        f"MERGE INTO {quoted(table)} AS target",
        f"USING (SELECT {cells} FROM (SELECT explode({given}) AS row)) AS source",  # noqa: S608  # names and texts are quoted
        f"ON {where} AND {same}",
        f"WHEN MATCHED AND NOT ({equal}) THEN UPDATE SET {changes}",
        f"WHEN NOT MATCHED THEN INSERT ({', '.join(columns)}) VALUES ({values})",  # noqa: S608  # likewise
        *([f"WHEN NOT MATCHED BY SOURCE AND {where} THEN DELETE"] if delete else []),
    ]
    return "\n".join(lines)
