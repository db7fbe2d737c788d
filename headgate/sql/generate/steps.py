"""One transform as the query that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql import fragments
from headgate.sql.durations import window_length
from headgate.sql.generate.lines import Line, begun, indented, lines, listed
from headgate.sql.quoting import identifier, identifiers, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.definition.yaml import Path
    from headgate.sql.language.load import LoadedPipeline
    from headgate.sql.language.transform import Aggregate, Transform

    Relations = Mapping[str, list[Line]]

_JOINS = {
    "inner": "INNER JOIN", "left": "LEFT JOIN", "right": "RIGHT JOIN", "full": "FULL OUTER JOIN",
    "semi": "LEFT SEMI JOIN", "anti": "LEFT ANTI JOIN", "cross": "CROSS JOIN",
}  # fmt: skip
_ROW = "_row_number"


class Steps:
    """Makes queries of a pipeline file's transforms."""

    def __init__(self, loaded: LoadedPipeline) -> None:
        self._loaded = loaded
        self._literals = {name: literal(value) for name, value in loaded.values.items()}

    def filled(self, fragment: fragments.Fragment) -> str:
        """Give a piece of SQL with its parameters' values."""
        return fragment.with_values(self._literals)

    def expression(self, text: str) -> str:
        """Give an expression with its parameters' values."""
        return self.filled(fragments.expression(text))

    def body(self, name: str, transform: Transform, relations: Relations, origin: int) -> list[Line]:
        """Give the query of a transform that is no raw one. relations: what each of its inputs is after FROM."""
        base: Path = ("transforms", name)
        if transform.union is not None:
            parts = [begun("SELECT * FROM ", relations[one]) for one in transform.union]
            return [
                line for number, part in enumerate(parts) for line in ([Line("UNION ALL", origin)] if number else []) + part
            ]
        read = relations[transform.from_ or ""]
        match transform.kind:
            case "join":
                return self._join(base, transform, relations)
            case "filter":
                condition = lines(self.expression(transform.filter or ""), self._loaded.line((*base, "filter")))
                return [*_select([lines("*", origin)], read, origin), *begun("WHERE ", condition)]
            case "aggregate":
                return self._aggregate((*base, "aggregate"), transform, read)
            case "window":
                return self._window((*base, "window"), transform, read, origin)
            case "dedupe":
                return self._dedupe(transform, read, origin)
            case _:
                return _select(self._items((*base, "select"), transform.select or ()), read, origin)

    def _items(self, path: Path, items: Iterable[str | dict[str, str]]) -> list[list[Line]]:
        """Give the columns of a SELECT."""
        found = []
        for number, item in enumerate(items):
            if isinstance(item, str):
                text = self.filled(fragments.expression(item, item=True))
                found.append(lines(text, self._loaded.line((*path, number))))
            else:
                found += [self._named((*path, number, name), name, text) for name, text in item.items()]
        return found

    def _named(self, path: Path, name: str, text: str) -> list[Line]:
        return lines(f"{self.expression(text)} AS {identifier(name)}", self._loaded.line(path))

    def _join(self, base: Path, transform: Transform, relations: Relations) -> list[Line]:
        join = transform.join
        if join is None:
            return []
        at = self._loaded.line((*base, "join"))
        items = self._items((*base, "select"), transform.select or ("*",))
        found = _select(items, relations[transform.from_ or ""], self._loaded.line(base))
        found += begun(f"{_JOINS[join.how]} ", relations[join.with_])
        if join.on is not None:
            found += begun("  ON ", lines(self.expression(join.on), self._loaded.line((*base, "join", "on"))))
        elif join.using:
            found += lines(f"  USING ({identifiers(join.using)})", at)
        return found

    def _aggregate(self, path: Path, transform: Transform, read: list[Line]) -> list[Line]:
        aggregate = transform.aggregate
        if aggregate is None:
            return []
        at = self._loaded.line(path)
        items = self._items((*path, "by"), aggregate.by)
        groups = [
            lines(self.expression(text), self._loaded.line((*path, "by", number)))
            for number, item in enumerate(aggregate.by)
            for text in ([item] if isinstance(item, str) else item.values())
        ]
        if aggregate.window is not None:
            call, column = _time_window(aggregate)
            where = self._loaded.line((*path, "window"))
            items += [lines(f"{column}.start AS window_start", where), lines(f"{column}.end AS window_end", where)]
            groups.append(lines(call, where))
        items += [self._named((*path, "values", name), name, text) for name, text in aggregate.values.items()]
        found = _select(items, read, at)
        if groups:
            found += [Line("GROUP BY", at), *indented(listed(groups))]
        if aggregate.having is not None:
            found += begun("HAVING ", lines(self.expression(aggregate.having), self._loaded.line((*path, "having"))))
        return found

    def _window(self, path: Path, transform: Transform, read: list[Line], origin: int) -> list[Line]:
        window = transform.window
        if window is None:
            return []
        over = []
        if window.partition_by:
            over.append(f"PARTITION BY {', '.join(self.expression(text) for text in window.partition_by)}")
        if window.order_by:
            over.append(f"ORDER BY {self._order(window.order_by)}")
        items = [lines("*", origin)]
        for name, text in window.columns.items():
            whole = f"{self.expression(text)} OVER ({' '.join(over)}) AS {identifier(name)}"
            items.append(lines(whole, self._loaded.line((*path, "columns", name))))
        return _select(items, read, origin)

    def _dedupe(self, transform: Transform, read: list[Line], origin: int) -> list[Line]:
        dedupe = transform.dedupe
        if dedupe is None or not dedupe.keys:
            return begun("SELECT DISTINCT * FROM ", read)
        keys = identifiers(dedupe.keys)
        order = self._order(dedupe.order_by) if dedupe.order_by else keys
        number = lines(f"row_number() OVER (PARTITION BY {keys} ORDER BY {order}) AS {_ROW}", origin)
        inner = _select([lines("*", origin), number], read, origin)
        return [
            Line(f"SELECT * EXCEPT ({_ROW})", origin),
            Line("FROM (", origin),
            *indented(inner),
            Line(") AS numbered", origin),
            Line(f"WHERE {_ROW} = 1", origin),
        ]

    def _order(self, texts: Iterable[str]) -> str:
        return ", ".join(self.filled(fragments.ordering(text)) for text in texts)


def _select(items: list[list[Line]], read: list[Line], origin: int) -> list[Line]:
    """Give SELECT and FROM; a single short item stands beside SELECT."""
    if len(items) == 1 and len(items[0]) == 1:
        return [*begun("SELECT ", items[0]), *begun("FROM ", read)]
    return [Line("SELECT", origin), *indented(listed(items)), *begun("FROM ", read)]


def _time_window(aggregate: Aggregate) -> tuple[str, str]:
    """Give the call that makes windows of time, and the column that they are in.

    Source: Databricks SQL reference, "window grouping expression" and "session_window grouping expression".
    """
    window = aggregate.window
    if window is None:
        return "", ""
    column = identifier(window.column)
    if window.type == "session":
        return f"session_window({column}, {window_length(window.gap or '')})", "session_window"
    lengths = [window_length(text) for text in (window.size, window.slide) if text is not None]
    return f"window({', '.join([column, *lengths])})", "window"
