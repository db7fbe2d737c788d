"""A connector that is read by its columns, whatever a test asks it by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.osipi import OsipiLakeflowConnect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    import pyarrow as pa


class ByColumns(OsipiLakeflowConnect):
    """Gives rows of recorded values that were made of its Arrow batches."""

    def read_table(
        self, table_name: str, start_offset: Mapping[str, Any] | None, table_options: Mapping[str, str]
    ) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        found = self.read_table_arrow(table_name, start_offset, table_options)
        if found is None:
            return super().read_table(table_name, start_offset, table_options)
        batches, offset = found
        return iter(rows_of(batches)), offset

    def read_partition(
        self, table_name: str, partition: Mapping[str, Any], table_options: Mapping[str, str]
    ) -> Iterator[dict[str, Any]]:
        found = self.read_partition_arrow(table_name, partition, table_options)
        return super().read_partition(table_name, partition, table_options) if found is None else iter(rows_of(found))


def rows_of(batches: Iterable[pa.RecordBatch]) -> list[dict[str, Any]]:
    """Give the rows of batches, their times written as `read_table` writes them."""
    rows = [row for batch in batches for row in batch.to_pylist()]
    for row in rows:
        row["timestamp"] = _text(row["timestamp"], whole=bool(row["sub_microsecond"]))
        row["ingestion_timestamp"] = _text(row["ingestion_timestamp"])
    return rows


def _text(moment: datetime, *, whole: bool = False) -> str:
    text = moment.replace(tzinfo=None).isoformat(timespec="microseconds")
    return (text if whole else text.rstrip("0").rstrip(".")) + "Z"
