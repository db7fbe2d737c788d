"""What AUTO CDC makes of changes, as a query over all of them: the order in which they come in does not matter.

Source: Databricks documentation, "The AUTO CDC APIs: Simplify change data capture with pipelines". Needs nothing but Python,
for the process with Spark runs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What each change is marked with: its place in the order, and whether it deletes its row or empties the table.
SEQUENCE, DELETES, TRUNCATES = "__sequence", "__deletes", "__truncates"
MARKS = (SEQUENCE, DELETES, TRUNCATES)


def marked(query: str, rules: Mapping[str, Any]) -> str:
    """Give the query of a source with the marks of each row. rules: as `testing.jobs` gives them."""
    return (
        f"SELECT *, {rules['sequence']} AS {SEQUENCE}, coalesce({rules['deletes'] or 'false'}, false) AS {DELETES}, "  # noqa: S608
        f"coalesce({rules['truncates'] or 'false'}, false) AS {TRUNCATES} FROM ({query})"
        + (f" WHERE {rules['where']}" if rules["where"] else "")
    )


def applied(view: str, columns: Sequence[str], rules: Mapping[str, Any]) -> str:
    """Give the query of a table after all changes. view: of marked changes; columns: of it, without the marks."""
    kept = _kept(columns, rules)
    keys = _list(rules["keys"])
    order = f"PARTITION BY {keys} ORDER BY {SEQUENCE}"
    # After a deletion a key begins anew: what is NULL there is not filled from before.
    groups = (
        f"SELECT *, sum(int({DELETES})) OVER ({order}) AS __group FROM {view} "  # noqa: S608
        f"WHERE {SEQUENCE} IS NOT NULL AND NOT {TRUNCATES}"
    )
    filled = f"SELECT {', '.join(_filled(kept, rules))}, {SEQUENCE}, {DELETES} FROM ({groups})"  # noqa: S608
    if rules["scd"] == 1:
        return _last_state(filled, view, kept, keys)
    return _history(filled, kept, rules, order)


def _last_state(filled: str, view: str, kept: Sequence[str], keys: str) -> str:
    latest = f"SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY {SEQUENCE} DESC) AS __nth FROM ({filled})"  # noqa: S608
    emptied = f"(SELECT max({SEQUENCE}) FROM {view} WHERE {TRUNCATES})"  # noqa: S608
    return (
        f"SELECT {_list(kept)} FROM ({latest}) WHERE __nth = 1 AND NOT {DELETES} "  # noqa: S608
        f"AND ({emptied} IS NULL OR {SEQUENCE} > {emptied})"
    )


def _history(filled: str, kept: Sequence[str], rules: Mapping[str, Any], order: str) -> str:
    """Give a row for each time between two changes of what is tracked; other columns are as the last change of it says."""
    excepted = _folded(rules["history_except"])
    tracked = rules["history"] or [one for one in kept if one.lower() not in excepted | _folded(rules["keys"])]
    state = f"struct({_list(tracked)}, {DELETES})"
    changes = f"SELECT *, {state} AS __state, lag({state}) OVER ({order}) AS __before FROM ({filled})"  # noqa: S608
    runs = f"SELECT *, sum(int(NOT __state <=> __before)) OVER ({order}) AS __run FROM ({changes})"  # noqa: S608
    within = f"PARTITION BY {_list(rules['keys'])}, __run"
    ends = (
        f"SELECT *, min({SEQUENCE}) OVER ({within}) AS __START_AT, "  # noqa: S608
        f"row_number() OVER ({within} ORDER BY {SEQUENCE} DESC) AS __nth FROM ({runs})"
    )
    following = f"lead(__START_AT) OVER (PARTITION BY {_list(rules['keys'])} ORDER BY __START_AT)"
    spans = f"SELECT *, {following} AS __END_AT FROM ({ends}) WHERE __nth = 1"  # noqa: S608
    return f"SELECT {_list(kept)}, __START_AT, __END_AT FROM ({spans}) WHERE NOT {DELETES}"  # noqa: S608


def _kept(columns: Sequence[str], rules: Mapping[str, Any]) -> list[str]:
    if rules["columns"]:
        wanted = _folded(rules["columns"])
        return [one for one in columns if one.lower() in wanted]
    left_out = _folded(rules["except"])
    return [one for one in columns if one.lower() not in left_out]


def _filled(kept: Sequence[str], rules: Mapping[str, Any]) -> list[str]:
    """Give the columns; a NULL is what the value was before, where NULLs are ignored."""
    keys = _folded(rules["keys"])
    own = [one for one in rules["keys"] if one.lower() not in _folded(kept)]
    found = [quoted(one) for one in own]
    over = f"OVER (PARTITION BY {_list(rules['keys'])}, __group ORDER BY {SEQUENCE} ROWS UNBOUNDED PRECEDING)"
    for one in kept:
        name = quoted(one)
        filled = rules["ignores_nulls"] and one.lower() not in keys
        found.append(f"last_value(IF({DELETES}, NULL, {name}), true) {over} AS {name}" if filled else name)
    return found


def _folded(names: Sequence[str]) -> set[str]:
    return {one.lower() for one in names}


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def quoted(name: str) -> str:
    """Give a name in backticks."""
    return "`" + name.replace("`", "``") + "`"
