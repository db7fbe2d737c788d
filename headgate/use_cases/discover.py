"""A connector's tables into its inventory: found, arranged, merged with what is there, and written."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.definition.connector_spec import Spec
from headgate.definition.edit import with_group_by
from headgate.definition.load import FILE, load_definition, parse_definition
from headgate.definition.scaffold import scaffold_definition, with_schema
from headgate.discovery.arrange import Rules, arrange, ungrouped
from headgate.discovery.code import discover_code
from headgate.discovery.connector_code import Code, DiscoveryOptions
from headgate.discovery.listing import read_csv
from headgate.discovery.options import init_options, option_text
from headgate.discovery.request import DiscoveryRequest, DiscoveryResult, Regrouped
from headgate.discovery.specification import spec_of
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
from headgate.use_cases.balance import moves_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from headgate.definition.model import Definition
    from headgate.discovery.found import Found
    from headgate.inventory.row import TableRow
    from headgate.tables.group import GroupBy


_log = logging.getLogger(__name__)
# Place in a new definition → the flag that it comes from.
_FLAGS = {
    "connection.name": "--connection-name",
    "destination.catalog": "--dest-catalog",
    "destination.schema": "--dest-schema",
}


def discover_tables(request: DiscoveryRequest, environment: Mapping[str, str]) -> DiscoveryResult:
    """Discover a connector's tables into its inventory, and write a starter definition where there is none.

    What a person edited stays. Raises InputError and SourceError; nothing is written then.
    """
    beside = request.csv.parent / FILE
    place = next((file for file in (request.folder / FILE, beside) if file.is_file()), None)
    definition = load_definition(place) if place else None
    code = None if request.listing or request.workspace_tables else _code(request, definition)
    spec = _spec(request, code)
    text = "" if definition else _scaffold(request, *spec)
    definition = before = definition or parse_new(text, beside)
    first = not request.csv.exists()
    existing = () if first else read_inventory(request.csv)
    regroups = bool(place and request.group_by) and _differs(request.group_by, before, existing)
    if place and request.group_by and regroups:
        text = with_group_by(place.read_text(encoding="utf-8"), request.group_by, str(place))
        definition = before.model_copy(update={"group_by": request.group_by})
        existing = ungrouped(existing)
    found = _discover(code, request, definition, spec[0], existing, environment) if code else _listed(request)
    arranged = arrange(found.tables, _rules(request, definition), existing)
    merged = merge_discovered(existing, arranged)
    # What can't be read again is not written.
    inventory = render_inventory(merged.tables)
    parse_inventory(inventory.encode(), str(request.csv))
    layout = read_lock(beside.with_name(LOCK), definition.id)
    after = Connector(beside.parent, definition, merged.tables, layout)
    moves = moves_of(after) if regroups and layout else None
    write_all({request.csv: inventory} | ({place or beside: text} if text else {}))
    counts = Counter(table.group.words for table in after.tables if not table.gone)
    groups = dict(sorted(counts.items()))
    change = Regrouped(group_by_of(before, locked_groups(layout)), definition.group_by or "", moves) if regroups else None
    scaffold = None if place else beside
    return DiscoveryResult(found, merged, request.csv, request.own_csv, first, groups, scaffold, change)


def parse_new(text: str, path: Path) -> Definition:
    """Give a definition that is made of flags, and not written yet. Raises InputError, of the flags where they are at fault."""
    try:
        return parse_definition(text, str(path))
    except InputError as error:
        option = "connection.options."
        flags = {
            problem: _FLAGS.get(problem.path) or f"--option {problem.path.removeprefix(option)}"
            for problem in error.problems
            if problem.path in _FLAGS or problem.path.startswith(option)
        }
        # What else is wrong then is made of them too.
        told = [replace(problem, file="", line=None, path=flag) for problem, flag in flags.items()]
        raise InputError(told or error.problems) from None


def _differs(group_by: GroupBy | None, definition: Definition, rows: Sequence[TableRow]) -> bool:
    """Whether groups are asked for by something else than they are by: in the definition, or where a discovery wrote them."""
    return group_by != definition.group_by or written_by(rows) not in (None, group_by)


def _listed(request: DiscoveryRequest) -> Found:
    if request.workspace_tables:
        return read_workspace(request.workspace_tables, request.workspace_metadata, best_effort=request.best_effort)
    assert request.listing  # noqa: S101 (whoever calls has no code)
    return read_csv(request.listing, request.name, request.columns, best_effort=request.best_effort)


def _discover(
    code: Code,
    request: DiscoveryRequest,
    definition: Definition,
    spec: Spec,
    existing: Sequence[TableRow],
    environment: Mapping[str, str],
) -> Found:
    _log.info("asking the code of %s for its tables", request.name)
    # What a starter has yet to be told is empty there.
    defined = {name: value for name, value in {**definition.clear_options, **definition.discovery}.items() if value}
    options = init_options(defined, [*definition.secret_options, *definition.dynamic_options], environment, request.given)
    table_options = {table.source_table: _texts(table.options) for table in existing if table.options}
    asked_with = DiscoveryOptions(
        options, _texts(definition.table_options), spec.missing(options), table_options, request.best_effort
    )
    return discover_code(code, asked_with)


def _code(request: DiscoveryRequest, definition: Definition | None) -> Code:
    path = request.python_file
    if not path and not request.module:
        folder = request.folder / ((definition.code.folder if definition else None) or "")
        if not any(folder.rglob("*.py")):
            raise InputError(
                f"{folder} holds no Python file to discover tables from",
                "say where tables come from: --connector-python-file, --module, --from-workspace or --from-csv",
            )
        path = folder
    return Code(path, request.module, request.class_name, (request.root,), request.timeout)


def _spec(request: DiscoveryRequest, code: Code | None) -> tuple[Spec, str]:
    """Give the specification, one that says nothing where there is none, and the source's name."""
    beside = spec_of(code or Code(request.folder)) or (Spec(), "")
    # The folder of a connector in a project is called as the connector is.
    is_own = code is None or (code.path and code.path.resolve().is_relative_to(request.folder.resolve()))
    return request.spec or beside[0], (not is_own and beside[1]) or slug(request.name)


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


def _scaffold(request: DiscoveryRequest, spec: Spec, source: str) -> str:
    name = slug(request.name)
    where = (request.connection or name, request.catalog or "main", request.schema or name)
    schema = request.root / CONNECTOR
    seen = seen_from(request.csv.parent.resolve(), schema.resolve()) if schema.is_file() else ""
    group_by = request.group_by or "auto"
    auth = request.auth or spec.auth_of({name for given in request.given for name in given})
    is_known = spec != Spec() or request.options
    parameters = spec.known(auth, request.options, source, where[0]) if is_known else None
    text = scaffold_definition(name, source, *where, group_by, **request.schedules, parameters=parameters)
    return with_schema(text, seen)


def _texts(options: Mapping[str, object]) -> dict[str, str]:
    return {name: option_text(value) for name, value in options.items()}
