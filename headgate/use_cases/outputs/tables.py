"""What discovering, slicing and reading tables again print for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.discovery.found import Failure
from headgate.discovery.request import Regrouped
from headgate.inventory.row import UNVERIFIED
from headgate.inventory.slices import Slice
from headgate.use_cases.outputs import Output

if TYPE_CHECKING:
    from headgate.discovery.request import DiscoveryResult


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverOutput(Output):
    """What a discovery found: tables by group, and which are added, gone, back or changed. `starter`: a definition it wrote.

    `file`: the inventory that was written. `read`: the one that a project's commands read. `unverified`: tables that the source
    itself has not answered for yet.
    """

    connector: str
    file: Path
    read: Path
    starter: Path | None
    tables: int
    groups: dict[str, int]
    regrouped: Regrouped | None
    added: tuple[str, ...]
    gone: tuple[str, ...]
    back: tuple[str, ...]
    changed: tuple[str, ...]
    unverified: tuple[str, ...]
    failed: tuple[Failure, ...]

    @classmethod
    def of(cls, done: DiscoveryResult, connector: str) -> DiscoverOutput:
        """Give what a discovery did."""
        groups, merged = done.groups, done.merged
        return cls.like(
            merged,
            connector=connector,
            file=done.csv,
            read=done.own_csv,
            starter=done.scaffold,
            tables=sum(groups.values()),
            groups=groups,
            regrouped=done.regrouped,
            unverified=tuple(table.source_table for table in merged.tables if table.status == UNVERIFIED),
            failed=done.found.failed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceOutput(Output):
    """The slices of a table, and whether the inventory changes."""

    connector: str
    table: str
    option: str
    changed: bool
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOutput(Output):
    """What came of a backfill: parts that were read now and before, rows that landed, and tags that can't be read, with why."""

    table: str
    to: str
    parts: int
    already_done: int
    rows: int
    unread: dict[str, str]
