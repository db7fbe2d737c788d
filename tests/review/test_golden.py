"""Plans of a real Terraform and what is shown of them: `golden/<case>/` holds a project, its plans, and review.json and .md.

After a wanted change: `python -m tests.review.test_golden` writes the reviews anew; look at the difference.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from headgate.project import read_connectors
from headgate.render.review.attachments import costs, runbooks
from headgate.render.review.outputs import render
from headgate.review.accepted import read_accepted
from headgate.review.context import context_of
from headgate.review.decide import review_of
from headgate.review.plan_file import facts_of_plans

GOLDEN = Path(__file__).resolve().parent / "golden"
CASES = sorted(path.name for path in GOLDEN.iterdir())
NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
FORMS = {"json": "review.json", "markdown": "review.md"}


def rendered(case: str) -> dict[str, str]:
    """Give file → what a review of the case's plans is shown as."""
    folder = GOLDEN / case
    texts = [(path.stem, path.read_text(), path.name) for path in sorted((folder / "plans").iterdir())]
    connectors = read_connectors(folder)
    contexts = [context_of(one, "prod") for one in connectors]
    facts = facts_of_plans(texts, "prod", contexts[0].secrets, clear=contexts[0].clear)
    accepted = read_accepted(folder / "accepted.yaml")
    runbook, cost = runbooks(connectors, "prod"), costs(connectors, {}, "prod")
    review = review_of(facts, contexts, accepted, NOW, runbook=runbook, cost=cost)
    return {file: render(review, form, details_url="https://ci.example.com/run/1", diffs=True) for form, file in FORMS.items()}


@pytest.mark.parametrize("case", CASES)
def test_a_review_is_shown_as_it_was_looked_at(case: str) -> None:
    for file, text in rendered(case).items():
        assert text == (GOLDEN / case / file).read_text()


@pytest.mark.parametrize("case", CASES)
def test_the_secret_of_the_plans_is_in_none_of_it(case: str) -> None:
    assert any("CANARY" in path.read_text() for path in (GOLDEN / case / "plans").iterdir())
    assert [file for file, text in rendered(case).items() if "CANARY" in text] == []


if __name__ == "__main__":
    for name in CASES:
        for file_name, content in rendered(name).items():
            (GOLDEN / name / file_name).write_text(content)
