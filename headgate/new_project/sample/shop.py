"""A made-up source of 60 tables, as the community connectors' framework asks for them. It reads nothing real.

`headgate run sample` loads it into Delta tables: three pages of each table at first, and a page more with every run.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
_ROWS, _FIRST_PAGES = 20, 3
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_TABLES = {f"{area}_{name}": (kind, cursor) for area in _AREAS for name, kind, cursor in _KINDS}


class Shop:
    """Describes the tables, and makes up their rows."""

    def __init__(self, options: Mapping[str, str]) -> None:
        """Keep the connection's options; nothing is asked of anybody."""
        self.options = dict(options)
        self._last: dict[str, int] = {}

    def list_tables(self) -> list[str]:
        """Give the names of all tables."""
        return list(_TABLES)

    def get_table_schema(self, table_name: str, table_options: Mapping[str, str]) -> Any:  # noqa: ARG002  # the framework's form
        """Give a table's columns."""
        from pyspark.sql import types  # noqa: PLC0415  # discovery needs none of it

        cursor = _TABLES[table_name][1]
        return types.StructType(
            [
                types.StructField("id", types.LongType(), False),  # noqa: FBT003  # Spark's form
                types.StructField("name", types.StringType()),
                types.StructField("amount", types.DoubleType()),
                *([types.StructField(cursor, types.TimestampType())] if cursor else []),
            ]
        )

    def read_table_metadata(self, table_name: str, table_options: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002  # likewise
        """Say how a table is read."""
        kind, cursor = _TABLES[table_name]
        return {"ingestion_type": kind, "primary_keys": ["id"], **({"cursor_field": cursor} if cursor else {})}

    def read_table(
        self,
        table_name: str,
        start_offset: Mapping[str, Any] | None,
        table_options: Mapping[str, str],  # noqa: ARG002  # likewise
    ) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        """Give a page of rows, and the offset to go on from: the one given where there is no page more."""
        if _TABLES[table_name][0] == "snapshot":
            return _page(table_name, 0), {"page": 1}
        page = self._next(table_name, start_offset)
        return (iter(()), dict(start_offset or {})) if page is None else (_page(table_name, page), {"page": page + 1})

    def read_table_deletes(
        self,
        table_name: str,
        start_offset: Mapping[str, Any] | None,
        table_options: Mapping[str, str],  # noqa: ARG002  # likewise
    ) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        """Give the rows that were deleted: of each page the first, some seconds after it was made."""
        page = self._next(f"{table_name}, deleted", start_offset)
        if page is None:
            return iter(()), dict(start_offset or {})
        first = next(_page(table_name, page))
        return iter([{"id": first["id"], "updated_at": _time(first["id"], 30)}]), {"page": page + 1}

    def _next(self, what: str, offset: Mapping[str, Any] | None) -> int | None:
        """Give the page after an offset, None where this run finds no more."""
        page = int((offset or {}).get("page", 0))
        last = self._last.setdefault(what, page + (1 if page else _FIRST_PAGES))
        return page if page < last else None


def _page(table: str, page: int) -> Iterator[dict[str, Any]]:
    cursor = _TABLES[table][1]
    for number in range(page * _ROWS, (page + 1) * _ROWS):
        row = {"id": number, "name": f"{table} {number}", "amount": number * 1.25}
        yield row | ({cursor: _time(number)} if cursor else {})


def _time(number: int, later: int = 0) -> str:
    return (_BEGIN + timedelta(minutes=number, seconds=later)).isoformat()
