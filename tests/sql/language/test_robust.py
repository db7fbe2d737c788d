"""Right pipeline files in which anything became something else: problems, never another error."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.yaml import parse_yaml
from headgate.problems import InputError
from headgate.sql.dialect.reader import read_file
from headgate.sql.generate.statements import generate
from headgate.sql.language.load import SUFFIX, parse_pipeline
from tests.support.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.problems import Problem

GOLDEN = Path(__file__).parents[1] / "generate" / "golden"
WHOLE = [parse_yaml(path.read_text(), path.name).data for path in sorted(GOLDEN.glob(f"*{SUFFIX}"))]
Place = tuple[str | int, ...]


def places(part: Any, at: Place = ()) -> Iterator[Place]:
    yield at
    steps = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, inner in steps:
        yield from places(inner, (*at, step))


PLACES = [(number, place) for number, data in enumerate(WHOLE) for place in places(data) if place]
TEXTS = [
    "",
    "*",
    "a b",
    "'",
    "a > ",
    ":x",
    "${x}",
    "SELECT 1",
    "orders",
    "x.y.z",
    "1 day",
    "(" * 300,
    "a" * 300,
    "é\n`;--",
    "a,,b",
]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.sampled_from(TEXTS))
ANYTHING = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.sampled_from(TEXTS), SCALARS, max_size=2))


def changed(data: Any, place: Place, value: Any) -> Any:
    whole = deepcopy(data)
    part = whole
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    return whole


def outcome(data: Any) -> tuple[tuple[Problem, ...], str]:
    """Give what is wrong with a file, or its SQL."""
    try:
        loaded = parse_pipeline(json.dumps(data), "x.pipeline.yaml")
    except InputError as error:
        return error.problems, ""
    return (), generate(loaded, dict.fromkeys(loaded.file.sources, ("c", "s", "t"))).sql


@examples(60)
@given(st.sampled_from(PLACES), ANYTHING)
def test_anything_may_stand_anywhere(where: tuple[int, Place], value: Any) -> None:
    said, sql = outcome(changed(WHOLE[where[0]], where[1], value))

    assert [problem for problem in said if not (problem.message and problem.line)] == []
    assert read_file("x.sql", sql).errors == ()


@given(st.sampled_from(PLACES))
def test_anything_may_be_missing(where: tuple[int, Place]) -> None:
    whole = deepcopy(WHOLE[where[0]])
    part: Any = whole
    for step in where[1][:-1]:
        part = part[step]
    del part[where[1][-1]]

    said, sql = outcome(whole)

    assert bool(said) != bool(sql)
