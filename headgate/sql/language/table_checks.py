"""What the fields of a table, of its flows and of all tables must hold together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.names import catalog_name_fault
from headgate.sql.language.checks import qualified_fault
from headgate.sql.language.found import Fault
from headgate.sql.language.made import FAILED, quarantined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.definition.yaml import Path
    from headgate.sql.language.model import PipelineFile
    from headgate.sql.language.target import ChangeData, Flow, Table

    Own = Iterator[Fault]

_OUTPUT_MODES = {
    "update": "streaming tables are appended to; rows that change are written by a cdc flow, or by a materialized_view",
    "complete": "a table that is written anew each time is a materialized_view",
}
# What only a table in the catalog has, not a view of the pipeline.
_NOT_OF_VIEWS = ("flows", "private", "columns", "cluster_by", "partition_by", "row_filter", "expectations")


def table_faults(file: PipelineFile) -> Own:
    """Say what is wrong with tables, each by itself."""
    for key in ("catalog", "schema"):
        name = file.catalog if key == "catalog" else file.schema_name
        if fault := catalog_name_fault(name):
            yield Fault((key,), fault, "write a name that Unity Catalog takes")
    for name, table in file.tables.items():
        if fault := catalog_name_fault(name):
            yield Fault(("tables", name), f"its name {fault}", "write a name that Unity Catalog takes")
        for found in (*_own(table), *_functions(table), *_flows(table), *_quarantine(table)):
            yield found._replace(path=("tables", name, *found.path))


def _own(table: Table) -> Own:
    if (table.from_ is None) == (not table.flows):
        yield Fault((), "expected either `from` or `flows`", "say what goes into it by one of them")
    if table.type == "materialized_view" and table.flows:
        yield Fault(("flows",), "a materialized view has no flows", "write `from`, or make it a streaming_table")
    for key in _NOT_OF_VIEWS if table.type == "temporary_view" else ():
        if getattr(table, key):
            fix = "put them on the table that reads the view" if key == "expectations" else "take it out"
            yield Fault((key,), f"a temporary view has no `{key}`", fix)
    if table.cluster_by is not None and table.partition_by:
        yield Fault(("partition_by",), "a table is clustered or partitioned, not both", "take one of them out")
    if table.cluster_by == []:
        yield Fault(("cluster_by",), "names no column", "name some, or write `auto`")
    if table.output_mode in _OUTPUT_MODES:
        yield Fault(("output_mode",), f"pipelines take no `{table.output_mode}`", _OUTPUT_MODES[table.output_mode])
    elif table.output_mode and table.type != "streaming_table":
        yield Fault(("output_mode",), "is for streaming tables", "take it out")


def _functions(table: Table) -> Own:
    functions: list[tuple[Path, str]] = [
        (("columns", name, "mask", "function"), column.mask.function) for name, column in table.columns.items() if column.mask
    ]
    if table.row_filter is not None:
        functions.append((("row_filter", "function"), table.row_filter.function))
        if not table.row_filter.columns:
            yield Fault(("row_filter", "columns"), "is missing", "name the columns that the function is given")
    for path, function in functions:
        if fault := qualified_fault(function, "function"):
            yield Fault(path, fault, "write all three parts")


def _flows(table: Table) -> Own:
    changes = [flow.cdc is not None for flow in table.flows]
    if any(changes) and not all(changes):
        # Source: Databricks documentation, "The AUTO CDC APIs", limitations.
        message = "a table that flows with `cdc` go into takes no other flows"
        yield Fault(("flows", changes.index(False)), message, "give all its flows `cdc`, or make a second table")
    for number, flow in enumerate(table.flows):
        if flow.name is None and len(table.flows) > 1:
            yield Fault(("flows", number), "needs a name: the table has several flows", "write `name:`")
        for fault in _flow(flow):
            yield fault._replace(path=("flows", number, *fault.path))


def _flow(flow: Flow) -> Own:
    kinds = [key for key in ("once", "cdc", "replace_where") if getattr(flow, key)]
    if len(kinds) > 1:
        yield Fault((), f"{' and '.join(kinds)} contradict each other", "keep one of them")
    if flow.replace_where is not None and flow.name is not None:
        yield Fault(("name",), "a flow with `replace_where` is its table's only one, without a name", "take the name out")
    if flow.comment is not None and flow.name is None:
        yield Fault(("comment",), "a flow without a name has no comment", "put it on the table, or name the flow")
    if flow.cdc is not None:
        for fault in _changes(flow.cdc):
            yield fault._replace(path=("cdc", *fault.path))


def _changes(cdc: ChangeData) -> Own:
    for one, other in (("columns", "except_columns"), ("track_history", "track_history_except")):
        if getattr(cdc, one) and getattr(cdc, other):
            yield Fault((other,), f"`{one}` and `{other}` contradict each other", "keep one of them")
    if cdc.truncate_when is not None and cdc.scd_type != 1:
        yield Fault(("truncate_when",), "only a table of SCD type 1 can be truncated", "take it out, or write `scd_type: 1`")
    for key in ("track_history", "track_history_except"):
        if getattr(cdc, key) and cdc.scd_type != 2:  # noqa: PLR2004  # the number that the platform calls it by
            yield Fault((key,), "only a table of SCD type 2 has a history", "take it out, or write `scd_type: 2`")


def _quarantine(table: Table) -> Own:
    if quarantined("", table) is None:
        if table.quarantine_table is not None:
            yield Fault(("quarantine_table",), "no expectation puts rows there", "write `on_violation: quarantine` at one")
        return
    if table.flows:
        fix = "make a table of the input with the expectations, and have the flows read that"
        yield Fault(("flows",), "rows of flows can't go into quarantine", fix)
    if table.quarantine_table is not None and (fault := catalog_name_fault(table.quarantine_table)):
        yield Fault(("quarantine_table",), fault, "write a name that Unity Catalog takes")
    if FAILED in table.columns:
        yield Fault(("columns", FAILED), "is the column that says why a row is in quarantine", "call it something else")
