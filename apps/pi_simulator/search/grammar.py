"""The grammar that searches share: filters joined by a blank, AND or OR, each a name, an operator and a value.

What a filter is called, and what it asks, knows who searches. Sources of the grammar: AVEVA, PI Web API Reference, "Search
Query Syntax (Core Services)" and "PIPoint Search Query Syntax (Core Services)", and AF SDK Reference, "AFSearchToken".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_LONGEST, _DEEPEST, _SHOWN = 16_384, 8, 200
# A quote within quotes is doubled or has a backslash before it.
_QUOTED = r"""'(?:\\.|''|[^'\\])*'|"(?:\\.|""|[^"\\])*\""""
# Parentheses within a word come in pairs; what else would end it has a backslash before it.
_WORD = r"""(?:\\.|[^\s(){}'"\\])(?:\\.|\([^\s(){}]*\)|[^\s(){}\\])*"""
_VALUE = rf"(?P<value>{_QUOTED}|{_WORD})"
_BEGIN = re.compile(
    r"""\s*(?:(?P<joint>AND|OR)(?=[\s(]|$)"""
    r"""|(?P<name>\w+|\|[^\s:(){}'"]+|'\|[^']*'|"\|[^"]*")\s*:(?P<sign><>|!=|<=|>=|=|<|>)?\s*"""
    rf"""|{_VALUE}|(?P<mark>[(){{}}]))""",
    re.IGNORECASE,
)
_AFTER = re.compile(rf"(?:(?P<open>\{{)|(?P<many>IN\s*\()|{_VALUE})", re.IGNORECASE)
_LISTED = re.compile(rf"\s*(?P<value>{_QUOTED}|(?:\\.|[^\s();\\])+)\s*(?P<end>[;)])")
_BLANK = re.compile(r"\s*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class QueryError(ValueError):
    """A text is no query; says why."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition: `name` is in small letters, empty where a value stands alone; `path` is that of an attribute's value.

    `sign` is `=` also where only a colon is written, `in` for a list of values. Values keep the backslash before a letter
    that is to stand for itself. `below` is the query between braces.
    """

    name: str
    sign: str
    values: tuple[str, ...] = ()
    path: str = ""
    below: Query | None = None

    @property
    def pattern(self) -> str:
        """The value as a text with wildcards."""
        return self.values[0] if self.values else ""

    @property
    def text(self) -> str:
        """The value as it is meant where wildcards mean nothing."""
        return plain(self.pattern)


# Alternatives, each of filters that hold together; none asks for nothing in particular.
Query = tuple[tuple[Filter, ...], ...]


def plain(value: str) -> str:
    """Give a value without the backslashes that make letters stand for themselves."""
    return _ESCAPED.sub(r"\1", value)


@lru_cache(maxsize=256)
def parsed(text: str) -> Query:
    """Read a query. Raises QueryError for what is none."""
    if len(text) > _LONGEST:
        raise QueryError(f"a query has {_LONGEST} characters at most")
    return _Reader(text).query(0)


def _unquoted(told: str) -> str:
    if told[:1] not in {"'", '"'}:
        return told
    return told[1:-1].replace(told[0] * 2, told[0])


class _Reader:
    """Reads from the left."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def query(self, depth: int) -> Query:
        """Read alternatives up to the end, or between braces up to the closing one."""
        if depth > _DEEPEST:
            raise QueryError(f"queries are nested {_DEEPEST} deep at most")
        alternatives: list[tuple[Filter, ...]] = []
        while True:
            alternatives.append(self._alternative(depth))
            if self._ended(depth):
                break
        if len(alternatives) > 1 and not all(alternatives):
            raise QueryError("an alternative is empty")
        return tuple(alternatives) if any(alternatives) else ()

    def _ended(self, depth: int) -> bool:
        """Step over an OR; say whether the query ends instead."""
        found = self._next()
        if found is None:
            if depth:
                raise self._wrong("'}' is missing")
            return True
        self._at = found.end()
        if depth and found["mark"] == "}":
            return True
        if (found["joint"] or "").upper() == "OR":
            return False
        raise self._wrong(f"unexpected '{found[0].strip()[:_SHOWN]}'")

    def _alternative(self, depth: int) -> tuple[Filter, ...]:
        """Read filters that hold together, all of them within parentheses or none."""
        found = self._next()
        closing = found is not None and found["mark"] == "("
        if found is not None and closing:
            self._at = found.end()
        filters: list[Filter] = []
        joined = False
        while (found := self._next()) is not None and not found["mark"] and (found["joint"] or "").upper() != "OR":
            self._at = found.end()
            if found["joint"]:
                if joined or not filters:
                    raise self._wrong("a filter is missing before AND")
                joined = True
                continue
            filters.append(self._filter(found, depth))
            joined = False
        if joined:
            raise self._wrong("a filter is missing after AND")
        if closing:
            if found is None or found["mark"] != ")":
                raise self._wrong("')' is missing: parentheses may stand around a whole alternative only")
            if not filters:
                raise self._wrong("there is nothing within the parentheses")
            self._at = found.end()
        return tuple(filters)

    def _filter(self, found: re.Match[str], depth: int) -> Filter:
        if found["value"] is not None:
            return Filter("", "=", (_unquoted(found["value"]),))
        name, sign = _unquoted(found["name"]), {"": "=", "!=": "<>"}.get(found["sign"] or "", found["sign"])
        path = plain(name[1:]) if name.startswith("|") else ""
        name = "" if path else name.lower()
        value = _AFTER.match(self._text, self._at)
        if value is None:
            raise self._wrong("a value is missing")
        if value["value"] is not None:
            self._at = value.end()
            return Filter(name, sign, (_unquoted(value["value"]),), path)
        if sign != "=":
            raise self._wrong("a list or a query in braces takes ':' alone")
        self._at = value.end()
        if value["many"]:
            return Filter(name, "in", self._listed(), path)
        return Filter(name, "=", (), path, self.query(depth + 1))

    def _listed(self) -> tuple[str, ...]:
        values: list[str] = []
        while True:
            found = _LISTED.match(self._text, self._at)
            if found is None:
                raise self._wrong("a list is values with ';' between them, in parentheses")
            self._at = found.end()
            values.append(_unquoted(found["value"]))
            if found["end"] == ")":
                return tuple(values)

    def _next(self) -> re.Match[str] | None:
        """Give what comes next, without stepping over it; None at the end."""
        blank = _BLANK.match(self._text, self._at)
        if blank and blank.end() == len(self._text):
            return None
        found = _BEGIN.match(self._text, self._at)
        if found is None:
            raise self._wrong("a quote is not closed, or a value is missing")
        return found

    def _wrong(self, why: str) -> QueryError:
        return QueryError(f"{why}, at position {self._at}")
