"""The JSON Schema of `connector.yaml`, for editors."""

from __future__ import annotations

from typing import Any

from headgate.definition.model import Definition


def json_schema() -> dict[str, Any]:
    """Give the schema (draft 2020-12), with a description for each field."""
    schema = Definition.model_json_schema(by_alias=True)
    schema |= {"title": "Headgate connector definition", "patternProperties": {"^x-": {}}}  # a place for anchors
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
