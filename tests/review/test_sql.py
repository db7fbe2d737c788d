"""What a review says of changes of SQL: tables whose type can't change in place, and streams that would begin anew."""

from __future__ import annotations

import sys
from base64 import b64encode
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from headgate.render.review.text import render_text
from headgate.review.accepted import Accepted, Entry
from headgate.review.decide import review_of
from headgate.review.document import parse_document, render_json
from headgate.review.facts import merged
from tests.support.plans import change, facts_of, plan

if TYPE_CHECKING:
    from headgate.review.model import Review

VIEW = "CREATE MATERIALIZED VIEW `main`.`silver`.`people` AS SELECT id FROM main.bronze.people;"
STREAM = "CREATE STREAMING TABLE `main`.`silver`.`people` AS SELECT id FROM STREAM(main.bronze.people);"
OF_OTHERS = STREAM.replace("STREAM(main.bronze.people)", "STREAM(main.bronze.others)")


def sql(name: str, text: str, **more: Any) -> dict[str, Any]:
    return {"path": f"/Shared/{name}.sql", "content_base64": b64encode(text.encode()).decode()} | more


def changed(before: str, after: str, **more: Any) -> dict[str, Any]:
    """Give the change of a workspace file with this SQL."""
    return change("databricks_workspace_file.people", sql("people", before), sql("people", after), **more)


def reviewed(*changes: dict[str, Any], accepted: Accepted | None = None) -> Review:
    return review_of(facts_of(plan(*changes)), accepted=accepted)


def found(review: Review) -> list[tuple[str, str, str]]:
    return [(one.level, one.code, one.subject) for one in review.findings]


def test_a_table_that_changes_its_type_is_a_loss() -> None:
    review = reviewed(changed(STREAM, VIEW))

    assert found(review) == [("loss", "dataset-type-changed", "main.silver.people")]
    assert "CANNOT_CHANGE_DATASET_TYPE" in render_text(review)
    assert review.exit_code == 3


def test_such_a_loss_is_accepted_by_the_tables_name() -> None:
    entry = Entry(
        address="main.silver.people", what="dataset-type-changed", target="prod", reason="dropped", until=date(2999, 1, 1)
    )

    assert reviewed(changed(STREAM, VIEW), accepted=Accepted((entry,))).verdict == "attention"


def test_what_needs_a_full_refresh_is_a_matter_of_attention() -> None:
    assert found(reviewed(changed(STREAM, OF_OTHERS))) == [("attention", "needs-full-refresh", "main.silver.people")]


@pytest.mark.parametrize("after", [VIEW.replace("id FROM", "id, name FROM"), VIEW + "\n-- by day"])
def test_a_change_that_an_update_does_is_only_shown(after: str) -> None:
    review = reviewed(changed(VIEW, after))

    assert found(review) == []
    assert [one.kind for one in review.resources] == ["changed"]


def test_a_table_is_followed_into_another_file() -> None:
    old, new = "databricks_workspace_file.old", "databricks_workspace_file.new"

    review = reviewed(change(old, sql("old", STREAM), None), change(new, None, sql("new", VIEW)))

    assert ("loss", "dataset-type-changed", "main.silver.people") in found(review)


def test_files_that_are_new_change_no_table() -> None:
    assert found(reviewed(change("databricks_workspace_file.people", None, sql("people", VIEW)))) == []


def test_a_notebook_in_sql_is_read_as_a_file_is() -> None:
    sides = [sql("x", text, path="/Shared/x", language="SQL") for text in (STREAM, VIEW)]

    assert found(reviewed(change("databricks_notebook.x", *sides)))[0][1] == "dataset-type-changed"


@pytest.mark.parametrize(
    "one",
    [
        changed(STREAM, VIEW.replace("SELECT", "SELEC")),
        changed(STREAM, VIEW, before_sensitive={"content_base64": True}, after_sensitive={"content_base64": True}),
    ],
)
def test_sql_that_cannot_be_read_is_never_fine(one: dict[str, Any]) -> None:
    assert ("attention", "sql-unread", "databricks_workspace_file.people") in found(reviewed(one))


def test_without_what_reads_sql_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlglot", None)

    review = reviewed(changed(STREAM, VIEW))

    assert found(review) == [("attention", "sql-unread", "databricks_workspace_file.people")]
    assert "sqlglot, which reads it, is not installed" in render_text(review)


def test_a_document_keeps_it_and_its_digest_is_of_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = reviewed(changed(STREAM, VIEW))
    facts, digest = parse_document(render_json(whole), "review.json")
    monkeypatch.setitem(sys.modules, "sqlglot", None)

    assert found(review_of(merged([facts]))) == found(whole)
    assert digest == whole.digest == reviewed(changed(STREAM, VIEW)).digest
    assert digest != reviewed(changed(STREAM, OF_OTHERS)).digest
