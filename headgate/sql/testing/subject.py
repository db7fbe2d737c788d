"""What is tested: a pipeline's SQL, and the tables outside of it that are given rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headgate.problems import InputError, Problem
from headgate.sql.dialect.reader import read_file
from headgate.sql.generate.statements import generate
from headgate.sql.graph import graph_of, reads_of
from headgate.sql.known import key_of_text, same_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.sql.dialect.reader import ReadFile
    from headgate.sql.graph import Graph, Key
    from headgate.sql.language.load import LoadedPipeline
    from headgate.sql.language.transform import Source

_GIVEN = ("given", "sources")


@dataclass(frozen=True, slots=True)
class Outside:
    """A table that is given rows. key: its name in the SQL; columns: those that are declared, none where rows tell them.

    time: the column of its watermark, which is a TIMESTAMP where nothing else is said.
    """

    key: Key
    columns: Mapping[str, str]
    time: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A pipeline's SQL as it is tested. sources: by the names that tests call them by."""

    file: ReadFile
    graph: Graph
    sources: Mapping[str, Outside]

    def source(self, name: str) -> Outside | None:
        """Give what a test calls by a name; of SQL, a name may leave out the catalog and the schema, on either side."""
        if name in self.sources:
            return self.sources[name]
        key = key_of_text(name)
        found = [one for one in self.sources.values() if one.key[:2] != _GIVEN and same_table(one.key, key)]
        return found[0] if len(found) == 1 else None


def subject_of_pipeline(loaded: LoadedPipeline) -> Subject:
    """Give a pipeline file as it is tested: each of its sources, whatever it is, is a table that is given rows."""
    sources = {name: _outside(name, number, one) for number, (name, one) in enumerate(loaded.file.sources.items())}
    without: dict[str, Any] = {"connector": None, "files": None, "format": None, "options": {}}
    replaced = {
        name: one.model_copy(update={"table": ".".join(sources[name].key), **without})
        for name, one in loaded.file.sources.items()
    }
    file = loaded.file.model_copy(update={"sources": replaced})
    return _subject(read_file(loaded.path, generate(replace(loaded, file=file), {}).sql), sources)


def subject_of_sql(text: str, file: str) -> Subject:
    """Give a file of SQL as it is tested. Raises InputError with every statement that can't be read."""
    read = read_file(file, text)
    if read.errors:
        raise InputError(read.problems)
    graph = graph_of([read])
    if not graph.datasets:
        fix = "name a file with CREATE STREAMING TABLE, CREATE MATERIALIZED VIEW or CREATE TEMPORARY VIEW"
        raise InputError(Problem("makes no table and no view of a pipeline", fix, file))
    keys = dict.fromkeys(key for one in graph.datasets for flow, _ in one.flows for key in reads_of(flow.query))
    return _subject(read, {".".join(key): Outside(key, {}) for key in keys if graph.find(key) is None})


def _subject(file: ReadFile, sources: Mapping[str, Outside]) -> Subject:
    return Subject(file, graph_of([file]), sources)


def _outside(name: str, number: int, source: Source) -> Outside:
    # Spark names the table in what it says: by the source's name where that is a plain one.
    plain = name.lower() if name.isascii() and name.isidentifier() else f"source_{number}"
    return Outside((*_GIVEN, plain), source.columns, source.watermark_column or "")
