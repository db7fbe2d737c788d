"""Reading files of sdp-test: one suite for each model, whose tests have one step each.

Variables that stand for schemas need no values, for rows are given under the names that the model reads: what has none stands
for its own name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from headgate.definition.yaml import parse_yaml
from headgate.problems import InputError, Problem
from headgate.sql.language.names import value_text
from headgate.sql.testing.load import rows_at, type_problems, validated
from headgate.sql.testing.model import SdpTests
from headgate.sql.testing.suite import Row, Rows, Step, Suite, Test

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.definition.yaml import Document
    from headgate.sql.testing.model import SdpCase

_PLACE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_DEEPEST = 5  # as sdp-test resolves variables that hold variables


def read_sdp(text: str, path: Path, values: Mapping[str, str]) -> list[Suite]:
    """Give the tests of a file of sdp-test, by model. values: of ${name}. Raises InputError with every problem."""
    document = parse_yaml(text, str(path), start="docs/sql-test.md says what is in it")
    found = validated(SdpTests, document.data, document, path)
    known = {name: value_text(value) for name, value in found.defaults.items()} | dict(values)
    problems: list[Problem] = []
    tests: dict[Path, list[Test]] = {}
    for number, case in enumerate(found.tests):
        for index, given in enumerate(case.given):
            problems += type_problems(given.types, document, path, ("tests", number, "given", index, "schema"))
        model = path.parent / filled(case.model, known)
        if model.suffix.lower() != ".sql":
            line = document.line(("tests", number, "model"))
            fix = "make the model one of SQL, or run the test with sdp-test"
            problems.append(Problem("the model is no file of SQL, and nothing else is run here", fix, str(path), line))
            continue
        tests.setdefault(model, []).append(_test(case, number, document, known))
    if problems:
        raise InputError(problems)
    return [Suite(path, model, tuple(some), known) for model, some in tests.items()]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Give a text with values in place of ${name}; what has no value stands for its own name."""
    for _ in range(_DEEPEST):
        new = _PLACE.sub(lambda place: values.get(place[1], re.sub(r"\W", "_", place[1])), text)
        if new == text:
            break
        text = new
    return text


def _test(case: SdpCase, number: int, document: Document, values: Mapping[str, str]) -> Test:
    at = ("tests", number)
    given, types = {}, {}
    for index, one in enumerate(case.given):
        name = filled(one.table, values)
        rows = rows_at(one.rows, document, (*at, "given", index, "rows"))
        given[name] = Rows(tuple(Row(_filled(row.values, values), row.line) for row in rows.rows), rows.line)
        types[name] = dict(one.types)
    expected = rows_at(case.expect.rows, document, (*at, "expect", "rows"))
    # The first row says which columns are compared.
    first = list(expected.rows[0].values) if expected.rows else []
    wanted = tuple(Row({name: _value(row.values.get(name), values) for name in first}, row.line) for row in expected.rows)
    step = Step(given, {"": Rows(wanted, expected.line)}, {}, {}, document.line(at))
    settings = {name: value_text(value) for name, value in case.spark_conf.items()}
    return Test(case.name or f"test {number + 1}", document.line(at), (step,), types, settings, batch=True)


def _filled(row: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    return {name: _value(value, values) for name, value in row.items()}


def _value(value: Any, values: Mapping[str, str]) -> Any:
    return filled(value, values) if isinstance(value, str) else value
