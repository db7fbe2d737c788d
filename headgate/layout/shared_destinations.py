"""Tables of a project that go to one destination, though a table belongs to one pipeline. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.inventory.defaults import table_id
from headgate.layout.same_tables import one_workspace
from headgate.numbers import counted
from headgate.problems import Problem
from headgate.tables.names import blurred, spelling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.definition.model import Definition
    from headgate.definition.site import Site
    from headgate.inventory.row import TableRow
    from headgate.tables.ids import TableId


@dataclass(frozen=True, slots=True)
class Inventory:
    """A connector's rows with their numbers in the inventory, and the file that they are from; of a site, which one."""

    definition: Definition
    rows: Sequence[tuple[int, TableRow]]
    file: str
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class _Owner:
    inventory: Inventory
    row: int
    table: TableId
    target: str


@dataclass(slots=True)
class _Found:
    """What was found so far: owners by target and destination, problems of rows, and tables that two sites have."""

    owners: dict[tuple[str, str], list[_Owner]] = field(default_factory=dict)
    problems: dict[tuple[str, int], Problem] = field(default_factory=dict)
    sites: dict[tuple[str, str], list[tuple[_Owner, _Owner]]] = field(default_factory=dict)

    def other(self, one: _Owner, blur: str) -> _Owner | None:
        """Give who has the destination already, if somebody has, and else remember that it is this one's."""
        there = self.owners.setdefault((one.target, blur), [])
        for other in there:
            if _same_catalog(other, one):
                return None if (other.inventory, other.row) == (one.inventory, one.row) else other
        there.append(one)
        return None


def shared_destinations(inventories: Sequence[Inventory]) -> list[Problem]:
    """Say which tables go to one destination, by default or in a target with a catalog of its own.

    Targets of one name are taken to write to one Unity Catalog, but for two sites whose targets name two workspaces. Names that
    may be one there are one destination. What two sites share is told once, at their lines.
    """
    found = _Found()
    for inventory in inventories:
        catalogs = {name: target.catalog for name, target in inventory.definition.targets.items()}
        targets = tuple(catalogs) if inventory.site else ("", *catalogs)
        for row, table in inventory.rows:
            one = table_id(table, inventory.definition)
            places = {catalog: one.in_catalog(catalog) for catalog in {None, *catalogs.values()}}
            blurs = {catalog: blurred(place.destination) for catalog, place in places.items()}
            for target in targets:
                catalog = catalogs.get(target)
                mine = _Owner(inventory, row, places[catalog], target)
                if other := found.other(mine, blurs[catalog]):
                    _add(found, mine, other, one)
                    break
    return [*found.problems.values(), *(_of_sites(pairs) for pairs in found.sites.values())]


def _same_catalog(one: _Owner, other: _Owner) -> bool:
    if not (one.inventory.site and other.inventory.site):
        return True
    targets = [its.inventory.definition.targets[its.target] for its in (one, other)]
    return one_workspace(*targets) != "no"


def _add(found: _Found, mine: _Owner, other: _Owner, default: TableId) -> None:
    here, there = mine.inventory.site, other.inventory.site
    if here and there and mine.inventory is not other.inventory:
        found.sites.setdefault((there.name, f"{here.file} {here.name}"), []).append((mine, other))
    else:  # what two rows of an inventory share is told of the first site alone
        found.problems.setdefault((mine.inventory.file, mine.row), _of_rows(mine, other, default))


def _of_rows(mine: _Owner, other: _Owner, default: TableId) -> Problem:
    table, first = mine.table, other.table
    whose = "" if other.inventory is mine.inventory else f" of connector '{other.inventory.definition.id}'"
    where = f" in target '{mine.target}'" if mine.target and table.destination != default.destination else ""
    message = f"{table.destination} is also the destination of {first.source_table!r} (row {other.row}){whose}{where}"
    if table.destination != first.destination:
        message += f": {spelling(first.destination, [table.destination], [first.destination])}"
    fix = "give one of them another destination"
    return Problem(message, fix, mine.inventory.file, row=mine.row, column="destination_table")


def _of_sites(pairs: Sequence[tuple[_Owner, _Owner]]) -> Problem:
    mine, other = pairs[0]
    here, there = mine.inventory.site, other.inventory.site
    if here is None or there is None:
        raise AssertionError("only of two sites")
    lines = [one.line("destination") for one in (there, here)]
    more = f" and {counted(len(pairs) - 1, 'more table')}" if len(pairs) > 1 else ""
    elsewhere = "" if there.file == here.file else f"{there.file}:"
    message = (
        f"sites '{there.name}' ({elsewhere or 'line '}{lines[0]}) and '{here.name}' (line {lines[1]}) both have "
        f"{mine.table.destination}{more} in target '{mine.target}'"
    )
    fix = "give one of them another `destination`: a schema, or a catalog that the target does not replace"
    return Problem(message, fix, here.file, lines[1], path=f"sites.{here.name}")
