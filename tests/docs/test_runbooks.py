"""The commands that a runbook tells somebody to run, on a day without time for riddles, are ones that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headgate.cli import app

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = ROOT / "docs" / "lost-table.md"
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SHELL = [text for language, text in BLOCK.findall(RUNBOOK.read_text()) if language == "sh"]
LINES = [line.strip() for text in SHELL for line in text.splitlines() if line.strip().startswith("headgate ")]
WORK = re.compile(r"^ *(headgate|HEADGATE_TARGET=\w+ npx) ")


def understood(line: str) -> bool:
    """Whether the command reads its words; with --help it does nothing else, and what it doesn't know it still refuses."""
    words = shlex.split(line, comments=True)[1:]
    return CliRunner().invoke(app, [*words, "--help"]).exit_code == 0


@pytest.mark.parametrize("line", sorted(set(LINES)))
def test_a_command_of_the_runbook_is_understood(line: str) -> None:
    assert understood(line)


@pytest.mark.parametrize("block", [block for block in SHELL if "headgate plan" in block])
def test_a_plan_is_of_what_was_just_synthesized_and_nothing_comes_between_a_plan_and_its_review(block: str) -> None:
    order = [line.split()[2 if line.strip().startswith("HEADGATE") else 1] for line in block.splitlines() if WORK.search(line)]
    synth, plan = order.index("cdktf"), order.index("plan")

    assert synth < plan
    assert set(order[synth + 1 : plan]) <= {"recover"}
    assert order[plan + 1 :] == ["review", "apply", "record"]


def test_a_recovery_looks_for_what_was_just_synthesized() -> None:
    blocks = [block for block in SHELL if "headgate recover" in block]

    assert blocks
    assert all(block.index("cdktf synth") < block.index("headgate recover") < block.index("headgate plan") for block in blocks)


def test_what_is_no_command_or_no_option_would_be_found() -> None:
    assert not understood("headgate lose crm")
    assert not understood("headgate record crm --lost")


def test_every_part_that_the_runbook_leads_to_is_there() -> None:
    text = RUNBOOK.read_text()
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)}

    assert set(re.findall(r"\(#([\w-]+)\)", text)) <= headings
    assert set(re.findall(r"\]\[(\w+)\]", text)) == set(re.findall(r"^\[(\w+)\]: https://", text, re.MULTILINE))


def test_the_texts_that_name_the_runbook_name_a_file() -> None:
    named = [path for path in (ROOT / "headgate").rglob("*.py") if "docs/lost-table.md" in path.read_text()]

    assert named
    assert RUNBOOK.is_file()
