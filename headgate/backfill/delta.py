"""A Delta table that rows are merged into by their key: a repeat doubles nothing, what was corrected overwrites.

By the library `deltalake` (delta-rs), an extra of the package (`headgate[delta]`), which needs neither Spark nor a cluster. See
its TableMerger: when_matched_update_all, when_not_matched_insert_all, when_not_matched_by_source_delete.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from headgate.installation import bring
from headgate.problems import InputError, SourceError
from headgate.redaction.redactor import redactor

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.backfill.source import BackfillPart, BackfillPlan, Row


class Delta:
    """The table at `uri` (a folder, s3://…, abfss://…), made where there is none. `delete`: what the source lacks goes."""

    def __init__(self, uri: str, plan: BackfillPlan, *, delete: bool, storage: Mapping[str, str] | None = None) -> None:
        """Open or make the table; raises InputError without the library, SourceError where the table can't be opened."""
        try:
            from arro3 import core as arrow  # noqa: PLC0415  # an optional extra, which few commands need
            from deltalake import DeltaTable, Schema  # noqa: PLC0415  # likewise
        except ImportError:
            raise InputError("--delta needs the library deltalake", bring(["delta"])) from None
        self._arrow, self._plan, self._delete = arrow, plan, delete
        self._mask = redactor((storage or {}).values())
        schema = Schema.from_arrow(self._schema())
        try:
            self._table = DeltaTable.create(uri, schema, mode="ignore", storage_options=dict(storage or {}) or None)
        except Exception as error:  # noqa: BLE001  # each storage has errors of its own
            words = self._mask(f"{uri} can't be opened as a Delta table: {error}")
            raise SourceError(words, "look at the address and the rights") from None

    def land(self, part: BackfillPart, rows: Sequence[Row], read: Collection[str]) -> None:
        """Merge a part's rows in one commit. Only rows of its stretch and of the tags that could be read are ever deleted.

        Raises SourceError where the table can't be written.
        """
        rows = [row for row in rows if row[self._plan.tag] in read]  # not those of a tag that failed after a part of it
        if not rows and not (self._delete and read):
            return
        where = self._where(part, read)
        on = [f"target.{key} = source.{key}" for key in self._plan.keys]
        merger = self._table.merge(
            self._arrow_table(rows), " AND ".join([where, *on]), source_alias="source", target_alias="target"
        )
        merger = merger.when_matched_update_all().when_not_matched_insert_all()
        if self._delete:
            merger = merger.when_not_matched_by_source_delete(where)
        try:
            merger.execute()
        except Exception as error:  # noqa: BLE001  # each storage has errors of its own
            fix = "another writer may have been at it: run the same again, what is done stays done"
            raise SourceError(self._mask(f"the rows could not be merged: {error}"), fix) from None

    def _where(self, part: BackfillPart, read: Collection[str]) -> str:
        """Give which rows of the table a part is about."""
        tags = ", ".join("'" + tag.replace("'", "''") + "'" for tag in sorted(read))
        time = f"target.{self._plan.time}"
        stretch = f"{time} >= TIMESTAMP '{part.start}' AND {time} < TIMESTAMP '{part.before}'"
        return f"target.{self._plan.tag} IN ({tags}) AND {stretch}"

    def _schema(self) -> Any:
        kinds = self._arrow.DataType
        types = {
            "string": kinds.string(), "long": kinds.int64(), "double": kinds.float64(), "boolean": kinds.bool(),
            "timestamp": kinds.timestamp("us", tz="UTC"),
        }  # fmt: skip
        plan = self._plan
        fields = [self._arrow.Field(name, types[kind], nullable=name not in plan.keys) for name, kind in plan.columns.items()]
        return self._arrow.Schema(fields)

    def _arrow_table(self, rows: Sequence[Row]) -> Any:
        arrow, columns = self._arrow, {}
        for field in self._schema():
            cells = [row[field.name] for row in rows]
            if self._plan.columns[field.name] == "timestamp":
                whole = arrow.Array([_microseconds(cell) for cell in cells], arrow.DataType.int64())
                columns[field.name] = whole.cast(field.type)
            else:
                columns[field.name] = arrow.Array(cells, field.type)
        return arrow.Table.from_pydict(columns, schema=self._schema())


def _microseconds(text: str | None) -> int | None:
    """Give the microseconds since 1970 of a time of a row, exactly."""
    if text is None:
        return None
    since = datetime.fromisoformat(text) - datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
