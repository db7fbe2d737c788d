"""Settings that the provider knows, secrets among them, and what is left out of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headgate.adopt.fields import ADDED_TO_PIPELINE, JOB, PIPELINE, cleaned, provider_for, secrets_in, unknown
from headgate.definition.provider import OLDEST, TABLE_SETTINGS
from tests.support.shared import shared

if TYPE_CHECKING:
    from headgate.adopt.fields import Fields

SCHEMA = "terraform/databricks-1.99.0.schema.json"
BLOCKS = {"clusters": "cluster", "libraries": "library", "notifications": "notification", "tasks": "task"}


def test_what_is_empty_and_what_the_workspace_adds_is_left_out() -> None:
    settings = {"id": "1", "name": "a", "tags": {}, "photon": False, "clusters": [{"label": "default", "spark_conf": {}}],
                "ingestion_definition": {"source_type": "SALESFORCE", "connection_name": "c"}}  # fmt: skip

    assert cleaned(settings, ADDED_TO_PIPELINE) == {
        "name": "a",
        "photon": False,
        "clusters": [{"label": "default"}],
        "ingestion_definition": {"connection_name": "c"},
    }


def test_a_name_of_somebody_s_own_stays_without_a_value() -> None:
    settings = {"tags": {"pii": ""}, "configuration": {"a.b": ""}, "clusters": [{"spark_env_vars": {"DEBUG": ""}}]}

    assert cleaned(settings, ADDED_TO_PIPELINE) == settings


@pytest.mark.parametrize(
    ("settings", "strange"),
    [
        ({"name": "a", "configuration": {"any.thing": "1"}, "clusters": [{"spark_conf": {"a": "b"}}]}, []),
        ({"new_thing": 1}, ["new_thing"]),
        ({"clusters": [{"label": "default"}, {"gpu": {"kind": "x"}}]}, ["clusters.gpu"]),
        ({"libraries": [{"jar": "a.jar"}]}, ["libraries.jar"]),
        ({"ingestion_definition": {"objects": [{"table": {"source_table": "a", "row_filter": "x"}}]}},
         ["ingestion_definition.objects.table.row_filter"]),
    ],
)  # fmt: skip
def test_settings_that_the_provider_does_not_know_are_named(settings: dict[str, Any], strange: list[str]) -> None:
    assert unknown(settings, PIPELINE) == strange


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        ({"name": "a", "environment": {"dependencies": ["x"]}}, OLDEST),
        ({"environment": {"environment_version": "4"}}, "1.111.0"),
        ({"ingestion_definition": {"objects": [{"table": {"connector_options": {"a": {}}}}]}}, "1.128.0"),
        ({"ingestion_definition": {"objects": [{"table": {"table_configuration": {"clustering_columns": ["a"]}}}]}}, "1.118.0"),
    ],
)
def test_the_provider_is_new_enough_for_all_settings(settings: dict[str, Any], needed: str) -> None:
    assert provider_for(settings) == needed


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"configuration": {"api_token": "x"}}, ["configuration.api_token"]),
        ({"configuration": {"api_token": "{{secrets/crm/token}}"}}, []),
        ({"clusters": [{"spark_conf": {"fs.azure.account.key.acme.dfs.core.windows.net": "x"}}]},
         ["clusters.spark_conf.fs.azure.account.key.acme.dfs.core.windows.net"]),
        ({"configuration": {"crm.pwd": "x", "crm.pass": "x"}}, ["configuration.crm.pwd", "configuration.crm.pass"]),
        ({"configuration": {"fs.azure.account.oauth2.client.secret.acme": "x"}},
         ["configuration.fs.azure.account.oauth2.client.secret.acme"]),
        ({"configuration": {"fs.azure.sas.fixed.token.acme": "x"}}, ["configuration.fs.azure.sas.fixed.token.acme"]),
        ({"tags": {"owner": "dapi0123456789abcdef0123456789abcdef"}}, ["tags.owner"]),
        ({"environment": {"dependencies": ["git+https://user:pw@example.com/x"]}}, ["environment.dependencies"]),
        ({"configuration": {"token_url": "https://example.com"}, "name": "a"}, []),
    ],
)  # fmt: skip
def test_secrets_in_clear_are_found_by_name_and_by_look(settings: dict[str, Any], found: list[str]) -> None:
    assert secrets_in(settings) == found


@pytest.mark.shared(SCHEMA)
@pytest.mark.parametrize(("kind", "fields"), [("databricks_pipeline", PIPELINE), ("databricks_job", JOB)])
def test_every_setting_is_in_the_provider_s_own_schema(kind: str, fields: Fields) -> None:
    whole = json.loads(shared(SCHEMA).read_text())
    (provider,) = whole["provider_schemas"].values()
    newer = {*TABLE_SETTINGS, "environment_version", "clustering_columns", "connector_options"}

    def missing(block: dict[str, Any], known: Fields, above: str) -> list[str]:
        found = []
        for name, inner in known.items():
            nested = block.get("block_types", {}).get(BLOCKS.get(name, name))
            if name in newer:
                continue
            if not nested and name not in block.get("attributes", {}):
                found.append(above + name)
            elif nested and inner:
                found += missing(nested["block"], inner, f"{above}{name}.")
        return found

    assert missing(provider["resource_schemas"][kind]["block"], fields, "") == []
