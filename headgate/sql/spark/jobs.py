"""A pipeline as Spark is asked about it: without what only Databricks knows, and with other names for its tables.

Each table `a.b.c` becomes `a__b`.`c`, and each of the pipeline's own `pipeline`.`c`: open-source Spark has one catalog.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from headgate.sql.dialect.statements import key_of
from headgate.sql.dialect.tokens import end_of_name, matching, word
from headgate.sql.graph import graph_of, in_order, inputs
from headgate.sql.quoting import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlglot import Token

    from headgate.sql.dialect.reader import ReadFile
    from headgate.sql.dialect.statements import Flow
    from headgate.sql.graph import Dataset, Graph, Key
    from headgate.sql.known import KnownTables

Wanted = Literal["stream", "batch", "either"]
# Functions that Databricks alone has. Spark can't say what they give, so it is not asked about what reads them.
_UNKNOWN = {
    "read_files",
    "cloud_files",
    "read_kafka",
    "read_kinesis",
    "read_pubsub",
    "read_pulsar",
    "table_changes",
    "ai_query",
}


@dataclass(frozen=True, slots=True)
class FlowJob:
    """One query to ask about. unknown: why Spark can't be asked; wants: whether its table takes a stream.

    columns: of its source that AUTO CDC names. needs: the pipeline's own tables that it reads. file and start: where it stands.
    unknown_table: the parts of the table's name that `unknown` is about; empty where it is about something else.
    """

    query: str
    wants: Wanted
    unknown: str = ""
    columns: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    file: str = ""
    start: int = 0
    unknown_table: Key = ()


@dataclass(frozen=True, slots=True)
class DatasetJob:
    """A table or view: its name there, what flows into it, and what its expectations ask."""

    name: str
    is_view: bool
    flows: tuple[FlowJob, ...]
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A pipeline to ask about. tables: name there → column → type, of what it reads; datasets: in an order to make them in."""

    tables: Mapping[str, Mapping[str, str]]
    datasets: tuple[DatasetJob, ...]


def job_of(files: Sequence[ReadFile], known: KnownTables, *, whole: bool = False) -> Job:
    """Give what to ask Spark about a pipeline. whole: streams are read as the tables that they are of, without watermarks."""
    making = _Making(graph_of(files), known, whole)
    for dataset in in_order(making.graph):
        making.add(dataset)
    return Job(making.tables, tuple(making.jobs))


@dataclass
class _Making:
    graph: Graph
    known: KnownTables
    whole: bool = False
    tables: dict[str, Mapping[str, str]] = field(default_factory=dict)
    jobs: list[DatasetJob] = field(default_factory=list)

    def add(self, dataset: Dataset) -> None:
        """Add a dataset, those that it reads being there."""
        flows = [self._flow(flow, file, dataset) for flow, file in dataset.flows]
        name = own_name(dataset)
        conditions = tuple(one.condition.sql("databricks") for one in dataset.definition.expectations)
        self.jobs.append(DatasetJob(name, dataset.definition.kind == "view", tuple(flows), conditions))

    def _found(self, key: Key, reading: Dataset) -> Dataset | None:
        """Give the pipeline's own table of a name; one that a table reads under a longer name than its own is another's."""
        found = self.graph.find(key)
        return None if found is reading and len(key) > len(reading.key) else found

    def _flow(self, flow: Flow, file: ReadFile, dataset: Dataset) -> FlowJob:
        unknown, needs, names = "", [], {}
        unknown_table: Key = ()
        for table in flow.query.tree.find_all(exp.Table):
            if isinstance(table.this, exp.Anonymous) and (function := str(table.this.this).lower()) in _UNKNOWN:
                unknown = f"it has no {function}"
        for table in inputs(flow.query.tree):
            key = key_of(part.name for part in table.parts)
            read = self._found(key, dataset)
            if read is not None:
                needs.append(own_name(read))
                names[table.parts[0].meta["start"]] = (own_name(read), read.definition.kind == "view")
            else:
                outside = self.known.find(key)
                if outside is None or outside.columns is None:
                    if not unknown:
                        unknown, unknown_table = f"nothing is known of {'.'.join(key)}", key
                    continue
                name = outside_name(outside.key)
                self.tables[name] = outside.columns
                names[table.parts[0].meta["start"]] = (name, False)
        if any("{" in word(token) for token in flow.query.tokens):
            unknown = unknown or "parameters have no values"
        if flow.query.skipping:
            unknown = unknown or "options of a stream are Delta's"
        columns = tuple(one.sql("databricks") for one in flow.changes.columns) if flow.changes else ()
        source = "SELECT * FROM " if flow.changes and not flow.changes.snapshot else ""
        query = source + _renamed(self._tokens(flow), names, whole=self.whole)
        wants, start = _wants(flow, dataset), flow.query.span.start
        return FlowJob(query, wants, unknown, columns, tuple(needs), file.name, start, unknown_table)

    def _tokens(self, flow: Flow) -> Sequence[Token]:
        if not self.whole:
            return flow.query.tokens
        spans = [one.span for one in flow.query.watermarks.values()]
        return [token for token in flow.query.tokens if not any(span.start <= token.start < span.end for span in spans)]


