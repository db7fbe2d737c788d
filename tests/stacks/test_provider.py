"""The version of the provider is a definition's choice, and what is said in stacks is what it can carry."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.definition.load import parse_definition
from headgate.definition.model import Definition
from headgate.inventory.resolve import resolve
from headgate.inventory.row import TableRow
from headgate.layout.deployed import Deployed
from headgate.problems import InputError
from tests.standin.derived import ENDS, derived, missing
from tests.support.from_rows import balance, plan_stacks
from tests.support.samples import NEWER, parts_of, tables_for

CRM = """\
id: crm
source: crm
connection: {name: crm}
destination: {catalog: main, schema: bronze}
"""


def stacks(parts: dict[str, Any]) -> list[dict[str, Any]]:
    definition = Definition.model_validate(parts_of(parts))
    tables = tables_for(parts)
    return [plan.body for plan in plan_stacks(definition, tables, balance(tables, definition).layout, "dev", Deployed("dev"))]


def blocks(parts: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [block for body in stacks(parts) for block in body.get("resource", {}).get(kind, {}).values()]


def refused(text: str) -> str:
    with pytest.raises(InputError) as error:
        parse_definition(CRM + text)
    return str(error.value)


def test_stacks_ask_for_the_provider_that_the_definition_names() -> None:
    def versions(parts: dict[str, Any]) -> set[str]:
        return {body["terraform"]["required_providers"]["databricks"]["version"] for body in stacks(parts)}

    assert versions({}) == {"1.99.0"}
    assert versions({"provider": "1.128.0"}) == {"1.128.0"}


@pytest.mark.parametrize("version", ["1.98.9", "~> 1.99", "newest", "1.99", "2.x.0", ""])
def test_what_is_no_version_that_takes_our_stacks_is_refused(version: str) -> None:
    assert "connector.yaml:5: provider" in refused(f"provider: '{version}'")


@pytest.mark.parametrize(
    ("setting", "since"),
    [
        ("code: {environment_version: '4', wheels: [a.whl]}", "1.111.0"),
        ("code: {git: {url: 'https://example.com/a.git', tag: v1, credential_id: 7}}", "1.125.0"),
        ("targets: {dev: {run_as: {group: data}}}", "1.138.0"),
    ],
)
def test_what_came_with_a_newer_provider_needs_that_one(setting: str, since: str) -> None:
    assert f"write `provider: {since}` or newer" in refused(setting)
    parse_definition(f"{CRM}{setting}\nprovider: {since}\n")


def test_a_budget_policy_is_the_pipelines_and_the_jobs_and_for_serverless_alone() -> None:
    parts = {"targets": {"dev": {"budget_policy_id": "f00d"}}}

    for kind in ("databricks_pipeline", "databricks_job"):
        assert {block["budget_policy_id"] for block in blocks(parts, kind)} == {"f00d"}
    classic = "compute: {kind: classic, workers: 1}\ntargets: {dev: {budget_policy_id: f00d}}\n"
    assert "targets.dev.budget_policy_id: is for serverless compute alone" in refused(classic)


def test_a_git_folder_at_a_tag_has_no_branch() -> None:
    (folder,) = blocks({"code": {"git": {"url": "https://example.com/a.git", "tag": "v1.0"}}}, "databricks_repo")

    assert (folder["tag"], "branch" in folder) == ("v1.0", False)
    assert "a branch and a tag are both given" in refused("code: {git: {url: 'https://example.com/a', branch: a, tag: b}}")


def test_managed_ingestion_has_the_platforms_configuration_and_no_source_type() -> None:
    (pipeline,) = blocks({"ingestion": "managed", "group_by": "none"}, "databricks_pipeline")

    assert pipeline["configuration"] == {"pipelines.managedIngestion.registerPythonDataSource": "true"}
    assert pipeline["environment"] == {"dependencies": ["/Volumes/main/code/crm-1.0-py3-none-any.whl"]}
    assert "source_type" not in pipeline["ingestion_definition"]
    assert pipeline["lifecycle"]["ignore_changes"] == ["ingestion_definition[0].source_type"]
    assert {entry["table"]["source_schema"] for entry in pipeline["ingestion_definition"]["objects"]} == {"default"}


def test_managed_ingestion_carries_what_tables_say_to_a_newer_provider() -> None:
    (pipeline,) = blocks(next(iter(NEWER.values())) | {"group_by": "none"}, "databricks_pipeline")

    table = pipeline["ingestion_definition"]["objects"][0]["table"]
    assert table["connector_options"] == {"api_source_connector_options": {"options": {"page_size": "100"}}}
    configuration = table["table_configuration"]
    assert configuration["clustering_columns"] == ["id"]
    assert configuration["table_properties"] == {"delta.$${x}": "true"}


def test_a_group_runs_what_the_newest_provider_lets_it_run() -> None:
    if reason := missing("1.138.0"):
        pytest.skip(reason)
    parts = {"provider": "1.138.0", "targets": {"dev": {"run_as": {"group": "data"}}}}

    for kind in ("pipeline", "job"):
        run_as = derived(ENDS["1.138.0"]).resources[kind]["block_types"]["run_as"]["block"]["attributes"]
        assert "group_name" in run_as
        assert {str(block["run_as"]) for block in blocks(parts, f"databricks_{kind}")} == {"{'group_name': 'data'}"}


def test_options_of_all_tables_are_each_tables_and_its_own_win() -> None:
    definition = Definition.model_validate(parts_of({"table_options": {"page_size": 10, "since": "2020"}}))

    found = {
        table.id.source_table: table.options
        for table in resolve([TableRow("a"), TableRow("b", options={"page_size": 5})], definition)
    }

    assert found == {"a": {"page_size": 10, "since": "2020"}, "b": {"page_size": 5, "since": "2020"}}
    assert "table_options.scd_type: is no known scd_type" in refused("table_options: {scd_type: SCD_3}")
