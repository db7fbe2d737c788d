"""One wrong value is one problem, wherever in a definition or an inventory it stands."""

from __future__ import annotations

import csv
import io
import json
import math
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.balance.rules import rules_of
from headgate.definition.load import parse_definition
from headgate.definition.model import Definition
from headgate.inventory.cells import COLUMNS
from headgate.inventory.read import parse_inventory, parse_lists
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.problems import InputError
from tests.support.samples import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.problems import Problem

# A definition with something in every part. JSON is YAML too.
WHOLE: dict[str, Any] = {
    "id": "crm",
    "source": "crm",
    "connection": {"name": "c", "options": {"url": "https://a.example.com"}, "secrets": ["key"], "rotate": ["key"]},
    "destination": {"catalog": "main", "schema": "bronze", "create_schema": True},
    "group_by": "auto",
    "isolate": ["a"],
    "schedules": {"snapshot": "0 0 * * *", "cdc": "5 * * * *", "timezone": "UTC"},
    "balance": {
        "stacks": 2,
        "pipelines": 4,
        "tolerance": 0.05,
        "trigger": 0.25,
        "min_pipelines": 1,
        "max_pipelines": 9,
        "weights": {"snapshot": 1, "cdc": 10},
        "together": [["a", "b"]],
        "apart": [["a", "c"]],
        "pinned": {"a": "a_1"},
        "move_costs": {"handover_seconds": 3, "tables": {"a": 3}},
    },
    "compute": {"kind": "classic", "workers": 2, "node_type": "x"},
    "cost": {"dbus_per_hour": {"driver": 1, "worker": 2}, "dbu_price": 0.4, "currency": "USD"},
    "targets": {
        "dev": {
            "default": True,
            "name_prefix": "dev_",
            "host": "https://h.example.com",
            "catalog": "dev",
            "root_path": "/Shared/x",
            "tags": {"a": "b"},
            "run_as": {"user": "a@example.com"},
            "permissions": [{"user": "a@example.com", "level": "CAN_VIEW"}],
            "notifications": ["a@example.com"],
            "backend": {"type": "s3", "settings": {"bucket": "b", "region": "r"}},
        }
    },
    "code": {"wheels": ["/Volumes/main/code/crm-1.0-py3-none-any.whl"]},
}
# The same without a connection.
BY_NOTEBOOK: dict[str, Any] = {
    **{name: part for name, part in WHOLE.items() if name != "connection"},
    "credentials": "secrets",
    "secrets": {
        "secrets_scope": "crm",
        "secret_mappings": {"key": ["key", "old"], "other": "other"},
        "static_options": {"url": "https://a.example.com"},
        "dynamic_options": {"host": "'a' + spark.conf.get('b')"},
        "manage": True,
        "acls": [{"principal": "readers", "permission": "READ"}],
    },
}
WRONG = [-1, math.nan, math.inf, "", [], "a b", True, "x" * 300, None, ".", "0 0", 10**30]


def places(part: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to each value."""
    steps = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, inner in steps:
        yield (*way, step)
        yield from places(inner, (*way, step))


def found_in(definition: dict[str, Any]) -> tuple[Problem, ...]:
    text = json.dumps(definition).replace("NaN", ".nan").replace("Infinity", ".inf")
    try:
        parse_definition(text)
    except InputError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("whole", [WHOLE, BY_NOTEBOOK])
def test_the_whole_definition_is_right(whole: dict[str, Any]) -> None:
    assert found_in(whole) == ()


@given(
    st.one_of(*(st.tuples(st.just(whole), st.sampled_from(sorted(places(whole), key=str))) for whole in (WHOLE, BY_NOTEBOOK))),
    st.sampled_from(WRONG),
)
def test_a_wrong_value_of_a_definition_is_told_once_and_in_its_own_part(
    there: tuple[dict[str, Any], tuple[Any, ...]], wrong: object
) -> None:
    whole, place = there
    changed = deepcopy(whole)
    part: Any = changed
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = wrong

    problems = found_in(changed)

    assert len({(problem.path, problem.message) for problem in problems}) == len(problems) <= 1
    assert all(problem.path.split(".")[0] == place[0] for problem in problems)


CELL = st.one_of(
    st.sampled_from(
        ["nan", "NULL", "None", "-1", "inf", "1e99", "a.b", "a b", "x" * 300, "a\nb", "{", "[", "0 0", " ", "other"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
)


@pytest.mark.parametrize("is_list", [False, True])
@given(column=st.sampled_from(COLUMNS), cell=CELL)
def test_a_wrong_cell_is_told_once(is_list: bool, column: str, cell: str) -> None:
    rows = [{"source_table": name, "pipeline_group": "g", "destination_schema": "s", column: cell} for name in ("a", "b")]
    if column == "source_table":
        rows[1][column] = "b"
    columns = ["source_table", "pipeline_group", "destination_schema", column]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(columns)))
    writer.writeheader()
    writer.writerows(rows)

    try:
        (parse_lists if is_list else parse_inventory)(text.getvalue().encode(), "tables.csv")
    except InputError as error:
        places = [(problem.line, problem.column) for problem in error.problems]
        assert len(set(places)) == len(places)


@given(st.sampled_from(["pinned", "move_costs", "together", "apart"]), st.text(min_size=1, max_size=9))
def test_a_name_that_is_no_tables_is_told_once_with_each_table_once(where: str, name: str) -> None:
    choices: dict[str, dict[str, Any]] = {
        "pinned": {"pinned": {name: "g_1"}},
        "move_costs": {"move_costs": {"tables": {name: 1}}},
        "together": {"together": [["orders", name]]},
        "apart": {"apart": [[name, "orders"]]},
    }
    definition = Definition.model_validate(parts_of({"balance": choices[where]}))
    tables = resolve([TableRow("orders"), TableRow("lines", destination_table="rows")], definition)

    try:
        rules_of(tables, definition)
    except InputError as error:
        (problem,) = error.problems
        listed = problem.fix.removeprefix("use one of: ").split(", ")
        assert listed == ["lines", "orders"] or "did you mean" in problem.fix
