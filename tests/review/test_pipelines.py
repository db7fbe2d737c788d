"""What a review says of pipelines: made, destroyed, forgotten, taken over."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

import pytest

from headgate.review.context import Agreed, Context
from headgate.review.decide import review_of
from headgate.tables.ids import TableId
from tests.support.plans import change, facts_of, file, pipeline, pipelines, plan

if TYPE_CHECKING:
    from headgate.review.model import Review
from headgate.render.review.text import render_text


def reviewed(*plans: dict[str, Any], **more: Any) -> Review:
    return review_of(facts_of(*plans), [Context("crm", "prod", **more)])


def codes(review: Review) -> set[tuple[str, str]]:
    return {(finding.level, finding.code) for finding in review.findings}


def kinds(review: Review) -> dict[str, str]:
    return {one.id: one.kind for one in review.pipelines}


def test_a_pipeline_that_is_destroyed_takes_its_tables_with_it() -> None:
    review = reviewed(plan(*pipelines({"a": ["t"], "b": ["u", "v"]}, {"a": ["t"]})))

    assert codes(review) == {("loss", "pipeline-deleted")}
    assert kinds(review) == {"b": "deleted"}
    assert "2 streaming tables" in review.findings[0].message
    assert {one.reason for one in review.tables} == {"dropped with pipeline b, which is destroyed"}


def test_a_pipeline_whose_tables_were_all_handed_over_may_be_destroyed_with_a_look() -> None:
    moves = plan(*pipelines({"a": ["t"], "b": ["u"]}, {"a": ["t", "u"]}))
    review = reviewed(moves, agreed={TableId("u", "main.bronze.u"): Agreed("a", "a", "handed_over", "b")})

    assert codes(review) == {("attention", "pipeline-deleted")}


def test_a_pipeline_that_is_replaced_says_by_which_argument() -> None:
    held = {"a": ["t"]}
    replaced = {"a": {"actions": ["delete", "create"], "replace_paths": [["catalog"]]}}
    review = reviewed(plan(*pipelines(held, held, **replaced)))

    assert codes(review) == {("loss", "pipeline-replaced")}
    assert review.pipelines[0].replaced_by == ("catalog",)
    assert "catalog" in review.findings[0].message


def test_a_pipeline_whose_code_cannot_be_read_is_taken_to_hold_tables() -> None:
    gone = change("databricks_pipeline.a", pipeline("a", library=[{"notebook": [{"path": "/x"}]}]), None)
    review = reviewed(plan(gone))

    assert codes(review) == {("loss", "pipeline-deleted")}
    assert "is unknown" in review.findings[0].message


def test_a_pipeline_that_is_forgotten_stays_with_its_tables() -> None:
    review = reviewed(plan(*pipelines({"a": ["t"]}, {}, a={"actions": ["forget"]})))

    assert codes(review) == {("attention", "pipeline-forgotten"), ("attention", "table-left")}
    assert kinds(review) == {"a": "forgotten"}


def test_where_the_schema_of_the_monitoring_changes_its_history_is_said_to_stay_behind() -> None:
    review = reviewed(plan(change("databricks_pipeline.crm", pipeline("crm"), pipeline("crm", schema="runs"))))

    (found,) = [one for one in review.findings if one.code == "default-changed"]
    assert (
        found.message
        == "its default schema changes; the table of events and the summaries stay in the old one with their history"
    )


def test_a_continuous_pipeline_that_is_forgotten_runs_on_even_where_that_is_as_the_lock_says() -> None:
    gone = change("databricks_pipeline.a", pipeline("a", continuous=True), None, actions=["forget"])
    code = change("databricks_workspace_file.a", file("a", ["t"]), None)
    review = reviewed(plan(gone, code), leaving=frozenset({"a"}), all_month="5,844.00 USD")

    assert codes(review) == {("attention", "pipeline-runs-on"), ("attention", "table-left")}
    assert "5,844.00 USD a month, until somebody stops it: `databricks pipelines stop id-a`" in review.pipelines[0].reason
    assert "starts it" not in str(review)


def test_an_emptied_pipeline_that_leaves_as_the_lock_says_needs_no_look() -> None:
    review = reviewed(plan(*pipelines({"a": []}, {}, a={"actions": ["forget"]})), leaving=frozenset({"a"}))

    assert (review.verdict, kinds(review)) == ("fine", {"a": "forgotten"})


def test_a_pipeline_that_changes_stack_is_told_once_and_its_tables_not_at_all() -> None:
    old = plan(*pipelines({"a": ["t"]}, {}, a={"actions": ["forget"]}))
    imported = change("databricks_pipeline.a", pipeline("a"), pipeline("a"), actions=["no-op"], importing={"id": "id-a"})
    new = plan(imported, change("databricks_workspace_file.a", file("a", ["t"]), file("a", ["t"])))
    review = reviewed(old, new, deployed={"databricks_pipeline.a": "id-a"})

    assert (review.verdict, review.tables) == ("fine", ())
    assert [(one.kind, one.before_stack, one.stack) for one in review.pipelines] == [
        ("changed stack", "crm-prod-1", "crm-prod-2")
    ]


def test_a_stack_that_takes_over_another_pipeline_than_the_one_that_was_forgotten_is_found() -> None:
    old = plan(*pipelines({"a": ["t"]}, {}, a={"actions": ["forget"]}))
    new = plan(*pipelines({"a": ["t"]}, {"a": ["t"]}, a={"importing": {"id": "id-other"}}))

    assert ("loss", "import-of-another") in codes(reviewed(old, new))


def test_a_pipeline_that_two_stacks_keep_is_found_and_hides_nothing() -> None:
    same = {"a": ["t"]}
    idle, replaced = plan(*pipelines(same, same)), plan(*pipelines(same, same, a={"actions": ["delete", "create"]}))

    assert codes(reviewed(idle, replaced)) == {("loss", "pipeline-in-two-stacks"), ("loss", "pipeline-replaced")}


def test_a_plan_of_other_pipelines_than_the_recorded_ones_is_found() -> None:
    same = plan(*pipelines({"a": ["t"]}, {"a": ["t"]}))

    assert codes(reviewed(same, deployed={"databricks_pipeline.a": "id-of-prod"})) == {("loss", "not-the-recorded-one")}


def test_what_is_made_while_the_old_is_forgotten_would_be_there_twice() -> None:
    same = {"a": ["t"]}

    assert ("loss", "pipeline-made-twice") in codes(reviewed(plan(*pipelines(same, same, a={"actions": ["create", "forget"]}))))


def test_a_table_whose_new_pipeline_is_in_a_stack_that_is_left_out_is_not_called_lost() -> None:
    moves = plan(*pipelines({"a": ["t", "u"]}, {"a": ["t"]}))
    handed = {TableId("u", "main.bronze.u"): Agreed("b", "b", "handed_over", "a")}
    review = reviewed(moves, agreed=handed, stacks=frozenset({"crm-prod-1", "crm-prod-2"}))

    assert codes(review) == {("attention", "table-removed"), ("attention", "stack-missing")}


def test_a_pipeline_that_one_stack_forgets_and_another_makes_would_be_there_twice() -> None:
    old = plan(*pipelines({"a": ["t"]}, {}, a={"actions": ["forget"]}))
    new = plan(*pipelines({}, {"a": ["t"]}))

    assert ("loss", "pipeline-made-twice") in codes(reviewed(old, new))


def test_a_pipeline_whose_id_is_recorded_and_that_would_be_made_is_made_again() -> None:
    review = reviewed(plan(*pipelines({}, {"a": ["t"]})), deployed={"databricks_pipeline.a": "id-a"})

    assert codes(review) == {("loss", "pipeline-made-again")}
    assert "this plan was made before that deploy and is old (plan again)" in review.findings[0].message


@pytest.mark.parametrize(
    ("recorded", "found"),
    [({}, ("attention", "pipeline-imported")), ({"databricks_pipeline.a": "id-other"}, ("loss", "import-of-another"))],
)
def test_a_pipeline_that_is_taken_over_has_to_be_the_recorded_one(recorded: dict[str, str], found: tuple[str, str]) -> None:
    same = {"a": ["t"]}
    review = reviewed(plan(*pipelines(same, same, a={"importing": {"id": "id-a"}})), deployed=recorded)

    assert codes(review) == {found}


def test_a_new_address_that_terraform_is_told_of_moves_no_table() -> None:
    moved = {"previous_address": "databricks_pipeline.old"}
    code = change("databricks_workspace_file.new", file("old", ["t"]), file("new", ["t"]), actions=["delete", "create"])
    review = reviewed(
        plan(
            change("databricks_pipeline.new", pipeline("old"), pipeline("new"), **moved),
            code | {"previous_address": "databricks_workspace_file.old"},
        )
    )

    assert (review.verdict, review.tables) == ("fine", ())
    assert [(one.kind, one.before_id, one.id) for one in review.pipelines] == [("renamed", "old", "new")]


def test_loads_and_the_longest_pipeline_are_told_before_and_after() -> None:
    weights = {TableId(name, f"main.bronze.{name}"): weight for name, weight in {"t": 60.0, "u": 90.0, "v": 30.0}.items()}
    groups = dict.fromkeys(weights, "all daily")
    moves = plan(*pipelines({"a": ["t", "u"], "b": ["v"]}, {"a": ["t"], "b": ["u", "v"]}))
    review = reviewed(
        moves, weights=weights, groups=groups, agreed={TableId("u", "main.bronze.u"): Agreed("b", "b", "handed_over", "a")}
    )

    assert [(one.id, one.loads, one.tables) for one in review.pipelines] == [
        ("a", (150.0, 60.0), (2, 1)),
        ("b", (30.0, 120.0), (1, 2)),
    ]
    assert [(one.group, one.before, one.after) for one in review.groups] == [("all daily", 150.0, 120.0)]


def test_a_pipeline_in_a_module_is_destroyed_like_any_other() -> None:
    address = 'module.crm["north"].databricks_pipeline.a'
    gone = change(address, pipeline("a"), None) | {"type": "databricks_pipeline"}
    code = change('module.crm["north"].databricks_workspace_file.a', file("a", ["t"]), None) | {
        "type": "databricks_workspace_file"
    }
    review = reviewed(plan(gone, code))

    assert [(one.code, one.subject) for one in review.of_level("loss")] == [("pipeline-deleted", address)]
    assert "1 streaming table" in review.of_level("loss")[0].message


def test_what_an_interrupted_replacement_left_behind_is_destroyed_beside_what_it_made() -> None:
    left = change("databricks_pipeline.a", pipeline("a", id="id-old"), None) | {"deposed": "0a1b2c3d"}
    review = reviewed(plan(left, *pipelines({"a": ["t"]}, {"a": ["t"]})))

    assert [(one.code, one.subject) for one in review.of_level("loss")] == [
        ("pipeline-deleted", "databricks_pipeline.a (deposed 0a1b2c3d)")
    ]


def test_a_stack_that_is_left_out_or_is_another_targets_is_told() -> None:
    same = plan(*pipelines({"a": ["t"]}, {"a": ["t"]}))
    whole = frozenset({"crm-prod-1", "crm-prod-2", "crm-prod-shared"})

    assert [one.subject for one in reviewed(same, stacks=whole).findings] == ["crm-prod-2", "crm-prod-shared"]
    strange = review_of(facts_of(same), [Context("crm", "dev")])
    assert [(one.level, one.code) for one in strange.findings] == [("attention", "stack-unknown")]


def test_code_that_changes_without_any_table_is_told_as_a_file() -> None:
    old, new = file("a", ["t"]), file("a", ["t"])
    new["content_base64"] = b64encode(b64decode(new["content_base64"]) + b"print(1)\n").decode()
    review = reviewed(
        plan(change("databricks_pipeline.a", pipeline("a"), pipeline("a")), change("databricks_workspace_file.a", old, new))
    )

    assert "databricks_workspace_file.a" in render_text(review)
