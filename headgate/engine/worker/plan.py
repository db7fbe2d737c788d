"""How a table is loaded: what the connector says of it, what its options say instead, and what its Delta table is already."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.deployment.ingest import RESERVED
from headgate.engine.worker.batches import Shape
from headgate.engine.worker.errors import TableError
from headgate.engine.worker.history import END, START, with_history
from headgate.engine.worker.keys import MARK
from headgate.engine.worker.schemas import change, joined
from headgate.engine.worker.state import REFRESH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    def way(self) -> str:
        """How rows become the table's: what can't change without loading it anew."""
        by = f" by {', '.join(self.keys)}" if self.keys else ""
        return f"{self.kind}{by}" + (f" in the order of {self.sequence}" if self.sequence else "")

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
    schema = source.schema(order.source_table, options)
    _refuse_own(schema, history=history)
    known = {name.lower(): name for name in schema.names}
    if missing := [name for name in (*keys, sequence) if name and name.lower() not in known]:
        raise TableError(f"the schema has no column {', '.join(missing)}, which rows are told apart or ordered by")
    keys, sequence = _distinct(known[key.lower()] for key in keys), known[sequence.lower()] if sequence else ""
    required = _distinct((*keys, *([sequence] if sequence else ())))
    if nested := [name for name in required if pa.types.is_nested(schema.field(name).type)]:
        raise TableError(
            f"rows can't be told apart or ordered by {', '.join(nested)}: expected a plain type, found a nested one"
        )
    return Plan(kind, keys, sequence, history, options, Shape(schema, required))


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _refuse_own(schema: pa.Schema, *, history: bool) -> None:
    """Raise TableError for columns that have a name of the engine's."""
    own = [name for name in schema.names if name.lower().startswith(MARK) or (history and name.upper() in {START, END})]
    if own:
        raise TableError(f"columns can't be named {', '.join(own)}: rows have these of their own", "name them otherwise")


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
        if before is None:
            fields.append(field)
        elif found := change(before, field.with_nullable(before.nullable)):
            raise TableError(found, REFRESH)
        else:
            fields.append(field.with_name(before.name).with_type(joined(before.type, field.type)))
    names = dict(zip(plan.shape.schema.names, (field.name for field in fields), strict=True))
    return replace(
        plan,
        keys=tuple(names[key] for key in plan.keys),
        sequence=names.get(plan.sequence, ""),
        shape=Shape(pa.schema(fields), tuple(names[key] for key in plan.shape.keys)),
    )


def _listed(text: str | None) -> tuple[str, ...]:
    """Read names given as JSON, or by commas."""
    if not text:
        return ()
    try:
        found: list[Any] = json.loads(text) if text.startswith("[") else text.split(",")
    except ValueError:
        raise TableError(f"primary_keys is {text!r}: expected names by commas, or a list of JSON") from None
    return tuple(str(one).strip() for one in found)
