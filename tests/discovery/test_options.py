"""Init options come from the definition, the environment, a file and a flag, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.discovery.options import init_options, options_of_file, options_of_text
from headgate.problems import InputError

if TYPE_CHECKING:
    from pathlib import Path


def test_what_comes_later_wins() -> None:
    options = init_options(
        {"url": "defined", "site": "defined", "user": "defined"},
        [],
        {"HEADGATE_OPTION_URL": "environment", "HEADGATE_OPTION_SITE": "environment", "PATH": "/bin"},
        [{"url": "file"}, {"url": "flag"}],
    )
    assert options == {"url": "flag", "site": "environment", "user": "defined"}


def test_a_variable_finds_the_option_that_is_known_by_its_name() -> None:
    environment = {"HEADGATE_OPTION_CLIENTSECRET": "a", "Headgate_Option_api_key": "b", "HEADGATE_OPTION_Other": "c"}
    assert init_options({}, ["clientSecret", "api-key"], environment, []) == {"clientSecret": "a", "api-key": "b", "other": "c"}


def test_two_variables_for_one_option_are_refused_without_their_values() -> None:
    with pytest.raises(InputError, match="'token'") as caught:
        init_options({}, [], {"HEADGATE_OPTION_TOKEN": "s3cret", "HEADGATE_OPTION_Token": "0ther"}, [])
    assert "s3cret" not in str(caught.value)
    assert "0ther" not in str(caught.value)


def test_values_become_texts() -> None:
    text = '{"text": "ü", "number": 5, "flag": true, "list": ["a", 1]}'
    assert options_of_text(text, "--x") == {"text": "ü", "number": "5", "flag": "true", "list": '["a", 1]'}


def test_a_file_is_named_with_an_at_sign(tmp_path: Path) -> None:
    file = tmp_path / "options.json"
    file.write_text('\ufeff{"url": "x"}', encoding="utf-8")
    assert options_of_text(f"@{file}", "--init-options-json") == options_of_file(file, "--init-options-file") == {"url": "x"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"token": "s3cret"', "--init-options-json:1: is not JSON"),
        ('["s3cret"]', "an object is needed, not a list"),
        ('{"token": null, "key": null}', "'token' is null"),
        ("[" * 100_000, "nested too deeply"),
        ("@/nowhere/s3cret.json", "can't be used: No such file"),
    ],
)
def test_what_is_no_object_is_refused_and_not_quoted(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        options_of_text(text, "--init-options-json")
    assert text.startswith("@") or "s3cret" not in str(caught.value)


def test_no_character_of_a_file_that_is_not_utf8_shows(tmp_path: Path) -> None:
    (tmp_path / "options.json").write_bytes('{"token": "§"}'.encode("cp1252"))
    with pytest.raises(InputError, match=r"options\.json: is not UTF-8") as caught:
        options_of_file(tmp_path / "options.json", "--init-options-file")
    assert not {"§", "a7"} & set(str(caught.value).split())
    assert "'" not in str(caught.value)
