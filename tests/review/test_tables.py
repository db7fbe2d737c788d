"""What a review says of tables: added, removed, moved, and which of that would lose data."""

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


def context(**more: Any) -> Context:
    return Context("crm", "prod", **more)


def agreed(pipeline_id: str, to: str = "", state: str = "", origin: str = "a") -> Agreed:
    return Agreed(pipeline_id, to or pipeline_id, state, origin)


def reviewed(*changes: dict[str, Any], **more: Any) -> Review:
    return review_of(facts_of(plan(*changes)), [context(**more)])


def codes(review: Review) -> set[tuple[str, str]]:
    return {(finding.level, finding.code) for finding in review.findings}


def test_a_table_that_is_added_is_fine() -> None:
    review = reviewed(*pipelines({"a": ["t"]}, {"a": ["t", "new"]}), weights={TableId("new", "main.bronze.new"): 30.0})

    assert review.verdict == "fine"
    assert [(one.kind, one.source_table, one.after, one.weight) for one in review.tables] == [("added", "new", "a", 30.0)]


def test_nothing_is_said_of_what_does_not_change() -> None:
    review = reviewed(*pipelines({"a": ["t"], "b": ["u"]}, {"a": ["t"], "b": ["u"]}))

    assert (review.verdict, review.findings, review.tables, review.pipelines, review.resources) == ("fine", (), (), (), ())


def test_a_table_that_is_no_longer_read_stays_and_is_to_be_looked_at() -> None:
    review = reviewed(*pipelines({"a": ["t", "old"]}, {"a": ["t"]}))

    assert codes(review) == {("attention", "table-removed")}
    assert "can be queried until somebody drops it" in review.tables[0].reason


def test_a_table_that_is_dropped_when_no_longer_read_would_be_lost() -> None:
    settings = {"configuration": {"pipelines.dropInactiveTables": "true"}}
    review = reviewed(
        change("databricks_pipeline.a", pipeline("a", **settings), pipeline("a", **settings)),
        change("databricks_workspace_file.a", file("a", ["t", "old"]), file("a", ["t"])),
    )

    assert codes(review) == {("loss", "table-dropped")}


def test_a_table_that_the_lock_has_and_no_pipeline_reads_would_be_lost() -> None:
    review = reviewed(*pipelines({"a": ["t", "u"]}, {"a": ["t"]}), agreed={TableId("u", "main.bronze.u"): agreed("a")})

    assert ("loss", "table-lost") in codes(review)


@pytest.mark.parametrize("state", ["", "planned"])
def test_a_move_without_a_handover_would_lose_the_table(state: str) -> None:
    moves = pipelines({"a": ["t", "u"], "b": ["v"]}, {"a": ["t"], "b": ["u", "v"]})
    review = reviewed(*moves, agreed={TableId("u", "main.bronze.u"): agreed("a", "b", state)})

    assert ("loss", "move-without-handover") in codes(review)
    assert [(one.kind, one.before, one.after) for one in review.tables if one.kind == "moved"] == [("moved", "a", "b")]


def test_a_move_whose_handover_is_recorded_is_fine() -> None:
    moves = pipelines({"a": ["t", "u"], "b": ["v"]}, {"a": ["t"], "b": ["u", "v"]})
    review = reviewed(*moves, agreed={TableId("u", "main.bronze.u"): agreed("b", "b", "handed_over")})

    assert (review.verdict, review.findings) == ("fine", ())


def test_a_handover_from_another_pipeline_than_the_one_that_has_the_table_is_none() -> None:
    moves = pipelines({"a": ["t", "u"], "b": ["v"]}, {"a": ["t"], "b": ["u", "v"]})
    review = reviewed(*moves, agreed={TableId("u", "main.bronze.u"): agreed("b", "b", "handed_over", origin="c")})

    assert ("loss", "move-without-handover") in codes(review)


def test_capitals_of_a_destination_hide_no_table_from_the_lock() -> None:
    review = reviewed(*pipelines({"a": ["t", "u:Kept"]}, {"a": ["t"]}), agreed={TableId("u", "main.bronze.kept"): agreed("a")})

    assert ("loss", "table-lost") in codes(review)


@pytest.mark.parametrize(
    "code",
    [
        "pipeline_spec = SPEC\npipeline_spec['objects'] = []\ningest(spark, pipeline_spec)\n",
        "pipeline_spec = SPEC\n# ingest(spark, pipeline_spec)\n",
        "pipeline_spec = SPEC\nif False:\n    ingest(spark, pipeline_spec)\n",
        "pipeline_spec = SPEC\ningest(spark, other)\n",
    ],
)
def test_code_that_does_not_read_what_it_lists_is_not_taken_by_its_word(code: str) -> None:
    whole = file("a", ["t"])
    spec = b64decode(whole["content_base64"]).decode().partition("= ")[2].partition("\n")[0]
    other = whole | {"content_base64": b64encode(code.replace("SPEC", spec).encode()).decode()}
    review = reviewed(
        change("databricks_pipeline.a", pipeline("a"), pipeline("a")),
        change("databricks_workspace_file.a", whole, other),
        agreed={TableId("t", "main.bronze.t"): agreed("a")},
    )

    assert {("attention", "tables-unknown"), ("loss", "table-lost")} <= codes(review)


@pytest.mark.parametrize(
    "library",
    [
        [{"file": [{"path": "/Workspace/elsewhere.py"}]}],
        [{"notebook": [{"path": "/x"}]}],
        [{"glob": [{"include": "/x/**"}]}],
        [],
    ],
)
def test_a_pipeline_that_runs_other_code_than_its_file_is_not_taken_to_read_the_same(library: list[Any]) -> None:
    code = file("a", ["t"])
    review = reviewed(
        change("databricks_pipeline.a", pipeline("a"), pipeline("a", library=library)),
        change("databricks_workspace_file.a", code, code),
        agreed={TableId("t", "main.bronze.t"): agreed("a")},
    )

    assert ("loss", "table-lost") in codes(review)


