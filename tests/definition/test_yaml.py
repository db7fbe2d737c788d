"""YAML becomes plain data whose every part knows its line."""

import pytest

from headgate.definition.yaml import parse_yaml
from headgate.problems import InputError

TEXT = """\
# a comment
id: crm
targets:
  dev:
    tags: &tags
      team: data
    notifications:
      - a@example.com
      - b@example.com
  prod:
    tags:
      <<: *tags
      owner: me
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 2),
        (("targets", "dev", "tags", "team"), 6),
        (("targets", "dev", "notifications", 1), 9),
        (("targets", "prod", "tags", "owner"), 13),
        (("targets", "prod", "tags", "team"), 6),
        (("targets", "prod", "run_as", "user"), 10),
        (("schedules", "cdc"), 2),
    ],
)
def test_the_line_of_a_path_or_of_what_it_would_stand_in(path: tuple[str | int, ...], line: int) -> None:
    assert parse_yaml(TEXT, "x.yaml").line(path) == line


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("007", 7),
        ("0x1f", 31),
        ("1.5", 1.5),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("", None),
        ('"8080"', "8080"),
        ("2020-01-01", "2020-01-01"),
        ("2020-13-45", "2020-13-45"),
        ("12:30", "12:30"),
        ("[1, [a]]", [1, ["a"]]),
        ("{1: a}", {"1": "a"}),
        ("*name", "crm"),
    ],
)
def test_what_a_value_is_read_as(text: str, value: object) -> None:
    assert parse_yaml(f"name: &name crm\nvalue: {text}\n", "x.yaml").data["value"] == value


def test_a_mappings_own_keys_win_over_merged_ones() -> None:
    data = parse_yaml("a: &a {x: 1, y: 1}\nb: {<<: *a, x: 2}\nc: {<<: [{y: 3}, *a]}\n", "x.yaml").data

    assert (data["b"], data["c"]) == ({"x": 2, "y": 1}, {"y": 3, "x": 1})


def test_aliases_of_aliases_do_not_fill_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    with pytest.raises(InputError, match="holds too much"):
        parse_yaml("\n".join(lines), "x.yaml")


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 600, "a: " + "{a: " * 60 + "1" + "}" * 60, "a: &a {b: *a}", "a: &a\n  <<: *a\n"]
)
def test_what_is_nested_too_deep_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="nested too deep"):
        parse_yaml(text, "x.yaml")
