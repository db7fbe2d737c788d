"""A review as a document: merged from those of single stacks, and known again by its digest."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.problems import InputError
from headgate.review.context import Context
from headgate.review.decide import review_of
from headgate.review.differences import differences
from headgate.review.document import is_document, parse_document, render_json
from headgate.review.facts import Facts, merged
from headgate.tables.ids import TableId
from tests.support.plans import change, facts_of, pipelines, plan

MOVES = (
    plan(*pipelines({"a": ["t", "u"]}, {"a": ["t"]})),
    plan(*pipelines({"b": ["v"]}, {"b": ["u", "v"]})),
)


def document(facts: Facts, **more: Any) -> str:
    return render_json(review_of(facts, [Context("crm", "prod")], **more))


def single(number: int) -> Facts:
    """Give the facts of one stack's plan alone, as its own job would make them."""
    empty = [plan()] * (number - 1)
    facts = facts_of(*empty, MOVES[number - 1])
    stack = f"crm-prod-{number}"
    return Facts("prod", (stack,), facts.changes, facts.pipelines)


def test_the_documents_of_single_stacks_merge_into_that_of_all() -> None:
    parts = [parse_document(document(single(number)), "")[0] for number in (2, 1)]

    assert document(merged(parts)) == document(facts_of(*MOVES))


def test_a_move_between_stacks_is_one_move_once_they_are_merged() -> None:
    review = review_of(merged([single(1), single(2)]))

    assert [(one.kind, one.before, one.after) for one in review.tables] == [("moved", "a", "b")]


def test_the_digest_leaves_out_the_day_and_what_tables_weigh() -> None:
    schedules = [{"schedule": [{"quartz_cron_expression": f"0 0 {hour} * * ?", "timezone_id": "UTC"}]} for hour in (1, 2)]
    facts = facts_of(plan(change("databricks_job.a", *schedules), *pipelines({}, {"a": ["t"]})))
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2)]
    weighed = Context("crm", "prod", weights={TableId("t", "main.bronze.t"): 5.0})
    reviews = [review_of(facts, [Context("crm", "prod")], now=days[0]), review_of(facts, [weighed], now=days[1], cost="9 USD")]

    assert reviews[0].resources != reviews[1].resources
    assert len({review.digest for review in reviews}) == 1


@pytest.mark.parametrize(
    "other",
    [
        plan(*pipelines({"a": ["t", "u"]}, {"a": ["u"]})),
        plan(*pipelines({"a": ["t", "u"]}, {"a": ["t"]}), change("databricks_job.a", {"name": "a"}, {"name": "b"})),
        plan(*pipelines({"a": ["t"]}, {"a": ["t"]})),
    ],
)
def test_the_digest_tells_what_is_done_otherwise_and_the_differences_are_named(other: dict[str, Any]) -> None:
    approved, planned = facts_of(MOVES[0]), facts_of(other)

    assert review_of(approved).digest != review_of(planned).digest
    assert differences(approved, planned)


@pytest.mark.parametrize("kind", ["databricks_permissions", "databricks_job", "databricks_pipeline", "databricks_connection"])
def test_the_digest_tells_what_is_made_from_something_else_that_is_made(kind: str) -> None:
    made = [facts_of(plan(change(f"{kind}.x", None, {"name": "x", "level": level}))) for level in ("CAN_VIEW", "CAN_MANAGE")]

    assert review_of(made[0]).digest != review_of(made[1]).digest


def test_a_document_with_half_a_destination_is_refused() -> None:
    text = document(facts_of(*MOVES)).replace("main.bronze.v", "v")

    with pytest.raises(InputError, match="not a review that headgate can read"):
        parse_document(text, "r.json")


def test_half_a_character_in_a_plan_stops_no_review() -> None:
    assert "x?" in document(facts_of(plan(change("databricks_job.a", {"name": "b"}, {"name": "x\ud800"}))))


def test_two_plans_of_one_stack_are_refused() -> None:
    with pytest.raises(InputError, match="two plans of stack crm-prod-1"):
        merged([single(1), single(1)])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"headgate_review": 2}', "this headgate reads 1"),
        ('{"headgate_review": 1}', "not a review that headgate can read"),
        ('{"headgate_review": 1, "facts": {"pipelines": []}, "digest": ""}', "target: is missing"),
        ('{"headgate_review": 1, "facts": 7}', "not a review that headgate can read"),
        ('{"headgate_review": 1', "is not JSON"),
        ("[]", "no review|version none"),
    ],
)
def test_what_is_no_review_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_document(text, "r.json")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(_JSON)
def test_any_json_is_a_review_or_is_refused(found: Any) -> None:
    whole = json.loads(document(facts_of(*MOVES)))
    for place in ("facts", "digest"):
        text = json.dumps(whole | {place: found})
        try:
            parse_document(text, "r.json")
        except InputError:
            continue


def test_a_document_is_told_from_a_plan() -> None:
    assert is_document(document(facts_of(*MOVES)))
    assert not is_document(json.dumps(MOVES[0]))
