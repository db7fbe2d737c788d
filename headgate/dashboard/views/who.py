"""What `/layout` says: who is where, before and after the last change, and when pipelines start. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.render.balance_page import WHAT, section

if TYPE_CHECKING:
    from datetime import datetime

    from headgate.render.balance_page import Section
    from headgate.use_cases.last_change import LastChange
    from headgate.use_cases.watch import Watched, WatchedTable

_BARS, _CHANGES, _SPANS, _TABLES = 100, 200, 4000, 500


@dataclass(frozen=True, slots=True)
class ConnectorLayout:
    """A connector's layout as the page of a balance draws it, and its tables by pipeline, the heaviest 500.

    changed_at: when the layout was last changed, by git; known: whether the one before is known, and so shown.
    """

    section: Section
    target: str
    known: bool
    changed_at: datetime | None
    tables: tuple[WatchedTable, ...]
    tables_left_out: int
    what: dict[str, str]


def layout_of(watched: Watched, change: LastChange | None) -> ConnectorLayout:
    """Give a connector's layout. change: beside the one before, None where that can't be told."""
    report = change.report if change else watched.observed.report
    tables = sorted(watched.tables, key=lambda one: (-one.weight, one.destination))
    shown_tables = sorted(tables[:_TABLES], key=lambda one: (one.pipeline, -one.weight, one.destination))
    return ConnectorLayout(
        section(report, _BARS, _CHANGES, _SPANS),
        watched.target,
        bool(change and change.known),
        change.changed_at if change else None,
        tuple(shown_tables),
        max(0, len(tables) - _TABLES),
        WHAT,
    )
