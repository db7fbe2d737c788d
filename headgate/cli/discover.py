"""`headgate discover`: a connector's tables into its inventory."""

from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.console import emit_each, result, tell, warn
from headgate.cli.options import Connectors, Format, FormatOption, Root, pairs_of
from headgate.problems import InputError
from headgate.tables.group import GroupBy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.discovery.request import DiscoveryResult

_log = logging.getLogger(__name__)

_CODE, _ROWS, _WHERE, _HOW = "From a connector's code", "From rows", "Where tables go", "How tables are arranged"
_CRON = "5-field cron, or `quartz:` and a Quartz expression."
_SECONDS = "expected seconds for one run"


def discover(  # noqa: PLR0913  # each parameter is a flag
    connector: Connectors = None,
    connector_name: Annotated[str | None, typer.Option(help="The same: the connector's folder below connectors/.")] = None,
    python_file: Annotated[
        Path | None,
        typer.Option(
            "--connector-python-file",
            help="Its code: a folder, a .py file or a wheel. Default: its own folder, or `code.folder`.",
            rich_help_panel=_CODE,
        ),
    ] = None,
    module: Annotated[str, typer.Option(help="Its code: an importable module.", rich_help_panel=_CODE)] = "",
    class_name: Annotated[str, typer.Option("--class", help="Its class, where there are several.", rich_help_panel=_CODE)] = "",
    init_options_json: Annotated[
        str, typer.Option(help="Options its class is made with: JSON, or @file. Wins over all others.", rich_help_panel=_CODE)
    ] = "",
    init_options_file: Annotated[
        Path | None,
        typer.Option(help="The same, in a file. Wins over HEADGATE_OPTION_<NAME> and connector.yaml.", rich_help_panel=_CODE),
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds that its code may take.", rich_help_panel=_CODE)] = 60,
    from_workspace: Annotated[
        Path | None, typer.Option(help="Rows of _community_tables, as JSON or JSON lines.", rich_help_panel=_ROWS)
    ] = None,
    workspace_metadata: Annotated[
        Path | None, typer.Option(help="Rows of _community_table_metadata, likewise.", rich_help_panel=_ROWS)
    ] = None,
    from_csv: Annotated[Path | None, typer.Option(help="A CSV with a source_table column.", rich_help_panel=_ROWS)] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="THEIRS=OURS",
            help="What the CSV calls a column of ours; `THEIRS=` passes one over. Repeatable.",
            rich_help_panel=_ROWS,
        ),
    ] = None,
    output_csv: Annotated[
        Path | None, typer.Option(help="The inventory. Default: connectors/<name>/tables.csv.", rich_help_panel=_WHERE)
    ] = None,
    connection_name: Annotated[str, typer.Option(help="The Unity Catalog connection.", rich_help_panel=_WHERE)] = "",
    dest_catalog: Annotated[str, typer.Option(help="The destination catalog.", rich_help_panel=_WHERE)] = "",
    dest_schema: Annotated[str, typer.Option(help="The destination schema.", rich_help_panel=_WHERE)] = "",
    group_by: Annotated[
        GroupBy | None,
        typer.Option(help="What makes a group: goes into connector.yaml. Default there: auto.", rich_help_panel=_HOW),
    ] = None,
    category_prefix_map_json: Annotated[
        str, typer.Option(help="JSON, or @file: prefix of a table's name → its category.", rich_help_panel=_HOW)
    ] = "",
    schedule_snapshot: Annotated[str, typer.Option(help=f"For snapshot tables: {_CRON}", rich_help_panel=_HOW)] = "",
    schedule_append: Annotated[str, typer.Option(help="For append tables.", rich_help_panel=_HOW)] = "",
    schedule_cdc: Annotated[str, typer.Option(help="For cdc and cdc_with_deletes tables.", rich_help_panel=_HOW)] = "",
    schedule_unknown: Annotated[str, typer.Option(help="For tables without an ingestion type.", rich_help_panel=_HOW)] = "",
    weight_snapshot: Annotated[
        float | None, typer.Option(help=f"For snapshot tables: {_SECONDS}. Default: 1.", rich_help_panel=_HOW)
    ] = None,
    weight_append: Annotated[float | None, typer.Option(help="For append tables. Default: 10.", rich_help_panel=_HOW)] = None,
    weight_cdc: Annotated[
        float | None, typer.Option(help="For cdc and cdc_with_deletes tables. Default: 10.", rich_help_panel=_HOW)
    ] = None,
    weight_unknown: Annotated[
        float | None, typer.Option(help="For tables without an ingestion type. Default: 10.", rich_help_panel=_HOW)
    ] = None,
    *,
    best_effort: Annotated[bool, typer.Option("--best-effort", help="Of tables whose metadata fails, keep the names.")] = False,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Find a connector's tables, and write them to its tables.csv; a starter connector.yaml too, where there is none.

    What a flag doesn't say comes from connector.yaml. A second discovery keeps what people edited, and says what is new, gone,
    back or changed. Connector code runs in a process of its own; it needs neither Spark nor the connectors' library.
    """
    from headgate.discovery.options import options_of_file, options_of_text
    from headgate.discovery.request import DiscoveryRequest
    from headgate.use_cases.discover import discover_tables
    from headgate.use_cases.request import connector_folders

    given: list[Mapping[str, str]] = []
    given += [options_of_file(init_options_file, "--init-options-file")] if init_options_file else []
    given += [options_of_text(init_options_json, "--init-options-json")] if init_options_json else []
    prefixes = options_of_text(category_prefix_map_json, "--category-prefix-map-json") if category_prefix_map_json else {}
    schedules = {"snapshot": schedule_snapshot, "append": schedule_append, "cdc": schedule_cdc, "unknown": schedule_unknown}
    weights = {"snapshot": weight_snapshot, "append": weight_append, "cdc": weight_cdc, "unknown": weight_unknown}
    if connector and connector_name not in (None, connector):
        raise InputError(f"two connectors are named: {connector} and {connector_name}", "name one, or none for all of them")
    rows = next((flag for flag, file in (("--from-csv", from_csv), ("--from-workspace", from_workspace)) if file), "")
    of_code = (("--class", class_name), ("--init-options-json", init_options_json), ("--init-options-file", init_options_file))
    if rows and (lost := [flag for flag, value in of_code if value]):
        raise InputError(f"{' and '.join(lost)} is for code, and {rows} asks none", f"take {' and '.join(lost)} out")
    named = connector if connector is not None else connector_name
    request = partial(
        DiscoveryRequest,
        root=root,
        python_file=python_file,
        module=module,
        class_name=class_name,
        workspace_tables=from_workspace,
        workspace_metadata=workspace_metadata,
        listing=from_csv,
        columns=pairs_of(column or [], "--column"),
        output=output_csv,
        given=tuple(given),
        connection=connection_name,
        catalog=dest_catalog,
        schema=dest_schema,
        group_by=group_by,
        prefixes=prefixes,
        schedules={kind: schedule for kind, schedule in schedules.items() if schedule},
        weights={kind: weight for kind, weight in weights.items() if weight is not None},
        best_effort=best_effort,
        timeout=timeout,
    )
    names = [named] if named is not None else connector_folders(root)
    _tell({name: discover_tables(request(name=name), os.environ) for name in names}, output, one=named is not None)


def _tell(done: Mapping[str, DiscoveryResult], output: Format, *, one: bool) -> None:
    from headgate.render.discovery import as_text
    from headgate.use_cases.outputs.tables import DiscoverOutput

    for discovered in done.values():
        if discovered.found.printed:
            _log.debug("what the connector's code printed last:\n%s", discovered.found.printed)
        if discovered.scaffold:
            tell(f"{discovered.scaffold} written: a starter, to be filled in")
        if discovered.csv.resolve() != discovered.own_csv.resolve():
            own = discovered.own_csv
            tell(f"balance, check and synth read {own}: put {discovered.csv} there, with connector.yaml beside it")
        for odd in discovered.odd:
            warn(f"warning: {odd}")
        for failure in discovered.found.failed:
            warn(f"unverified: {failure}")
        if discovered.found.unmade:
            warn(
                f"unverified: the class was not made ({discovered.found.unmade}), and asked as it was; "
                "discover again with its options, where the source is reached"
            )
    if output == "json":
        emit_each((DiscoverOutput.of(discovered, name) for name, discovered in done.items()), one=one)
    else:
        result("\n\n".join(as_text(discovered) for discovered in done.values()))
