"""Queries of streams and tables in any combination: joins, watermarks, windows, subqueries, unions.

No query reads one table as a stream and whole: Spark 4.3 then takes both for the stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

COLUMNS = {"id": "int", "k": "string", "v": "double", "ts": "timestamp", "ts2": "timestamp"}
TABLES = ("a", "b", "c", "aa", "bb", "cc", "d")
_JOINS = ("JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN")
_TIMES = ("ts", "ts", "ts2")
_CONDITIONS = (
    "{l}.{x} = {r}.{y}",
    "{r}.{y} >= {l}.{x}",
    "{r}.{y} <= {l}.{x} + INTERVAL 1 HOUR",
    "{l}.{x} > {r}.{y} - INTERVAL 5 MINUTES",
    "{r}.{y} BETWEEN {l}.{x} AND {l}.{x} + INTERVAL 1 DAY",
    "{l}.{x} + INTERVAL 1 HOUR > {r}.{y}",
    "{l}.v > {r}.v",
    "{l}.k = {r}.k",
)
_FILTERS = ("{a}.v > 5", "{a}.id IN (SELECT id FROM d)", "{a}.k IS NOT NULL", "{a}.id IN (SELECT id FROM STREAM d)")
_KEYS = (
    "window({a}.ts, '1 hour')",
    "window({a}.ts, '1 hour'), {a}.k",
    "{a}.k",
    "{a}.ts",
    "{a}.ts2, {a}.k",
    "date_trunc('day', {a}.ts)",
    "session_window({a}.ts, '5 minutes'), {a}.id",
    "window({a}.ts2, '10 minutes', '5 minutes')",
)
_CALLS = ("count(*)", "sum({a}.v)", "count(DISTINCT {a}.k)", "max({a}.ts)")


def queries(seed: int, count: int) -> list[str]:
    """Give as many queries, the same for the same seed."""
    made = _Queries(Random(seed))  # noqa: S311  # no secret
    return [made.query() for _ in range(count)]


@dataclass
class _Queries:
    random: Random

    def query(self) -> str:
        text, alias = self._sources()
        if self._happens(0.4):
            text += " WHERE " + self.random.choice(_FILTERS).format(a=alias)
        text = self._select(alias, text)
        text += " ORDER BY 1" if self._happens(0.08) else ""
        text += " LIMIT 3" if self._happens(0.08) else ""
        return f"SELECT * FROM ({text}) AS q" if self._happens(0.12) else text  # noqa: S608  # of the tests' own

    def _select(self, alias: str, sources: str) -> str:
        kind = self.random.random()
        if kind < 0.45:
            distinct = "DISTINCT " if self._happens(0.1) else ""
            return f"SELECT {distinct}{alias}.id, {alias}.k, {alias}.ts FROM {sources}"  # noqa: S608  # of the tests' own
        if kind < 0.9:
            call, keys = (self.random.choice(one).format(a=alias) for one in (_CALLS, _KEYS))
            having = " HAVING count(*) > 1" if self._happens(0.1) else ""
            return f"SELECT {call} AS n FROM {sources} GROUP BY {keys}{having}"  # noqa: S608  # of the tests' own
        over = f"PARTITION BY {alias}.k ORDER BY {alias}.ts"
        return f"SELECT {alias}.id, row_number() OVER ({over}) AS n FROM {sources}"  # noqa: S608  # of the tests' own

    def _sources(self) -> tuple[str, str]:
        """Give what a query reads, and the alias of one of it."""
        text, aliases = self._source("a", "x"), ["x"]
        for table, alias, chance in (("b", "y", 0.6), ("c", "z", 0.2)):
            if self._happens(chance):
                kind, left = self.random.choice(_JOINS), self.random.choice(aliases)
                text += f" {kind} {self._source(table, alias)} ON {self._condition(left, alias)}"
                aliases += [] if "SEMI" in kind or "ANTI" in kind else [alias]
        return text, self.random.choice(aliases)

    def _source(self, table: str, alias: str) -> str:
        stream = self._happens(0.65)
        marks = stream and self._happens(0.6)
        name = f"STREAM {table}" if stream else table
        mark = f" WATERMARK {self.random.choice(_TIMES)} DELAY OF INTERVAL 5 MINUTES" if marks else ""
        kind = self.random.random()
        if kind < 0.7:
            return f"{name}{mark} AS {alias}"
        if kind < 0.78:
            return f"(SELECT id, k, v, ts, ts2 FROM {name}){mark} AS {alias}"  # noqa: S608  # of the tests' own
        if kind < 0.85:
            return f"(SELECT id, k, v, ts, ts2 FROM {name}{mark}) AS {alias}"  # noqa: S608  # of the tests' own
        if kind < 0.93:
            columns = "id, max(k) AS k, sum(v) AS v, ts, max(ts2) AS ts2"
            return f"(SELECT {columns} FROM {name}{mark} GROUP BY id, ts) AS {alias}"  # noqa: S608  # of the tests' own
        other = f"STREAM {table}{table}" if self._happens(0.7) else f"{table}{table}"
        return f"(SELECT * FROM {name}{mark} UNION ALL SELECT * FROM {other}) AS {alias}"  # noqa: S608  # of the tests' own

    def _condition(self, left: str, right: str) -> str:
        parts = [f"{left}.id = {right}.id"]
        for _ in range(self.random.randint(0, 2)):
            x, y = self.random.choice(_TIMES), self.random.choice(_TIMES)
            parts.append(self.random.choice(_CONDITIONS).format(l=left, r=right, x=x, y=y))
        self.random.shuffle(parts)
        return " AND ".join(parts)

    def _happens(self, chance: float) -> bool:
        return self.random.random() < chance
