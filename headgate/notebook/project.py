"""The notebook's project: a folder with OSI PI's connector, whose files follow the widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.definition.edit import with_values
from headgate.definition.load import FILE, parse_definition
from headgate.files import needed_text, write_whole
from headgate.inventory.defaults import table_id
from headgate.inventory.merge import merge_discovered
from headgate.inventory.read import read_inventory
from headgate.inventory.write import render_inventory
from headgate.layout.deployed import read_deployed
from headgate.layout.same_tables import same_tables, same_tables_text
from headgate.problems import Problem, did_you_mean, refuse
from headgate.project import TABLES, read_connectors
from headgate.use_cases.init_connector import NewConnectorRequest, make_connector

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from headgate.definition.model import Definition
    from headgate.notebook.settings import Settings
    from headgate.project import Connector

CONNECTOR = "osipi"
DISCOVERED, TAGS, BUNDLE = "discovered.csv", "tags.csv", "bundle"
_SNAPSHOTS = "0 0 * * *"
# The definition that comes with Headgate has as many pipelines as fit its 39 tables; here their number is that of the slices.
_ONCE: dict[tuple[str, ...], Any] = {("balance", "pipelines"): None, ("balance", "stacks"): None}


def prepare(settings: Settings) -> None:
    """Make the connector where there is none, and have its definition say what the widgets say; all else in it stays.

    Raises InputError for widgets that no definition takes, for another schema or catalog than that of deployed tables, and for
    a target without pipelines yet whose tables another one has deployed.
    """
    file = settings.folder / "connectors" / CONNECTOR / FILE
    values = _values(settings)
    if not file.exists():
        request = NewConnectorRequest(
            name=CONNECTOR,
            root=settings.folder,
            built_in=CONNECTOR,
            options={"pi_base_url": settings.server},
            connection="osipi_connection",
            # Of all targets: by Headgate's convention dev's own is called after it, so that the two are never one.
            catalog=settings.catalog.removeprefix("dev_") or settings.catalog,
            schema=settings.schema,
        )
        make_connector(request, {})
        _take_alone(file.with_name(TABLES), settings.tables)
        values |= _ONCE
    text = needed_text(file)
    definition = parse_definition(text, str(file))
    if settings.mode == "batch":
        values["schedules", "snapshot"] = definition.schedules.snapshot or _SNAPSHOTS
    values |= {("targets", name, "deploy_with"): "bundle" for name in definition.targets}
    _refuse_another_place(settings, definition)
    changed = with_values(text, values, str(file))
    _refuse_tables_of_another(settings, parse_definition(changed, str(file)))
    if changed != text:
        write_whole(file, changed)


def take_tables(settings: Settings) -> tuple[str, ...]:
    """Take the tables of the widget, as the discovery found them, into the inventory; give those that stay besides.

    A table that the layout has stays, whatever the widget says: taking it away is a matter of tables.csv. Raises InputError
    for a table that was not found.
    """
    found = read_inventory(settings.folder / DISCOVERED)
    known = [row.source_table for row in found]
    refuse(
        Problem(f"'{name}' is no table of OSI PI", did_you_mean(name, known), path="Tables")
        for name in settings.tables
        if name not in known
    )
    one = connector_of(settings)
    agreed = {placement.table.source_table for placement in one.layout.tables} if one.layout else set()
    wanted = set(settings.tables or known)
    kept = [row for row in one.rows if row.source_table in wanted | agreed]
    there = {row.source_table for row in kept}
    merged = merge_discovered(kept, [row for row in found if row.source_table in wanted | there])
    write_whole(one.folder / TABLES, render_inventory(merged.tables))
    return tuple(sorted(there - wanted))


def connector_of(settings: Settings) -> Connector:
    """Give the connector as its files have it."""
    return read_connectors(settings.folder, CONNECTOR)[0]


def connection_options(settings: Settings, secrets: Mapping[str, str]) -> dict[str, str]:
    """Give what the connector's code reads with: the definition's options, the secrets, and which tags."""
    options = dict(connector_of(settings).definition.connection.options)
    return options | dict(secrets) | ({"nameFilter": settings.tag_filter} if settings.tag_filter else {})


def _take_alone(inventory: Path, tables: Collection[str]) -> None:
    """Leave only these tables in the inventory that comes with Headgate; all of them where none is named, or known."""
    rows = [row for row in read_inventory(inventory) if row.source_table in tables]
    if rows:
        write_whole(inventory, render_inventory(rows))


def _values(settings: Settings) -> dict[tuple[str, ...], Any]:
    is_streaming = settings.mode == "streaming"
    return {
        ("mode",): "streaming" if is_streaming else None,
        **{("connection", "options", name): value for name, value in settings.options.items()},
        ("connection", "secrets"): [settings.secret] if settings.secret else None,
        ("destination", "schema"): settings.schema,
        ("targets", settings.target, "catalog"): settings.catalog,
        ("schedules", "append"): None if is_streaming else settings.schedule,
        ("schedules", "snapshot"): None,
    }


def _refuse_another_place(settings: Settings, definition: Definition) -> None:
    """Raise InputError where the widgets name another place than that in which tables are: they would be made a second time."""
    folder, target = settings.folder / "connectors" / CONNECTOR, definition.targets.get(settings.target)
    is_deployed = {name: bool(read_deployed(folder, name).ids) for name in {*definition.targets, settings.target}}
    before = {
        "Schema": (definition.destination.schema_name, settings.schema, any(is_deployed.values())),
        "Catalog": (
            (target and target.catalog) or definition.destination.catalog,
            settings.catalog,
            is_deployed[settings.target],
        ),
    }
    fix = "put it back into the widget; another folder is another deployment"
    refuse(
        Problem(f"is '{now}', and the tables that were deployed are in '{was}'", fix, path=name)
        for name, (was, now, is_there) in before.items()
        if is_there and was != now
    )


def _refuse_tables_of_another(settings: Settings, definition: Definition) -> None:
    """Raise InputError where a target would be deployed for the first time onto tables that another target's pipelines own.

    Targets that name no workspace are in that of the notebook.
    """
    folder = settings.folder / "connectors" / CONNECTOR
    if settings.target not in definition.targets or read_deployed(folder, settings.target).ids:
        return
    tables = [table_id(row, definition) for row in read_inventory(folder / TABLES)]
    refuse(
        Problem(
            f"{other} is deployed; {same_tables_text(settings.target, other, shared)}",
            f"each target has a catalog of its own: name another one for {settings.target}",
            path="Catalog",
        )
        for other, shared in same_tables(definition.targets, tables, settings.target).items()
        if read_deployed(folder, other).ids
    )
