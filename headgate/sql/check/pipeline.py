"""A whole pipeline checked: each flow on its own, and what its tables are to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.sql.check.context import Context
from headgate.sql.check.datasets import check_dataset, check_names_of_changes, check_outputs
from headgate.sql.check.editions import check_edition
from headgate.sql.check.evaluate import evaluate
from headgate.sql.check.findings import Code, Finding
from headgate.sql.check.reads import check_stream
from headgate.sql.check.relations import Column, Origin, Relation
from headgate.sql.check.report import Report
from headgate.sql.dialect.reader import ReadFile, read_file
from headgate.sql.dialect.statements import key_of
from headgate.sql.graph import Dataset, Graph, Key, graph_of, in_order
from headgate.sql.known import KnownTables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headgate.sql.check.editions import Edition
    from headgate.sql.dialect.place import Span
    from headgate.sql.dialect.statements import Flow

_FORMATS = {"delta", "parquet", "json", "csv", "text", "orc", "avro", "binaryfile", "iceberg", "xml"}


def check_sql(
    files: Mapping[str, str],
    tables: KnownTables | None = None,
    *,
    strict: bool = False,
    edition: Edition | None = None,
    allowed: Collection[Code] = (),
) -> tuple[Finding, ...]:
    """Give what is wrong with a pipeline, by file and place.

    files: name → SQL, of one pipeline. tables: what is known of tables that it reads and doesn't make. strict: warnings are
    errors, and so is a table of which nothing is known. edition: of a pipeline on classic compute; None for serverless ones.
    allowed: kinds that are warnings, whatever they are.
    """
    read = [read_file(name, text) for name, text in files.items()]
    check = _Check(graph_of(read), tables or KnownTables(), {one.name: Report(one.name, one.text) for one in read})
    for file in read:
        for error in file.errors:
            check.reports[file.name].add(Code.syntax, error.span, error.message, error.fix)
    check.run(edition)
    return tuple(finding for file in read for finding in check.reports[file.name].findings(strict=strict, allowed=allowed))


@dataclass
class _Check:
    """One run over a pipeline. relations: of datasets that were evaluated; open: those that are on the way."""

    graph: Graph
    known: KnownTables
    reports: dict[str, Report]
    relations: dict[Key, Relation] = field(default_factory=dict)
    open: list[Key] = field(default_factory=list)

    def run(self, edition: Edition | None) -> None:
        check_outputs(self.graph, self.reports)
        for dataset in in_order(self.graph):
            self.relation(dataset)
        for dataset in self.graph.datasets:
            if edition is not None:
                check_edition(dataset, edition, self.reports)
        for flow, file in self.graph.without_target:
            self._flow(flow, file)

    def relation(self, dataset: Dataset) -> Relation:
        """Give what a dataset holds, and check it the first time that it is asked for."""
        if dataset.key in self.relations:
            return self.relations[dataset.key]
        self.open.append(dataset.key)
        found = [(flow, file, self._flow(flow, file)) for flow, file in dataset.flows]
        self.open.pop()
        own = found[0][2] if found and found[0][0].kind != "auto cdc" else Relation()
        if len(found) > 1:
            own = Relation(own.columns, complete=False)
        relation = check_dataset(dataset, found, own, self.reports)
        self.relations[dataset.key] = relation
        return relation

    def _flow(self, flow: Flow, file: ReadFile) -> Relation:
        report = self.reports[file.name]
        try:
            found = evaluate(Context(flow.query, report, self))
        except RecursionError:
            report.add(Code.syntax, flow.query.span, "is nested too deep", "split it into views")
            return Relation()
        if flow.changes is not None:
            check_names_of_changes(flow, found, report)
        return found

    def read(self, name: Key, span: Span, context: Context) -> Relation:
        """Give a table that a query reads, and report what it may not be read as."""
        key = key_of(name)
        shown = ".".join(name)
        dataset = self.graph.find(key)
        streaming = span.start in context.query.streams
        if dataset is not None and dataset.key in self.open:
            if len(key) <= len(dataset.key):
                self._report_cycle(dataset, span, context)
                return Relation(streaming=streaming)
            dataset = None  # a table of that name in another schema, which the pipeline's own one is made of
        if dataset is not None:
            relation = self.relation(dataset)
            check_stream(dataset, relation, shown, span, context, streaming=streaming)
            if dataset.definition.kind != "view":
                relation = Relation(relation.columns, complete=relation.complete)
            columns = tuple(
                Column(one.name, one.type, one.watermark and streaming, Origin(shown, one.name, span.start))
                for one in relation.columns
            )
            return Relation(columns, complete=relation.complete, streaming=streaming)
        return self._outside(key, shown, span, context, streaming=streaming)

    def _outside(self, key: Key, shown: str, span: Span, context: Context, *, streaming: bool) -> Relation:
        table = self.known.find(key)
        if table is None:
            if key[0] not in _FORMATS and not (len(key) > 1 and "/" in key[-1]):
                fix = "name its columns in a file for --schemas, or in the inventory"
                assumed = ": its columns aren't checked, and it is assumed that rows are only appended"
                context.report.add(Code.unknown_table, span, f"nothing is known of {shown}{assumed}", fix)
            return Relation(streaming=streaming)
        if streaming:
            check_stream(table, None, shown, span, context, streaming=True)
        if table.columns is None:
            return Relation(streaming=streaming)
        columns = tuple(
            Column(name, type_.lower(), origin=Origin(shown, name, span.start)) for name, type_ in table.columns.items()
        )
        return Relation(columns, complete=True, streaming=streaming)

    def _report_cycle(self, dataset: Dataset, span: Span, context: Context) -> None:
        around = [".".join(key) for key in self.open[self.open.index(dataset.key) :]]
        way = " → ".join([*around, around[0]])
        message = f"the tables read each other in a circle: {way}" if len(around) > 1 else f"{around[0]} reads itself"
        context.report.add(Code.cycle, span, message, "read another table here, or split what both need into one of its own")
