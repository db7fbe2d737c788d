"""The JSON Schema of `connector.yaml`, for editors."""

from __future__ import annotations

from typing import Any

from headgate.definition.model import Definition


def json_schema() -> dict[str, Any]:
    """Give the schema (draft 2020-12), with a description for each field."""
    schema = Definition.model_json_schema(by_alias=True)
    schema |= {"title": "Headgate connector definition", "patternProperties": {"^x-": {}}}  # a place for anchors
    by_file = {"type": "string", "minLength": 1, "description": "A JSON file beside connector.yaml that says it."}
    schema["properties"]["secrets"]["anyOf"].append(by_file)
    schema |= {
        "if": {"properties": {"credentials": {"const": "secrets"}}, "required": ["credentials"]},
        "then": {"required": ["secrets"]},
        "else": {"required": ["connection"]},
    }
    # What a file says need not stand beside its name.
    secrets = schema["$defs"]["Secrets"]
    secrets["anyOf"] = [{"required": secrets.pop("required")}, {"required": ["file"]}]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
