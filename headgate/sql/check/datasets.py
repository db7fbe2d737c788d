"""What holds for a table as a whole: its kind and its flows, its columns, and that it is there once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.check.edits import Words, batch_edits, stream_edits
from headgate.sql.check.findings import Code, Edit
from headgate.sql.check.relations import Column, Relation, Source
from headgate.sql.check.report import Report, span_of_node
from headgate.sql.check.scope import Scope, check_names, columns_of
from headgate.sql.dialect.place import Lines, Span
from headgate.sql.dialect.tokens import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.sql.dialect.reader import ReadFile
    from headgate.sql.dialect.statements import Definition, Flow
    from headgate.sql.graph import Dataset, Graph

Evaluated = tuple["Flow", "ReadFile", Relation]


def check_outputs(graph: Graph, reports: Mapping[str, Report]) -> None:
    """Report what is defined twice, and flows into what takes none."""
    for definition, file, first in graph.twice:
        where = _where(first, file, graph)
        message = f"{definition.name} is defined a second time; first {where}"
        fix = "take one out, or give it another name; several sources into one table are flows: CREATE FLOW … INSERT INTO"
        reports[file.name].add(Code.duplicate_output, definition.name.span, message, fix)
    for flow, file, _ in graph.flows_twice:
        message = f"a flow named '{flow.name}' is there twice: what one has read, the other would skip"
        reports[file.name].add(Code.duplicate_output, flow.span, message, "give one of them another name")
    for flow, file in graph.without_target:
        message = f"no file defines {flow.target}, which the flow writes to"
        fix = f"write CREATE OR REFRESH STREAMING TABLE {flow.target}; or name its file too"
        reports[file.name].add(Code.unknown_table, flow.target.span, message, fix)
    for dataset in graph.datasets:
        _check_flows(dataset, reports)


def check_dataset(dataset: Dataset, found: Sequence[Evaluated], own: Relation, reports: Mapping[str, Report]) -> Relation:
    """Report what is wrong with a dataset as its flows were found; give what it holds. own: what its only query gives."""
    definition, report = dataset.definition, reports[dataset.file.name]
    for flow, file, relation in found:
        _check_mode(dataset, flow, relation, reports[file.name])
    declared = tuple(Column(one.name, one.type) for one in definition.columns)
    relation = own
    if declared and all(one.type for one in declared):
        flags = {one.name.lower(): one.watermark for one in own.columns}
        columns = tuple(Column(one.name, one.type, flags.get(one.name.lower(), False)) for one in declared)
        relation = Relation(columns, complete=True, streaming=own.streaming)
    scope = Scope(
        sources=[Source(str(definition.name), relation if definition.kind == "view" or relation.complete else Relation())]
    )
    for expectation in definition.expectations:
        _check_expectation(expectation.condition, scope, report)
    if own.complete and declared and not (definition.flow and definition.flow.changes):
        _check_columns(definition, own, report)
    return relation


def _check_expectation(condition: exp.Expr, scope: Scope, report: Report) -> None:
    """Report columns of an expectation that the table doesn't have; they may be written with an alias of the query."""
    for column in columns_of(condition):
        plain = exp.Column(this=column.this)
        check_names(plain if len(column.parts) == 2 and not _is_field(column, scope) else column, scope, report)  # noqa: PLR2004


def _is_field(column: exp.Column, scope: Scope) -> bool:
    return any(source.relation.find(column.table) for source in scope.sources)


def check_names_of_changes(flow: Flow, source: Relation, report: Report) -> None:
    """Report columns that AUTO CDC names and its source doesn't have."""
    assert flow.changes is not None  # noqa: S101  # asked for those flows alone
    for column in flow.changes.columns:
        check_names(column, Scope(sources=[Source("the source", source)]), report)


def _check_columns(definition: Definition, own: Relation, report: Report) -> None:
    names = {one.name.lower() for one in own.columns}
    for column in definition.columns:
        if column.name.lower() not in names:
            message = f"the column '{column.name}' is declared, and the query doesn't give it"
            fix = "select it, or take it out of the list"
            report.add(Code.unknown_column, column.span, message, fix)


