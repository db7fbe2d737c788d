"""Every GET of the asset model and of event frames, answered as AVEVA's description says, with all that it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.apps.pi_simulator.examples import STARTS, request_of
from tests.apps.pi_simulator.swagger import assert_valid, description, gets, parameters
from tests.support.shared import PI, is_there

if TYPE_CHECKING:
    from tests.apps.pi_simulator.api import Api

pytestmark = pytest.mark.shared(PI)
# Not served: searches that a POST begins, notifications, files, and exports as XML.
_LEFT = ("searchbyattribute", "attachment", "/export", "#user")
PATHS = [path for path in gets(*STARTS) if not any(word in path for word in _LEFT)] if is_there(PI) else ["/assetservers"]


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_what_the_description_says(path: str, api: Api, examples: dict[str, dict[str, Any]]) -> None:
    required = [name for name, one in parameters(path).items() if one.get("required")]
    place, params = request_of(path, api, examples, required, parameters(path))

    answer = api.get(place, **params)

    assert answer.status_code == 200, answer.text
    assert_valid(path, "GET", 200, answer.json())


def test_every_parameter_of_the_description_is_taken(api: Api) -> None:
    values = {"boolean": "true", "integer": "1", "string": "x", "array": "x", "number": "1"}
    asked = {}
    for path in PATHS:
        query = "&".join(f"{name}={values[one['type']]}" for name, one in parameters(path).items())
        bare = re.sub(r"\{\w+\}", "x", path.partition("#")[0])
        asked[path] = {"Method": "GET", "Resource": f"{api.base}{bare}?{query}"}

    answers = api.batch(asked).json()

    assert [path for path, part in answers.items() if "is not supported by this request" in str(part["Content"])] == []
    for path, part in answers.items():
        assert_valid(path, "GET", part["Status"], part["Content"])


_NEVER_HERE = {
    "Errors", "WebException", "DataReference", "Paths",  # where something went wrong, or was asked for
    "DefaultAttribute", "Parent", "EnumerationSet", "EnumerationValues", "Element", "EventFrame", "Point", "Trait", "Template",
    "Analysis", "AnalysisTemplate", "BaseTemplate", "ReferenceUnit", "MediaData", "MediaMetadata", "DataServer",
    "PrimaryReferencedElement", "SerializeDescription",
}  # fmt: skip


def test_objects_have_all_properties_and_links_that_are_not_optional(examples: dict[str, dict[str, Any]]) -> None:
    definitions = description()["definitions"]
    missing = []
    for controller, example in examples.items():
        schema = description()["paths"][f"/{controller}/{{webId}}"]["get"]["responses"]["200"]["schema"]
        name = schema["$ref"].rsplit("/", 1)[1]
        links = definitions[name]["properties"].get("Links", {}).get("$ref", "").rsplit("/", 1)[-1]
        for part, told in ((name, example), (links, example.get("Links", {}))):
            known = definitions[part]["properties"] if part else ()
            missing += [(part, one) for one in known if one not in told and one not in _NEVER_HERE]

    assert missing == []
