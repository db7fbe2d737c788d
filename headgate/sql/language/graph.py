"""What reads what in a pipeline file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from headgate.sql import fragments
from headgate.sql.graph import inputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.definition.yaml import Path
    from headgate.sql.language.model import PipelineFile
    from headgate.sql.language.target import Table
    from headgate.sql.language.transform import Transform


class Read(NamedTuple):
    """A name that is read, and where that is said. joined: it is the other side of a join."""

    name: str
    path: Path
    joined: bool = False


def transform_reads(name: str, transform: Transform, names: frozenset[str]) -> list[Read]:
    """Give what a transform reads, in its order, each once; of a query, those of the file's names that it has."""
    base: Path = ("transforms", name)
    found = []
    if transform.from_ is not None:
        found.append(Read(transform.from_, (*base, "from")))
    if transform.join is not None:
        found.append(Read(transform.join.with_, (*base, "join", "with"), joined=True))
    found += [Read(one, (*base, "union", number)) for number, one in enumerate(transform.union or ())]
    if transform.sql is not None:
        found += [Read(one, (*base, "sql")) for one in query_inputs(transform.sql, names)]
    return found


def query_inputs(sql: str, names: frozenset[str]) -> list[str]:
    """Give the file's names that a query reads, in its order, each once; none of a text that is no query."""
    try:
        tree = fragments.query(sql).tree
    except fragments.FragmentError:
        return []
    by_lower = {name.lower(): name for name in names}
    found = (by_lower.get(table.name.lower()) for table in inputs(tree) if not table.db)
    return list(dict.fromkeys(name for name in found if name))


def table_reads(name: str, table: Table) -> Iterator[Read]:
    """Give what a table reads."""
    if table.from_ is not None:
        yield Read(table.from_, ("tables", name, "from"))
    for number, flow in enumerate(table.flows):
        yield Read(flow.from_, ("tables", name, "flows", number, "from"))


def reads(file: PipelineFile) -> dict[str, list[Read]]:
    """Give what each transform, table and sink reads."""
    names = frozenset(file.names)
    found = {name: transform_reads(name, transform, names) for name, transform in file.transforms.items()}
    found |= {name: list(table_reads(name, table)) for name, table in file.tables.items()}
    return found | {name: [Read(sink.from_, ("sinks", name, "from"))] for name, sink in file.sinks.items()}


def cycles(links: dict[str, list[Read]]) -> list[list[str]]:
    """Give the cycles, each as its names in order, beginning with the first in the file; of names that are in several, one."""
    done: set[str] = set()
    found: list[list[str]] = []

    for start in links:
        way: list[str] = []
        rest: list[tuple[str, Iterator[Read]]] = []
        _enter(start, links, done, way, rest)
        while rest:
            name, following = rest[-1]
            read = next(following, None)
            if read is None:
                rest.pop()
                way.pop()
                done.add(name)
            elif read.name in way:
                found.append(way[way.index(read.name) :])
            else:
                _enter(read.name, links, done, way, rest)
    return found


def _enter(
    name: str, links: dict[str, list[Read]], done: set[str], way: list[str], rest: list[tuple[str, Iterator[Read]]]
) -> None:
    if name not in done and name in links:
        way.append(name)
        rest.append((name, iter(links[name])))


def is_plain(file: PipelineFile, name: str) -> bool:
    """Say whether something that is read is a table or view of its own, without a watermark.

    AUTO CDC and sinks read nothing else: for all else a view is made.
    """
    source = file.sources.get(name)
    return name in file.tables or (source is not None and source.table is not None and not source.watermark_column)