def test_a_handover_to_another_pipeline_than_the_recorded_one_is_none() -> None:
    moves = pipelines({"a": ["t", "u"], "b": ["v"]}, {"a": ["t"], "b": ["u", "v"]})
    review = reviewed(*moves, agreed={TableId("u", "main.bronze.u"): agreed("c", "c", "handed_over")})

    assert ("loss", "move-without-handover") in codes(review)


def test_a_planned_move_is_told_before_any_file_changes() -> None:
    same = {"a": ["t", "u"], "b": ["v"]}
    review = reviewed(*pipelines(same, same), agreed={TableId("u", "main.bronze.u"): agreed("a", "b", "planned")})

    assert codes(review) == {("attention", "move-planned")}
    assert [(one.kind, one.before, one.after) for one in review.tables] == [("to move", "a", "b")]


def test_a_table_that_two_pipelines_would_write_is_found_whatever_its_capitals() -> None:
    review = reviewed(*pipelines({"a": ["t"], "b": ["u"]}, {"a": ["t"], "b": ["u", "x:T"]}))

    assert codes(review) == {("loss", "table-in-two-pipelines")}
    assert "a and b" in review.findings[0].message


def test_a_table_in_two_pipelines_of_different_stacks_is_found_when_reviews_are_merged() -> None:
    facts = facts_of(plan(*pipelines({"a": ["t"]}, {"a": ["t"]})), plan(*pipelines({"b": ["u"]}, {"b": ["u", "t"]})))

    assert ("loss", "table-in-two-pipelines") in codes(review_of(facts, [context()]))


def test_a_source_table_that_stands_twice_in_one_pipeline_is_found() -> None:
    review = reviewed(*pipelines({"a": ["t"]}, {"a": ["t", "t:copy"]}))

    assert ("loss", "source-twice") in codes(review)


def test_another_destination_starts_empty_and_is_told_as_one_change() -> None:
    review = reviewed(*pipelines({"a": ["t"]}, {"a": ["t:t_new"]}))

    assert codes(review) == {("attention", "destination-changed")}
    assert {one.kind for one in review.tables} == {"added", "removed"}


def test_the_default_schema_of_a_pipeline_is_the_destination_of_tables_that_name_none() -> None:
    spec = "pipeline_spec = {'connection_name': 'c', 'objects': [{'table': {'source_table': 't'}}]}\n"
    code = {"path": "/Shared/a.py", "content_base64": b64encode(f"{spec}ingest(spark, pipeline_spec)\n".encode()).decode()}
    review = reviewed(
        change("databricks_pipeline.a", pipeline("a"), pipeline("a", schema="silver")),
        change("databricks_workspace_file.a", code, code),
    )

    assert ("attention", "default-changed") in codes(review)
    assert {(one.kind, one.destination) for one in review.tables} == {
        ("removed", "main.bronze.t"),
        ("added", "main.silver.t"),
    }


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"page": "1"}, {"page": "2"}, set()),
        ({"scd_type": "SCD_TYPE_1"}, {"scd_type": "SCD_TYPE_2"}, {("loss", "full-refresh")}),
        ({}, {"primary_keys": "id"}, {("loss", "full-refresh")}),
        ({}, {"SCD_Type": "SCD_TYPE_2"}, {("loss", "full-refresh")}),
    ],
)
def test_an_option_that_says_how_a_table_is_kept_implies_a_full_refresh(
    before: dict[str, str], after: dict[str, str], found: set[tuple[str, str]]
) -> None:
    review = reviewed(
        change("databricks_pipeline.a", pipeline("a"), pipeline("a")),
        change("databricks_workspace_file.a", file("a", ["t"], t=before), file("a", ["t"], t=after)),
    )

    assert [one.kind for one in review.tables] == ["changed"]
    assert codes(review) == found


def test_another_spelling_of_a_destination_is_told_and_nothing_of_it_is_lost() -> None:
    review = reviewed(*pipelines({"a": ["t:kept"]}, {"a": ["t:Kept"]}), agreed={TableId("t", "main.bronze.KEPT"): agreed("a")})

    assert (review.verdict, review.findings) == ("fine", ())
    assert [(one.kind, one.destination, one.reason) for one in review.tables] == [
        ("changed", "main.bronze.Kept", "spelled otherwise, it was t → main.bronze.kept; nothing of it is lost")
    ]


def test_another_spelling_of_a_source_table_is_to_be_looked_at() -> None:
    review = reviewed(*pipelines({"a": ["t:kept"]}, {"a": ["T:kept"]}))

    assert codes(review) == {("attention", "source-respelled")}


def test_a_table_that_is_read_from_another_source_table_is_the_same_table_and_to_be_looked_at() -> None:
    review = reviewed(*pipelines({"a": ["t:kept"]}, {"a": ["u:kept"]}))

    assert codes(review) == {("attention", "source-changed")}
    assert [(one.kind, one.before, one.after, one.reason) for one in review.tables] == [
        ("changed", "a", "a", "it was read from t")
    ]


def test_another_spelling_with_a_move_that_nobody_handed_over_is_a_loss_still() -> None:
    review = reviewed(*pipelines({"a": ["t", "u"], "b": ["v"]}, {"a": ["t"], "b": ["U", "v"]}))

    assert ("loss", "move-without-handover") in codes(review)
