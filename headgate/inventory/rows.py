"""What rows of an inventory must hold together: destinations, copies, groups."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from headgate.names import catalog_name, catalog_name_fault, slug
from headgate.problems import Problem, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.inventory.read import Line
    from headgate.inventory.table import Table


def row_problems(rows: Sequence[tuple[Line, Table]], file: str) -> list[Problem]:
    """Say which rows contradict each other, or have a source table that can't name its destination."""
    return [*_unnamed(rows, file), *_one_destination(rows, file), *_one_id(rows, file)]


def _unnamed(rows: Sequence[tuple[Line, Table]], file: str) -> Iterator[Problem]:
    for line, table in rows:
        if table.source_table and not table.destination_table and (fault := catalog_name_fault(table.source_table)):
            message = f"the table has the source's name, and {short(table.source_table)} {fault}"
            cure = f"name it in destination_table, for example {catalog_name(table.source_table)[:60]}"
            yield Problem(message, cure, file, line.line, line.row, "destination_table")


def _one_destination(rows: Sequence[tuple[Line, Table]], file: str) -> Iterator[Problem]:
    """Unity Catalog's names are the same in capitals and small letters."""
    first: dict[tuple[str, str, str], tuple[Line, Table]] = {}
    for line, table in rows:
        if not table.source_table:
            continue
        names = (table.destination_catalog.lower(), table.destination_schema.lower(), table.destination_name.lower())
        if names not in first:
            first[names] = (line, table)
            continue
        earlier, other = first[names]
        place = ".".join(name for name in names if name)
        message = (
            f"{short(table.source_table)} goes to {short(place)}, as {short(other.source_table)} in row {earlier.row} does"
        )
        cure = "take one of the rows out" if other == table else "give one of them another destination_table"
        yield Problem(message, cure, file, line.line, line.row, "destination_table")


def _one_id(rows: Sequence[tuple[Line, Table]], file: str) -> Iterator[Problem]:
    groups: defaultdict[str, dict[str, Line]] = defaultdict(dict)
    for line, table in rows:
        if table.pipeline_group:
            groups[slug(table.pipeline_group)].setdefault(table.pipeline_group, line)
    for name, spelled in groups.items():
        (first, _), *others = spelled.items()
        for other, line in others:
            message = f"groups {short(other)} and {short(first)} both get the id {short(name)}"
            yield Problem(message, "write them alike, or give one another name", file, line.line, line.row, "pipeline_group")
