"""Reading plans: those of format 1.x, whole or failed; anything else is refused, and no message repeats a value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.problems import InputError
from headgate.review.decide import review_of
from headgate.review.plan_file import facts_of_plans
from tests.support.plans import change, facts_of, pipelines, plan


def read(text: str) -> Any:
    return facts_of_plans([("crm-prod-1", text, "crm-prod-1.json")], "prod")


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"format_version": "2.0", "resource_changes": []}, "has format 2.0, this headgate reads 1.x"),
        ({"format_version": "0.2", "resource_changes": []}, "has format 0.x, which Terraform before 1.1 wrote"),
        ({"format_version": "1.0", "values": {}}, "is a state, not a plan"),
        ({"format_version": "1.0"}, "is a state, not a plan"),
        ({"format_version": "1.0", "provider_schemas": {}}, "is not a plan: it has no resource_changes"),
        (
            {"format_version": "1.0", "planned_values": {"root_module": {"child_modules": [{"resources": []}]}}},
            "names resources and tells no change of them",
        ),
        ({"resource_changes": []}, "it has no format_version"),
        ([], "it has no format_version"),
        ({"format_version": "CANARY-9", "resource_changes": []}, "has format of another kind"),
        ({"format_version": "1.2", "resource_changes": [{"address": 7}]}, "resource_changes.0: is of another form"),
        ({"format_version": "1.2", "resource_changes": {"a": 1}}, "resource_changes that are no list"),
        ({"format_version": "1.2", "resource_changes": 0}, "resource_changes that are no list"),
        (plan(change("databricks_job.a", None, {}, actions=["obliterate"])), "another form than Terraform's"),
        (plan(change("databricks_job.a", None, {}, actions="delete")), "another form than Terraform's"),
    ],
)
def test_what_is_no_plan_of_format_1_is_refused(found: Any, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read(json.dumps(found))
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "number too long"),
        ("", "not JSON"),
    ],
)
def test_what_is_no_json_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(text)


def test_all_plans_that_are_none_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        facts_of_plans([("a", "{", "a.json"), ("b", "[]", "b.json")], "prod")

    assert [problem.file for problem in caught.value.problems] == ["a.json", "b.json"]


def test_all_changes_of_another_form_are_told_at_once_by_their_place() -> None:
    fine, odd = change("databricks_job.a", None, {}), {"address": "databricks_job.b"}
    texts = [json.dumps(plan(fine)), json.dumps(plan(fine, odd)), json.dumps(plan(resource_drift=[odd]))]

    with pytest.raises(InputError) as caught:
        facts_of_plans([(name, text, f"{name}.json") for name, text in zip("abc", texts, strict=True)], "prod")

    assert [(problem.file, problem.path) for problem in caught.value.problems] == [
        ("b.json", "resource_changes.1"),
        ("c.json", "resource_drift.0"),
    ]


def test_unknown_keys_of_what_changes_are_passed_over() -> None:
    found = plan(*(one | {"novelty": {"deep": [1]}} for one in pipelines({}, {"a": ["t"]}))) | {"format_version": "1.99"}

    assert review_of(read(json.dumps(found))).verdict == "fine"


def test_a_plan_that_failed_says_so_and_the_others_are_still_told() -> None:
    facts = facts_of(plan(errored=True), plan(*pipelines({"a": ["t"]}, {})))
    review = review_of(facts)

    assert review.verdict == "error"
    assert {finding.code for finding in review.findings} == {"plan-failed", "pipeline-deleted"}


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_WHOLE = plan(
    *pipelines({"a": ["t"], "b": ["u"]}, {"a": ["t", "u"]}),
    change("databricks_job.a", {"schedule": []}, {"schedule": [{"quartz_cron_expression": "0 0 2 * * ?"}]}),
    change("databricks_connection.c", {"options": {"token": "x" * 9}}, {"options": {}}, before_sensitive={"options": True}),
    resource_drift=[change("databricks_pipeline.a", {"photon": True}, None)],
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in parts for place in _places(part, (*path, key)))]


_PLACES = _places(_WHOLE)


@given(st.sampled_from(_PLACES), _VALUES)
def test_a_plan_with_anything_anywhere_gives_a_review_or_a_clear_error(place: tuple[Any, ...], value: Any) -> None:
    changed: Any = json.loads(json.dumps({"root": _WHOLE}))
    spot = changed
    way = ("root", *place)
    for step in way[:-1]:
        spot = spot[step]
    spot[way[-1]] = value
    try:
        review = review_of(read(json.dumps(changed["root"])))
    except InputError:
        return
    assert review.verdict in ("fine", "attention", "loss", "error")
