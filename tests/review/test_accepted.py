"""A loss that is wanted: accepted.yaml lifts the block for one address, until a day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from headgate.problems import InputError
from headgate.review.accepted import read_accepted
from headgate.review.context import Context
from headgate.review.decide import review_of
from tests.support.plans import facts_of, pipelines, plan

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.review.model import Review

ENTRY = """accepted:
  - address: databricks_pipeline.b
    what: pipeline-deleted
    target: prod
    reason: the CRM is switched off
    until: 2026-03-31
"""


def reviewed(tmp_path: Path, text: str, today: str = "2026-03-31") -> Review:
    (tmp_path / "accepted.yaml").write_text(text)
    facts = facts_of(plan(*pipelines({"a": ["t"], "b": ["u"]}, {"a": ["t"]})))
    now = datetime.fromisoformat(today).replace(tzinfo=UTC)
    return review_of(facts, [Context("crm", "prod")], read_accepted(tmp_path / "accepted.yaml"), now)


def test_an_entry_lifts_the_block_of_its_address_through_its_last_day_and_the_loss_stays_to_be_seen(tmp_path: Path) -> None:
    review = reviewed(tmp_path, ENTRY)

    assert review.verdict == "attention"
    assert [(one.code, one.accepted) for one in review.findings] == [
        ("pipeline-deleted", "the CRM is switched off (until 2026-03-31)")
    ]


def test_an_entry_that_has_ended_lifts_nothing_and_is_told(tmp_path: Path) -> None:
    review = reviewed(tmp_path, ENTRY, today="2026-04-01")

    assert review.verdict == "loss"
    assert {one.code for one in review.findings} == {"pipeline-deleted", "acceptance-expired"}


@pytest.mark.parametrize(
    "other",
    [
        ENTRY.replace("pipeline.b", "pipeline.a"),
        ENTRY.replace("    reason", "    stack: crm-prod-2\n    reason"),
        ENTRY.replace("what: pipeline-deleted", "what: pipeline-replaced"),
        ENTRY.replace("target: prod", 'target: ""'),
    ],
)
def test_an_entry_for_anything_else_lifts_nothing_and_is_told_to_be_unused(tmp_path: Path, other: str) -> None:
    review = reviewed(tmp_path, other)

    assert review.verdict == "loss"
    assert {one.code for one in review.findings} == {"pipeline-deleted", "acceptance-unused"}


def test_an_entry_of_another_target_is_no_matter_here(tmp_path: Path) -> None:
    review = reviewed(tmp_path, ENTRY.replace("prod", "dev"))

    assert {one.code for one in review.findings} == {"pipeline-deleted"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            "accepted:\n  - address: a\n    what: b\n    target: prod\n    until: 2026-01-31\n",
            2,
            "accepted.0.reason: is missing",
        ),
        (ENTRY.replace("2026-03-31", "soon"), 6, "until: expected a day, such as 2026-12-31, found 'soon'"),
        (ENTRY.replace("    reason: the CRM is switched off\n", '    reason: ""\n'), 5, "reason: is empty"),
        (ENTRY + "    forever: true\n", 7, "unknown key 'forever'"),
        ("accepted: databricks_pipeline.b\n", 1, "accepted: expected a list, found a string"),
    ],
)
def test_an_entry_that_is_not_whole_is_refused_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    (tmp_path / "accepted.yaml").write_text(text)

    with pytest.raises(InputError, match=said) as caught:
        read_accepted(tmp_path / "accepted.yaml")

    assert [problem.line for problem in caught.value.problems] == [line]


def test_no_file_accepts_nothing(tmp_path: Path) -> None:
    assert read_accepted(tmp_path / "accepted.yaml").entries == ()
