"""The JSON Schema of connector.yaml, for editors."""

import json
from typing import Any

import pytest

from headgate.definition.model import Definition
from headgate.definition.schema import json_schema


def test_it_is_a_draft_2020_12_schema_with_a_title_and_no_address() -> None:
    schema = json_schema()

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "Headgate connector definition"
    assert "$id" not in schema
    assert json.loads(json.dumps(schema)) == schema


def test_it_names_the_keys_as_they_stand_in_yaml() -> None:
    schema = json_schema()

    assert list(schema["properties"]) == list(Definition.model_fields)
    assert {"catalog", "schema"} <= set(schema["$defs"]["Destination"]["properties"])
    assert schema["required"] == ["id", "source", "connection", "destination"]


def test_every_object_refuses_unknown_keys_and_says_what_it_is() -> None:
    schema = json_schema()
    objects: list[dict[str, Any]] = [schema, *schema["$defs"].values()]

    assert all(part["additionalProperties"] is False and part["description"] for part in objects)


@pytest.mark.parametrize("part", ["Connection", "Destination", "Balance"])
def test_what_a_person_sets_first_is_described(part: str) -> None:
    properties = json_schema()["$defs"][part]["properties"]

    assert [name for name, field in properties.items() if "description" not in field and "$ref" not in field] == []
