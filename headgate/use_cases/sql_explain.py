"""A pipeline's graph, from its file or from SQL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.problems import InputError, Problem
from headgate.transforms.files import SqlRequest, is_pipeline_file, need_sqlglot, read_pipelines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.sql.explain import Explained
    from headgate.transforms.model import ProjectPipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainRequest:
    """Pipeline files, or SQL files of one pipeline. target: as in a `SqlRequest`."""

    files: tuple[Path, ...]
    target: str | None = None
    root: Path = Path()


def explain_files(request: ExplainRequest) -> Explained:
    """Give the graph of what files say together.

    Raises InputError for files that can't be read, or that make nothing.
    """
    need_sqlglot()
    from headgate.sql.explain import explain
    from headgate.sql.known import KnownTables
    from headgate.transforms.findings import known_sources
    from headgate.use_cases.check_sql import read_texts

    pipelines = tuple(str(path) for path in request.files if is_pipeline_file(path))
    texts = read_texts(tuple(path for path in request.files if not is_pipeline_file(path)))
    read = read_pipelines(SqlRequest(names=pipelines, target=request.target, root=request.root)) if pipelines else []
    texts |= {str(one.path): one.generated().sql for one in read}
    tables = [table for one in read for table in known_sources(one, KnownTables())]
    found = _with_sinks(explain(texts, tables), read)
    if not found.nodes:
        fix = "name a pipeline file, or SQL with CREATE statements"
        raise InputError([*found.unread, Problem(f"no table and no view is made by {', '.join(texts)}", fix)])
    return found


def _with_sinks(found: Explained, pipelines: Sequence[ProjectPipeline]) -> Explained:
    """Add the sinks of pipeline files, which no SQL says."""
    from headgate.sql.explain import GraphEdge, GraphNode
    from headgate.sql.generate.sinks import sink_inputs

    nodes, edges = list(found.nodes), list(found.edges)
    for one in pipelines:
        for sink, read in sink_inputs(one.loaded.file, {name: table.parts for name, table in one.tables.items()}).items():
            nodes += [
                GraphNode(name, kind)
                for name, kind in ((read, "source"), (sink, "sink"))
                if name not in {n.name for n in nodes}
            ]
            edges.append(GraphEdge(read, sink, streaming=True, kind="append", flow=""))
    return replace(found, nodes=tuple(nodes), edges=tuple(edges))
