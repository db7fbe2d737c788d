"""The reference of what commands print for machines is what `headgate schema --output` prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headgate.use_cases.outputs.schema import OUTPUTS, output_schema

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
AGAIN = 'write it again: headgate schema --output "{0}" >docs/reference/outputs/{1}.schema.json'


def file_of(command: str) -> Path:
    return REFERENCE / "outputs" / f"{command.replace(' ', '-')}.schema.json"


@pytest.mark.parametrize("command", OUTPUTS)
def test_a_schema_in_the_reference_is_the_one_that_is_printed(command: str) -> None:
    file = file_of(command)

    assert file.is_file(), AGAIN.format(command, file.name.partition(".")[0])
    assert json.loads(file.read_text()) == output_schema(command), AGAIN.format(command, file.name.partition(".")[0])


def test_the_reference_has_no_other_schemas_and_its_page_names_each_command_with_its_own() -> None:
    page = (REFERENCE / "outputs.md").read_text()

    assert {file.name for file in (REFERENCE / "outputs").iterdir()} == {file_of(command).name for command in OUTPUTS}
    assert [command for command in OUTPUTS if f"| `{command}` | [" not in page] == []
    assert [command for command in OUTPUTS if f"](outputs/{file_of(command).name})" not in page] == []
