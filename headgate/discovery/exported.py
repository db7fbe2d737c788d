"""Rows that a workspace exported as JSON: an array, an object a line, or a whole answer of the SQL statements' API."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.discovery.sql_answer import is_answer, rows_of
from headgate.files import needed_text, parse_json
from headgate.problems import InputError, Problem, refuse

if TYPE_CHECKING:
    from pathlib import Path

FORMS = "export the rows as a JSON array, or as one JSON object a line"


def exported_rows(path: Path, arrays: tuple[str, ...] = ()) -> list[tuple[int, dict[str, Any]]]:
    """Give the rows of a file with their numbers from 1; `arrays`: columns that an answer of the API has as text.

    Raises InputError with every problem found, and what `needed_text` raises.
    """
    text = needed_text(path).strip()
    first, *_ = lines = text.split("\n")
    rows: list[tuple[int, Any]] = []
    problems: list[Problem] = []
    if text.startswith("[") or not _is_json(first):
        value = parse_json(text, str(path), FORMS) if text else []
        rows += enumerate(value if isinstance(value, list) else _answered(value, path, arrays), 1)
    else:
        for number, line in enumerate(lines, 1):
            try:
                rows += [(number, parse_json(line, str(path), FORMS))] if line.strip() else []
            except InputError as error:
                problems += [replace(problem, line=number) for problem in error.problems]
        if len(rows) == 1 and not problems:
            rows = list(enumerate(_answered(rows[0][1], path, arrays), 1))
    problems += [
        Problem("not a JSON object", FORMS, str(path), row=number) for number, row in rows if not isinstance(row, dict)
    ]
    refuse(problems)
    return rows


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _answered(value: Any, path: Path, arrays: tuple[str, ...]) -> list[Any]:
    """Give the rows of a whole answer; what is none is a row by itself."""
    return rows_of(value, str(path), arrays) if is_answer(value) else [value]
