"""What a review says of pipelines of transforms: they run SQL, read no table of the source, and make tables of their own."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from headgate.render.review.text import render_text
from headgate.review.context import Context
from headgate.review.decide import review_of
from headgate.review.document import parse_document, render_json
from tests.support.plans import change, facts_of, pipeline, plan

if TYPE_CHECKING:
    from headgate.review.model import Review

SQL = "CREATE MATERIALIZED VIEW main.silver.people AS SELECT * FROM main.bronze.people;"
OTHER = SQL.replace("*", "id")


def people(before: str | None, after: str | None, **more: Any) -> Review:
    """Give the review of a plan in which the pipeline `people` runs this SQL before and after; None: it isn't there."""
    sides = [
        None if text is None else (pipeline("people", library=[{"file": [{"path": "/Workspace/Shared/people.sql"}]}]), text)
        for text in (before, after)
    ]
    pipelines = [side and side[0] for side in sides]
    files = [side and {"path": "/Shared/people.sql", "content_base64": b64encode(side[1].encode()).decode()} for side in sides]
    changes = (
        change("databricks_pipeline.people", *pipelines, **more),
        change("databricks_workspace_file.people", *files),
    )
    return review_of(facts_of(plan(*changes)), [Context("crm", "prod")])


@pytest.mark.parametrize(
    ("before", "after", "actions", "kind", "finding"),
    [
        (None, SQL, None, "created", []),
        (SQL, OTHER, None, "changed", []),
        (SQL, SQL, ["delete", "create"], "replaced", [("loss", "pipeline-replaced")]),
        (SQL, None, None, "deleted", [("loss", "pipeline-deleted")]),
        (SQL, None, ["forget"], "forgotten", [("attention", "pipeline-forgotten")]),
    ],
)
def test_what_happens_is_told_with_what_is_lost(
    before: str | None, after: str | None, actions: list[str] | None, kind: str, finding: list[tuple[str, str]]
) -> None:
    review = people(before, after, actions=actions)

    assert [(one.kind, one.id, one.transforms) for one in review.pipelines] == [(kind, "people", True)]
    assert [(one.level, one.code) for one in review.findings] == finding
    assert all("tables" in one.message for one in review.findings)


def test_a_change_of_its_sql_is_a_change_of_the_pipeline() -> None:
    review = people(SQL, OTHER)

    assert review.pipelines[0].reason == "its SQL changes"
    assert "changed  people  crm-prod-1  transforms" in render_text(review)
    assert people(SQL, SQL).pipelines == ()


def test_what_is_known_of_it_goes_with_the_document() -> None:
    review = people(SQL, OTHER)

    facts, digest = parse_document(render_json(review), "review.json")

    assert (facts, digest) == (review.facts, review.digest)
    assert facts.transforms[0].sql_changes
