"""A pipeline as a graph: the tables and views that its files define, the flows into each, and what reads what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.sql.dialect.statements import Definition, Flow, key_of
from headgate.sql.known import ByName, same_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.sql.dialect.reader import ReadFile
    from headgate.sql.dialect.statements import Query

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table, view or sink with the flows into it. file: of its definition."""

    definition: Definition
    file: ReadFile
    flows: tuple[tuple[Flow, ReadFile], ...]

    @property
    def key(self) -> Key:
        """Its name's parts in lower case."""
        return self.definition.name.key

    @property
    def changing(self) -> str:
        """Why its rows change or go, in words that follow "it"; empty where rows are only appended."""
        if self.definition.kind == "materialized view":
            return "is a materialized view, whose rows are computed anew"
        for flow, _ in self.flows:
            if flow.kind == "auto cdc":
                scd = flow.changes.scd if flow.changes else 1
                return f"is the target of AUTO CDC (SCD type {scd}), which updates rows"
            if flow.kind == "replace":
                return "is the target of a REPLACE flow, which overwrites rows"
        return ""


@dataclass(frozen=True, slots=True)
class Graph:
    """The datasets of a pipeline; what is there twice; flows into what no file defines.

    A name that is defined twice stands for the first of its definitions.
    """

    datasets: tuple[Dataset, ...]
    twice: tuple[tuple[Definition, ReadFile, Definition], ...] = ()
    flows_twice: tuple[tuple[Flow, ReadFile, Flow], ...] = ()
    without_target: tuple[tuple[Flow, ReadFile], ...] = ()
    _by_name: ByName[Dataset] = field(default_factory=lambda: ByName[Dataset](()), repr=False, compare=False)

    def find(self, key: Key) -> Dataset | None:
        """Give the dataset of a name; a name may leave out the catalog and the schema, on either side."""
        return self._by_name.find(key)


def graph_of(files: Sequence[ReadFile]) -> Graph:
    """Give the graph of a pipeline's files."""
    defined: dict[Key, tuple[Definition, ReadFile]] = {}
    twice = []
    flows: list[tuple[Flow, ReadFile]] = []
    named: dict[str, Flow] = {}
    flows_twice = []
    for file in files:
        for statement in file.statements:
            if isinstance(statement, Definition):
                first = defined.setdefault(statement.name.key, (statement, file))
                if first[0] is not statement:
                    twice.append((statement, file, first[0]))
            else:
                flows.append((statement, file))
                first_flow = named.setdefault(statement.name.lower() or str(statement.span), statement)
                if first_flow is not statement and statement.name:
                    flows_twice.append((statement, file, first_flow))
    into: defaultdict[Key, list[tuple[Flow, ReadFile]]] = defaultdict(list)
    without = []
    for flow, file in flows:
        targets = [key for key in defined if same_table(key, flow.target.key)]
        if targets:
            into[flow.target.key if flow.target.key in targets else targets[0]].append((flow, file))
        else:
            without.append((flow, file))
    datasets = tuple(_dataset(definition, file, into[key]) for key, (definition, file) in defined.items())
    return Graph(datasets, tuple(twice), tuple(flows_twice), tuple(without), ByName(datasets))


def in_order(graph: Graph) -> list[Dataset]:
    """Give a pipeline's datasets so that each comes after those that it reads, unless they read each other in a circle."""
    found: dict[Key, Dataset] = {}
    begun: set[Key] = set()
    # Chains may be as long as a pipeline is large: no recursion.
    for first in graph.datasets:
        waiting = [first]
        while waiting:
            one = waiting[-1]
            read = [] if one.key in begun else [graph.find(key) for flow, _ in one.flows for key in reads_of(flow.query)]
            begun.add(one.key)
            new = [other for other in read if other is not None and other.key not in begun]
            waiting += new
            if not new:
                found.setdefault(one.key, one)
                waiting.pop()
    return list(found.values())


def reads_of(query: Query) -> list[Key]:
    """Give the names of the tables that a query reads, without what it defines itself by WITH, and without functions."""
    return [key_of(part.name for part in table.parts) for table in inputs(query.tree)]


def inputs(tree: exp.Expr) -> list[exp.Table]:
    """Give the tables that a query names, in its order, less those that it defines itself by WITH."""
    tables = [table for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)]
    found = [table for table in tables if table.db or not _is_defined(table)]
    return sorted(found, key=lambda table: int(table.this.meta.get("start", 0)))


def _is_defined(table: exp.Table) -> bool:
    """Say whether a table is one of a WITH around it: of one before; of the one that it stands in where that is RECURSIVE."""
    name = table.name.lower()
    inner: exp.Expr = table
    while (above := inner.parent) is not None:
        with_ = above if isinstance(above, exp.With) else above.args.get("with_")
        if with_ is not None and inner is not with_:
            for cte in with_.expressions:
                if cte is inner and not with_.args.get("recursive"):
                    break
                if cte.alias.lower() == name:
                    return True
                if cte is inner:
                    break
        inner = above
    return False


def _dataset(definition: Definition, file: ReadFile, flows: Iterable[tuple[Flow, ReadFile]]) -> Dataset:
    own = [(definition.flow, file)] if definition.flow is not None else []
    return Dataset(definition, file, (*own, *flows))
