"""Reviews of connectors that read their secrets themselves: notebooks are read as ingest files are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headgate.definition.model import Definition
from headgate.layout.deployed import Deployed
from headgate.render.review.text import render_text
from headgate.review.context import Context
from headgate.review.decide import review_of
from headgate.review.predicted import predicted_facts
from tests.support.from_rows import balance, plan_stacks
from tests.support.samples import BY_NOTEBOOK, parts_of, tables_of

if TYPE_CHECKING:
    from headgate.emit.terraform.stacks import StackPlan
    from headgate.inventory.row import TableRow
    from headgate.review.model import Review

SECRETS = frozenset({"client_secret", "token"})
ROWS = tables_of(3)


def stacks(parts: dict[str, Any], rows: list[TableRow] = ROWS) -> list[StackPlan]:
    definition = Definition.model_validate(parts_of(parts))
    return plan_stacks(definition, rows, balance(rows, definition).layout, "dev", Deployed("dev"))


def reviewed(before: list[StackPlan], after: list[StackPlan]) -> Review:
    return review_of(predicted_facts(before, after, "dev", SECRETS), [Context("crm", "dev", secrets=SECRETS)])


def test_from_a_connection_to_secrets_no_table_changes_and_the_connection_is_forgotten() -> None:
    review = reviewed(stacks({}), stacks(BY_NOTEBOOK))

    assert [(one.level, one.code, one.subject) for one in review.findings] == [
        ("attention", "forgotten", "databricks_connection.crm")
    ]
    assert review.tables == ()
    assert [(one.id, one.kind, one.tables) for one in review.pipelines] == [("all_1", "changed", (3, 3))]
    assert "/Shared/headgate/dev/crm/notebooks/all_1" in render_text(review)


def test_a_new_table_is_told_by_the_notebook_that_reads_it() -> None:
    review = reviewed(stacks(BY_NOTEBOOK), stacks(BY_NOTEBOOK, tables_of(4)))

    assert [(one.kind, one.source_table, one.after) for one in review.tables] == [("added", "t_4", "all_1")]
    assert review.verdict == "fine"


def test_options_of_a_table_that_hold_how_it_is_kept_are_a_loss() -> None:
    rows = [replace(ROWS[0], options={"scd_type": "SCD_TYPE_2"}), *ROWS[1:]]

    assert [one.code for one in reviewed(stacks(BY_NOTEBOOK), stacks(BY_NOTEBOOK, rows)).findings] == [
        one.code for one in reviewed(stacks({}), stacks({}, rows)).findings
    ]


def test_a_notebook_that_goes_while_its_pipeline_stays_is_to_be_looked_at() -> None:
    after = stacks(BY_NOTEBOOK)
    del after[1].body["resource"]["databricks_notebook"]

    codes = [one.code for one in reviewed(stacks(BY_NOTEBOOK), after).findings]

    assert "file-deleted" in codes


def test_a_scope_that_would_be_destroyed_is_a_loss() -> None:
    after = stacks(BY_NOTEBOOK)
    del after[0].body["resource"]["databricks_secret_scope"]

    assert [(one.level, one.code) for one in reviewed(stacks(BY_NOTEBOOK), after).findings] == [
        ("loss", "secret-scope-deleted")
    ]
