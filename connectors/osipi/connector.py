"""What OSI PI's connector says about its tables."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .catalogue import (
    BY_NAME,
    CATALOGUE,
    TABLES_ASSET_FRAMEWORK,
    TABLES_DISCOVERY_INVENTORY,
    TABLES_EVENT_FRAMES,
    TABLES_GOVERNANCE_DIAGNOSTICS,
    TABLES_TIME_SERIES,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class OsipiLakeflowConnect:
    """Describes the tables of OSI PI: their names, how each is ingested, its keys and its cursor.

    It needs neither a server nor options, so tables can be discovered anywhere. Reading them is not in this module.
    """

    TABLES_DISCOVERY_INVENTORY = TABLES_DISCOVERY_INVENTORY
    TABLES_TIME_SERIES = TABLES_TIME_SERIES
    TABLES_ASSET_FRAMEWORK = TABLES_ASSET_FRAMEWORK
    TABLES_EVENT_FRAMES = TABLES_EVENT_FRAMES
    TABLES_GOVERNANCE_DIAGNOSTICS = TABLES_GOVERNANCE_DIAGNOSTICS

    def __init__(self, options: Mapping[str, str]) -> None:
        """Keep the connection's options, which describing tables does not use."""
        self.options = dict(options)

    def list_tables(self) -> list[str]:
        """Give the names of all tables."""
        return [table.name for table in CATALOGUE]

    def read_table_metadata(self, table_name: str, table_options: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002 (the interface's)
        """Give a table's primary_keys, cursor_field (None without one) and ingestion_type.

        Raises ValueError for a table that OSI PI does not have.
        """
        table = BY_NAME.get(table_name)
        if table is None:
            near = get_close_matches(table_name, BY_NAME, n=3) or ["see list_tables()"]
            raise ValueError(f"OSI PI has no table {table_name!r}; near to it: {', '.join(near)}")
        return {
            "primary_keys": list(table.primary_keys),
            "cursor_field": table.cursor_field,
            "ingestion_type": table.ingestion_type,
        }
