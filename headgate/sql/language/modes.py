"""What is read as a stream and what as a batch, in each query of a pipeline file.

A query begins with the mode that its table wants: flows of streaming tables and sinks stream, materialized views and flows that
run once read all, and a view does as what reads it. A transform or a source that says a mode itself has it, and what a
transform reads has the transform's. What is joined to the rows is read as a batch, unless it or the join says streaming.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.sql.language.found import Fault
from headgate.sql.language.graph import Read, reads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.sql.language.model import PipelineFile
    from headgate.sql.language.target import Flow, Table


@dataclass(frozen=True, slots=True)
class QueryModes:
    """One query: which names it reads as streams. `mixed`: transforms that it would have in both modes."""

    streaming: dict[str, bool] = field(default_factory=dict)
    mixed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Modes:
    """The modes of all queries, by the place of what each one reads: a path that ends with `from`."""

    queries: dict[tuple[str | int, ...], QueryModes]
    streaming_views: frozenset[str]


def modes(file: PipelineFile) -> Modes:
    """Give the modes of all queries; a view streams where anything reads it as a stream."""
    links = reads(file)
    views: frozenset[str] = frozenset()
    while True:
        found = {read.path: query_modes(file, links, read, streaming) for read, streaming in _queries(file, views)}
        streaming = {
            name
            for one in found.values()
            for name, streams in one.streaming.items()
            if streams and name in file.tables and file.tables[name].type == "temporary_view"
        }
        if streaming <= views:
            return Modes(found, views)
        views |= streaming


def mode_faults(file: PipelineFile) -> Iterator[Fault]:
    """Say which transforms one query would have both as a stream and as a batch, and which views are read as both."""
    found = modes(file)
    for path, query in found.queries.items():
        for name in query.mixed:
            message = f"{name!r} would be read as a stream and as a batch in one query"
            yield Fault(path, message, f"say its `mode`, or write two transforms in place of {name!r}")
        for name, streams in query.streaming.items():
            if name in found.streaming_views and not streams:
                message = f"the view {name!r} is read as a batch here, and as a stream elsewhere"
                yield Fault(path, message, "make two views of it, or a table; or say the `mode` of what reads it")


def flow_streams(flow: Flow) -> bool:
    """Say whether a flow reads what is new, and not all."""
    return not flow.once and flow.replace_where is None


def _queries(file: PipelineFile, streaming_views: frozenset[str]) -> Iterator[tuple[Read, bool]]:
    for name, table in file.tables.items():
        if table.from_ is not None:
            yield Read(table.from_, ("tables", name, "from")), _streams(name, table, streaming_views)
        for number, flow in enumerate(table.flows):
            yield Read(flow.from_, ("tables", name, "flows", number, "from")), flow_streams(flow)
    for name, sink in file.sinks.items():
        yield Read(sink.from_, ("sinks", name, "from")), True


def _streams(name: str, table: Table, streaming_views: frozenset[str]) -> bool:
    return table.type == "streaming_table" or (table.type == "temporary_view" and name in streaming_views)


def query_modes(file: PipelineFile, links: dict[str, list[Read]], root: Read, streaming: bool) -> QueryModes:
    """Give which names a query that reads `root` has as streams, where its table wants a mode."""
    found = QueryModes()
    rest = [(root.name, streaming)]
    while rest:
        name, wanted = rest.pop()
        source, transform = file.sources.get(name), file.transforms.get(name)
        said = source.mode if source else transform.mode if transform else "auto"
        streams = wanted if said == "auto" else said == "streaming"
        if name in found.streaming:
            if transform and found.streaming[name] != streams and name not in found.mixed:
                found.mixed.append(name)
            found.streaming[name] = found.streaming[name] or streams
            continue
        found.streaming[name] = streams
        if transform:
            stays = said == "streaming"
            rest += [(read.name, streams and (stays or not read.joined)) for read in reversed(links[name])]
    return found
