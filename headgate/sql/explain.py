"""What a pipeline's SQL says, as a graph: tables and the flows between them, and where each column comes from."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify

from headgate.sql.check.report import span_of_node
from headgate.sql.dialect.reader import read_file
from headgate.sql.dialect.statements import key_of
from headgate.sql.dialect.tokens import DIALECT
from headgate.sql.graph import graph_of, in_order, inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from headgate.problems import Problem
    from headgate.sql.dialect.statements import Flow, Query
    from headgate.sql.graph import Dataset, Graph
    from headgate.sql.known import KnownTable

    Columns = Mapping[str, str]

# It warns of columns that it can't resolve, which are left out here.
logging.getLogger("sqlglot").setLevel(logging.ERROR)
_QUOTES = '`"'
_READS_FILES = ("read_files", "cloud_files")


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A table, view or sink by its name; kind `source` for what the pipeline does not make, `files` for a path."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """A read. flow: the flow's name, empty for a table's own. kind: append, once, auto cdc, replace, or query for a batch."""

    source: str
    target: str
    streaming: bool
    kind: str
    flow: str


@dataclass(frozen=True, slots=True)
class ColumnOrigin:
    """A column, and the columns of tables that it is made of, as `table.column`; none for what is computed of nothing."""

    table: str
    column: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A pipeline as a graph, in the order of its SQL. columns: of the tables whose columns are known.

    unread: statements that can't be read, which are left out.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    columns: tuple[ColumnOrigin, ...]
    unread: tuple[Problem, ...] = ()


def explain(files: Mapping[str, str], tables: Iterable[KnownTable] = ()) -> Explained:
    """Give what files of SQL say together. tables: what is known of those that they read and don't make."""
    read = [read_file(name, text) for name, text in files.items()]
    graph = graph_of(read)
    nodes: dict[str, GraphNode] = {}
    edges: dict[GraphEdge, None] = {}
    for dataset in graph.datasets:
        target = str(dataset.definition.name)
        for flow, _ in dataset.flows:
            for name, kind, streaming in _reads(flow.query, graph):
                nodes.setdefault(name, GraphNode(name, kind))
                edges[GraphEdge(name, target, streaming, _kind(flow, dataset), flow.name)] = None
        nodes[target] = GraphNode(target, dataset.definition.kind)
    unread = tuple(problem for file in read for problem in file.problems)
    return Explained(tuple(nodes.values()), tuple(edges), tuple(_columns(graph, tables)), unread)


def _kind(flow: Flow, dataset: Dataset) -> str:
    return "query" if dataset.definition.kind in ("materialized view", "view") else flow.kind


def _reads(query: Query, graph: Graph) -> Iterator[tuple[str, str, bool]]:
    """Give the name, the kind and whether it streams, of each table and path that a query reads."""
    for table in inputs(query.tree):
        parts = [part.name for part in table.parts]
        dataset = graph.find(key_of(parts))
        streams = query.reads_as_stream(table)
        if dataset is None:
            yield ".".join(parts), "source", streams
        else:
            yield str(dataset.definition.name), dataset.definition.kind, streams
    for call in query.tree.find_all(exp.Anonymous):
        if str(call.this).lower() in _READS_FILES and call.expressions:
            span = span_of_node(call)
            streams = str(call.this).lower() == "cloud_files" or (span is not None and span.start in query.streams)
            path = call.expressions[0]
            yield path.name if isinstance(path, exp.Literal) else path.sql(DIALECT), "files", streams


def _columns(graph: Graph, tables: Iterable[KnownTable]) -> Iterator[ColumnOrigin]:
    """Give the columns of each dataset, where it is known which it has, and what they are made of."""
    known: dict[tuple[str, ...], Columns] = {table.key: table.columns for table in tables if table.columns}
    made: dict[tuple[str, ...], dict[str, dict[str, None]]] = {}
    for dataset in in_order(graph):
        own = made.setdefault(dataset.key, {})
        for flow, _ in dataset.flows:
            for column, origins in _of_query(flow.query, graph, known):
                own.setdefault(column, {}).update(dict.fromkeys(origins))
        if own:
            known[dataset.key] = dict.fromkeys(own, "string")  # its type has no say in where a column comes from
    for dataset in graph.datasets:
        name = str(dataset.definition.name)
        yield from (ColumnOrigin(name, column, tuple(origins)) for column, origins in made[dataset.key].items())


def _of_query(query: Query, graph: Graph, known: Mapping[tuple[str, ...], Columns]) -> list[tuple[str, list[str]]]:
    """Give a query's columns whose origins are known, with these; none where it is not known which columns it has."""
    if isinstance(query.tree, exp.Values):
        return []
    tree, names = _with_short_names(query.tree, graph)
    schema: dict[str, object] = {short: dict(known[key]) for short, (key, _) in names.items() if key in known}
    try:
        whole = qualify(
            tree, schema=schema, dialect=DIALECT, expand_alias_refs=False, validate_qualify_columns=False, identify=True
        )
        if "*" in whole.named_selects:
            return []
        known_ones = [select.alias_or_name for select in whole.selects if all(one.table for one in select.find_all(exp.Column))]
        return [(column, _origins(column, whole, schema, names)) for column in known_ones]
    except (SqlglotError, KeyError, ValueError):
        return []


def _origins(
    column: str, tree: exp.Query, schema: dict[str, object], names: Mapping[str, tuple[tuple[str, ...], str]]
) -> list[str]:
    """Give the columns of tables that a column is made of, each once, in order."""
    found: dict[str, None] = {}
    for node in lineage(column, tree, schema=schema, dialect=DIALECT).walk():
        if isinstance(node.source, exp.Table) and not node.downstream and node.source.name in names:
            found[f"{names[node.source.name][1]}.{node.name.rpartition('.')[2].strip(_QUOTES)}"] = None
    return list(found)


def _with_short_names(tree: exp.Query, graph: Graph) -> tuple[exp.Query, dict[str, tuple[tuple[str, ...], str]]]:
    """Give a query in which each table has a name of one part, and what these names stand for.

    sqlglot wants tables of one schema to have names of as many parts.
    """
    copy = tree.copy()
    names: dict[str, tuple[tuple[str, ...], str]] = {}
    for table in inputs(copy):
        parts = [part.name for part in table.parts]
        dataset = graph.find(key_of(parts))
        key = dataset.key if dataset else key_of(parts)
        short = f"table_{len(names)}"
        names[short] = key, str(dataset.definition.name) if dataset else ".".join(parts)
        alias = table.alias or parts[-1]
        table.replace(exp.alias_(exp.to_table(short), alias, table=True) if not table.args.get("joins") else table)
    return copy, names
