"""A definition with other values: only what was asked for changes."""

from __future__ import annotations

import difflib

import pytest

from headgate.definition.edit import with_values
from headgate.definition.load import parse_definition
from headgate.problems import InputError

TEXT = """\
# What this is.
id: crm   # given once
source: crm
connection: {name: crm_connection, secrets: [token]}
destination:
  catalog: main  # the company's
  schema: bronze
schedules:
  snapshot: 0 0 * * *
targets:
  dev: {default: true}
"""


def changed(values: dict[tuple[str, ...], object]) -> list[str]:
    lines = difflib.ndiff(TEXT.splitlines(), with_values(TEXT, values, "f").splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_one_value_is_one_line_and_comments_stay() -> None:
    assert changed({("destination", "schema"): "silver"}) == ["-   schema: bronze", "+   schema: silver"]
    assert changed({("destination", "catalog"): "plant"})[1] == "+   catalog: plant # the company's"


def test_what_is_not_there_is_made_and_what_is_none_goes() -> None:
    assert changed({("connection", "options", "url"): "it's: so"}) == [
        "- connection: {name: crm_connection, secrets: [token]}",
        '+ connection: {name: crm_connection, secrets: [token], options: {url: "it\'s: so"}}',
    ]
    assert changed({("schedules", "snapshot"): None, ("schedules", "cdc"): "0 1 * * *"}) == [
        "-   snapshot: 0 0 * * *",
        "+   cdc: 0 1 * * *",
    ]


def test_the_same_values_are_the_same_text() -> None:
    assert with_values(TEXT, {("id",): "crm", ("balance", "pipelines"): None}, "f") == TEXT


@pytest.mark.parametrize("value", ["", {"a": 1}, -1])
def test_a_value_that_no_definition_takes_is_refused(value: object) -> None:
    with pytest.raises(InputError, match=r"connection\.name"):
        with_values(TEXT, {("connection", "name"): value}, "f")


@pytest.mark.parametrize("text", ["it's: \\", "# no comment", "yes", "007", "2026-01-01", "*a", "{b}", "ü\n'\"", "", "  "])
def test_any_text_is_read_back_as_it_was_given(text: str) -> None:
    made = with_values(TEXT, {("connection", "options", "url"): text}, "f")

    assert parse_definition(made, "f").connection.options == {"url": text}
