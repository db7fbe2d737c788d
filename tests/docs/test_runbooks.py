"""The commands that a runbook tells somebody to run, on a day without time for riddles, come in an order that is safe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import blocks

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = ROOT / "docs" / "lost-table.md"
SHELL = [block.text for block in blocks("docs/lost-table.md") if block.language == "sh"]
WORK = re.compile(r"^ *(headgate|HEADGATE_TARGET=\w+ npx) ")


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


def test_every_page_that_the_runbook_names_as_a_source_has_an_address() -> None:
    text = RUNBOOK.read_text()

    assert set(re.findall(r"\]\[(\w+)\]", text)) == set(re.findall(r"^\[(\w+)\]: https://", text, re.MULTILINE))


def test_the_texts_that_name_the_runbook_name_a_file() -> None:
    named = [path for path in (ROOT / "headgate").rglob("*.py") if "docs/lost-table.md" in path.read_text()]

    assert named
    assert RUNBOOK.is_file()
