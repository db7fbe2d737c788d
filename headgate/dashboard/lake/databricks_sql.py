"""The dashboard's questions in the SQL of Databricks. Pure.

They are written in DuckDB's. Names, texts and words are told apart as tokens, so nothing inside a name is taken for SQL; a
function that is not known here is refused, so that none reaches a warehouse that means something else there.

Source: Databricks SQL language reference, "Names", "Parameter markers", and the functions of these names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.clients.sql import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.dashboard.lake.query import Query

_TOKEN = re.compile(r""""(?:[^"]|"")*"|'(?:[^']|'')*'|TIMESTAMP WITH TIME ZONE|\w+|\s+|.""", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")
# DuckDB's name of a type, which stands in capitals → Databricks'.
TYPES = {
    "VARCHAR": "STRING",
    "INTEGER": "INT",
    "BLOB": "BINARY",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "TIMESTAMP": "TIMESTAMP_NTZ",
}
# What is called otherwise. An infinite number, and what is none, is not less than infinity: NaN is larger than any other.
_CALLED = {
    "epoch_us": "unix_micros({})",
    "make_timestamptz": "timestamp_micros({})",
    "isfinite": "(abs({}) < double('Infinity'))",
}
# What both know and mean alike.
_SAME = frozenset({"avg", "cast", "coalesce", "contains", "count", "floor", "least", "left", "lower", "max", "min"})
# What else may stand before a parenthesis.
_CLAUSES = frozenset({"and", "as", "filter", "from", "or", "over", "select", "where"})
_TABLE = "delta_scan"
_LARGEST_INT = 2**31
# What DuckDB tells of where a row lies. A warehouse has nothing of the kind for all tables, so rows are told apart by all that
# is in them, and equal ones are counted.
_PLACES = ('"filename"', '"file_row_number"')
_PLACED = (
    "(SELECT *, row_number() OVER (PARTITION BY filename ORDER BY filename) AS file_row_number "
    "FROM (SELECT *, sha2(to_json(struct(*)), 256) AS filename FROM {}))"
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value by its name: as text, with its type in Databricks' words; None: NULL."""

    name: str
    value: str | None
    type: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a warehouse and its parameters."""

    sql: str
    parameters: tuple[Parameter, ...]


def statement_of(query: Query, known: Mapping[str, Collection[str]] | None = None) -> Statement:
    """Give a question as a warehouse takes it. known: table → the names of its columns, as far as they are known.

    Raises ValueError for a function that is not known here.
    """
    tokens = [found[0] for found in _TOKEN.finditer(query.sql)]
    values, parameters = iter(query.parameters), list[Parameter]()
    done: list[str] = []
    open_: list[tuple[str, int]] = []  # function, and where in `done` its arguments begin
    for place, token in enumerate(tokens):
        if token == "?":  # noqa: S105  # a marker
            value = next(values)
            if open_ and open_[-1][0] == _TABLE:
                done.append(_table(str(value), tokens, (known or {}).get(str(value), ())))
            else:
                parameters.append(_parameter(f"p{len(parameters) + 1}", value))
                done.append(f":{parameters[-1].name}")
        elif token == "(":  # noqa: S105
            function = _before(tokens, place)
            if function in _CALLED or function == _TABLE:
                done.pop()
            open_.append((function, len(done)))
            done.append("")
        elif token == ")":  # noqa: S105
            function, first = open_.pop()
            inside = "".join(done[first:])
            done[first:] = [_called(function, inside)]
        else:
            done.append(_word(token))
    return Statement("".join(done), tuple(parameters))


def columns_statement(place: str) -> Statement:
    """Ask for the zone of the warehouse's clock, and for a table's columns, of which no row is read."""
    sql = f"SELECT current_timezone() AS zone, its.* FROM (SELECT 1 AS one) LEFT JOIN {quoted(place)} AS its ON FALSE"  # noqa: S608
    return Statement(sql, ())


def type_of(told: str) -> str:
    """Give a column's type in DuckDB's words; another one in small letters, which rows can't be ordered by."""
    by_theirs = {theirs: ours for ours, theirs in TYPES.items()}
    name = told.upper()
    known = {"BIGINT", "SMALLINT", "TINYINT", "BOOLEAN", "DATE", "FLOAT", "DOUBLE"}
    return by_theirs.get(name) or (name if name in known or name.startswith("DECIMAL") else told.lower())


def _table(place: str, tokens: Sequence[str], columns: Collection[str]) -> str:
    name = quoted(place)
    placed = any(one in tokens and one.strip('"') not in columns for one in _PLACES)
    return _PLACED.format(name) if placed else name


def _before(tokens: list[str], place: int) -> str:
    """Give the function whose arguments a parenthesis holds, empty where it is none's. Raises ValueError for an unknown one."""
    word = tokens[place - 1] if place else ""
    if not _WORD.fullmatch(word) or word.lower() in _CLAUSES or (place > 1 and word in TYPES):
        return ""
    if word not in _CALLED and word.lower() not in _SAME and word not in {_TABLE, "DECIMAL"}:
        raise ValueError(f"a question calls {word}, which is not known of Databricks SQL")
    return word


def _called(function: str, inside: str) -> str:
    if function == _TABLE:
        return inside
    return _CALLED[function].format(inside) if function in _CALLED else f"({inside})"


def _word(token: str) -> str:
    if token.startswith('"'):
        return "`" + token[1:-1].replace('""', '"').replace("`", "``") + "`"
    return TYPES.get(token, token)


def _parameter(name: str, value: object) -> Parameter:
    if isinstance(value, int):  # LIMIT takes no BIGINT
        return Parameter(name, str(value), "INT" if abs(value) < _LARGEST_INT else "BIGINT")
    return Parameter(name, None if value is None else str(value), "STRING")
