"""What is said of a value that its model does not take, whatever file it is in."""

import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, StringConstraints

from headgate.problems import InputError
from headgate.validation import Id, StrictModel, parse_as


class Part(StrictModel):
    flag: bool


class Example(StrictModel):
    format: Literal[1] = 1
    id: Id = "a"
    text: str = ""
    count: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1
    part: Part | None = None
    names: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    kind: Literal["file", "managed"] = "file"
    code: Annotated[str, StringConstraints(pattern="^x+$")] = "x"


def said(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_as(Example, text, "a.json", "take the last one")
    assert {problem.fix for problem in caught.value.problems} <= {"take the last one", "use the headgate that wrote it"}
    return "; ".join(f"{problem.file}:{problem.line}: {problem.path}: {problem.message}" for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": 5}, "text: expected a string, found 5"),
        ({"text": None}, "text: expected a string, found nothing"),
        ({"text": "\ud800"}, "a.json:1: : holds half a character (a lone surrogate)"),
        ({"count": "5"}, "count: expected a whole number, found '5'"),
        ({"count": True}, "count: expected a whole number, found true"),
        ({"count": 0}, "count: expected 1 or more, found 0"),
        ({"count": 10}, "count: expected 9 or less, found 10"),
        ({"share": 0}, "share: expected more than 0, found 0"),
        ({"share": float("nan")}, "share: expected a finite number, found nan"),
        ({"part": "secret"}, "part: expected a mapping, found a string"),
        ({"part": []}, "part: expected a mapping, found a list"),
        ({"part": {}}, "part.flag: is missing"),
        ({"part": {"flag": 1}}, "part.flag: expected true or false, found 1"),
        ({"names": {"a": 1}}, "names: expected a list, found a mapping"),
        ({"names": ["a", ""]}, "names.1: is empty"),
        ({"kind": "manged"}, "kind: expected 'file' or 'managed', found 'manged'"),
        ({"id": "A"}, "id: expected an id, found 'A'"),
        ({"code": "y"}, "code: expected a string like ^x+$, found 'y'"),
        ({"text": 5, "new": 1}, "text: expected a string, found 5; a.json:None: new: unknown key 'new'"),
        ({"format": 2, "new": 1}, "a.json:None: : has format 2, this headgate reads 1"),
    ],
)
def test_it_says_what_was_expected_and_found(given: dict[str, Any], words: str) -> None:
    assert said(json.dumps(given)).endswith(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"text": "a",\n"id": ', "a.json:2: : ends in the middle"),
        ("[" * 100_000, "a.json:1: : is not JSON: recursion limit exceeded"),
        ("9" * 5000, "a.json:1: : is not JSON: number out of range"),
        ("5", "a.json:None: : expected a mapping, found 5"),
        (" \n", "a.json:None: : is empty"),
    ],
)
def test_what_is_not_a_json_object_is_told_with_its_line(text: str, words: str) -> None:
    assert said(text) == words


def test_a_long_value_is_cut() -> None:
    assert said(json.dumps({"id": "A" * 500})).endswith(f"found '{'A' * 57}...'")
