"""A table's category comes from its source's lists, else from prefixes, and from nothing else."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.discovery import classify

NAMES = st.text(min_size=1)
PREFIXES = st.dictionaries(st.text(min_size=1, max_size=4), st.sampled_from(["sales", "people"]), max_size=5)


def test_the_examples_in_the_docs_hold() -> None:
    assert doctest.testmod(classify).failed == 0


def test_a_table_in_several_lists_belongs_to_the_shortest() -> None:
    lists = {"all": ["a", "b", "c"], "first": ["a", "b"], "other": ["c", "a"]}
    assert classify.listed(lists) == {"a": "first", "b": "first", "c": "other"}


def test_the_longest_prefix_wins() -> None:
    prefixes = {"pi_": "plant", "pi_event": "events", "p": "other"}
    tables = ["pi_points", "pi_event_frames", "pi_eventframe_links", "plots", "links"]
    assert [classify.category(table, prefixes) for table in tables] == ["plant", "events", "events", "other", ""]


@given(NAMES)
def test_a_name_alone_makes_no_category(table: str) -> None:
    assert classify.category(table, {}) == ""


@pytest.mark.parametrize(
    ("table", "category"),
    [("crm_contacts", "crm"), ("CRM_contacts", "crm"), ("EmpJob", "core"), ("_links", "core"), (" _x", "core")],
)
def test_what_was_once_made_of_a_name_is_known(table: str, category: str) -> None:
    assert classify.invented(table) == category


@given(NAMES, PREFIXES)
def test_a_prefix_that_does_not_match_changes_nothing(table: str, prefixes: dict[str, str]) -> None:
    matching = {prefix: category for prefix, category in prefixes.items() if table.startswith(prefix)}
    assert classify.category(table, prefixes) == classify.category(table, matching)
