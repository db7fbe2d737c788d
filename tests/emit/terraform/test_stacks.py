"""A stack as Terraform's JSON: its frame, where its state is kept, and what carries resources over."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from headgate.definition.model import Backend, Definition
from headgate.deployment.model import Catalog, Connection, File, Ref, Stack
from headgate.deployment.scope import Scope
from headgate.emit.terraform.backend import backend_body
from headgate.emit.terraform.connection import connection_block, note_block
from headgate.emit.terraform.literals import literal, plain
from headgate.emit.terraform.stacks import body_of, plan_of
from tests.emit.terraform.samples import PIPELINE

NOTE = "terraform_data.headgate_connection"


def scope(target: dict[str, Any]) -> Scope:
    definition = Definition.model_validate(
        {
            "id": "crm",
            "source": "crm",
            "connection": {"name": "crm_connection"},
            "destination": {"catalog": "main", "schema": "bronze"},
            "provider": "1.99.0",
            "targets": {"dev": target},
        }
    )
    return Scope(definition, "dev")


def connection(comment: str | None = "of ${us}", rotated: tuple[str, ...] = ()) -> Connection:
    options = {"url": "https://${crm}", "realm": "ä"}
    return Connection("crm", "crm_connection", "GENERIC", options, ("api key", "password"), rotated, comment, protected=True)


# What states have the digest of: another text for the same connection would send its secrets again.
ARGUMENTS = (
    '{"comment":"of $${us}","connection_type":"GENERIC","name":"crm_connection","options":{"api key":"${var.crm_api_key}",'
    '"password":"${var.crm_password}","realm":"\\u00e4","url":"https://$${crm}"}}'
)
CONNECTION = {
    "name": "crm_connection",
    "connection_type": "GENERIC",
    "options": {"api key": "${var.crm_api_key}", "password": "${var.crm_password}", "realm": "ä", "url": "https://$${crm}"},
    "comment": "of $${us}",
}


def test_a_stack_has_terraforms_and_the_providers_settings() -> None:
    file = File("crm_1", "/Shared/crm_1.py", b"x = 1\n")

    plan = plan_of(Stack("crm-dev-1", (file,), waits_for=("crm-dev-shared",)), scope({"host": "https://x", "profile": "dev"}))

    assert (plan.name, plan.backend, plan.waits_for) == ("crm-dev-1", "local", ("crm-dev-shared",))
    assert plan.backend_body == {"path": "../../../state/crm-dev-1.tfstate"}
    assert plan.body == {
        "terraform": {
            "required_version": ">= 1.10",
            "required_providers": {"databricks": {"source": "databricks/databricks", "version": "1.99.0"}},
        },
        "provider": {"databricks": [{"host": "https://x", "profile": "dev"}]},
        "resource": {"databricks_workspace_file": {"crm_1": {"path": "/Shared/crm_1.py", "content_base64": "eCA9IDEK"}}},
    }


def test_without_a_login_of_its_own_the_provider_takes_the_environments() -> None:
    assert plan_of(Stack("crm-dev-1"), scope({})).body["provider"] == {"databricks": [{}]}


@pytest.mark.parametrize(
    ("backend", "given", "made"),
    [
        ("s3", {"region": "eu", "bucket": "b"}, {"key": "headgate/crm/dev/crm-dev-1.tfstate"}),
        ("azurerm", {"container_name": "c"}, {"key": "headgate/crm/dev/crm-dev-1.tfstate"}),
        ("gcs", {"bucket": "b"}, {"prefix": "headgate/crm/dev/crm-dev-1"}),
        ("remote", {"organization": "o"}, {"workspaces": {"name": "crm-dev-1"}}),
        ("http", {"address": "https://x/states/", "retry_max": 3}, {
            "address": "https://x/states/crm-dev-1",
            "lock_address": "https://x/states/crm-dev-1/lock",
            "unlock_address": "https://x/states/crm-dev-1/lock",
        }),
    ],
)  # fmt: skip
def test_each_stack_has_a_state_of_its_own_in_any_backend(backend: str, given: dict[str, Any], made: dict[str, Any]) -> None:
    settings = Backend.model_validate({"type": backend, "settings": given}).model_dump()

    body = backend_body(scope({"backend": settings}), "crm-dev-1")

    assert body == given | made
    assert [name for name in body if name in given] == sorted(given)


def test_what_is_carried_over_is_moved_imported_or_forgotten_and_never_destroyed() -> None:
    stack = Stack(
        "crm-dev-1",
        renamed=((Ref("pipeline", "old"), Ref("pipeline", "new")),),
        imported=((Ref("job", "crm_2"), "17${"),),
        forgotten=(Ref("schema", "bronze"),),
    )

    assert body_of(stack) == {
        "moved": [{"from": "databricks_pipeline.old", "to": "databricks_pipeline.new"}],
        "import": [{"to": "databricks_job.crm_2", "id": "17$${"}],
        "removed": [{"from": "databricks_schema.bronze", "lifecycle": {"destroy": False}}],
    }


def test_what_is_protected_refuses_to_be_destroyed() -> None:
    catalogs = [Catalog("a", "a", {}, protected=True), Catalog("b", "b", {}, protected=False)]

    made = body_of(Stack("crm-dev-shared", tuple(catalogs)))["resource"]["databricks_catalog"]

    assert made == {
        "a": {"name": "a", "properties": {}, "lifecycle": {"prevent_destroy": True}},
        "b": {"name": "b", "properties": {}},
    }


def test_managed_ingestion_that_is_protected_keeps_what_it_ignores() -> None:
    managed = replace(PIPELINE, file="")

    block = body_of(Stack("crm-dev-1", (managed,)))["resource"]["databricks_pipeline"]["crm_1"]

    assert block["lifecycle"] == {"ignore_changes": ["ingestion_definition[0].source_type"], "prevent_destroy": True}


def test_a_connections_secrets_are_sensitive_variables_and_a_note_keeps_its_digest() -> None:
    body = body_of(Stack("crm-dev-shared", (connection(),)), "another")

    assert body["variable"] == {
        f"crm_{name}": {"type": "string", "sensitive": True, "description": f"Secret option {option} of crm"}
        for name, option in (("api_key", "api key"), ("password", "password"))
    }
    assert body["resource"]["databricks_connection"] == {"crm": CONNECTION | {"lifecycle": {"prevent_destroy": True}}}
    note = body["resource"]["terraform_data"]["headgate_connection"]
    assert note == {"input": sha256(ARGUMENTS.encode()).hexdigest()[:16], "depends_on": ["databricks_connection.crm"]}
    assert note_block(connection()) == (NOTE, note)


def test_a_digest_tells_every_other_connection_and_no_secrets_value() -> None:
    digests = {note_block(one)[1]["input"] for one in (connection(), connection("ö"), connection("o"), connection(None))}

    assert len(digests) == 4
    assert all(len(digest) == 16 for digest in digests)
    assert note_block(connection(rotated=("password",))) == note_block(connection())


def test_a_secret_that_the_provider_drops_is_not_compared_while_all_else_is_as_it_was_applied() -> None:
    applied = note_block(connection())[1]["input"]
    ignored = {"lifecycle": {"ignore_changes": ['options["api key"]']}}

    assert connection_block(connection(), applied) == CONNECTION | ignored
    assert connection_block(connection(), "") == CONNECTION | ignored
    assert connection_block(connection(), "0123456789abcdef") == CONNECTION
    assert connection_block(connection(rotated=("api key",)), applied) == CONNECTION
    assert "comment" not in connection_block(connection(None), "another")


@pytest.mark.parametrize("text", ["${a}", "%{if}", "$${", "plain", "$%{}"])
def test_a_text_is_read_again_as_it_was(text: str) -> None:
    assert plain(literal(text)) == text
    assert literal("${a} %{b}") == "$${a} %%{b}"
