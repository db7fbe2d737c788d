"""A second discovery: what the source says now, and what a person made of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.inventory.row import GONE, UNVERIFIED
from headgate.tables.names import respelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.inventory.row import TableRow


@dataclass(frozen=True, slots=True)
class Merged:
    """The inventory, and the source tables of which the last discovery knew something else, each in one of the four.

    added: not in the inventory before. gone: no longer found, and not marked so before. back: found, though marked as gone.
    changed: the source says other facts.
    """

    tables: tuple[TableRow, ...]
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def merge_discovered(existing: Sequence[TableRow], found: Sequence[TableRow]) -> Merged:
    """Give the inventory after a discovery.

    A table's facts (ingestion type, primary keys, cursor, estimated size) are the source's and taken again; its category
    where it had none. A fact that the source is silent about stays, only the cursor goes where a source that names the
    ingestion type names none. All else is a person's and kept: weight, group, schedule, options, destination. New tables
    come after the others, in the order found. A table that is no longer found is marked, never taken out. Rows with one
    source table go together. A source table that is found in another spelling, where that leaves no doubt, is the one that
    is known, and is spelled as found.
    """
    before = respelled((table.source_table for table in existing), (table.source_table for table in found))
    facts = {before[table.source_table]: table for table in found if table.source_table in before}
    says: defaultdict[str, list[str]] = defaultdict(list)
    tables = []
    for table in existing:
        fact = facts.get(table.source_table)
        merged = _with_facts(table, fact) if fact else replace(table, status=GONE)
        tables.append(merged)
        if (merged.status == GONE) != (table.status == GONE):
            says["back" if fact else "gone"].append(merged.source_table)
        elif merged != table:
            says["changed"].append(merged.source_table)
    added = [table for table in found if table.source_table not in before]
    back = set(says["back"])
    says["changed"] = [name for name in says["changed"] if name not in back]
    unique = {name: tuple(dict.fromkeys(names)) for name, names in says.items()}
    return Merged((*tables, *added), tuple(dict.fromkeys(table.source_table for table in added)), **unique)


def _with_facts(table: TableRow, fact: TableRow) -> TableRow:
    return replace(
        table,
        source_table=fact.source_table,
        ingestion_type=fact.ingestion_type or table.ingestion_type,
        primary_keys=fact.primary_keys or (fact.primary_keys if table.primary_keys is None else table.primary_keys),
        cursor_field=fact.cursor_field if fact.ingestion_type else table.cursor_field,
        category=table.category or fact.category,
        estimated_rows=table.estimated_rows if fact.estimated_rows is None else fact.estimated_rows,
        estimated_bytes=table.estimated_bytes if fact.estimated_bytes is None else fact.estimated_bytes,
        estimated_loads={**table.estimated_loads, **fact.estimated_loads},
        # What the source has answered for before stays so.
        status=UNVERIFIED if fact.status == UNVERIFIED and table.status else "",
    )
