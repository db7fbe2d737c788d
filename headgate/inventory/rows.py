"""What rows of an inventory must hold together: destinations, copies, groups."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from headgate.names import catalog_name, catalog_name_fault, slug
from headgate.problems import Problem, short
from headgate.tables.names import blurred, spelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.inventory.csv_file import Line
    from headgate.inventory.row import TableRow


def row_problems(rows: Sequence[tuple[Line, TableRow]], file: str, *, is_list: bool) -> list[Problem]:
    """Say which rows contradict each other, and but for a list's, which have a source table that can't name its destination."""
    return [*(() if is_list else _unnamed(rows, file)), *_one_destination(rows, file), *_one_id(rows, file)]


def _unnamed(rows: Sequence[tuple[Line, TableRow]], file: str) -> Iterator[Problem]:
    for line, table in rows:
        if table.source_table and not table.destination_table and (fault := catalog_name_fault(table.source_table)):
            message = f"the table has the source's name, and {short(table.source_table)} {fault}"
            fix = f"name it in destination_table, for example {catalog_name(table.source_table)[:60]}"
            yield Problem(message, fix, file, line.line, line.row, "destination_table")


def _one_destination(rows: Sequence[tuple[Line, TableRow]], file: str) -> Iterator[Problem]:
    """Names that are one to Unity Catalog, or may be, are one destination."""
    first: dict[tuple[str, ...], tuple[Line, TableRow]] = {}
    for line, table in rows:
        if not table.source_table:
            continue
        earlier, other = first.setdefault(tuple(blurred(name) for name in _destination(table)), (line, table))
        if earlier is line:
            continue
        message = (
            f"{short(table.source_table)} goes to {_said(table)}, as {short(other.source_table)} in row {earlier.row} does"
        )
        if _destination(table) != _destination(other):
            message += f": {spelling(_said(other), _destination(table), _destination(other))}"
        fix = "take one of the rows out" if other == table else "give one of them another destination_table"
        yield Problem(message, fix, file, line.line, line.row, "destination_table")


def _destination(table: TableRow) -> tuple[str, str, str]:
    return table.destination_catalog, table.destination_schema, table.destination_name


def _said(table: TableRow) -> str:
    return short(".".join(name for name in _destination(table) if name))


def _one_id(rows: Sequence[tuple[Line, TableRow]], file: str) -> Iterator[Problem]:
    groups: defaultdict[str, dict[str, Line]] = defaultdict(dict)
    for line, table in rows:
        if table.pipeline_group:
            groups[slug(table.pipeline_group)].setdefault(table.pipeline_group, line)
    for name, spelled in groups.items():
        (first, _), *others = spelled.items()
        for other, line in others:
            message = f"groups {short(other)} and {short(first)} both get the id {short(name)}"
            yield Problem(message, "write them the same way, or rename one", file, line.line, line.row, "pipeline_group")
