"""Salesforce's connector, as the community connectors' framework asks for it.

The interface (`LakeflowConnect`) is in databrickslabs/lakeflow-community-connectors, src/databricks/labs/community_connector/
interface. Every object that can be queried is a table of the same name. Facts, from Salesforce's Object Reference: each record
has an Id of 18 characters; SystemModstamp is when it last changed by anybody, also by Salesforce itself; a record that is
deleted stays in the recycle bin for 15 days, with IsDeleted, where the object has that field.
"""

from __future__ import annotations

import importlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .client import Client
from .options import lookback_of, settings_of
from .problems import SalesforceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    LakeflowConnect = object
else:
    try:
        from databricks.labs.community_connector.interface import LakeflowConnect
    except ImportError:
        LakeflowConnect = object

KEY, CURSOR, DELETED = "Id", "SystemModstamp", "IsDeleted"
# Salesforce's types of fields whose values are no text. Compound ones (address, location) come as their parts besides, and
# base64 is a file behind an address of its own.
_TYPES = {
    "boolean": "BooleanType", "int": "LongType", "long": "LongType", "double": "DoubleType", "currency": "DoubleType",
    "percent": "DoubleType", "date": "DateType", "datetime": "TimestampType",
}  # fmt: skip
_LEFT_OUT = {"address", "location", "base64", "complexvalue"}
_NOT_FOUND = 404
_NAME = re.compile(r"\w+", re.ASCII)


class SalesforceLakeflowConnect(LakeflowConnect):
    """Describes and reads Salesforce's objects. options: see `options.settings_of`; a table's: `lookback_seconds`."""

    def __init__(self, options: Mapping[str, str]) -> None:
        """Keep the options; nothing is asked of the server yet. Raises OptionsError for those that can't be used."""
        self.options = dict(options)
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._client = Client(settings_of(self.options))
        self._fields: dict[str, dict[str, str]] = {}
        self._until = ""

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what a worker makes anew: connections don't travel."""
        return {"options": self.options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Begin anew on a worker."""
        self.__init__(state["options"])  # type: ignore[misc]  # as the class itself would be made there

    def list_tables(self) -> list[str]:
        """Give the names of all objects that can be queried and copied."""
        return [one["name"] for one in self._client.sobjects() if one.get("queryable") and one.get("replicateable")]

    def get_table_schema(self, table_name: str, table_options: Mapping[str, str]) -> Any:  # noqa: ARG002  # the interface's
        """Give an object's fields as pyspark's StructType; raises ValueError for an object that there isn't."""
        types = importlib.import_module("pyspark.sql.types")
        fields = [
            types.StructField(name, getattr(types, _TYPES.get(kind, "StringType"))(), name != KEY)
            for name, kind in self._described(table_name).items()
        ]
        return types.StructType(fields)

    def read_table_metadata(self, table_name: str, table_options: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002  # likewise
        """Give an object's primary_keys, cursor_field (None without one) and ingestion_type; raises ValueError likewise."""
        fields = self._described(table_name)
        changes = "cdc_with_deletes" if DELETED in fields else "cdc"
        return {
            "primary_keys": [KEY],
            "cursor_field": CURSOR if CURSOR in fields else None,
            "ingestion_type": changes if CURSOR in fields else "snapshot",
        }

    def read_table(
        self, table_name: str, start_offset: Mapping[str, Any] | None, table_options: Mapping[str, str]
    ) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        """Read an object's records on from an offset; give them and the offset after them, the same once nothing is left.

        All calls until then look no further than the time of the first, so a run ends. Raises ValueError for unknown objects
        and options that can't be used; the records raise SalesforceError.
        """
        return self._read(table_name, start_offset, table_options, list(self._described(table_name)), deleted=False)

    def read_table_deletes(
        self, table_name: str, start_offset: Mapping[str, Any] | None, table_options: Mapping[str, str]
    ) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        """Read the keys of records that were deleted since an offset, as `read_table` reads others."""
        return self._read(table_name, start_offset, table_options, [KEY, CURSOR], deleted=True)

    def _read(
        self,
        table: str,
        start: Mapping[str, Any] | None,
        options: Mapping[str, str],
        fields: list[str],
        *,
        deleted: bool,
    ) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        lookback = lookback_of({**self.options, **options})
        conditions = [f"{DELETED} = true"] if deleted else []
        soql = f"SELECT {', '.join(fields)} FROM {table}"  # noqa: S608  # names that Salesforce itself gave
        if CURSOR not in self._described(table):
            return self._client.query(soql), {}
        self._until = self._until or _literal(self.now())
        since = str((start or {}).get("until") or "")
        if since >= self._until:
            self._until = ""
            return iter(()), dict(start or {})
        if since:
            conditions.append(f"{CURSOR} >= {_literal(datetime.fromisoformat(since) - timedelta(seconds=lookback))}")
        conditions.append(f"{CURSOR} < {self._until}")
        soql += f" WHERE {' AND '.join(conditions)} ORDER BY {CURSOR}, {KEY}"
        return self._client.query(soql, deleted=deleted), {"until": self._until}

    def _described(self, table: str) -> dict[str, str]:
        """Give an object's fields that are read: name → Salesforce's type."""
        if table not in self._fields:
            if not _NAME.fullmatch(table):
                raise ValueError(f"Salesforce has no object {table!r}")
            try:
                found = self._client.describe(table)["fields"]
            except SalesforceError as error:
                if error.status == _NOT_FOUND:
                    raise ValueError(f"Salesforce has no object {table!r}, or the user may not see it") from None
                raise
            self._fields[table] = {one["name"]: one["type"] for one in found if one["type"] not in _LEFT_OUT}
        return self._fields[table]


def _literal(moment: datetime) -> str:
    """Give an instant as SOQL takes it, in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
