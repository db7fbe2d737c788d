"""Which tables may share a pipeline: by what a row names, else by what the definition's group_by makes of it. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.inventory.defaults import by_type, declared_seconds, table_id
from headgate.problems import Problem, did_you_mean
from headgate.tables.group import Group, GroupBy
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.inventory.row import TableRow
    from headgate.tables.ids import TableId

FEW_TABLES = 10  # fewer, and a category shares its pipelines with the others on its schedule
ALL, REST = "all", "other"
_BEFORE_LOCKS_SAID: GroupBy = "category_and_ingestion_type"
_WRITTEN: tuple[GroupBy, ...] = ("category_and_ingestion_type", "ingestion_type", "category", "none")  # by old discoveries


@dataclass(frozen=True, slots=True)
class LockedGroups:
    """What a lock says of groups. group_by: what it was made by, empty in one from before locks said it.

    of_table: table → the group of its pipeline; None: groups are to be decided again.
    """

    group_by: str
    of_table: Mapping[TableId, str] | None


def group_by_of(definition: Definition, locked: LockedGroups | None) -> GroupBy:
    """Give what makes a group: what the definition says, else auto; a lock that is older than auto keeps what it had."""
    if definition.group_by is not None:
        return definition.group_by
    return _BEFORE_LOCKS_SAID if locked and not locked.group_by else "auto"


def groups_of(rows: Sequence[TableRow], definition: Definition, locked: LockedGroups | None = None) -> list[Group]:
    """Give each row's group: the one that it names, else by group_by, always of one schedule and one connection.

    size: a table that is heavy by what the files say is a group where lighter ones on its schedule would wait for it; all
    others are one.
    auto: a category of ten tables or more on one schedule is a group, and so is one of `isolate`; all other tables on that
    schedule are one more group, which has ten tables too where the smallest categories can give them. With a lock that was
    made by auto, the categories stay apart that are so there, whatever their numbers: no table moves because a few came.
    """
    places = [_place(row, definition) for row in rows]
    group_by = group_by_of(definition, locked)
    if group_by != "auto":
        keys = _by_size(rows, places, definition) if group_by == "size" else [_key(group_by, row) for row in rows]
        named = [row.pipeline_group or key for row, key in zip(rows, keys, strict=True)]
        return [Group(key, *place) for key, place in zip(named, places, strict=True)]
    of_table = locked.of_table if locked and locked.group_by == "auto" else None
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    kept: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    # A category of the name that the rest has is none: TABLES_ALL lists all tables beside the others.
    categories = ["" if row.category in (ALL, REST) else row.category for row in rows]
    for row, category, place in zip(rows, categories, places, strict=True):
        if not row.pipeline_group:
            counts[place][category] += 1
            if category and of_table and of_table.get(table_id(row, definition)) == category:
                kept[place].add(category)
    isolated = set(definition.isolate)
    apart = {
        place: _apart(its, isolated) if of_table is None else kept[place] | isolated.intersection(its)
        for place, its in counts.items()
    }
    return [Group(row.pipeline_group or _auto(category, apart[place]), *place)
            for row, category, place in zip(rows, categories, places, strict=True)]  # fmt: skip


def rows_asked_for(rows: Sequence[TableRow], definition: Definition, locked: LockedGroups | None) -> tuple[TableRow, ...]:
    """Give the rows without the groups that a discovery wrote into them by another group_by than is asked for since the lock.

    Discoveries of today write none. What a person wrote stays.
    """
    asked, before = definition.group_by, locked.group_by if locked else None
    is_changed = asked is not None and asked != before and bool(before or (before == "" and asked == "auto"))
    return without_written(rows) if is_changed and written_by(rows) != asked else tuple(rows)


def written_by(rows: Sequence[TableRow]) -> GroupBy | None:
    """Give the group_by by which a discovery wrote the rows' groups: the one that most rows are as if of, and at least half."""
    found = {one: sum(row.pipeline_group == _key(one, row) for row in rows) for one in _WRITTEN}
    best = max(found, key=lambda one: found[one])
    return best if rows and found[best] * 2 >= len(rows) else None


def without_written(rows: Sequence[TableRow]) -> tuple[TableRow, ...]:
    """Give the rows without the groups that a discovery wrote; what differs from those is a person's and stays."""
    written = written_by(rows)
    if written is None:
        return tuple(rows)
    return tuple(replace(row, pipeline_group="") if row.pipeline_group == _key(written, row) else row for row in rows)


def isolate_problems(rows: Sequence[TableRow], definition: Definition) -> list[Problem]:
    """Say which names of `isolate` are no table's category."""
    known = sorted({row.category for row in rows} - {""})
    return [
        Problem(
            f"isolate of {definition.id} names '{name}', which is no table's category",
            did_you_mean(name, known) if known else "take it out, or fill in the column category of tables.csv",
        )
        for name in definition.isolate
        if name not in known
    ]


def _place(row: TableRow, definition: Definition) -> tuple[str, str]:
    """Give the schedule and the connection that a pipeline with the row's table must have. Streaming has no schedule."""
    schedule = "" if definition.mode == "streaming" else row.schedule or by_type(definition.schedules, row.ingestion_type)
    own = definition.reads_through
    named = row.connection_name or own
    return schedule, own if folded(named) == folded(own) else named


def _key(group_by: str, row: TableRow) -> str:
    category, kind = row.category or REST, row.ingestion_type or "unknown"
    return {"category": category, "ingestion_type": kind, "none": ALL}.get(group_by, f"{category}_{kind}")


def _by_size(rows: Sequence[TableRow], places: Sequence[tuple[str, str]], definition: Definition) -> list[str]:
    """Give a large table a group, and so a pipeline, of its own where that helps: where another on its schedule is not large.

    Where all are large none waits for a much larger one, and their balance is free to put them together.
    """
    large = [declared_seconds(row, definition) >= definition.large_seconds for row in rows]
    mixed = {place for row, place, is_large in zip(rows, places, large, strict=True) if not is_large and not row.pipeline_group}
    return [
        f"large_{row.source_table}" if is_large and place in mixed else ALL
        for row, place, is_large in zip(rows, places, large, strict=True)
    ]


def _apart(counts: Mapping[str, int], isolated: Collection[str]) -> set[str]:
    """Give the categories that are groups of their own. counts: category → tables, those without one under an empty text."""
    apart = {category for category, count in counts.items() if category and (count >= FEW_TABLES or category in isolated)}
    rest = sum(count for category, count in counts.items() if category not in apart)
    for category in sorted(apart.difference(isolated), key=lambda category: (counts[category], category)):
        if not 0 < rest < FEW_TABLES:
            break
        apart.remove(category)
        rest += counts[category]
    return apart


def _auto(category: str, apart: Collection[str]) -> str:
    if category in apart:
        return category
    return REST if apart else ALL
