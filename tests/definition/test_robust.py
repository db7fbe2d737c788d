"""A right definition in which anything became something else: problems, never another error, and no secret told."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.load import load_definitions, parse_definition
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[2]
WHOLE: dict[str, Any] = {
    "id": "crm",
    "name": "CRM",
    "source": "crm",
    "connection": {
        "name": "crm",
        "existing": False,
        "type": "COMMUNITY",
        "comment": "c",
        "options": {"base_url": "https://example.com"},
        "secrets": ["client_secret"],
        "rotate": ["client_secret"],
        "external_options": ["maxCount"],
    },
    "destination": {"catalog": "main", "schema": "bronze", "create_schema": True},
    "code": {"git": {"url": "https://example.com/x.git", "sparse": ["src"]}},
    "category_prefixes": {"pi_": "pi"},
    "discovery": {"region": "x"},
    "schedules": {"snapshot": "0 2 * * *", "timezone": "Europe/Berlin"},
    "balance": {"stacks": 2, "pipelines": 4, "max_weight_per_pipeline": 9.5, "weights": {"cdc": 5}},
    "compute": {"kind": "classic", "autoscale": {"min_workers": 1, "max_workers": 2}},
    "targets": {
        "dev": {
            "default": True,
            "run_as": {"user": "a@example.com"},
            "permissions": [{"level": "CAN_RUN", "group": "all"}],
            "tags": {"team": "data"},
            "notifications": ["a@example.com"],
            "backend": {"type": "s3", "settings": {"bucket": "b", "region": "r", "use_lockfile": True}},
        }
    },
}
Place = tuple[str | int, ...]


def places(part: Any, path: Place = ()) -> Iterator[Place]:
    """Give the path of everything in a definition."""
    pairs = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, inner in pairs:
        yield (*path, step)
        yield from places(inner, (*path, step))


def text_with(changes: dict[Place, Any]) -> str:
    """Give the definition with other values at some paths; JSON is YAML."""
    data = deepcopy(WHOLE)
    for path, value in sorted(changes.items(), key=lambda change: -len(change[0])):
        part: Any = data
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value
    return json.dumps(data)


def problems_of(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_definition(text)
    return f"{caught.value!r} {caught.value} {caught.value.problems!r}"


PLACES = list(places(WHOLE))
SCALARS = st.none() | st.booleans() | st.integers() | st.integers(-(2**80), 2**80) | st.floats() | st.text(max_size=9)
VALUES = st.recursive(
    SCALARS | st.sampled_from(["HTTP", "existing", "0 0 31 2 *", "/Workspace/x", "a.b", "\0", "\ud800", "[key]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def test_the_definition_that_these_tests_change_is_right() -> None:
    assert parse_definition(text_with({})).id == "crm"


def test_the_repositorys_own_definitions_load() -> None:
    assert "osipi" in {loaded.definition.id for loaded in load_definitions(PROJECT)}


@given(st.dictionaries(st.sampled_from(PLACES), VALUES, min_size=1, max_size=4))
def test_any_values_anywhere_give_a_definition_or_problems_with_lines_and_fixes(changes: dict[Place, Any]) -> None:
    found: tuple[Problem, ...] = ()
    try:
        parse_definition(text_with(changes))
    except InputError as error:
        found = error.problems

    assert [problem for problem in found if not (problem.message and problem.fix and problem.line)] == []


@pytest.mark.parametrize(
    "path",
    [
        ("connection", "options"),
        ("connection", "options", "base_url"),
        ("connection", "secrets"),
        ("connection", "secrets", 0),
        ("discovery",),
        ("discovery", "region"),
        ("targets", "dev", "backend", "settings"),
        ("targets", "dev", "backend", "settings", "bucket"),
    ],
    ids=lambda path: ".".join(map(str, path)),
)
@pytest.mark.parametrize(
    "value",
    [["CANARY"], [["CANARY"]], {"a": ["CANARY"]}, {"a": {"b": "CANARY"}}, [{"a": "CANARY"}]],
    ids=json.dumps,
)
def test_a_value_of_a_wrong_type_is_not_told_where_it_may_be_secret(path: Place, value: Any) -> None:
    if path == ("connection", "secrets") and value == ["CANARY"]:
        value = "CANARY"

    assert "CANARY" not in problems_of(text_with({path: value}))


@pytest.mark.parametrize("path", [("connection",), ("targets",), ("targets", "dev"), ("targets", "dev", "backend")], ids=str)
def test_text_in_place_of_a_part_that_holds_secrets_is_not_told(path: Place) -> None:
    assert "CANARY" not in problems_of(text_with({path: "https://me:CANARY@example.com"}))


def test_values_beside_others_that_are_wrong_are_not_told() -> None:
    text = text_with(
        {
            ("id",): "Crm",
            ("connection", "options", "base_url"): "CANARY",
            ("connection", "options", "client_secret"): "CANARY",
            ("connection", "options", "sourceName"): "CANARY",
            ("discovery", "token"): "CANARY",
            ("targets", "dev", "backend", "settings", "password"): "CANARY",
            ("targets", "dev", "backend", "settings", "key"): "CANARY",
            ("targets", "dev", "backend", "password"): "CANARY",
            ("connection", "password"): "CANARY",
        }
    )

    assert "CANARY" not in problems_of(text)


# What a secret that begins with one of YAML's signs, or holds one, makes of the line that it stands in.
STUMBLES = [
    "*CANARY",
    "!CANARY!x y",
    "!CANARY x",
    "!<CANARY",
    "!<CANARY> x",
    "@CANARY",
    "%CANARY",
    "`CANARY",
    '"CANARY',
    "'CANARY",
    "{CANARY",
    "[CANARY",
    "CANARY: x",
    "|CANARY",
    ">CANARY",
    "'CANARY'CANARY",
    r'"\CANARY"',
    r'"\xCANARY"',
    "&CANARY &CANARY x",
    "? CANARY",
    "{CANARY: 1, CANARY}}",
    "!!int CANARY",
    "!!binary CANARY",
    "[x]CANARY",
    "- CANARY",
    "<<: CANARY",
    "CANARY\0",
]


@pytest.mark.parametrize("written", STUMBLES)
def test_a_secret_that_yaml_stumbles_over_is_not_told(written: str) -> None:
    text = f"id: crm\nsource: crm\nconnection:\n  name: crm\n  options:\n    port: [1]\n    pin: {written}\n"

    assert "CANARY" not in problems_of(text)
