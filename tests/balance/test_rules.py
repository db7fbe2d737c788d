"""What the definition may say of single tables, and how wrong names are told."""

from collections.abc import Callable

import pytest

from headgate.balance.rules import Rules, rules_of
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.problems import InputError

Define = Callable[..., Definition]
TABLES = [
    TableRow("orders", pipeline_group="g", weight=30, ingestion_type="append"),
    TableRow("lines", pipeline_group="g", weight=20, ingestion_type="snapshot"),
    TableRow("users", pipeline_group="g", weight=10, destination_table="people"),
    TableRow("logins", pipeline_group="h", weight=10, ingestion_type="cdc_with_deletes"),
]


def rules(definition: Definition, tables: list[TableRow] = TABLES) -> Rules:
    return rules_of(resolve(tables, definition), definition)


def sources(items: object) -> list[str]:
    return [item.id.source_table for item in items]  # type: ignore[attr-defined]  # tuples of items


def test_lists_that_share_a_table_are_one(define: Define) -> None:
    found = rules(define(together=[["orders", "lines"], ["lines", "users"]]))

    assert [sources(together) for together in found.together] == [["orders", "lines", "users"]]


def test_a_table_is_named_by_source_or_by_destination(define: Define) -> None:
    found = rules(define(pinned={"main.bronze.people": "g_2"}, apart=[["main.bronze.orders", "lines"]]))

    assert {item.id.source_table: name for item, name in found.pinned.items()} == {"users": "g_2"}
    assert [(sources(rule.tables), rule.path) for rule in found.apart] == [(["orders", "lines"], "balance.apart[0]")]


def test_rows_of_one_source_table_are_apart_without_being_told(define: Define) -> None:
    twice = [TableRow("t"), TableRow("t", destination_table="copy")]

    assert [len(rule.tables) for rule in rules(define(), twice).apart] == [2]


def test_a_move_costs_its_handover_and_runs_by_type_or_what_is_given(define: Define) -> None:
    settings = {"handover_seconds": 100, "snapshot": 1, "append": 20, "cdc": 2, "unknown": 3, "tables": {"users": 7.4}}

    found = rules(define(move_costs=settings))

    costs = {item.id.source_table: cost for item, cost in found.costs.items()}
    assert costs == {"orders": 100 + 20 * 30, "lines": 100 + 20, "users": 7, "logins": 100 + 2 * 10}


def test_every_wrong_name_is_told_at_once(define: Define) -> None:
    twice = [*TABLES, TableRow("orders", destination_table="copy")]
    settings = define(together=[["lines", "usres"]], apart=[["orders", "lines"]], pinned={"nothing_like_it": "g_1"})

    with pytest.raises(InputError) as error:
        rules(settings, twice)

    assert [(problem.path, problem.message) for problem in error.value.problems] == [
        ("balance.together[0]", "'usres' is not in the inventory"),
        ("balance.apart[0]", "'orders' is read by 2 tables"),
        ("balance.pinned", "'nothing_like_it' is not in the inventory"),
    ]
    assert error.value.problems[0].fix == "did you mean 'users'?"
    assert error.value.problems[1].fix == "name one: main.bronze.orders or main.bronze.copy"


def test_one_table_of_which_two_things_are_said_is_told(define: Define) -> None:
    settings = define(pinned={"users": "g_1", "main.bronze.people": "g_2"}, move_costs={"tables": {"lines": 1, "LINES": 1}})

    with pytest.raises(InputError) as error:
        rules(settings)

    (problem,) = error.value.problems
    assert problem.path == "balance.pinned"
    assert problem.message == "'users' and 'main.bronze.people' are one table, and have g_1 and g_2"


def test_tables_of_two_groups_can_t_share_a_pipeline(define: Define) -> None:
    with pytest.raises(InputError, match="logins and users are to share a pipeline, and their group differs: 'h' and 'g'"):
        rules(define(together=[["users", "logins"]]))
