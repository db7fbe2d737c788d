"""Objects of the asset model to ask for, and what a GET of each path must be asked with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.apps.pi_simulator.api import Api

STARTS = (
    "/analyses", "/analysiscategories", "/analysisrule", "/analysistemplates", "/assetdatabases", "/assetservers",
    "/attribute", "/element", "/enumeration", "/eventframes", "/notification", "/security", "/tablecategories", "/tables",
    "/timerule", "/unit",
)  # fmt: skip
_NEEDED = {
    "field": "Name", "category": "all", "userIdentity": "SIM\\reader", "securityItem": "Default", "startTime": "*-2d",
    "name": "SIM\\Readers", "path": "",
}  # fmt: skip
_NOTHING = {"WebId": "", "Path": "", "Name": ""}


def examples_of(api: Api) -> dict[str, dict[str, Any]]:
    """Give an object of each controller, found by following links from the asset server."""
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
    keep(follow(server["Links"]["NotificationPlugIns"])["Items"][0])
    keep(follow(server["Links"]["NotificationContactTemplates"])["Items"][0])
    keep(follow(server["Links"]["SecurityMappings"])["Items"][0])
    keep(follow(server["Links"]["SecurityIdentities"])["Items"][0])
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
    for word in ("notificationrules", "notificationruletemplates"):
        found[word] = follow(f"{api.base}/{word}/search")["Items"][0]
    rule = f"{api.base}/notificationrules/{found['notificationrules']['WebId']}"
    found["notificationrulesubscribers"] = follow(f"{rule}/notificationrulesubscribers")["Items"][0]
    return found


def request_of(
    path: str, api: Api, examples: dict[str, dict[str, Any]], required: Collection[str], known: Collection[str]
) -> tuple[str, dict[str, Any]]:
    """Give the path with an example's names in it, and the parameters that it must have; `known` are all that it may."""
    controller = path.split("/")[1].partition("#")[0].lower()
    example = examples.get(controller, _NOTHING)
    variables = {"webId": example["WebId"], "name": "LimitHi" if controller == "attributetraits" else "SIM\\Readers"}
    if "{id}" in path:
        variables["id"] = api.session.get(example["Links"]["Annotations"], timeout=30).json()["Items"][0]["Id"]
    params = {name: _NEEDED[name] for name in required}
    params |= {"path": example["Path"]} if "path" in required else {}
    params |= {"name": example["Name"]} if "name" in required else {}
    params |= {"startTime": "*-7d"} if "startTime" in known else {}
    if path.endswith("/multiple"):
        params |= {"webId": example["WebId"], "path": example["Path"]}
    return path.partition("#")[0].format(**{name: text.replace("\\", "%5C") for name, text in variables.items()}), params
