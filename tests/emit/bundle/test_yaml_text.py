"""YAML that a person would have written, and that parsers of YAML 1.1 and 1.2 read alike."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given
from ruamel.yaml import YAML

from headgate.emit.bundle.yaml_text import yaml_text

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=30)


@given(
    st.dictionaries(TEXTS.filter(bool), st.one_of(TEXTS, st.booleans(), st.lists(TEXTS, min_size=1, max_size=2)), min_size=1)
)
def test_what_is_written_is_read_again(value: dict[str, object]) -> None:
    assert YAML(typ="safe").load(yaml_text(value, "A heading.")) == value


@pytest.mark.parametrize(
    "text", ["1_000", "0o17", "017", "0x1f", "1e3", "on", "No", "y", "12:30:45", "2026-01-31", "1.10", "~", "null"]
)
def test_what_a_parser_could_take_for_another_type_is_quoted(text: str) -> None:
    assert yaml_text({"a": text}, "A heading.").splitlines()[1] in {f'a: "{text}"', f"a: '{text}'"}


def test_lists_are_indented_and_long_lines_stay_whole() -> None:
    text = yaml_text({"a": [{"b": "c " * 100}]}, "A heading.")
    assert text.splitlines()[:2] == ["# A heading.", "a:"]
    assert text.splitlines()[2].startswith("  - b: 'c c") or text.splitlines()[2].startswith("  - b: c c")
