"""Carrying out an order: find the tables, arrange them, merge them into the inventory, write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.definition.load import FILE, load_definition, parse_definition
from headgate.definition.starter import starter_definition
from headgate.discovery.arrange import Rules, arrange
from headgate.discovery.code import discover_code
from headgate.discovery.connector_code import Asking, Code
from headgate.discovery.listing import read_csv
from headgate.discovery.options import init_options, option_text
from headgate.discovery.order import Order, Outcome
from headgate.discovery.workspace import read_workspace
from headgate.files import write_whole
from headgate.inventory.merge import merge_discovered
from headgate.inventory.read import parse_inventory, read_inventory
from headgate.inventory.write import render_inventory, write_inventory
from headgate.names import slug
from headgate.problems import InputError
from headgate.tables.names import respelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.discovery.found import Found
    from headgate.inventory.row import TableRow


def carry_out(order: Order, environment: Mapping[str, str]) -> Outcome:
    """Discover a connector's tables into its inventory, and write a starter definition where there is none.

    What a person edited stays. Raises InputError and SourceError; nothing is written then.
    """
    beside = order.csv.parent / FILE
    place = next((file for file in (order.folder / FILE, beside) if file.is_file()), None)
    starter = "" if place else _starter(order)
    definition = load_definition(place) if place else parse_definition(starter, str(beside))
    first = not order.csv.exists()
    existing = () if first else read_inventory(order.csv)
    found = _find(order, definition, existing, environment)
    arranged = arrange(found.tables, _rules(order, definition), existing)
    merged = merge_discovered(existing, (*arranged, *_unanswered(found, existing)))
    # What can't be read again is not written.
    parse_inventory(render_inventory(merged.tables).encode(), str(order.csv))
    write_inventory(order.csv, merged.tables)
    if starter:
        write_whole(beside, starter)
    return Outcome(found, merged, order.csv, first, None if place else beside)


def _find(order: Order, definition: Definition, existing: Sequence[TableRow], environment: Mapping[str, str]) -> Found:
    if order.workspace_tables:
        return read_workspace(order.workspace_tables, order.workspace_metadata, best_effort=order.best_effort)
    if order.listing:
        return read_csv(order.listing, order.name, best_effort=order.best_effort)
    defined = {**definition.connection.options, **definition.discovery}
    options = init_options(defined, definition.connection.secrets, environment, order.given)
    table_options = {table.source_table: _texts(table.options) for table in existing if table.options}
    return discover_code(_code(order, definition), Asking(options, table_options, order.best_effort))


def _code(order: Order, definition: Definition) -> Code:
    path = order.python_file
    if not path and not order.module:
        folder = order.folder / (definition.code.folder or "")
        if not any(folder.rglob("*.py")):
            raise InputError(
                f"{folder} holds no Python file to discover tables from",
                "say where tables come from: --connector-python-file, --module, --from-workspace or --from-csv",
            )
        path = folder
    return Code(path, order.module, order.class_name, (order.root,), order.timeout)


def _rules(order: Order, definition: Definition) -> Rules:
    rules = Rules(
        order.group_by or definition.group_by,
        {**definition.category_prefixes, **order.prefixes},
        order.connection,
        order.catalog,
        order.schema,
        order.schedules,
        order.weights,
    )
    return rules.without(definition)


def _starter(order: Order) -> str:
    name = slug(order.name)
    group_by = order.group_by or "category_and_ingestion_type"
    where = (order.connection or name, order.catalog or "main", order.schema or name)
    return starter_definition(name, name, *where, group_by, **order.schedules)


def _unanswered(found: Found, existing: Iterable[TableRow]) -> list[TableRow]:
    """Give the rows, as they are, of tables that the source lists but says nothing about: they are not gone."""
    known = respelled((table.source_table for table in existing), (failure.table for failure in found.failed))
    failed = set(known.values())
    return [table for table in existing if table.source_table in failed]


def _texts(options: Mapping[str, object]) -> dict[str, str]:
    return {name: option_text(value) for name, value in options.items()}
