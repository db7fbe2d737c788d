"""The soak's tables: all ingestion types with all of SCD, in three pipelines."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SoakTable:
    """A table of the source. arrow: read by columns. parted: read by partitions. at: the sequence is a time."""

    name: str
    kind: str
    scd: str
    arrow: bool = False
    parted: bool = False
    at: bool = False
    keys: tuple[str, ...] = field(default=("id", "part"))

    @property
    def sequence(self) -> str:
        return "at" if self.at else "seq"

    @property
    def is_read_whole(self) -> bool:
        return self.kind == "snapshot" and self.scd != "APPEND_ONLY"

    @property
    def takes_any_time(self) -> bool:
        """Whether it comes to the same, at whichever times it was read before: a history of snapshots is one of the times."""
        return not (self.is_read_whole and self.scd == "SCD_TYPE_2")


PIPELINES: dict[str, tuple[SoakTable, ...]] = {
    "one": (
        SoakTable("snapshot_1", "snapshot", "SCD_TYPE_1"),
        SoakTable("snapshot_2", "snapshot", "SCD_TYPE_2"),
        SoakTable("append_rows", "append", "SCD_TYPE_1"),
    ),
    "two": (
        SoakTable("cdc_1", "cdc", "SCD_TYPE_1"),
        SoakTable("cdc_2", "cdc", "SCD_TYPE_2", at=True),
        SoakTable("cdc_only", "cdc", "APPEND_ONLY"),
        SoakTable("append_columns", "append", "SCD_TYPE_1", arrow=True),
    ),
    "three": (
        SoakTable("deletes_1", "cdc_with_deletes", "SCD_TYPE_1", at=True),
        SoakTable("deletes_2", "cdc_with_deletes", "SCD_TYPE_2"),
        SoakTable("snapshot_parts", "snapshot", "SCD_TYPE_1", parted=True),
    ),
}
TABLES = {table.name: table for tables in PIPELINES.values() for table in tables}
