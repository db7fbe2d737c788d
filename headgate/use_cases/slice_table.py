"""A table too heavy for one pipeline, cut by one of its options: its rows in the inventory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.files import needed_bytes, write_whole
from headgate.inventory.defaults import table_id
from headgate.inventory.read import inventory_columns, parse_inventory
from headgate.inventory.slices import Slice, slice_table
from headgate.inventory.values import read_values
from headgate.inventory.write import render_inventory
from headgate.problems import InputError
from headgate.project import TABLES, read_connectors
from headgate.tables.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.inventory.row import TableRow
    from headgate.project import Connector


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRequest:
    """Which table of a connector to cut, by the values of one of its options, which stand in a file.

    table: a source table; where it has several destinations, the name of one. at_most: values that a slice holds. write False:
    only look.
    """

    connector: str
    table: str
    option: str
    values: Path
    at_most: int
    separator: str = ","
    write: bool = True
    root: Path = Path()


@dataclass(frozen=True, slots=True)
class SliceResult:
    """The table's slices, and whether the inventory changes. allowed: whether the connection lets the option through."""

    connector: str
    slices: tuple[Slice, ...]
    file: Path
    changed: bool
    allowed: bool


def cut_table(request: SliceRequest) -> SliceResult:
    """Cut a table into slices, a row of the inventory each. Raises InputError for what can't be cut, or read."""
    one = read_connectors(request.root, request.connector)[0]
    if one.site:
        fix = "write the rows by hand, or `headgate slice` before there are sites"
        raise InputError(f"the inventory of '{one.site.of}' is that of all of its sites", fix)
    known, name = read_values(request.values, request.separator), _own_name(one, request.table)
    sliced = slice_table(
        one.rows, name, request.option, known, request.at_most, separator=request.separator, weight_of=_weight_of(one)
    )
    file = one.folder / TABLES
    # As it is read again, and with the columns that it had.
    data = needed_bytes(file)
    text = render_inventory(sliced.tables, inventory_columns(data, str(file)))
    if parse_inventory(text.encode(), str(file)) != sliced.tables:
        raise InputError(f"{file} would not be read as it is written", "look for odd characters in the values")
    # What is written otherwise, perhaps, but says the same, stays.
    changed = parse_inventory(data, str(file)) != sliced.tables
    if changed and request.write:
        write_whole(file, text)
    # A notebook gives the source what a table says; a connection lets through what its list has.
    allowed = one.definition.by_notebook or request.option in one.definition.connection.external_options
    return SliceResult(one.definition.id, sliced.slices, file, changed, allowed)


def _own_name(one: Connector, name: str) -> str:
    """Give the own name of a destination that is named in full, and any other name as it is."""
    found = Names((word, table.id) for table in one.tables for word in (table.id.destination, str(table.id))).find(name)
    return found[0].table if len(found) == 1 else name


def _weight_of(one: Connector) -> Callable[[TableRow], float]:
    """Weigh a table without a weight of its own by its runs, else by its type."""
    weights = {table.id: table.weight.seconds for table in one.weighed()}
    return lambda row: weights[table_id(row, one.definition)]
