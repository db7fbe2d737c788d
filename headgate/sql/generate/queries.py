"""From transforms to one query: each step a common table expression, the last one the query itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql.durations import interval
from headgate.sql.fragments import query
from headgate.sql.generate.lines import Line, begun, ended, indented, lines, listed
from headgate.sql.generate.steps import Steps
from headgate.sql.language.graph import reads
from headgate.sql.language.modes import modes
from headgate.sql.quoting import identifier, literal, qualified, readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.definition.yaml import Path
    from headgate.sql.language.load import LoadedPipeline
    from headgate.sql.language.model import PipelineFile
    from headgate.sql.language.transform import Source


def parts_read(file: PipelineFile, name: str, tables: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Give the name of a table of the file, or of the one that a source is. tables: as `generate` takes them."""
    if name in file.tables:
        return file.parts(name, file.tables[name])
    source = file.sources[name]
    return tables[name] if source.connector is not None else tuple((source.table or "").split("."))


class Queries:
    """Makes the queries of one pipeline file. tables: source → catalog, schema and table of those that a connector has."""

    def __init__(self, loaded: LoadedPipeline, tables: Mapping[str, tuple[str, ...]]) -> None:
        self.loaded = loaded
        self.file = loaded.file
        self.modes = modes(loaded.file)
        self._tables = tables
        self._links = reads(loaded.file)
        self._steps = Steps(loaded)

    def table_name(self, name: str) -> str:
        """Give the name of a table of the file as SQL has it: views and private tables have no schema."""
        return qualified(self.file.parts(name, self.file.tables[name]))

    def query(self, path: Path) -> list[Line]:
        """Give the query that reads what is named at a path, which ends with `from`."""
        name = self._name_at(path)
        streaming = self.modes.queries[path].streaming
        if name not in self.file.transforms:
            return begun("SELECT * FROM ", self.relation(name, streaming[name], self.loaded.line(path)))
        steps = self._order(name, streaming)
        found = [
            self._cte(step, streaming) if step in self.file.transforms else self._input_cte(step, streaming) for step in steps
        ]
        if not found:
            return self._body(name, streaming)
        if self._has_with(name):
            last = lines(f"SELECT * FROM {identifier(name)}", self.loaded.line(("transforms", name)))
            return [*begun("WITH ", listed([*found, self._cte(name, streaming)])), *last]
        return [*begun("WITH ", listed(found)), *self._body(name, streaming)]

    def relation(self, name: str, streaming: bool, origin: int) -> list[Line]:
        """Give what stands after FROM for something that is read, under its own name."""
        if name in self.file.transforms:
            return lines(identifier(name), origin)
        word = "STREAM " if streaming else ""
        if name in self.file.tables:
            own = self.table_name(name)
            return lines(f"{word}{own}" + ("" if own == identifier(name) else f" AS {identifier(name)}"), origin)
        return lines(f"{self._source(name, streaming)} AS {identifier(name)}", self.loaded.line(("sources", name)))

    def plain_relation(self, name: str) -> str:
        """Give the name of a source or a table of the file: what AUTO CDC reads."""
        return qualified(parts_read(self.file, name, self._tables))

    def _name_at(self, path: Path) -> str:
        if path[0] == "sinks":
            return self.file.sinks[str(path[1])].from_
        table = self.file.tables[str(path[1])]
        return table.flows[int(path[3])].from_ if path[2] == "flows" else table.from_ or ""

    def _source(self, name: str, streaming: bool) -> str:
        source = self.file.sources[name]
        word = "STREAM " if streaming else ""
        read = self._files(source) if source.files is not None else self.plain_relation(name)
        if not (streaming and source.watermark_column and source.watermark_delay):
            return word + read
        watermark = f"WATERMARK {identifier(source.watermark_column)} DELAY OF {interval(source.watermark_delay)}"
        # A function takes no watermark, a query does. Source: Databricks SQL reference, "WATERMARK clause".
        return f"{f'(SELECT * FROM {word}{read})' if source.files is not None else word + read} {watermark}"

    @staticmethod
    def _files(source: Source) -> str:
        """Give a call of read_files. Source: Databricks SQL reference, "read_files table-valued function"."""
        named = {} if source.format is None else {"format": source.format}
        if source.columns:
            named["schema"] = ", ".join(f"{identifier(column)} {kind}" for column, kind in source.columns.items())
        arguments = [literal(source.files or "")]
        arguments += [f"{key} => {literal(value)}" for key, value in named.items()]
        arguments += [f"{readable(key)} => {literal(value)}" for key, value in source.options.items() if key not in named]
        return f"read_files({', '.join(arguments)})"

    def _has_with(self, name: str) -> bool:
        """Say whether a transform is a query that begins with WITH, after which no other one can stand."""
        sql = self.file.transforms[name].sql
        return sql is not None and query(sql).tree.args.get("with_") is not None

    def _order(self, name: str, streaming: Mapping[str, bool]) -> list[str]:
        """Give what a query needs before its last step, each after what it reads; of a raw query also what that reads."""
        found: list[str] = []

        def visit(step: str) -> None:
            transform = self.file.transforms.get(step)
            if transform is None:
                return
            for read in self._links[step]:
                if read.name in found:
                    continue
                visit(read.name)
                if read.name in self.file.transforms or (transform.sql is not None and self._needs_cte(read.name, streaming)):
                    found.append(read.name)

        visit(name)
        return list(dict.fromkeys(found))

    def _needs_cte(self, name: str, streaming: Mapping[str, bool]) -> bool:
        """Say whether a raw query can't name an input as it is: it has another name, or is read as a stream."""
        return name not in self.file.tables or streaming[name] or self.table_name(name) != identifier(name)

    def _cte(self, name: str, streaming: Mapping[str, bool]) -> list[Line]:
        origin = self.loaded.line(("transforms", name))
        return [*lines(f"{identifier(name)} AS (", origin), *indented(self._body(name, streaming)), Line(")", origin)]

    def _input_cte(self, name: str, streaming: Mapping[str, bool]) -> list[Line]:
        """Give an input of a raw query under the name that it has there."""
        section = "sources" if name in self.file.sources else "tables"
        origin = self.loaded.line((section, name))
        read = self._source(name, streaming[name]) if section == "sources" else self._table(name, streaming[name])
        return ended(begun(f"{identifier(name)} AS (SELECT * FROM ", lines(read, origin)), ")")

    def _table(self, name: str, streaming: bool) -> str:
        return f"{'STREAM ' if streaming else ''}{self.table_name(name)}"

    def _body(self, name: str, streaming: Mapping[str, bool]) -> list[Line]:
        transform = self.file.transforms[name]
        origin = self.loaded.line(("transforms", name))
        relations = {
            read.name: self.relation(read.name, streaming[read.name], self.loaded.line(read.path)) for read in self._links[name]
        }
        if transform.sql is not None:
            path: Path = ("transforms", name, "sql")
            return lines(self._steps.filled(query(transform.sql)), self.loaded.line(path))
        return self._steps.body(name, transform, relations, origin)
