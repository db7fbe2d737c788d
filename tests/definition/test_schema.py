"""The JSON Schema of connector.yaml, for editors."""

import json
from typing import Any

from headgate.definition.model import Definition
from headgate.definition.schema import json_schema


def test_it_is_a_draft_2020_12_schema_with_a_title_and_no_address() -> None:
    schema = json_schema()

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "Headgate connector definition"
    assert "$id" not in schema
    assert schema["patternProperties"] == {"^x-": {}}
    assert json.loads(json.dumps(schema)) == schema


def test_it_names_the_keys_as_they_stand_in_yaml() -> None:
    schema = json_schema()

    assert list(schema["properties"]) == list(Definition.model_fields)
    assert {"catalog", "schema"} <= set(schema["$defs"]["Destination"]["properties"])
    assert schema["required"] == ["id", "source", "destination"]
    assert schema["else"]["required"] == ["connection"]  # but with `credentials: secrets`


def test_every_object_refuses_unknown_keys_and_says_what_it_is() -> None:
    schema = json_schema()
    objects: list[dict[str, Any]] = [schema, *schema["$defs"].values()]

    assert all(part["additionalProperties"] is False and part["description"] for part in objects)


def test_every_field_is_described_by_itself_or_by_the_part_that_it_is() -> None:
    schema = json_schema()
    objects: dict[str, dict[str, Any]] = {"Definition": schema, **schema["$defs"]}
    bare = [
        f"{part}.{name}"
        for part, found in objects.items()
        for name, field in found["properties"].items()
        if not field.get("description") and not schema["$defs"][field["$ref"].removeprefix("#/$defs/")].get("description")
    ]

    assert bare == []
