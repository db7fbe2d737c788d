"""What answers are held against: our own table of shapes, or AVEVA's own description of PI Web API.

AVEVA's file is not ours to hand on, so tests that need it are marked `shared`. A bare `object` in it stands for any JSON value,
and what it does not name may not be there.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any
from uuid import UUID

from tests.apps.pi_simulator.shapes import schema_of
from tests.support.shared import PI, shared

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$")
_PLAIN: dict[str, tuple[type, ...]] = {"string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float)}
# Where the description's words say one thing and its schema another, plainly by mistake: the words hold.
_UNITS = {"type": "array", "items": {"$ref": "#/definitions/Unit"}}
_MENDED: dict[str, dict[str, Any]] = {
    "/unitclasses/{webId}/units": {"type": "object", "properties": {"Items": _UNITS, "Links": {"type": "object"}}},
    "/elementtemplates/{webId}/securityentries/{name}": {"$ref": "#/definitions/SecurityEntry"},
    "/notificationcontacttemplates/{webId}/notificationcontacttemplates": {
        "$ref": "#/definitions/Items[NotificationContactTemplate]",
    },
}


@cache
def description() -> dict[str, Any]:
    """AVEVA's description."""
    told: dict[str, Any] = json.loads(shared(PI).read_text())
    return told


def gets(*starts: str) -> list[str]:
    """The templates of all paths that have a GET and begin with one of the words, each method of a path by itself."""
    return [path for path, methods in description()["paths"].items() if "get" in methods and path.startswith(starts)]


def parameters(path_template: str, place: str = "query") -> dict[str, dict[str, Any]]:
    """The parameters of a path's GET."""
    return {one["name"]: one for one in description()["paths"][path_template]["get"]["parameters"] if one["in"] == place}


def assert_shaped(path_template: str, status: int, body: Any) -> None:
    """Fail where a GET's body is not what our own table of shapes has for a path and a status."""
    wrong = list(_wrong(schema_of(path_template, status), body, "body"))
    assert not wrong, f"{path_template} {status}: " + "; ".join(wrong[:10])


def assert_valid(path_template: str, method: str, status: int, body: Any) -> None:
    """Fail where a body is not what AVEVA's description has for a path, a method and a status."""
    responses = description()["paths"][path_template][method.lower()]["responses"]
    if status >= 400 and str(status) not in responses:
        schema: dict[str, Any] = {"$ref": "#/definitions/Errors"}
    else:
        schema = responses[str(status)]["schema"]
    if status == 200:
        schema = _MENDED.get(path_template, schema)
    wrong = list(_wrong(schema, body, "body"))
    assert not wrong, f"{method} {path_template} {status}: " + "; ".join(wrong[:10])


def _wrong(schema: dict[str, Any], value: Any, at: str) -> Any:
    if "$ref" in schema:
        yield from _wrong(description()["definitions"][schema["$ref"].rsplit("/", 1)[1]], value, at)
        return
    kind = schema.get("type")
    if kind == "array":
        if not isinstance(value, list):
            yield f"{at} is no list: {value!r:.80}"
            return
        for number, item in enumerate(value):
            yield from _wrong(schema["items"], item, f"{at}[{number}]")
    elif kind == "object":
        yield from _wrong_object(schema, value, at)
    elif kind in _PLAIN:
        wrong = not isinstance(value, _PLAIN[kind]) or (isinstance(value, bool) and kind != "boolean")
        if wrong or not _formed(schema.get("format"), value):
            yield f"{at} is no {schema.get('format') or kind}: {value!r:.80}"


def _wrong_object(schema: dict[str, Any], value: Any, at: str) -> Any:
    named, more = schema.get("properties"), schema.get("additionalProperties")
    if named is None and more is None:
        return
    if not isinstance(value, dict):
        yield f"{at} is no object: {value!r:.80}"
        return
    for name, item in value.items():
        inner = (named or {}).get(name, more)
        if inner is None:
            yield f"{at} has a property of which the description knows nothing: {name}"
        else:
            yield from _wrong(inner, item, f"{at}.{name}")


def _formed(form: str | None, value: Any) -> bool:
    if form == "date-time":
        return isinstance(value, str) and _INSTANT.match(value) is not None
    if form == "uuid":
        try:
            return bool(str(UUID(value)) == value)
        except ValueError:
            return False
    return True
