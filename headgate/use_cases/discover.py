"""A connector's tables into its inventory: found, arranged, merged with what is there, and written."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from headgate.definition.edit import with_group_by
from headgate.definition.load import FILE, load_definition, parse_definition
from headgate.definition.scaffold import scaffold_definition, with_schema
from headgate.discovery.arrange import Rules, arrange, ungrouped
from headgate.discovery.code import discover_code
from headgate.discovery.connector_code import Code, DiscoveryOptions
from headgate.discovery.listing import read_csv
from headgate.discovery.options import init_options, option_text
from headgate.discovery.request import DiscoveryRequest, DiscoveryResult, Regrouped
from headgate.discovery.workspace import read_workspace
from headgate.files import seen_from, write_all
from headgate.inventory.grouping import group_by_of, written_by
from headgate.inventory.merge import merge_discovered
from headgate.inventory.read import parse_inventory, read_inventory
from headgate.inventory.write import render_inventory
from headgate.layout.lock import read_lock
from headgate.layout.resolved import locked_groups
from headgate.names import slug
from headgate.new_project.schemas import CONNECTOR
from headgate.problems import InputError
from headgate.project import LOCK, Connector
from headgate.tables.names import respelled
from headgate.use_cases.balance import moves_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.definition.model import Definition, GroupBy
    from headgate.discovery.found import Found
    from headgate.inventory.row import TableRow


_log = logging.getLogger(__name__)


def discover_tables(request: DiscoveryRequest, environment: Mapping[str, str]) -> DiscoveryResult:
    """Discover a connector's tables into its inventory, and write a starter definition where there is none.

    What a person edited stays. Raises InputError and SourceError; nothing is written then.
    """
    beside = request.csv.parent / FILE
    place = next((file for file in (request.folder / FILE, beside) if file.is_file()), None)
    text = "" if place else _scaffold(request)
    definition = before = load_definition(place) if place else parse_definition(text, str(beside))
    first = not request.csv.exists()
    existing = () if first else read_inventory(request.csv)
    regroups = bool(place and request.group_by) and _differs(request.group_by, before, existing)
    if place and request.group_by and regroups:
        text = with_group_by(place.read_text(encoding="utf-8"), request.group_by, str(place))
        definition = before.model_copy(update={"group_by": request.group_by})
        existing = ungrouped(existing)
    found = _find(request, definition, existing, environment)
    arranged = arrange(found.tables, _rules(request, definition), existing)
    merged = merge_discovered(existing, (*arranged, *_unanswered(found, existing)))
    # What can't be read again is not written.
    inventory = render_inventory(merged.tables)
    parse_inventory(inventory.encode(), str(request.csv))
    layout = read_lock(beside.with_name(LOCK), definition.id)
    after = Connector(beside.parent, definition, merged.tables, layout)
    moves = moves_of(after) if regroups and layout else None
    write_all({request.csv: inventory} | ({place or beside: text} if text else {}))
    groups = Counter(table.group.words for table in after.tables if not table.gone)
    change = Regrouped(group_by_of(before, locked_groups(layout)), definition.group_by or "", moves) if regroups else None
    return DiscoveryResult(found, merged, request.csv, first, dict(sorted(groups.items())), None if place else beside, change)


def _differs(group_by: GroupBy | None, definition: Definition, rows: Sequence[TableRow]) -> bool:
    """Whether groups are asked for by something else than they are by: in the definition, or where a discovery wrote them."""
    return group_by != definition.group_by or written_by(rows) not in (None, group_by)


def _find(
    request: DiscoveryRequest, definition: Definition, existing: Sequence[TableRow], environment: Mapping[str, str]
) -> Found:
    if request.workspace_tables:
        return read_workspace(request.workspace_tables, request.workspace_metadata, best_effort=request.best_effort)
    if request.listing:
        return read_csv(request.listing, request.name, best_effort=request.best_effort)
    _log.info("asking the code of %s for its tables", request.name)
    defined = {**definition.connection.options, **definition.discovery}
    options = init_options(defined, definition.connection.secrets, environment, request.given)
    table_options = {table.source_table: _texts(table.options) for table in existing if table.options}
    return discover_code(_code(request, definition), DiscoveryOptions(options, table_options, request.best_effort))


def _code(request: DiscoveryRequest, definition: Definition) -> Code:
    path = request.python_file
    if not path and not request.module:
        folder = request.folder / (definition.code.folder or "")
        if not any(folder.rglob("*.py")):
            raise InputError(
                f"{folder} holds no Python file to discover tables from",
                "say where tables come from: --connector-python-file, --module, --from-workspace or --from-csv",
            )
        path = folder
    return Code(path, request.module, request.class_name, (request.root,), request.timeout)


def _rules(request: DiscoveryRequest, definition: Definition) -> Rules:
    rules = Rules(
        {**definition.category_prefixes, **request.prefixes},
        request.connection,
        request.catalog,
        request.schema,
        request.schedules,
        request.weights,
    )
    return rules.without(definition)


def _scaffold(request: DiscoveryRequest) -> str:
    name = slug(request.name)
    where = (request.connection or name, request.catalog or "main", request.schema or name)
    schema = request.root / CONNECTOR
    seen = seen_from(request.csv.parent.resolve(), schema.resolve()) if schema.is_file() else ""
    group_by = request.group_by or "auto"
    text = scaffold_definition(name, name, *where, group_by, **request.schedules, parameters=request.parameters)
    return with_schema(text, seen)


def _unanswered(found: Found, existing: Iterable[TableRow]) -> list[TableRow]:
    """Give the rows, as they are, of tables that the source lists but says nothing about: they are not gone."""
    known = respelled((table.source_table for table in existing), (failure.table for failure in found.failed))
    failed = set(known.values())
    return [table for table in existing if table.source_table in failed]


def _texts(options: Mapping[str, object]) -> dict[str, str]:
    return {name: option_text(value) for name, value in options.items()}
