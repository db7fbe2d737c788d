"""A table's category comes from its source's lists, else from prefixes, else from its name."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.discovery import classify

if TYPE_CHECKING:
    from headgate.definition.model import GroupBy

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
    assert [classify.category(table, prefixes) for table in tables] == ["plant", "events", "events", "other", "core"]


@pytest.mark.parametrize(
    ("table", "category"),
    [("crm_contacts", "crm"), ("CRM_contacts", "crm"), ("EmpJob", "core"), ("_links", "core"), (" _x", "core")],
)
def test_without_a_prefix_the_first_word_counts(table: str, category: str) -> None:
    assert classify.category(table, {}) == category


@given(NAMES, PREFIXES)
def test_each_name_has_a_category(table: str, prefixes: dict[str, str]) -> None:
    assert classify.category(table, prefixes)


@given(NAMES, PREFIXES)
def test_a_prefix_that_does_not_match_changes_nothing(table: str, prefixes: dict[str, str]) -> None:
    matching = {prefix: category for prefix, category in prefixes.items() if table.startswith(prefix)}
    assert classify.category(table, prefixes) == classify.category(table, matching)


@pytest.mark.parametrize(
    ("group_by", "groups"),
    [
        ("category_and_ingestion_type", ["crm_cdc_with_deletes", "crm_unknown"]),
        ("ingestion_type", ["cdc_with_deletes", "unknown"]),
        ("category", ["crm", "crm"]),
        ("none", ["all", "all"]),
    ],
)
def test_groups(group_by: GroupBy, groups: list[str]) -> None:
    assert [classify.group("crm", kind, group_by) for kind in ("cdc_with_deletes", "")] == groups


def test_deletes_go_by_the_rule_for_cdc() -> None:
    kinds = ("cdc_with_deletes", "cdc", "append", "")
    assert [classify.rule_of(kind) for kind in kinds] == ["cdc", "cdc", "append", "unknown"]
