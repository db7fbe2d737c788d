"""A query, as a pipeline file reads it: `SELECT * FROM table` as a source, any other as a transform with its SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import TokenType, exp

from headgate.names import catalog_name_fault
from headgate.sql.graph import inputs
from headgate.sql.importing.words import NotTaken
from headgate.sql.quoting import identifier, qualified

if TYPE_CHECKING:
    from headgate.sql.dialect.statements import Query

Key = tuple[str, ...]
_PARTS = 3  # of catalog.schema.table


@dataclass(slots=True)
class Inputs:
    """What a pipeline file reads and does, as it grows.

    own: key of each table of the file → its name there. inner: those of its tables that only the pipeline sees.
    """

    text: str
    catalog: str
    schema: str
    own: dict[Key, str]
    inner: frozenset[str]
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    transforms: dict[str, dict[str, Any]] = field(default_factory=dict)
    not_taken: list[NotTaken] = field(default_factory=list)

    def read(self, query: Query, name: str) -> str:
        """Give the name of what gives a query's rows: a table of the file, a source, or a transform that is made for it."""
        table = _only_table(query)
        if table is not None and not query.watermarks and (self._own(table) or _is_in_catalog(table)):
            return self._simple(table, query, name)
        own = [(one, self._own(one)) for one in inputs(query.tree)]
        return self._transform(query, name, [(table, known) for table, known in own if known])

    def _simple(self, table: exp.Table, query: Query, name: str) -> str:
        """Give a table that is read as it is."""
        if known := self._own(table):
            return known
        parts = [part.name for part in table.parts if part.name]
        full = ".".join(self._full(table))
        mode = "streaming" if query.reads_as_stream(table) else "batch"
        found = {"table": full, "mode": mode}
        for other, source in self.sources.items():
            if source == found:
                return other
        name = self._free(table.alias or parts[-1])
        self.sources[name] = found
        return name

    def _transform(self, query: Query, name: str, own: list[tuple[exp.Table, str]]) -> str:
        """Give a transform with the query's own words; tables of the file are called by their names in it."""
        name = self._free(f"{name}_query")
        streams = {query.reads_as_stream(table) for table, _ in own}
        if len(streams) > 1:
            if inner := [known for _, known in own if known in self.inner]:
                message = f"a query reads {', '.join(inner)} and others of the file, some as streams and some as batches"
                self.not_taken.append(NotTaken(query.span, message))
            self.transforms[name] = {"sql": _with_names(self.text, query, [(table, self._full(table)) for table, _ in own])}
            return name
        names: list[tuple[exp.Table, tuple[str, ...]]] = [(table, (known,)) for table, known in own]
        transform: dict[str, Any] = {"sql": _with_names(self.text, query, names, without_stream=True)}
        if own:
            transform["mode"] = "streaming" if True in streams else "batch"
        self.transforms[name] = transform
        return name

    def _full(self, table: exp.Table) -> tuple[str, ...]:
        parts = [part.name for part in table.parts if part.name]
        parts = parts[1:] if len(parts) > 1 and parts[0].lower() == "live" else parts
        return tuple([self.catalog, self.schema][: _PARTS - len(parts)] + parts)

    def _own(self, table: exp.Table) -> str | None:
        parts = tuple(part.name.lower() for part in table.parts if part.name)
        parts = parts[1:] if len(parts) > 1 and parts[0] == "live" else parts
        return next((name for key, name in self.own.items() if key[-len(parts) :] == parts), None)

    def _free(self, name: str) -> str:
        """Give a name that nothing in the file has."""
        taken = {one.lower() for one in (*self.sources, *self.transforms, *self.own.values())}
        found, number = name, 2
        while found.lower() in taken:
            found, number = f"{name}_{number}", number + 1
        return found


def _only_table(query: Query) -> exp.Table | None:
    """Give the table of `SELECT * FROM table`; None for any other query."""
    tree = query.tree
    is_star = isinstance(tree, exp.Select) and len(tree.expressions) == 1 and isinstance(tree.expressions[0], exp.Star)
    if not is_star or {key for key, value in tree.args.items() if value} != {"expressions", "from_"}:
        return None
    star, table = tree.expressions[0], tree.args["from_"].this
    plain = isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier) and not any(star.args.values())
    return table if plain and not (table.args.get("joins") or table.args.get("sample")) else None


def _is_in_catalog(table: exp.Table) -> bool:
    """Say whether a table's name is one of the catalog, and not a path after its format, such as delta.`/data`."""
    return not any(catalog_name_fault(part.name) for part in table.parts)


def _with_names(text: str, query: Query, own: list[tuple[exp.Table, tuple[str, ...]]], *, without_stream: bool = False) -> str:
    """Give a query's words with other names in place of its tables', and, if so, without STREAM before them."""
    changes: list[tuple[int, int, str]] = []
    tokens = query.tokens
    for table, name in own:
        start, end = int(table.parts[0].meta["start"]), int(table.parts[-1].meta["end"]) + 1
        if without_stream and query.reads_as_stream(table):
            at = next(number for number, token in enumerate(tokens) if token.start == start)
            if tokens[at - 1].token_type is TokenType.L_PAREN:
                start = tokens[at - 2].start
                end = next(token.end for token in tokens[at:] if token.token_type is TokenType.R_PAREN) + 1
            else:
                start = tokens[at - 1].start
        alias = "" if table.alias or table.name == name[-1] else f" AS {identifier(table.name)}"
        changes.append((start, end, qualified(name) + alias))
    found, (begin, finish) = [], (query.span.start, query.span.end)
    for start, end, new in sorted(changes):
        found += [text[begin:start], new]
        begin = end
    return "".join([*found, text[begin:finish]])
