"""What a plan says of managed ingestion, of code that can't be shown, of names, and of what other plans say besides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.emit.terraform.stacks import StackPlan
from headgate.problems import InputError
from headgate.review.context import Context
from headgate.review.decide import review_of
from headgate.review.differences import differences
from headgate.review.facts import Held, merged
from headgate.review.holdings import names_in
from headgate.review.predicted import predicted_facts
from tests.support.plans import change, facts_of, file, pipeline, pipelines, plan


def managed(*tables: dict[str, Any]) -> dict[str, Any]:
    objects = [{"table": [table]} for table in tables]
    return {"id": "1", "name": "a", "catalog": "main", "schema": "bronze", "ingestion_definition": [{"objects": objects}]}


ORDERS = {
    "source_table": "Orders", "destination_catalog": "other", "destination_schema": "silver", "destination_table": "orders",
    "table_configuration": [{"scd_type": "SCD_TYPE_2", "primary_keys": [], "sequence_by": None}],
}  # fmt: skip
NOTES = {"source_table": "notes"}


def test_tables_of_managed_ingestion_are_told_by_name_with_their_settings() -> None:
    facts = facts_of(plan(change("databricks_pipeline.a", managed(NOTES), managed(ORDERS, NOTES))))

    notes = Held("notes", "main.bronze.notes")
    assert facts.pipelines[0].before == (notes,)
    assert facts.pipelines[0].after == (Held("Orders", "other.silver.orders", {"scd_type": "SCD_TYPE_2"}), notes)


def test_an_entry_of_another_form_leaves_what_is_read_unknown() -> None:
    facts = facts_of(plan(change("databricks_pipeline.a", managed(NOTES), managed(NOTES, {"source_table": 5}))))

    assert facts.pipelines[0].after is None


def test_a_file_whose_content_is_secret_leaves_what_is_read_unknown() -> None:
    secret = {"after_sensitive": {"content_base64": True}}
    changes = [
        change("databricks_pipeline.a", pipeline("a"), pipeline("a")),
        change("databricks_workspace_file.a", file("a", ["t"]), file("a", ["u"]), **secret),
    ]

    found = facts_of(plan(*changes)).pipelines[0]

    assert found.before == (Held("t", "main.bronze.t"),)
    assert found.after is None


def test_a_plan_names_types_addresses_places_and_the_tables_of_its_code() -> None:
    names = list(names_in(plan(change("databricks_workspace_file.a", None, file("a", ["orders"])))))

    assert names[0] == "databricks_workspace_file databricks_workspace_file.a"
    assert any("/Shared/a.py" in name for name in names)
    assert any("'source_table': 'orders'" in name for name in names)


def test_what_is_only_read_has_not_drifted() -> None:
    job = change("databricks_job.a", {"id": "1", "name": "x"}, {"id": "1", "name": "y"})

    assert [one.address for one in facts_of(plan(resource_drift=[job])).drift] == ["databricks_job.a"]
    assert facts_of(plan(resource_drift=[job | {"mode": "data"}])).drift == ()


def test_facts_are_merged_in_order_and_of_one_stack_once() -> None:
    one, two = facts_of(plan(*pipelines({}, {"b": ["t"]}))), facts_of(plan(*pipelines({}, {"a": ["u"]})))
    other = replace(
        two,
        stacks=("crm-prod-0",),
        pipelines=tuple(replace(part, stack="crm-prod-0") for part in two.pipelines),
        changes=tuple(replace(part, stack="crm-prod-0") for part in two.changes),
        predicted=True,
    )

    both = merged([one, other])

    assert both.stacks == ("crm-prod-0", "crm-prod-1")
    assert [part.id for part in both.pipelines] == ["a", "b"]
    assert both.predicted
    assert not merged([one]).predicted
    with pytest.raises(InputError, match=r"two plans of stack crm-prod-1[\s\S]*give each stack's plan once"):
        merged([one, two])
    with pytest.raises(InputError, match="two plans of stack crm-prod-0, crm-prod-1"):
        merged([both, both])


def test_ten_thousand_differences_are_not_all_told() -> None:
    approved = facts_of(plan(*(change(f"databricks_job.j{number:03}", None, {"name": "x"}) for number in range(60))))
    lines = differences(approved, replace(approved, changes=()))
    rest = 60 - (len(lines) - 1)

    assert lines[0].startswith("crm-prod-1 databricks_job.j000:")
    assert lines[-1] == f"… and {rest} more"


def stack(**body: Any) -> list[StackPlan]:
    return [StackPlan("crm-prod-1", body, "local", {})]


def test_without_a_plan_what_is_imported_replaced_renamed_and_forgotten_is_told_too() -> None:
    job = {"name": "x"}
    before = stack(resource={"databricks_job": {"a": job, "b": job}, "databricks_catalog": {"c": {"name": "one"}}})
    after = stack(
        resource={"databricks_job": {"z": job, "new": job}, "databricks_catalog": {"c": {"name": "two"}}},
        moved=[{"from": "databricks_job.a", "to": "databricks_job.z"}],
        removed=[{"from": "databricks_job.b", "lifecycle": {"destroy": False}}],
        **{"import": [{"to": "databricks_job.new", "id": "17"}]},
    )

    found = {one.address: one for one in predicted_facts(before, after, "prod", []).changes}

    assert found["databricks_job.new"].imported == "17"
    assert found["databricks_job.z"].moved_from == "databricks_job.a"
    assert found["databricks_job.b"].actions == ("forget",)
    assert "databricks_job.a" not in found


def findings(*changes: dict[str, Any], **context: Any) -> list[tuple[str, str, str, str]]:
    review = review_of(facts_of(plan(*changes)), [Context("crm", "prod", **context)])
    return [(one.level, one.code, one.subject, one.message) for one in review.findings]


def test_a_schema_that_is_forgotten_is_to_be_looked_at_and_a_job_is_not() -> None:
    schema, job = "databricks_schema.bronze", "databricks_job.a"
    value = {"id": "x", "name": "x"}

    assert findings(*(change(address, value, None, actions=["forget"]) for address in (schema, job))) == [
        ("attention", "forgotten", schema, "Terraform forgets it; the workspace keeps it")
    ]


def test_taking_over_another_than_is_recorded_is_to_be_looked_at() -> None:
    taken = change("databricks_job.a", {"id": "7", "name": "x"}, {"id": "7", "name": "x"}, importing={"id": "7"})

    assert findings(taken, deployed={"databricks_job.a": "5"}) == [
        ("attention", "import-of-another", "databricks_job.a", "takes over 7, and 5 is recorded for it")
    ]
    assert findings(taken, deployed={"databricks_job.a": "7"}) == []


def test_a_connection_that_gets_another_name_is_told_with_the_name_that_stays() -> None:
    before: dict[str, Any] = {"id": "c", "name": "crm", "options": {}}

    found = findings(change("databricks_connection.crm", before, before | {"name": "crm2"}))

    assert [code for _, code, _, _ in found] == ["connection-not-renamed", "connection-changed"]
    assert "crm" in found[0][3]
    assert found[1][3] == "changes for every pipeline that reads through it"


def test_a_pipeline_that_drops_what_it_no_longer_reads_is_told() -> None:
    before, after = pipeline("a"), pipeline("a", configuration={"pipelines.dropInactiveTables": "true"})
    same = change("databricks_workspace_file.a", file("a", ["t"]), file("a", ["t"]))

    assert (
        "attention",
        "drops-tables",
        "databricks_pipeline.a",
        "from now on drops a table as soon as it no longer reads it",
    ) in (findings(change("databricks_pipeline.a", before, after), same))


def test_a_table_that_two_pipelines_would_write_is_told_of_the_first_with_both() -> None:
    (found,) = findings(*pipelines({"a": ["t"], "b": []}, {"a": ["t"], "b": ["t"]}))

    assert found == ("loss", "table-in-two-pipelines", "t → main.bronze.t", "would be written by a and b")
