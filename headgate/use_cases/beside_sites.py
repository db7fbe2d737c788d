"""The sites of a project beside each other: their starts are spread together, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import lcm
from typing import TYPE_CHECKING

from headgate.balance.neighbours import neighbours, on_clock, pipelines_beside
from headgate.numbers import counted
from headgate.problems import HeadgateError
from headgate.schedule.offsets import running

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.balance.beside import Beside
    from headgate.definition.model import Definition
    from headgate.layout.model import Layout
    from headgate.project import Connector
    from headgate.tables.table import Table


@dataclass(slots=True)
class Sites:
    """The pipelines of sites that are known so far, by the sites' ids."""

    known: dict[str, tuple[Definition, tuple[Beside, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, connectors: Iterable[Connector]) -> Sites:
        """Give those of all sites among connectors that have a lock which fits their tables."""
        found = cls()
        for one in connectors:
            if one.site and one.layout:
                try:
                    found.add(one, one.layout, one.weighed())
                except HeadgateError:
                    continue  # it is told of where it is balanced itself
        return found

    def add(self, one: Connector, layout: Layout, tables: Sequence[Table]) -> None:
        """Know a site's pipelines by its layout from now on. Raises StaleError where it does not fit the tables."""
        if one.site:
            self.known[one.definition.id] = one.definition, pipelines_beside(tables, one.definition, layout)

    def beside(self, one: Connector) -> tuple[Beside, ...]:
        """Give what runs beside a site, on its clock: of others with the same source, or perhaps the same workspace."""
        if one.site is None:
            return ()
        own = one.definition
        return tuple(
            pipeline
            for name, (definition, pipelines) in self.known.items()
            if name != own.id and neighbours(own, definition)
            for pipeline in on_clock(pipelines, own.schedules.timezone, definition.schedules.timezone)
        )

    def note(self, one: Connector) -> str | None:
        """Say how many pipelines of a site that is known and of those beside it run at once; None where it is alone."""
        others = self.beside(one)
        if not others:
            return None
        arcs = [pipeline.arc for pipeline in (*self.known[one.definition.id][1], *others)]
        most = int(running(arcs, lcm(*(arc.period for arc in arcs))).max())
        count = counted(len(others), "pipeline")
        deadline = one.definition.balance.deadline
        limit = deadline.concurrent_updates if deadline else None
        more = f", more than the {limit} of balance.deadline.concurrent_updates" if limit and most > limit else ""
        return f"beside {count} of other sites: at most {most} of all run at once{more}"