def outside_name(key: Key) -> str:
    """Give what a table is called there that the pipeline reads and does not make."""
    return f"`{_plain('__'.join(key[:-1]) or 'default')}`.`{_plain(key[-1])}`"


def _plain(name: str) -> str:
    """Give a name that open-source Spark takes for a table: of letters, digits and _ alone; others get a mark of their own."""
    found = re.sub(r"[^0-9A-Za-z_]", "_", name)
    return name if found == name else f"{found}_{sha256(name.encode()).hexdigest()[:8]}"


def _wants(flow: Flow, dataset: Dataset) -> Wanted:
    kind = dataset.definition.kind
    if kind == "view" and dataset.definition.private:
        return "either"
    whole = kind in ("materialized view", "view") or flow.kind == "once" or bool(flow.changes and flow.changes.snapshot)
    return "either" if kind == "table" or flow.kind == "replace" else "batch" if whole else "stream"


def _renamed(tokens: Sequence[Token], names: Mapping[int, tuple[str, bool]], *, whole: bool) -> str:
    """Give a query with other names for its tables.

    A view is a stream by itself: `STREAM` before it is left out, and before all others where they are read whole.
    """
    words: list[str] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if word(token) == "STREAM" and (at := _streamed(tokens, index, names)) is not None:
            end = end_of_name(tokens, at)
            name, is_view = names[tokens[at].start]
            words.append(name if is_view or whole else f"STREAM {name}")
            index = end + (2 if word(tokens[index + 1]) == "(" else 1)
        elif token.start in names:
            words.append(names[token.start][0])
            index = end_of_name(tokens, index) + 1
        else:
            words.append(_text(token))
            index += 1
    return " ".join(words)


def _streamed(tokens: Sequence[Token], index: int, names: Mapping[int, tuple[str, bool]]) -> int | None:
    at = index + (2 if index + 1 < len(tokens) and word(tokens[index + 1]) == "(" else 1)
    if at == index + 2 and word(tokens[matching(tokens, index + 1)]) != ")":
        return None
    return at if at < len(tokens) and tokens[at].start in names else None


def _text(token: Token) -> str:
    kind = token.token_type.name
    if kind == "IDENTIFIER":
        return identifier(token.text)
    if kind == "STRING":
        return literal(token.text)
    return {"RAW_STRING": f"r'{token.text}'", "HEX_STRING": f"X'{token.text}'"}.get(kind, token.text)


def own_name(dataset: Dataset) -> str:
    """Give what a dataset is called there: temporary views have no schema."""
    name = f"`{_plain(dataset.key[-1])}`"
    return name if dataset.definition.kind == "view" else f"`pipeline`.{name}"
