"""Reading `*.test.yaml`: every problem of the file at once, with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from headgate.definition.yaml import parse_yaml
from headgate.problems import InputError, Problem
from headgate.sql.fragments import FragmentError, column_type
from headgate.sql.testing.model import StepModel, TestsModel
from headgate.sql.testing.suite import SUFFIX, Row, Rows, Step, Suite, Test
from headgate.validation import StrictModel, problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.definition.yaml import Document
    from headgate.definition.yaml import Path as KeyPath

M = TypeVar("M", bound=StrictModel)
_PARTS = ("given", "expect", "dropped", "violations")


def read_suite(text: str, path: Path) -> Suite:
    """Give the tests of a file. Raises InputError with every problem."""
    document = parse_yaml(text, str(path), start="docs/sql-test.md says what is in it")
    data = {key: value for key, value in document.data.items() if not key.startswith("x-")}
    found = validated(TestsModel, data, document, path)
    if problems := list(_faults(found, document, path)):
        raise InputError(problems)
    tests = []
    for name, case in found.tests.items():
        at: KeyPath = ("tests", name)
        steps = [_step(step, document, (*at, "steps", number)) for number, step in enumerate(case.steps)]
        steps = steps or [_step(case, document, at)]
        tests.append(Test(name, document.line(at), tuple(steps), found.columns))
    pipeline = path.parent / found.pipeline if found.pipeline is not None else _beside(path)
    return Suite(path, pipeline, tuple(tests), found.values)


def validated(model: type[M], data: dict[str, Any], document: Document, path: Path) -> M:
    """Give what a document says by its model. Raises InputError with every problem."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError(problems_of(error, str(path), line=document.line).values()) from None


def rows_at(rows: list[dict[str, Any]], document: Document, path: KeyPath) -> Rows:
    """Give the rows at a path of a document, with their lines."""
    found = (Row(row, document.line((*path, number))) for number, row in enumerate(rows))
    return Rows(tuple(found), document.line(path))


def _beside(path: Path) -> Path:
    """Give the pipeline that a file of tests is beside."""
    stem = path.name.removesuffix(SUFFIX)
    sql = path.with_name(f"{stem}.sql")
    declared = path.with_name(f"{stem}.pipeline.yaml")
    return sql if sql.is_file() and not declared.is_file() else declared


def type_problems(types: dict[str, str], document: Document, path: Path, at: KeyPath) -> Iterator[Problem]:
    """Say which columns' types, of those at a path of a document, are none."""
    for column, kind in types.items():
        try:
            column_type(kind)
        except FragmentError as error:
            yield _problem(str(error), error.fix, document, path, (*at, column))


def _faults(found: TestsModel, document: Document, path: Path) -> Iterator[Problem]:
    for source, types in found.columns.items():
        yield from type_problems(types, document, path, ("columns", source))
    for name, case in found.tests.items():
        both = [key for key in _PARTS if getattr(case, key)] if case.steps else []
        if both:
            fix = "write it into a step"
            yield _problem(f"`{both[0]}` has no place beside `steps`", fix, document, path, ("tests", name, both[0]))
        steps = case.steps or [case]
        if not any(step.expect or step.dropped or step.violations for step in steps):
            fix = "write `expect:` with a table and its rows"
            yield _problem("expects nothing", fix, document, path, ("tests", name))
        for number, step in enumerate(steps):
            at: KeyPath = ("tests", name, "steps", number) if case.steps else ("tests", name)
            yield from _empty_rows(step, document, path, at)
            for table, counts in step.violations.items():
                for key, count in counts.items():
                    if count < 0:
                        where: KeyPath = (*at, "violations", table, key)
                        yield _problem(f"expected 0 or more, found {count}", "write how many", document, path, where)


def _empty_rows(step: StepModel, document: Document, path: Path, at: KeyPath) -> Iterator[Problem]:
    for key in ("expect", "dropped"):
        for table, rows in getattr(step, key).items():
            if rows and not any(rows):
                fix = "write one at least, such as `{id: 1}`; `[]` says that there are no rows"
                yield _problem("the rows name no column", fix, document, path, (*at, key, table))


def _problem(message: str, fix: str, document: Document, path: Path, at: KeyPath) -> Problem:
    return Problem(message, fix, str(path), document.line(at), path=".".join(map(str, at)))


def _step(step: StepModel, document: Document, path: KeyPath) -> Step:
    given, expect, dropped = (
        {name: rows_at(rows, document, (*path, key, name)) for name, rows in getattr(step, key).items()}
        for key in ("given", "expect", "dropped")
    )
    violations = {name: (counts, document.line((*path, "violations", name))) for name, counts in step.violations.items()}
    return Step(given, expect, dropped, violations, document.line(path))
