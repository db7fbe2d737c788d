"""Pipeline files to start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.sql.quoting import readable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class BronzeTable:
    """A connector's table, as it lands. table: how a source names it. name: what its silver table is called.

    keys: its primary keys, cursor: the column by which new rows are known; empty where they are not known. append_only: rows of
    it never change.
    """

    table: str
    name: str
    keys: tuple[str, ...]
    cursor: str
    append_only: bool


def medallion(connector: str, catalog: str, catalogs: Mapping[str, str], tables: Sequence[BronzeTable]) -> dict[str, Any]:
    """Give a pipeline file's data: bronze from the connector, silver with types and one row a key, gold that sums up.

    catalogs: target → its own catalog. A table that is only appended to stays a stream; of one with keys and a cursor the last
    state of each row is kept. Any other one is read as a whole each time, for its rows change.
    """
    data: dict[str, Any] = {"catalog": "${catalog}" if catalogs else catalog, "schema": "silver"}
    if catalogs:
        data["parameters"] = {"catalog": {"default": catalog, "targets": dict(catalogs)}}
    data |= {"sources": {}, "transforms": {}, "tables": {}}
    for table in tables:
        _add(data, connector, table)
    return data


def _add(data: dict[str, Any], connector: str, table: BronzeTable) -> None:
    bronze, typed, gold = f"{table.name}_bronze", f"{table.name}_typed", f"{table.name}_summary"
    data["sources"][bronze] = {"connector": connector, "table": table.table}
    data["transforms"][typed] = {"from": bronze, "select": ["*"]}
    silver: dict[str, Any]
    if table.append_only and table.keys and table.cursor:
        change = {"keys": list(table.keys), "sequence_by": [table.cursor]}
        silver = {"type": "streaming_table", "flows": [{"from": typed, "cdc": change}]}
    elif table.append_only:
        silver = {"type": "streaming_table", "from": typed}
    else:
        one = f"{table.name}_once"
        dedupe: dict[str, Any] = {"keys": list(table.keys)} if table.keys else {}
        if table.keys and table.cursor:
            dedupe["order_by"] = [f"{readable(table.cursor)} DESC"]
        data["transforms"][one] = {"from": typed, "dedupe": dedupe}
        silver = {"type": "materialized_view", "from": one}
    if table.keys:
        silver["expectations"] = {
            f"{key}_is_known": {"check": f"{readable(key)} IS NOT NULL", "on_violation": "drop"} for key in table.keys
        }
    data["tables"][table.name] = silver
    values = {"row_count": "count(*)", **({"newest": f"max({readable(table.cursor)})"} if table.cursor else {})}
    data["transforms"][f"{table.name}_counted"] = {"from": table.name, "aggregate": {"values": values}}
    data["tables"][gold] = {"type": "materialized_view", "schema": "gold", "from": f"{table.name}_counted"}


def minimal(catalog: str, schema: str) -> dict[str, Any]:
    """Give the data of a pipeline file with one source, one transform and one table."""
    return {
        "catalog": catalog,
        "schema": schema,
        "sources": {"events": {"files": f"/Volumes/{catalog}/{schema}/landing/events", "format": "json"}},
        "transforms": {"known_events": {"from": "events", "filter": "id IS NOT NULL"}},
        "tables": {"all_events": {"type": "streaming_table", "from": "known_events"}},
    }
