"""Whatever names and values a file holds, they stay names and values of the statements that it says."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlglot import TokenType

from headgate.sql import fragments
from headgate.sql.dialect.tokens import tokens_of
from headgate.sql.generate.statements import generate
from headgate.sql.language.load import parse_pipeline
from headgate.sql.quoting import identifier, literal

CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff\u2028\u2029\x85")
NASTY = st.sampled_from(["`", "'", '"', "\\", ";", "--", "/*", "*/", "\n", " ", "a", "$", "{", "}", ":", ",", "(", ")", "DROP"])
TEXT = (st.text(CHARACTERS, max_size=12) | st.lists(NASTY, max_size=8).map("".join)).filter(lambda text: "${" not in text)
NAME = TEXT.filter(bool)


@given(TEXT)
def test_a_value_is_read_back_as_it_was(text: str) -> None:
    found = fragments.expression(literal(text)).tree

    assert found.is_string
    assert found.this == text


@given(NAME)
def test_a_name_is_read_back_as_it_was(text: str) -> None:
    assert fragments.expression(identifier(text)).tree.name == text


@given(st.lists(NAME, min_size=6, max_size=6, unique_by=str.lower), st.lists(TEXT, min_size=6, max_size=6))
def test_names_and_values_make_no_other_statements(names: list[str], texts: list[str]) -> None:
    column, key, check, transform, flow, source = names
    data: dict[str, Any] = {
        "catalog": "main",
        "schema": "silver",
        "parameters": {"p": {"default": texts[5]}},
        "sources": {source: {"files": texts[0] or "x", "options": {key: texts[1]}, "columns": {column: "INT"}}},
        "transforms": {
            f"{transform}_t": {"from": source, "select": [{column: "x = :p"}]},
            "last": {"from": f"{transform}_t", "filter": "x > 1"},
        },
        "tables": {
            "t": {
                "type": "streaming_table",
                "from": "last",
                "comment": texts[2],
                "properties": {key: texts[3]},
                "columns": {column: {"type": "INT", "comment": texts[4]}},
                "expectations": {check: {"check": "x > 1", "on_violation": "quarantine"}},
                "cluster_by": [column],
            },
            "u": {
                "type": "streaming_table",
                "flows": [{"name": flow, "from": source, "comment": texts[2], "once": True}],
            },
        },
    }

    sql = generate(parse_pipeline(json.dumps(data, ensure_ascii=False), "x.pipeline.yaml"), {}).sql

    found = tokens_of(sql)
    assert sum(token.token_type is TokenType.SEMICOLON for token in found) == 5
    kinds = [{token.text for token in found if token.token_type is kind} for kind in (TokenType.IDENTIFIER, TokenType.STRING)]
    assert {column, check, f"{transform}_t", flow, source} <= kinds[0]
    assert {texts[0] or "x", texts[1], texts[2], texts[3], texts[4], texts[5], key, check} <= kinds[1]
