"""The JSON Schema of `*.pipeline.yaml`, for editors."""

from __future__ import annotations

from typing import Any

from headgate.sql.language.model import PipelineFile


def json_schema() -> dict[str, Any]:
    """Give the schema (draft 2020-12), with a description for each field."""
    schema = PipelineFile.model_json_schema(by_alias=True)
    schema |= {"title": "Headgate pipeline of transforms", "patternProperties": {"^x-": {}}}  # a place for anchors
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
