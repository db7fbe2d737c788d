"""One row of an inventory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

INGESTION_TYPES = ("snapshot", "append", "cdc", "cdc_with_deletes")
GONE, UNVERIFIED = STATUSES = ("gone", "unverified")


def rule_of(ingestion_type: str) -> str:
    """Give the name under which settings for an ingestion type stand: those of cdc hold for cdc_with_deletes too."""
    return "cdc" if ingestion_type == "cdc_with_deletes" else ingestion_type or "unknown"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A source table and where it goes, in the order of the columns. Empty means: as the connector's definition says.

    `weight` is the expected seconds of pipeline time for one run (None: by runs, size or ingestion type); `estimated_rows` and
    `estimated_bytes` are what the whole table is thought to hold (None: not known); `primary_keys` are None where nobody said
    whether there are any; `options` goes to the source, nested values as they are in the JSON; `schedule` is a cron expression,
    or `quartz:` and a Quartz one; `status` is empty, `gone` where the last discovery did not find the table any more, or
    `unverified` where the source itself has not answered for it yet. `loads` is what a run asks for beside its time, by name,
    and `estimated_loads` what the connector thinks that it does.
    """

    source_table: str
    destination_table: str = ""
    destination_catalog: str = ""
    destination_schema: str = ""
    pipeline_group: str = ""
    schedule: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    weight: float | None = None
    category: str = ""
    ingestion_type: str = ""
    primary_keys: tuple[str, ...] | None = None
    cursor_field: str = ""
    estimated_rows: float | None = None
    estimated_bytes: float | None = None
    connection_name: str = ""
    status: str = ""
    loads: Mapping[str, float] = field(default_factory=dict)
    estimated_loads: Mapping[str, float] = field(default_factory=dict)

    @property
    def destination_name(self) -> str:
        """The destination's last part: its own name, else the source table's."""
        return self.destination_table or self.source_table
