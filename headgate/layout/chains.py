"""Pipelines that one job runs, one after the other where tables of one are to come after tables of another. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.names import natural
from headgate.tables.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.layout.model import Layout
    from headgate.tables.ids import TableId


@dataclass(frozen=True, slots=True)
class Chain:
    """Two or more pipelines of one job, the first of which has the job. after: pipeline → those that end before it starts."""

    pipelines: tuple[str, ...]
    after: Mapping[str, tuple[str, ...]]

    @property
    def leader(self) -> str:
        """The pipeline whose job runs all of them."""
        return self.pipelines[0]

    def ends(self, takes: Mapping[str, float]) -> dict[str, float]:
        """Give pipeline → when it ends, from the start of the job. takes: pipeline → how long it runs, start-up included."""
        ends: dict[str, float] = {}
        for name in self.pipelines:
            ends[name] = max((ends[before] for before in self.after[name]), default=0.0) + takes[name]
        return ends

    def width(self, takes: Mapping[str, float]) -> int:
        """Give how many of them run at once, at most."""
        ends = self.ends(takes)
        return max(
            sum(ends[other] - takes[other] <= ends[name] - takes[name] < ends[other] for other in self.pipelines) or 1
            for name in self.pipelines
        )


def chains_of(inside: Mapping[str, Iterable[TableId]], after: Mapping[str, Sequence[str]]) -> tuple[Chain, ...]:
    """Give the chains of pipelines with these tables, by leader. after: table → those that it comes after, as named.

    A pipeline comes after another where one of its tables comes after one of the other's, and its number is higher: what is
    not so (tables that have yet to be handed over) makes no order. Names that are no table's, or several's, have no say.
    """
    home = {table: pipeline for pipeline, tables in inside.items() for table in tables}
    names = Names((name, table) for table in home for name in table.names())
    before: defaultdict[str, set[str]] = defaultdict(set)
    for then, firsts in after.items():
        for first in firsts:
            pair = [*names.find(first), *names.find(then)]
            if len(pair) == 2 and natural(home[pair[0]]) < natural(home[pair[1]]):  # noqa: PLR2004 - two tables
                before[home[pair[1]]].add(home[pair[0]])
    linked: list[set[str]] = []
    for name, others in before.items():
        touching = [one for one in linked if one & {name, *others}]
        linked = [one for one in linked if one not in touching] + [{name, *others}.union(*touching)]
    chains = [
        Chain(ordered, {name: tuple(sorted(before[name], key=natural)) for name in ordered})
        for ordered in (tuple(sorted(one, key=natural)) for one in linked)
    ]
    return tuple(sorted(chains, key=lambda chain: natural(chain.leader)))


def chains_in(layout: Layout, after: Mapping[str, Sequence[str]], target: str | None = None) -> tuple[Chain, ...]:
    """Give the chains of a layout, once all moves are done, or as a target has them today."""
    if not after:
        return ()
    placed = ((one.agreed if target is None else one.in_target(target), one.table) for one in layout.tables)
    return chains_of(grouped(placed), after)
