"""Why a table is where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.balance.draft import match
from headgate.balance.rules import rules_of
from headgate.grouped import grouped
from headgate.inventory.grouping import group_by_of
from headgate.layout.resolved import locked_groups
from headgate.numbers import number_text
from headgate.tables.group import majority
from headgate.tables.names import Names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.balance.report import Entry, Report, Row
    from headgate.balance.rules import Rules
    from headgate.definition.model import Definition
    from headgate.layout.model import Layout
    from headgate.tables.group import Group
    from headgate.tables.table import Table


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another pipeline of the group: its weight if the table were there, as a share of the group's lower bound."""

    pipeline: str
    weight: float
    share: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a table is and why: sentences, and what each other pipeline of its group would weigh with it."""

    source_table: str
    destination: str
    pipeline: str
    stack: int
    reasons: tuple[str, ...]
    elsewhere: tuple[Elsewhere, ...]


def explain(
    name: str, tables: Sequence[Table], definition: Definition, before: Layout | None, shown: Report
) -> list[Explanation]:
    """Give why each table of that name is where it is: a source table may be read by several.

    `name` is a source table, a destination as catalog.schema.table (a target's own catalog is one too) or both; `shown` the
    report of the layout. An empty list for a name that is no table's.
    """
    entries = {entry.table: entry for entry in shown.entries}
    catalogs = {target.catalog for target in definition.targets.values()}
    names = Names((word, table) for table in entries for catalog in (None, *catalogs) for word in table.names(catalog))
    chosen = [entries[table] for table in dict.fromkeys(names.find(name))]
    if not chosen:
        return []
    by_table = {table.id: table for table in tables}
    rules = rules_of(tables, definition)
    rows = {row.pipeline: row for row in shown.rows}
    past = _groups_before(tables, before)
    explanations = []
    for entry in chosen:
        table, row = by_table[entry.table], rows[entry.pipeline]
        reasons = [
            _place(entry, table, row, group_by_of(definition, locked_groups(before)), definition),
            _weight(entry, table),
            _why(entry, table, rows, rules, past, definition, first=before is None),
            *_bound_by(table, rules),
            f"moving it costs about {rules.costs[table]:,} s",
        ]
        explanations.append(
            Explanation(
                entry.source_table, entry.destination, entry.pipeline, row.stack, tuple(reasons), _elsewhere(entry, row, shown)
            )
        )
    return explanations


def _groups_before(tables: Sequence[Table], before: Layout | None) -> dict[str, list[Group]]:
    found = match(tables, before) if before else {}
    return grouped((placement.agreed, table.group) for table, placement in found.items())


def _place(entry: Entry, table: Table, row: Row, group_by: str, definition: Definition) -> str:
    group, through = table.group, "secret scope" if definition.by_notebook else "connection"
    by = "as its row says" if table.own_group else f"by {group_by.replace('_', ' ')}"
    when = f", schedule {group.schedule}" if group.schedule else ""
    place = f"{entry.pipeline} of stack {row.stack}"
    return f"its group is {group.key} ({by}{when}, {through} {group.connection}), in {place}"


def _weight(entry: Entry, table: Table) -> str:
    where = " on this machine" if table.weight.local else ""
    origin = {
        "given": "as its row says",
        "observed": f"as its last runs{where} took, confidence {entry.confidence:.0%}",
        "estimate": f"by its estimated size, confidence {entry.confidence:.0%}",
        "type": "as the definition says for its ingestion type",
    }[entry.weight_from]
    load = f"; its last load from nothing took {number_text(entry.first_load)} s" if entry.first_load is not None else ""
    return f"it weighs {number_text(entry.weight)} s of a run, {origin}{load}"


def _why(
    entry: Entry, table: Table, rows: dict[str, Row], rules: Rules, past: dict[str, list[Group]], definition: Definition,
    *, first: bool,
) -> str:  # fmt: skip
    settings = definition.balance
    if table in rules.pinned and rules.pinned[table] == entry.pipeline:
        return "balance.pinned puts it there"
    if first:
        return "there was no layout before: all tables of the group were placed so that its heaviest pipeline is the lightest"
    if not entry.before:
        return "it is new: it went where the loads stay closest to the lower bound, and no other table moved for it"
    if entry.before == entry.pipeline:
        return (
            f"it was there before, and stays while its pipeline is within {settings.trigger:.0%} of the group's lower bound "
            "and no rule or number asks for a move"
        )
    if entry.before in rows and majority(past[entry.before], rows[entry.before].group) != table.group:
        return f"it moves from {entry.before}, whose tables are of another group, schedule or connection now"
    if entry.before not in rows or not rows[entry.before].tables:
        return f"it moves from {entry.before}, which is emptied: fewer pipelines are asked for"
    if entry.pipeline not in past:
        return f"it moves from {entry.before} to fill a pipeline that is new"
    return (
        f"it moves from {entry.before}, for loads or a rule: the group goes back to within {settings.tolerance:.0%} of its "
        "lower bound with the moves that cost least"
    )


def _bound_by(table: Table, rules: Rules) -> list[str]:
    found = [
        f"it must share a pipeline with {_names(together, table)} (balance.together)"
        for together in rules.together
        if table in together
    ]
    firsts = [first for first, then in rules.after if then == table]
    if firsts:
        found.append(f"it must not be in an earlier pipeline than {_names(firsts, table)} (balance.after)")
    for rule in rules.apart:
        if table in rule.tables:
            reason = f"({rule.path})" if rule.path else "(one source table: a pipeline would lose one of them)"
            found.append(f"it must not share a pipeline with {_names(rule.tables, table)} {reason}")
    return found


def _names(tables: Sequence[Table], but: Table) -> str:
    return ", ".join(table.id.destination for table in tables if table != but)


def _elsewhere(entry: Entry, row: Row, shown: Report) -> tuple[Elsewhere, ...]:
    group = [
        other for other in shown.rows
        if (other.group, other.schedule) == (row.group, row.schedule) and other.pipeline != row.pipeline
    ]  # fmt: skip
    with_it = (
        Elsewhere(other.pipeline, other.weight + entry.weight, (other.weight + entry.weight) / row.bound if row.bound else 1.0)
        for other in group
    )
    return tuple(sorted(with_it, key=lambda other: (other.weight, other.pipeline)))
