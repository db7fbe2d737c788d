"""When two names are one table, and what people may call it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.tables.ids import TableId
from headgate.tables.names import Names, blurred, folded, respelled

ORDERS = TableId("orders", "main.bronze.orders")


def test_a_table_is_the_same_in_any_capitals_and_from_any_source_table() -> None:
    assert ORDERS == TableId("Orders", "MAIN.Bronze.ORDERS") == TableId("sales", "main.bronze.orders")
    assert len({ORDERS, TableId("Orders", "Main.bronze.Orders")}) == 1
    assert TableId("orders", "main.bronze.orders_2") != ORDERS


@pytest.mark.parametrize(("one", "other"), [("straße", "strasse"), ("\u017f", "s"), ("\u0131", "i"), ("\ufb01", "fi")])
def test_what_lower_case_tells_apart_are_two_tables(one: str, other: str) -> None:
    assert folded(one) != folded(other)
    assert blurred(one) != blurred(other)


@pytest.mark.parametrize(
    ("one", "other"), [("İ", "i"), ("ΟΔΟΣ", "οδοσ"), ("ΟΔΟΣ", "οδος"), ("caf\u00e9", "cafe\u0301"), ("CAFÉ", "cafe\u0301")]
)
def test_what_lowering_may_or_may_not_make_one_is_in_doubt(one: str, other: str) -> None:
    assert blurred(one) == blurred(other)


@given(st.text())
def test_names_that_are_one_to_unity_catalog_are_never_told_apart(name: str) -> None:
    assert folded(folded(name)) == folded(name)
    assert blurred(folded(name)) == blurred(name)


@given(st.text(), st.text().filter(lambda text: " → " not in text))
def test_a_record_reads_what_it_wrote(source_table: str, destination: str) -> None:
    table = TableId(source_table, destination)

    assert TableId.parse(str(table)).spelled == table.spelled


def test_a_target_may_have_a_catalog_of_its_own() -> None:
    assert ORDERS.in_catalog("Prod") == TableId("orders", "prod.bronze.orders")
    assert ORDERS.in_catalog(None) is ORDERS


def test_a_name_is_another_ones_spelling_only_where_there_is_no_doubt() -> None:
    assert respelled(["Users", "orders", "a"], ["users", "orders", "b"]) == {"orders": "orders", "users": "Users"}
    assert respelled(["users"], ["users", "Users"]) == {"users": "users"}
    assert respelled(["users"], ["USERS", "Users"]) == {}


def test_people_are_understood_in_any_capitals_and_their_own_come_first() -> None:
    names = Names([("users", 1), ("Users", 2), ("Orders", 3), ("main.b.orders", 3)])

    assert [names.find(name) for name in ("Users", "USERS", "orders", "MAIN.b.Orders", "x")] == [[2], [1, 2], [3], [3], []]
