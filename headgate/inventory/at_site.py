"""What of a definition's inventory a site has. Pure."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

from headgate.definition.load_sites import later_schedule
from headgate.problems import Problem, did_you_mean, refuse

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.definition.site import Site
    from headgate.inventory.row import TableRow

V = TypeVar("V")


def rows_at(site: Site, rows: Sequence[TableRow]) -> list[tuple[int, TableRow]]:
    """Give the site's rows with their numbers in the inventory (from 1), its options and its schedules in them.

    Raises InputError for a pattern that fits no table, and a schedule of a row that can't be as much later as the site's are.
    """
    names = list(dict.fromkeys(row.source_table for row in rows))
    refuse(
        Problem(
            f"fits no table of the inventory: '{pattern}'",
            did_you_mean(pattern, names),
            site.file,
            site.line("tables", number),
            path=f"sites.{site.name}.tables[{number}]",
        )
        for number, pattern in enumerate(site.tables)
        if not any(_fits(name, [pattern]) for name in names)
    )
    numbered = enumerate(rows, 1)
    return [(number, _at(site, row)) for number, row in numbered if not site.tables or _fits(row.source_table, site.tables)]


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)


def _at(site: Site, row: TableRow) -> TableRow:
    # Options that no row has come from the site's definition; a row's own would win over those.
    own = {name: value for name, value in site.options.items() if name in row.options}
    schedule = row.schedule
    if site.offset_minutes and schedule:
        schedule = later_schedule(schedule, site.offset_minutes, site)
    return replace(row, options={**row.options, **own}, schedule=schedule) if own or schedule != row.schedule else row


def without_rules_of(definition: Definition, absent: Collection[str]) -> Definition:
    """Give the definition without what its balance says of source tables that a site does not have."""
    if not absent:
        return definition
    gone, settings = {name.casefold() for name in absent}, definition.balance

    def kept(names: Sequence[str]) -> list[str]:
        return [name for name in names if name.casefold() not in gone]

    def of_kept(said: Mapping[str, V]) -> dict[str, V]:
        return {name: value for name, value in said.items() if name.casefold() not in gone}

    after = {name: left for name, names in of_kept(settings.after).items() if (left := kept(names))}
    rules = {
        "together": [left for names in settings.together if len(left := kept(names)) > 1],
        "apart": [left for names in settings.apart if len(left := kept(names)) > 1],
        "after": after,
        "pinned": of_kept(settings.pinned),
        "move_costs": settings.move_costs.model_copy(update={"tables": of_kept(settings.move_costs.tables)}),
    }
    return definition.model_copy(update={"balance": settings.model_copy(update=rules)})