def _check_flows(dataset: Dataset, reports: Mapping[str, Report]) -> None:
    """Report flows that a dataset can't have, or can't have together."""
    kind = dataset.definition.kind
    for flow, file in dataset.flows[1 if dataset.definition.flow else 0 :]:
        if kind in ("materialized view", "view"):
            message = f"{flow.target} is a {kind}, and flows write to streaming tables and sinks alone"
            fix = f"make {flow.target} a streaming table"
            reports[file.name].add(Code.flow_target, flow.target.span, message, fix)
        elif kind == "sink" and flow.kind != "append":
            message = f"{flow.target} is a sink, which takes INSERT INTO from a stream alone"
            reports[file.name].add(Code.flow_target, flow.target.span, message, "write to a streaming table first")
    changes = [one for one in dataset.flows if one[0].kind == "auto cdc"]
    others = [one for one in dataset.flows if one[0].kind != "auto cdc"]
    if changes and others:
        flow, file = others[0]
        message = f"{flow.target} takes changes by AUTO CDC, and then all of its flows have to"
        reports[file.name].add(Code.flow_target, flow.target.span, message, "write these rows into a table of their own")
    if dataset.definition.flow is not None and dataset.definition.flow.changes is not None and kind != "streaming table":
        message = f"AUTO CDC writes to a streaming table, and {dataset.definition.name} is a {kind}"
        reports[dataset.file.name].add(Code.flow_target, dataset.definition.name.span, message, "make it a streaming table")


def _check_mode(dataset: Dataset, flow: Flow, relation: Relation, report: Report) -> None:
    """Report a stream where a whole table is needed, and the other way round."""
    kind = dataset.definition.kind
    place = span_of_node(flow.query.tree) or flow.query.span
    snapshot = flow.changes is not None and flow.changes.snapshot
    if flow is not dataset.definition.flow and kind in ("materialized view", "view"):
        return  # that it is there at all is what is wrong
    if (kind == "view" and dataset.definition.private) or (kind == "table" and flow is dataset.definition.flow):
        return
    wants_batch = kind in ("materialized view", "view") or flow.kind == "once" or snapshot
    if wants_batch and relation.streaming:
        what = "a flow that runs ONCE" if flow.kind == "once" else "a snapshot" if snapshot else f"a {kind}"
        message = f"{what} reads tables whole, and this query reads a stream"
        edits = _without_streams(flow, report)
        instead = {"materialized view": ", or make it a streaming table", "view": ", or make it a TEMPORARY VIEW"}
        fix = "leave STREAM out" + ("" if flow.kind == "once" or snapshot else instead.get(kind, ""))
        report.add(Code.stream_in_batch, _stream_place(flow, place), message, fix, edits)
    if not wants_batch and not relation.streaming and flow.kind in ("append", "auto cdc"):
        what = "AUTO CDC reads a stream of changes" if flow.changes else f"{dataset.definition.name} is a {kind}"
        message = (
            f"{what}, and nothing in this query is read as a stream: each update would read all of it again, so it is refused"
        )
        fix = "put STREAM before the table whose rows come in, or make it a materialized view"
        report.add(Code.batch_in_stream, place, message, fix, _as_stream(flow, report))


def _stream_place(flow: Flow, place: Span) -> Span:
    token = next((token for token in flow.query.tokens if word(token) == "STREAM"), None)
    return Span(token.start, token.end + 1) if token else place


def _without_streams(flow: Flow, report: Report) -> list[Edit]:
    words = Words(flow.query, report.text)
    return [edit for at in sorted(flow.query.streams) for edit in batch_edits(at, words)]


def _as_stream(flow: Flow, report: Report) -> list[Edit]:
    """Give what reads a query's table as a stream, where it reads just one."""
    tables = list(flow.query.tree.find_all(exp.Table))
    ctes = {cte.alias.lower() for cte in flow.query.tree.find_all(exp.CTE)}
    place = span_of_node(tables[0]) if len(tables) == 1 and tables[0].name.lower() not in ctes else None
    return stream_edits(place.start, Words(flow.query, report.text)) if place else []


def _where(first: Definition, file: ReadFile, graph: Graph) -> str:
    for one in graph.datasets:
        if one.definition is first:
            line = Lines(one.file.text).at(first.span.start)[0]
            return f"in {one.file.name}:{line}" if one.file is not file else f"in line {line}"
    return ""
