"""A made-up source of 60 tables, as the community connectors' framework asks for them. It reads nothing real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_AREAS = ("sales", "stock", "finance", "people", "web", "support")
# What each area has: a table's name, how it is read, and the column that tells what is new.
_KINDS = (
    ("countries", "snapshot", None),
    ("categories", "snapshot", None),
    ("settings", "snapshot", None),
    ("accounts", "cdc", "updated_at"),
    ("items", "cdc", "updated_at"),
    ("documents", "cdc_with_deletes", "updated_at"),
    ("document_lines", "cdc_with_deletes", "updated_at"),
    ("events", "append", "created_at"),
    ("messages", "append", "created_at"),
    ("audit_log", "append", "created_at"),
)
_TABLES = {f"{area}_{name}": (kind, cursor) for area in _AREAS for name, kind, cursor in _KINDS}


class Shop:
    """Describes the tables, and reads two rows of each."""

    def __init__(self, options: Mapping[str, str]) -> None:
        """Keep the connection's options; nothing is asked of anybody."""
        self.options = dict(options)

    def list_tables(self) -> list[str]:
        """Give the names of all tables."""
        return list(_TABLES)

    def read_table_metadata(self, table_name: str, table_options: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002  # the framework's form
        """Say how a table is read."""
        kind, cursor = _TABLES[table_name]
        return {"ingestion_type": kind, "primary_keys": ["id"], **({"cursor_field": cursor} if cursor else {})}

    def read_table(
        self,
        table_name: str,
        start_offset: Mapping[str, Any] | None,
        table_options: Mapping[str, str],  # noqa: ARG002  # likewise
    ) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        """Give rows, and the offset to go on from."""
        rows = [] if start_offset else [{"id": number, "table": table_name} for number in (1, 2)]
        return iter(rows), {"done": True}
