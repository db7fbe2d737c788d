"""What names of a pipeline file stand for: each is there, is there once, and nothing reads itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.problems import did_you_mean
from headgate.sql.language.found import Fault
from headgate.sql.language.graph import cycles, reads
from headgate.sql.language.made import made

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from headgate.definition.yaml import Path
    from headgate.sql.language.model import PipelineFile

_SECTIONS = ("sources", "transforms", "tables", "sinks")


def reference_faults(file: PipelineFile, broken: Collection[str]) -> Iterator[Fault]:
    """Say which names are nobody's, which are several things', and what reads itself.

    broken: names of what is in the file and could not be read.
    """
    yield from _twice(file)
    links, names = reads(file), file.names
    for found in links.values():
        for read in found:
            if read.name not in names and read.name not in broken:
                yield Fault(read.path, f"{read.name!r} is no source, transform or table of this file", _fix(read.name, file))
    for cycle in cycles(links):
        path: Path = (names[cycle[0]], cycle[0])
        yield Fault(path, f"reads itself: {' reads '.join([*cycle, cycle[0]])}", "take one of these inputs out")
    flows: dict[str, str] = {}
    for name, table in file.tables.items():
        for number, flow in enumerate(table.flows):
            if flow.name is None:
                continue
            if (other := flows.setdefault(flow.name.lower(), name)) != name or _named(file, name, flow.name) > 1:
                message = f"the flow {flow.name!r} is in the table {other!r} too"
                yield Fault(("tables", name, "flows", number, "name"), message, "give each flow a name of its own")


def _named(file: PipelineFile, table: str, flow: str) -> int:
    return sum(one.name is not None and one.name.lower() == flow.lower() for one in file.tables[table].flows)


def _fix(name: str, file: PipelineFile) -> str:
    if name in file.sinks:
        return "a sink can't be read: name what it reads"
    if "." in name:
        return "name a table of elsewhere below `sources:`, and write that name here"
    return did_you_mean(name, file.names) or "name it below `sources:`"


def _twice(file: PipelineFile) -> Iterator[Fault]:
    """Say which names are given twice: SQL knows no capitals, and tables that quarantine makes count as well."""
    first: dict[str, tuple[str, str]] = {}
    for section in _SECTIONS:
        for name in getattr(file, section):
            other = first.setdefault(name.lower(), (section, name))
            if other != (section, name):
                message = f"{name!r} is also the name of one of `{other[0]}`"
                yield Fault((section, name), message, "give each a name of its own")
    for path, name in made(file):
        other = first.setdefault(name.lower(), (str(path), name))
        if other != (str(path), name):
            message = f"it makes a table or view {name!r}, and that is also the name of one of `{other[0]}`"
            yield Fault(path, message, "call one of the two something else")
