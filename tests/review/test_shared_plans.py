"""Real plans of a small deployment, where they are there: what each is found to do, and that their secret stays in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.review.decide import review_of
from headgate.review.outputs import render
from headgate.review.plan_file import facts_of_plans

PLANS = Path(__file__).resolve().parents[3] / "shared" / "plans"
FOUND = {
    "01_create": ("fine", set()),
    "02_no_changes": ("fine", set()),
    "03_table_moves_between_pipelines": ("loss", {"move-without-handover"}),
    "04_table_added": ("fine", set()),
    "05_table_removed": ("attention", {"table-removed"}),
    "06_pipeline_deleted": ("loss", {"pipeline-deleted", "move-without-handover"}),
    "07_pipeline_renamed_without_moved": ("loss", {"pipeline-deleted", "move-without-handover"}),
    "08_pipeline_renamed_with_moved": ("fine", set()),
    "09_pipeline_forgotten": ("loss", {"pipeline-forgotten", "move-without-handover"}),
    "10_connection_replaced": ("loss", {"connection-replaced"}),
    "11_schedule_changed": ("fine", set()),
    "12_prevent_destroy_errored": ("error", {"plan-failed"}),
    "13_create_450_resources": ("fine", set()),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_real_plan_is_found_to_do_what_it_does(name: str) -> None:
    path = PLANS / f"{name}.json"
    if not path.exists():
        pytest.skip("the real plans in ../shared/plans are not there")
    text = path.read_text()
    review = review_of(facts_of_plans([(name, text, str(path))], "prod"))

    assert (review.verdict, {finding.code for finding in review.findings}) == FOUND[name]
    assert "CANARY" in text
    assert [form for form in ("text", "json", "markdown", "html") if "CANARY" in render(review, form, diffs=True)] == []
