"""Sites whose starts are spread together, and when their pipelines run on each other's clock. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from headgate.balance.beside import Beside
from headgate.balance.counts import startup_of
from headgate.balance.limits import demands_of
from headgate.balance.starts import arcs_of, asked_a_minute, merged
from headgate.layout.chains import chains_in
from headgate.layout.resolved import resolve_layout
from headgate.layout.same_tables import one_workspace
from headgate.schedule.zones import zone
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.definition.model import Definition
    from headgate.layout.model import Layout
    from headgate.schedule.offsets import Arc
    from headgate.tables.table import Table

_WINTER = datetime(2024, 1, 1)  # noqa: DTZ001 - a clock on the wall, where most zones have their standard time


def neighbours(one: Definition, other: Definition) -> bool:
    """Say whether two definitions read the same source, or may have a workspace in common."""
    if _sources(one) & _sources(other):
        return True
    return any(one_workspace(here, there) != "no" for here in one.targets.values() for there in other.targets.values())


def _sources(definition: Definition) -> set[tuple[str, str]]:
    """Give what tells a source from others: the hosts in options that are addresses, and the name of a given connection."""
    hosts = {("host", host) for value in definition.clear_options.values() if (host := _host(value))}
    named = {("connection", folded(definition.connection.name))} if definition.connection.existing else set()
    return hosts | (named if definition.connection.name else set())


def _host(value: str) -> str:
    try:
        return urlsplit(value).hostname or ""
    except ValueError:
        return ""


def pipelines_beside(tables: Sequence[Table], definition: Definition, layout: Layout) -> tuple[Beside, ...]:
    """Give the pipelines of a layout that fits the tables, on the definition's own clock.

    Raises StaleError where layout and tables don't hold the same tables.
    """
    if definition.mode == "streaming":
        return ()
    resolved = resolve_layout(layout, tables)
    groups = {one.pipeline.id: one.group for one in resolved if one.tables and one.group}
    loads = {one.pipeline.id: one.seconds for one in resolved}
    offsets = {one.pipeline.id: one.pipeline.offset for one in resolved}
    startup = startup_of(definition.balance)
    demands = demands_of({one.pipeline.id: one.tables for one in resolved}, definition)
    chains = chains_in(layout, definition.balance.after)
    groups, loads, asked, widths = merged(chains, groups, loads, demands, startup)
    return tuple(
        Beside(
            _moved(arc, offsets[name] % arc.window),
            arc.starts,
            groups[name].connection,
            {load: asked_a_minute(its.get(name, 0.0), loads[name]) for load, its in asked.items()},
        )
        for name, arc in arcs_of(groups, loads, definition, startup, widths).items()
    )


def on_clock(found: Sequence[Beside], timezone: str, of: str) -> tuple[Beside, ...]:
    """Give pipelines whose times are those of the zone `of` at the times of another, as both are in winter."""
    minutes = _ahead(timezone) - _ahead(of)
    if not minutes:
        return tuple(found)
    return tuple(
        replace(one, arc=_moved(one.arc, minutes), written=_later(one.written, minutes, one.arc.period)) for one in found
    )


def _moved(arc: Arc, minutes: int) -> Arc:
    """Give an arc that starts so many minutes later, and may start at no other."""
    return replace(arc, starts=_later(arc.starts, minutes, arc.period), window=1)


def _later(starts: Sequence[int], minutes: int, period: int) -> tuple[int, ...]:
    return tuple(sorted((start + minutes) % period for start in starts))


def _ahead(timezone: str) -> int:
    """Give by how many minutes a zone's clocks are ahead of UTC."""
    return (_WINTER.replace(tzinfo=zone(timezone)).utcoffset() or timedelta()) // timedelta(minutes=1)
