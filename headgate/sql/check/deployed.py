"""What the last deployed SQL and the new one are to each other: tables whose type changes, and what needs a full refresh.

A table's type can't change in place: the update fails with CANNOT_CHANGE_DATASET_TYPE. A stream goes on from its checkpoint,
which holds its sources and its state; where these change, it can't. Sources: docs.databricks.com/aws/en/ldp/updates (full
refresh), spark.apache.org/docs/latest/streaming (changes of a query between restarts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.check.aggregates import is_aggregated
from headgate.sql.check.findings import Code, Finding
from headgate.sql.check.functions import AGGREGATES
from headgate.sql.check.report import Report
from headgate.sql.dialect.reader import read_file
from headgate.sql.dialect.statements import key_of
from headgate.sql.graph import graph_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from headgate.sql.dialect.statements import ChangeRules, Flow
    from headgate.sql.graph import Dataset

_REFRESH = (
    "run a full refresh of it with the deploy: it reads all of its sources again, and loses rows that these no longer have"
)


def check_deployed(
    deployed: Mapping[str, str], new: Mapping[str, str], *, strict: bool = False, allowed: Collection[Code] = ()
) -> tuple[Finding, ...]:
    """Give what changes between two texts of a pipeline, name → SQL each, that an update can't do or that loses state."""
    before = graph_of([read_file(name, text) for name, text in deployed.items()])
    files = [read_file(name, text) for name, text in new.items()]
    reports = {one.name: Report(one.name, one.text) for one in files}
    for dataset in graph_of(files).datasets:
        old = before.find(dataset.key)
        if old is not None and _is_stored(old) and _is_stored(dataset):
            _compare(old, dataset, reports)
    return tuple(finding for file in files for finding in reports[file.name].findings(strict=strict, allowed=allowed))


def _is_stored(dataset: Dataset) -> bool:
    """Give whether a dataset is there between updates, under its name."""
    return dataset.definition.kind != "sink" and not dataset.definition.private


def _compare(old: Dataset, now: Dataset, reports: Mapping[str, Report]) -> None:
    name, report = now.definition.name, reports[now.file.name]
    if old.definition.kind != now.definition.kind:
        message = (
            f"{name} is deployed as a {old.definition.kind} and would become a {now.definition.kind}: "
            "the update fails with CANNOT_CHANGE_DATASET_TYPE"
        )
        fix = f"keep it a {old.definition.kind}, give the new one another name, or drop {name} before the deploy"
        report.add(Code.dataset_type_changed, name.span, message, fix)
        return
    if now.definition.kind != "streaming table":
        return
    for why in _table_changes(old, now):
        report.add(Code.needs_full_refresh, name.span, f"{name}: {why}", _REFRESH)
    flows = {flow.name.lower(): flow for flow, _ in old.flows}
    for flow, file in now.flows:
        was = flows.get(flow.name.lower())
        for why in [_as_renamed(flow, old, now)] if was is None else _flow_changes(was, flow):
            if why:
                reports[file.name].add(Code.needs_full_refresh, flow.target.span, f"{name}: {why}", _REFRESH)


def _table_changes(old: Dataset, now: Dataset) -> Iterator[str]:
    """Say what of a table's own definition can't change in place."""
    if old.definition.clauses.get("PARTITIONED BY") != now.definition.clauses.get("PARTITIONED BY"):
        yield "its partition columns change, and the rows that are there are stored by the old ones"
    types = {column.name.lower(): column.type for column in old.definition.columns}
    for column in now.definition.columns:
        was = types.get(column.name.lower())
        if was and column.type and was != column.type and (was, column.type) not in _WIDER:
            yield f"the column {column.name} changes from {was} to {column.type}"


# Types that a stored column may become. Source: docs.databricks.com/aws/en/delta/type-widening
_WIDER = {
    (narrow, wide)
    for narrow, wides in {
        "tinyint": ("smallint", "int", "bigint", "double"),
        "smallint": ("int", "bigint", "double"),
        "int": ("bigint", "double"),
        "float": ("double",),
        "date": ("timestamp_ntz",),
    }.items()
    for wide in wides
}


def _as_renamed(flow: Flow, old: Dataset, now: Dataset) -> str:
    """Say that a flow has another name than the same query had: it would begin anew, and its rows come a second time."""
    left = {one.name.lower() for one, _ in old.flows} - {one.name.lower() for one, _ in now.flows}
    for one, _ in old.flows:
        if one.name.lower() in left and one.query.tree == flow.query.tree and one.kind == flow.kind == "append":
            was = f"'{one.name}'" if one.name else "the table's own"
            return f"the flow {was} is called '{flow.name}' now: it begins anew, and its rows come a second time"
    return ""


def _flow_changes(was: Flow, now: Flow) -> Iterator[str]:
    """Say what of a flow its checkpoint doesn't fit."""
    if was.kind != now.kind:
        yield f"its flow was {_named(was)} and is {_named(now)}"
        return
    if was.changes and now.changes:
        yield from _rule_changes(was.changes, now.changes)
    before, after = _streams(was), _streams(now)
    if before != after and before and after:
        yield f"it read the stream {' and '.join(sorted(before))}, and reads {' and '.join(sorted(after))} now"
    elif _state(was) != _state(now):
        yield "what it keeps between updates changes: the groups, the joins or the DISTINCT of its query"


def _rule_changes(was: ChangeRules, now: ChangeRules) -> Iterator[str]:
    if was.scd != now.scd:
        yield f"SCD TYPE {was.scd} becomes {now.scd}"
    if was.keys != now.keys:
        yield f"its keys were {', '.join(was.keys)} and are {', '.join(now.keys)}"
    if was.sequence != now.sequence:
        yield f"its changes were ordered by {was.sequence}, and are by {now.sequence}"
    if was.history != now.history:
        yield "other columns than before make a new row of history"


def _named(flow: Flow) -> str:
    return {"append": "INSERT", "once": "INSERT ONCE", "auto cdc": "AUTO CDC", "replace": "REPLACE"}[flow.kind]


def _streams(flow: Flow) -> set[str]:
    """Give the tables that a flow reads as streams."""
    found = set()
    for table in flow.query.tree.find_all(exp.Table):
        if flow.query.reads_as_stream(table):
            found.add(".".join(key_of(part.name for part in table.parts)))
    return found


def _state(flow: Flow) -> list[str]:
    """Give those parts of a query that say what a stream keeps between updates."""
    found = []
    for select in flow.query.tree.find_all(exp.Select):
        joins = select.args.get("joins") or []
        if len(flow.query.streams) > 1 and joins:
            found += [join.sql("databricks").lower() for join in joins]
        if is_aggregated(select) or select.args.get("distinct"):
            group = select.args.get("group")
            found.append(group.sql("databricks").lower() if group is not None else "")
            found += [
                call.sql("databricks").lower()
                for call in select.find_all(exp.Anonymous)
                if str(call.this).lower() in AGGREGATES
            ]
            found.append("distinct" if select.args.get("distinct") else "")
    found += ["union" for one in flow.query.tree.find_all(exp.Union) if one.args.get("distinct")]
    return found
