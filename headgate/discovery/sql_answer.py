"""The rows in a whole answer of the SQL statements' API, in which arrays are JSON text.

Source: Databricks REST API, Statement Execution: `status`, `manifest`, `result.data_array`, which a result without rows lacks.
"""

from __future__ import annotations

import json
from typing import Any

from headgate.numbers import counted
from headgate.problems import InputError, Problem, refuse, short

_INLINE = 'ask with "disposition": "INLINE" and "format": "JSON_ARRAY"'
_PARTS = "add the other parts' rows to result.data_array, or ask for fewer rows"


def is_answer(value: object) -> bool:
    """Say whether a JSON value is such an answer."""
    return isinstance(value, dict) and (isinstance(value.get("result"), dict) or {"statement_id", "status"} <= set(value))


def rows_of(answer: dict[str, Any], file: str, arrays: tuple[str, ...]) -> list[dict[str, Any]]:
    """Give an answer's rows by column, with the columns `arrays` as lists. Raises InputError for one without all its rows."""
    _check_state(answer, file)
    result = answer.get("result") or {}
    if "external_links" in result:
        raise InputError(Problem("has links to its rows, not the rows", _INLINE, file))
    try:
        columns = [column["name"] for column in answer["manifest"]["schema"]["columns"]]
        rows = [dict(zip(columns, cells, strict=True)) for cells in result.get("data_array") or []]
        total = answer["manifest"].get("total_row_count", len(rows))
        truncated = answer["manifest"].get("truncated", False)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InputError(Problem("is not an answer of the SQL API with its rows in it", _INLINE, file)) from None
    if truncated or total != len(rows):
        message = f"holds {len(rows)} of {counted(total, 'row')}: the answer came in parts, or was cut off"
        raise InputError(Problem(message, _PARTS, file))
    problems = [
        Problem(
            f"is no list of names: found {short(str(row[name]))}", "select the column as it is", file, row=number, column=name
        )
        for number, row in enumerate(rows, 1)
        for name in arrays
        if not _put_list(row, name)
    ]
    refuse(problems)
    return rows


def _check_state(answer: dict[str, Any], file: str) -> None:
    status = answer.get("status")
    if not isinstance(status, dict) or status.get("state", "SUCCEEDED") == "SUCCEEDED":
        return
    error = status.get("error")
    why = f": {short(str(error.get('message', '')))}" if isinstance(error, dict) else ""
    fix = "mend the query, and save its answer again" if why else "ask for the statement again, until it has SUCCEEDED"
    raise InputError(Problem(f"is the answer of a statement that is {status['state']}{why}", fix, file))


def _put_list(row: dict[str, Any], name: str) -> bool:
    """Put the list that a cell's JSON text says in its place; False where it says none."""
    if isinstance(row.get(name), str):
        try:
            row[name] = json.loads(row[name])
        except (ValueError, RecursionError):
            return False
    return row.get(name) is None or isinstance(row[name], list)
