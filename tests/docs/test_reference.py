"""What the pages say of commands, keys and columns is what the code says."""

from __future__ import annotations

import re

import pytest

from headgate.backfill.journal import _File as BackfillFile
from headgate.handover.journal import _File as HandoverFile
from headgate.layout.deployed import _Record as Record
from headgate.layout.lock_schema import _Lock as Lock
from tests.docs.command_help import commands, examples
from tests.docs.commands import read
from tests.docs.pages import ROOT
from tests.docs.reference import generated
from tests.docs.schema_keys import keys_of

FILES = (ROOT / "docs/reference/files.md").read_text()
COMMANDS = (ROOT / "docs/reference/commands.md").read_text()


def section(heading: str) -> str:
    return FILES.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_what_is_generated_is_as_the_code_has_it() -> None:
    stale = [path for path, text in generated().items() if (ROOT / path).read_text() != text]

    assert stale == [], "write them by `make docs`"


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("layout.lock", Lock),
        ("deployed.TARGET.json", Record),
        ("handover.TARGET.json", HandoverFile),
        ("backfill.json", BackfillFile),
    ],
)
def test_every_key_of_a_file_that_commands_write_is_described_and_no_other(heading: str, model: type[Lock]) -> None:
    described = re.findall(r"^\| `([^`]+)` \|", section(heading), re.MULTILINE)

    assert described == [key.path for key in keys_of(model.model_json_schema())]


def test_every_command_is_in_the_overview_and_has_an_example() -> None:
    names = [name for name, _ in commands()]

    assert len(names) > 20
    assert [
        name for name in names if f"`headgate {name.partition(' ')[0]}`" not in COMMANDS.partition("<!-- generated")[0]
    ] == []
    assert [name for name, command in commands() if not examples(name, command)] == []


@pytest.mark.parametrize(
    "words", [["lose", "crm"], ["record", "crm", "--lost"], ["review", "--format", "xml"], ["rename", "crm"]], ids=" ".join
)
def test_a_command_that_the_command_line_does_not_take_would_be_found(words: list[str]) -> None:
    with pytest.raises(Exception, match=r"lose|--lost|xml|parameter"):
        read(words)
