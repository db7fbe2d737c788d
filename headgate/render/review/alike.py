"""Rows that several sites have alike, told once with the sites that have them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.numbers import counted, some
from headgate.render.review.cells import Name, Names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.render.review.cells import Cell, Row
    from headgate.review.model import Review
    from headgate.review.sites import ReviewedSite

_FEW = 6  # sites that are named, and
_EXCEPT = 3  # those that are named as the only ones without
_VARIES = "varies"


@dataclass(slots=True)
class _Alike:
    """A row that sites have alike: as each has it, and with what stands for each one's own words."""

    sites: list[ReviewedSite] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    masked: list[Row] = field(default_factory=list)

    def told(self) -> Row:
        """Give the row; of one site alone in its own words."""
        if len(self.rows) == 1:
            return self.rows[0]
        return tuple(cells[0] if len(set(cells)) == 1 else _VARIES for cells in zip(*self.masked, strict=True))


class Sites:
    """The sites of a review, of which there may be none."""

    def __init__(self, review: Review) -> None:
        """Take them, and whose stacks and tables are whose."""
        stacks = {stack.partition("-")[0] for stack in (*review.facts.stacks, *review.facts.failed)}  # ids hold no hyphen
        self._sites = review.sites
        self._there = [site for site in review.sites if site.connector in stacks]
        self._by_connector = {site.connector: site for site in review.sites}
        # A table's change names no stack: whose it is, its pipelines tell.
        self._by_table = {
            held.destination: site
            for one in (review.facts.pipelines if review.sites else ())
            if (site := self.of_stack(one.stack))
            for held in (*(one.before or ()), *(one.after or ()))
        }

    def of_stack(self, stack: str) -> ReviewedSite | None:
        """Give the site that a stack is of."""
        return self._by_connector.get(stack.partition("-")[0])

    def of_table(self, destination: str) -> ReviewedSite | None:
        """Give the site that a table is of."""
        return self._by_table.get(destination)

    def of_address(self, address: str) -> ReviewedSite | None:
        """Give the site whose connector's id an address ends with: that of a connection."""
        return self._by_connector.get(address.rpartition(".")[2])

    def of_connector(self, connector: str) -> ReviewedSite | None:
        """Give the site that is a connector."""
        return self._by_connector.get(connector)

    def columns(self, *names: str) -> tuple[str, ...]:
        """Give a section's columns: with one for sites, where there are any."""
        return ("sites", *names) if self._sites else names

    def rows(self, found: Iterable[tuple[ReviewedSite | None, Row]], *, may_vary: Sequence[int] = ()) -> tuple[Row, ...]:
        """Give rows with a cell for their sites before; those that sites have alike, but for cells that may vary, are one.

        may_vary: numbers of cells. Without sites, the rows as they are.
        """
        if not self._sites:
            return tuple(row for _, row in found)
        alike: dict[object, _Alike] = {}
        for number, (site, row) in enumerate(found):
            masked = row if site is None else tuple(_masked(cell, site) for cell in row)
            key = tuple(cell for place, cell in enumerate(masked) if place not in may_vary)
            one = alike.setdefault((site.of, key) if site else number, _Alike())
            one.sites += [site] if site else []
            one.rows.append(row)
            one.masked.append(masked)
        return tuple((self._whose(one.sites), *one.told()) for one in alike.values())

    def _whose(self, sites: Sequence[ReviewedSite]) -> str:
        """Say which sites: by name, or all, or all but a few, of those of their definition that are reviewed."""
        names = [site.name for site in dict.fromkeys(sites)]
        if len(names) <= 1:
            return "".join(names)
        without = [site.name for site in self._there if site.of == sites[0].of and site.name not in names]
        if not without:
            return f"all {counted(len(names), 'site')}"
        if len(without) <= min(_EXCEPT, len(names)):
            return f"{counted(len(names), 'site')}, all but {', '.join(without)}"
        return f"{counted(len(names), 'site')}: {some(names, _FEW)}"


def _masked(cell: Cell, site: ReviewedSite) -> Cell:
    if isinstance(cell, Name):
        return Name(site.masked(cell.text))
    if isinstance(cell, Names):
        return Names(tuple(map(site.masked, cell.texts)))
    return site.masked(cell)
