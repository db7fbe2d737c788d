"""How a table is loaded: what the connector says of it, what its options say instead, and what its Delta table is already."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.deployment.ingest import RESERVED
from headgate.engine.worker.batches import Shape
from headgate.engine.worker.errors import TableError
from headgate.engine.worker.history import END, START, with_history
from headgate.engine.worker.state import REFRESH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.engine.model import TableOrder
    from headgate.engine.worker.connector import Source

_SCD = ("SCD_TYPE_1", "SCD_TYPE_2", "APPEND_ONLY")


@dataclass(frozen=True, slots=True)
class Plan:
    """kind: snapshot, append, cdc or cdc_with_deletes. sequence: the column that orders changes; empty where none does.

    history: SCD type 2. options: what the connector is asked with. shape: what rows must be.
    """

    kind: str
    keys: tuple[str, ...]
    sequence: str
    history: bool
    options: Mapping[str, str]
    shape: Shape

    @property
    def columns(self) -> pa.Schema:
        """The columns of the Delta table."""
        return with_history(self.shape.loose, self.sequence_type) if self.history else self.shape.loose

    @property
    def sequence_type(self) -> pa.DataType:
        """The type of the sequence; of a snapshot it is the time at which it was read."""
        return self.shape.schema.field(self.sequence).type if self.sequence else pa.timestamp("us", tz="UTC")


def plan_of(order: TableOrder, source: Source) -> Plan:
    """Ask the connector how a table is to be loaded. Raises TableError for what a workspace's pipeline would fail at."""
    options = {name: value for name, value in order.options.items() if name not in RESERVED}
    kind, keys, cursor = source.metadata(order.source_table, options)
    scd = order.options.get("scd_type") or _SCD[0]
    if scd not in _SCD:
        raise TableError(f"scd_type is {scd!r}: expected one of {', '.join(_SCD)}")
    kind = "append" if scd == "APPEND_ONLY" else kind
    history = scd == "SCD_TYPE_2" and kind != "append"
    keys = _listed(order.options.get("primary_keys")) or keys
    sequence = order.options.get("sequence_by") or cursor
    if kind != "append" and not keys:
        raise TableError(f"{kind} needs primary keys, and there are none", "name them: primary_keys in tables.csv")
    if kind.startswith("cdc") and not sequence:
        raise TableError(f"{kind} needs a column that orders changes, and there is none", "name it: sequence_by in tables.csv")
    sequence = sequence if kind.startswith("cdc") else ""
    keys = keys if kind != "append" else ()
    shape = source.shape(order.source_table, options, (*keys, *([sequence] if sequence else ())))
    known = {name.lower(): name for name in shape.schema.names}
    if missing := [name for name in shape.keys if name.lower() not in known]:
        raise TableError(f"the schema has no column {', '.join(missing)}, which rows are told apart or ordered by")
    keys, sequence = tuple(known[key.lower()] for key in keys), known[sequence.lower()] if sequence else ""
    return Plan(kind, keys, sequence, history, options, Shape(shape.schema, (*keys, *([sequence] if sequence else ()))))


def as_stored(plan: Plan, stored: pa.Schema) -> Plan:
    """Give the plan with the columns as the table spells them, for what is to land.

    New columns are added, also in structs; those that the source has no more stay, empty in new rows. Raises TableError where
    a column's type is another one than before.
    """
    if not len(stored):
        return plan
    known = {field.name.lower(): field for field in stored}
    if plan.history != (START.lower() in known and END.lower() in known):
        raise TableError(
            f"the table was loaded {'without' if plan.history else 'with'} history, and scd_type says otherwise now", REFRESH
        )
    fields = []
    for field in plan.shape.schema:
        before = known.get(field.name.lower())
        if before is not None and (change := _change(before.type, field.type, field.name)):
            raise TableError(change, REFRESH)
        fields.append(field.with_name(before.name) if before is not None else field)
    names = dict(zip(plan.shape.schema.names, (field.name for field in fields), strict=True))
    return replace(
        plan,
        keys=tuple(names[key] for key in plan.keys),
        sequence=names.get(plan.sequence, ""),
        shape=Shape(pa.schema(fields), tuple(names[key] for key in plan.shape.keys)),
    )


def _change(before: pa.DataType, now: pa.DataType, path: str) -> str:
    """Say what of a type changed so that a table can't take it; empty where nothing did, or fields were added."""
    if pa.types.is_struct(before) and pa.types.is_struct(now):
        known = {field.name: field.type for field in before}
        changes = (_change(known[field.name], field.type, f"{path}.{field.name}") for field in now if field.name in known)
        return next(filter(None, changes), "")
    if pa.types.is_list(before) and pa.types.is_list(now):
        return _change(before.value_type, now.value_type, f"{path}.element")
    if pa.types.is_map(before) and pa.types.is_map(now):
        return _change(before.key_type, now.key_type, f"{path}.key") or _change(
            before.item_type, now.item_type, f"{path}.value"
        )
    return "" if before == now else f"column {path} was {before} and is {now} now"


def _listed(text: str | None) -> tuple[str, ...]:
    """Read names given as JSON, or by commas."""
    if not text:
        return ()
    found: object = json.loads(text) if text.startswith("[") else text.split(",")
    return tuple(str(one).strip() for one in found) if isinstance(found, list) else ()
