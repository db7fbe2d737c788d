"""Every GET of the asset model and of event frames, answered as AVEVA's description says, with all that it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.apps.pi_simulator.swagger import assert_valid, description, gets, parameters

if TYPE_CHECKING:
    from tests.apps.pi_simulator.api import Api

_STARTS = (
    "/analyses", "/analysiscategories", "/analysisrule", "/analysistemplates", "/assetdatabases", "/assetservers",
    "/attribute", "/element", "/enumeration", "/eventframes", "/tablecategories", "/tables", "/timerule", "/unit",
)  # fmt: skip
# Not served: searches that a POST begins, notifications, files, and exports as XML.
_LEFT = ("searchbyattribute", "attachment", "/export")
_NEEDED = {
    "field": "Name", "category": "all", "userIdentity": "SIM\\reader", "securityItem": "Default", "startTime": "*-2d",
    "name": "SIM\\Readers", "path": "",
}  # fmt: skip


def _paths() -> list[str]:
    try:
        return [path for path in gets(*_STARTS) if not any(word in path for word in _LEFT) and "#user" not in path]
    except pytest.skip.Exception:
        return []


def _examples(api: Api) -> dict[str, dict[str, Any]]:
    """An object of each controller, found by following links from the asset server."""
    found: dict[str, dict[str, Any]] = {}

    def follow(url: str) -> dict[str, Any]:
        answer = api.session.get(url, timeout=30)
        assert answer.status_code == 200, f"{url}: {answer.text}"
        body: dict[str, Any] = answer.json()
        return body

    def keep(item: dict[str, Any]) -> dict[str, Any]:
        found.setdefault(urlsplit(item["Links"]["Self"]).path.split("/")[2], item)
        return item

    server = keep(follow(f"{api.base}/assetservers")["Items"][0])
    keep(follow(server["Links"]["AnalysisRulePlugIns"])["Items"][0])
    keep(follow(server["Links"]["TimeRulePlugIns"])["Items"][0])
    unit_class = keep(follow(server["Links"]["UnitClasses"])["Items"][0])
    keep(follow(unit_class["Links"]["Units"])["Items"][1])
    database = keep(follow(server["Links"]["Databases"])["Items"][0])
    for name, more in (
        ("AnalysisCategories", ""), ("AnalysisTemplates", "?field=Name"), ("AttributeCategories", ""),
        ("ElementCategories", ""), ("EnumerationSets", ""), ("TableCategories", ""), ("Tables", ""),
    ):  # fmt: skip
        keep(follow(database["Links"][name] + more)["Items"][0])
    template = keep(follow(f"{database['Links']['ElementTemplates']}?field=Name&query=Machine")["Items"][0])
    every = follow(template["Links"]["AttributeTemplates"] + "?showDescendants=true")["Items"]
    keep(next(one for one in every if one["TraitName"]))
    element = keep(follow(f"{database['Links']['Elements']}?searchFullHierarchy=true&nameFilter=Pump*")["Items"][0])
    keep(follow(element["Links"]["Attributes"] + "?nameFilter=Temperature")["Items"][0])
    analysis = keep(follow(element["Links"]["Analyses"])["Items"][0])
    keep(follow(analysis["Links"]["AnalysisRule"]))
    keep(follow(analysis["Links"]["TimeRule"]))
    frames = follow(f"{database['Links']['EventFrames']}?startTime=*-7d")["Items"]
    keep(next(one for one in frames if one["IsAnnotated"] and one["RefElementWebIds"]))
    keep(follow(found["enumerationsets"]["Links"]["Values"])["Items"][0])
    return found


@pytest.fixture(scope="module")
def examples(api: Api) -> dict[str, dict[str, Any]]:
    return _examples(api)


@pytest.mark.parametrize("path", _paths())
def test_answers_are_what_the_description_says(path: str, api: Api, examples: dict[str, dict[str, Any]]) -> None:
    controller = path.split("/")[1].partition("#")[0]
    example = examples.get(controller, {"WebId": "", "Path": "", "Name": ""})
    variables = {"webId": example["WebId"], "name": "LimitHi" if controller == "attributetraits" else "SIM\\Readers"}
    if "{id}" in path:
        variables["id"] = api.session.get(example["Links"]["Annotations"], timeout=30).json()["Items"][0]["Id"]
    required = {name for name, one in parameters(path).items() if one.get("required")}
    params = {name: _NEEDED[name] for name in required}
    params |= {"path": example["Path"]} if "path" in required else {}
    params |= {"name": example["Name"]} if "name" in required else {}
    params |= {"startTime": "*-7d"} if "startTime" in parameters(path) else {}
    if path.endswith("/multiple"):
        params |= {"webId": example["WebId"], "path": example["Path"]}

    answer = api.get(path.partition("#")[0].format(**{name: _segment(text) for name, text in variables.items()}), **params)

    assert answer.status_code == 200, answer.text
    assert_valid(path, "GET", 200, answer.json())


def _segment(text: str) -> str:
    return text.replace("\\", "%5C")


def test_every_parameter_of_the_description_is_taken(api: Api) -> None:
    values = {"boolean": "true", "integer": "1", "string": "x", "array": "x", "number": "1"}
    asked = {}
    for path in _paths():
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
        for part, told in ((name, example), (f"{name}Links", example["Links"])):
            missing += [(part, one) for one in definitions[part]["properties"] if one not in told and one not in _NEVER_HERE]

    assert missing == []


def test_links_lead_somewhere(api: Api, examples: dict[str, dict[str, Any]]) -> None:
    dead = []
    for controller, example in examples.items():
        links = {name: link for name, link in example["Links"].items() if not any(word in link for word in _LEFT)}
        asked = {name: {"Method": "GET", "Resource": link + _required(controller, name)} for name, link in links.items()}
        answers = api.batch(asked).json()
        dead += [(asked[name]["Resource"], part["Content"]) for name, part in answers.items() if part["Status"] != 200]

    assert dead == []


def _required(controller: str, link: str) -> str:
    """What must be asked with a link, as the description has it."""
    if link == "Security":
        return "?userIdentity=a" + ("&securityItem=Default" if controller in {"assetservers", "assetdatabases"} else "")
    wants_field = controller == "assetdatabases" and link in {"ElementTemplates", "AnalysisTemplates"}
    if link == "SummaryData":
        return "?summaryType=Count"
    return "?field=Name" if wants_field else ""
