"""The JSON Schemas of `connector.yaml` and `sites.yaml`, for editors."""

from __future__ import annotations

from typing import Any

from headgate.definition.model import Definition
from headgate.definition.site import PARTS, SitesFile


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


def sites_schema() -> dict[str, Any]:
    """Give that of sites.yaml: of a part that a site may have of its own, the definition's keys, none of which is needed."""
    schema = SitesFile.model_json_schema()
    schema |= {"title": "Headgate sites", "patternProperties": {"^x-": {}}}
    parts = json_schema()
    named = {name: _name_of(parts["properties"][name]) for name in PARTS}
    settings = schema["$defs"]["SiteSettings"]["properties"]
    for name, definition in named.items():
        if definition:
            settings[name] = {"$ref": f"#/$defs/{definition}", "description": settings[name]["description"]}
    targets = {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/Target"}}
    settings["targets"] = targets | {"description": settings["targets"]["description"]}
    for one in parts["$defs"].values():
        one.pop("required", None)
        one.pop("anyOf", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "$defs": parts["$defs"] | schema["$defs"],
    }


def _name_of(field: dict[str, Any]) -> str:
    """Give the name of the part that a field is; empty where it is any mapping."""
    found = [field, *field.get("allOf", ()), *field.get("anyOf", ())]
    return next((str(one["$ref"]).rpartition("/")[2] for one in found if "$ref" in one), "")
