"""Real plans of a small deployment, if they are there: what each is found to do, and that their secret stays in them."""

from __future__ import annotations

import pytest

from headgate.render.review.outputs import render
from headgate.review.decide import review_of
from headgate.review.plan_file import facts_of_plans
from tests.support.shared import shared

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


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.shared(f"plans/{name}.json")) for name in FOUND])
def test_a_real_plan_is_found_to_do_what_it_does(name: str) -> None:
    path = shared(f"plans/{name}.json")
    text = path.read_text()
    review = review_of(facts_of_plans([(name, text, str(path))], "prod"))

    assert (review.verdict, {finding.code for finding in review.findings}) == FOUND[name]
    assert "CANARY" in text
    assert [form for form in ("text", "json", "markdown", "html") if "CANARY" in render(review, form, diffs=True)] == []
