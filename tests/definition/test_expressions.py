"""The expressions that a notebook may evaluate: what is allowed, and where anything else is refused."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.definition.expressions import ExpressionError, expression_text

CONTEXT = "dbutils.notebook.entry_point.getDbutils().notebook().getContext()"
SETTINGS = {"spark.databricks.workspaceUrl": "adb-1.azuredatabricks.net"}
SPARK = SimpleNamespace(conf=SimpleNamespace(get=lambda name, default=None: SETTINGS.get(name, default)))


class Opaque:
    """A stand-in for the notebook context: every call gives more of it, and `get` and `apply` the names that led there."""

    def __init__(self, way: str = "") -> None:
        self._way = way

    def __getattr__(self, name: str) -> Any:
        return Opaque(f"{self._way}.{name}")

    def __call__(self, *arguments: str) -> Any:
        ends = self._way.endswith((".get", ".apply")) and not self._way.endswith("tags.get")
        return f"{self._way}{arguments}" if ends else self


def evaluated(text: str) -> object:
    """Give what the emitted text is worth on a driver."""
    return eval(expression_text(text), {"spark": SPARK, "dbutils": Opaque(), "str": str})  # noqa: S307  # what is tested


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a'", "a"),
        ("  'a' 'b' ", "ab"),
        ("f\"https://{spark.conf.get('spark.databricks.workspaceUrl')}\"", "https://adb-1.azuredatabricks.net"),
        ("'https://' + spark.conf.get('spark.databricks.workspaceUrl')", "https://adb-1.azuredatabricks.net"),
        ("spark.conf.get('missing', 'else')", "else"),
        ("spark.conf.get('missing', default=f'{1}' + 'x')", "1x"),
        ("f'{1 + 2}{\"its\"!s}'", "3its"),
        ("f''", ""),
        ("'back\\\\slash\\\\'", "back\\slash\\"),
        (f"{CONTEXT}.workspaceId().get()", ".notebook.entry_point.getDbutils.notebook.getContext.workspaceId.get()"),
        (
            f"{CONTEXT}.tags().apply('orgId')".replace("dbutils.notebook.", "dbutils."),
            ".entry_point.getDbutils.notebook.getContext.tags.apply('orgId',)",
        ),
    ],
)
def test_what_is_allowed_keeps_its_value(text: str, value: str) -> None:
    assert evaluated(text) == value


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "is empty"),
        ("name", 1, "this name is not allowed"),
        ("'é' + name", 7, "this name is not allowed"),
        ("  'a' +\n name", 8, "is no Python expression"),
        ("('a' +\n name)", 9, "this name is not allowed"),
        ("__import__('os').system('x')", 1, "a call of 'system' is not allowed"),
        ("f'{1:>9}'", 1, "a format after a colon is not allowed in an f-string"),
        ("f'{1!r}'", 1, "a conversion such as !r is not allowed in an f-string"),
        ("'a' * 3", 1, "an operator other than + is not allowed"),
        ("'a' if 1 else 'b'", 1, "a choice by if and else is not allowed"),
        ("None", 1, "'None' is not allowed"),
        ("True", 1, "'True' is not allowed"),
        ("b'a'", 1, "a value of this kind is not allowed"),
        ("[x for x in ()]", 1, "a comprehension is not allowed"),
        ("spark.sql('drop table x')", 1, "a call of 'sql' is not allowed"),
        ("spark.conf.set('a', 'b')", 1, "a call of 'set' is not allowed"),
        ("spark.conf.get(name)", 1, "spark.conf.get takes the name of a setting, in quotes"),
        ("spark.conf.get('a', 'b', 'c')", 1, "spark.conf.get takes a name and a default"),
        ("spark.conf.get('a', **{})", 1, "spark.conf.get takes a name and a default"),
        ("spark.conf.get('a', open('b'))", 21, "a call of 'open' is not allowed"),
        ("dbutils.secrets.get('a', 'b')", 1, "reads a secret"),
        (f"{CONTEXT}.workspaceId()", 1, "a call of 'workspaceId' is not allowed"),
        (f"{CONTEXT}.shutdown().get()", 1, "a call of 'get' is not allowed"),
        ("'a'; import os", 4, "is no Python expression"),
        ("'" + "a" * 3000 + "'", 2001, "is longer than 2000 characters"),
        ("+".join(["'a'"] * 60), 1, "is nested too deep"),
        (".".join(["a"] * 990) + "()", 1, "is nested too deep"),
        ("f'" + "{1}" * 600 + "'", 1, "has too many parts"),
        ("(\r\r\rlambda: 1)", 5, "a function is not allowed"),
        ("('a' +\r\n name)", 10, "this name is not allowed"),
        ("(x := 'a')", 2, "an assignment by := is not allowed"),
        ("await x", 1, "await is not allowed"),
        ("-1", 1, "a sign or `not` is not allowed"),
        ("CANARY.CANARY.CANARY", 1, "this attribute is not allowed"),
        ("CANARY('x')", 1, "this call is not allowed"),
        ("open", 1, "the name 'open' is not allowed"),
        ("'a' + 1", 1, "+ between text and a number is an error in Python"),
        ("1 + (2 + spark.conf.get('a'))", 6, "+ between text and a number"),
        ("spark.conf.get('a', 5)", 21, "it takes text"),
        ("1e999", 1, "the number is too large"),
    ],
)
def test_anything_else_is_refused_at_its_column(text: str, column: int, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        expression_text(text)

    assert words in caught.value.message
    assert "CANARY" not in caught.value.message
    assert caught.value.column == column
    assert caught.value.fix


@given(st.text())
def test_text_of_any_kind_keeps_its_value(value: str) -> None:
    if len(repr(value)) <= 2000:  # the longest expression
        assert evaluated(repr(value)) == value
        assert evaluated(f"'<' + {value!r}") == f"<{value}"


@given(st.text(max_size=60))
def test_whatever_is_written_is_allowed_or_refused_within_it(text: str) -> None:
    column = 1
    with suppress(ExpressionError):
        compile(expression_text(text), "notebook", "eval")
        return
    try:
        expression_text(text)
    except ExpressionError as error:
        column = error.column

    assert 0 <= column <= max(len(text), 1)
