"""pi-web-sdk and pi-web-api-python-sdk: every call by which they read works, but calls to paths that PI does not have.

The paths that PI has are those of AVEVA's PI Web API Reference, "Controllers".
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.assets.world import AssetWorld
from apps.pi_simulator.events.frames import active
from apps.pi_simulator.events.objects import annotation_id
from apps.pi_simulator.streams.samples import View
from apps.pi_simulator.streams.updates import marker
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, written
from apps.pi_simulator.truth import Truth
from tests.clients.conftest import NOON, told_by

WORLD = AssetWorld(Plant(1, 100))
PLANT = WORLD.databases[0].path
POINTS = (0, 2)
START, END = NOON - 2 * 3600 * SECOND, NOON - 3600 * SECOND
_ACTIVE = list(active(WORLD.plant, NOON - 24 * 3600 * SECOND, NOON, NOON))
FRAMES = [WORLD.event(frame, NOON) for frame in _ACTIVE]
FRAME, NOTE = next((WORLD.event(one, NOON), annotation_id(one.notes(NOON)[0], one)) for one in _ACTIVE if one.notes(NOON))
# What pi-web-sdk (0.1.34) asks for that PI does not have, and what PI has in its place.
_NOT_PI = {
    r"/(path|name)/": "objects are found by the query parameters `path` and `name`",
    r"/assetservers/[^/]+/enumerationsets$": "enumeration sets are of databases and of data servers",
    r"/attributetraits/[^/]+/categories$": "attributetraits has the actions Get and GetByCategory",
    r"/elements/[^/]+/(elementsquery|notificationrulesubscribers)$": "elements/search; subscribers are of rules",
    r"/elements/searchattributes/": "elements/searchbyattribute/{searchId}",
    r"/notification(\w+)/[^/]+/notification\1/search$": "notificationrules/search, without an object",
    r"/notificationruletemplates/[^/]+/notificationruletemplatesubscribers$": "…/{webId}/notificationrulesubscribers",
    r"/enumerationsets/[^/]+/values$": "enumerationsets/{webId}/enumerationvalues",
    r"/streamsets/summaries$": "streamsets/summary",
    r"/metrics/|/configuration": "system/status, system/configuration",
    r"/streams(ets)?/[^/]*/?channel$": "channels are WebSockets (Channels); a plain GET is none",
}
# By AVEVA's reference `category` is required.
_REFUSED = {"attribute_trait.get_by_name"}


def at(path: str, controller: str) -> dict[str, str]:
    thing = WORLD.at_path(path, NOON, controller)
    assert thing is not None, path
    return {"WebId": thing.identity.web_id(), "Path": thing.path, "Name": thing.name}


def examples() -> dict[str, dict[str, str]]:
    """An object by the name that pi-web-sdk has for its controller."""
    pump = rf"{PLANT}\Site 0000\Unit 0000\Pump 000002"
    analysis = rf"{pump}\Analyses[Efficiency 000002]"
    constant = {one.kind.controller: at(one.path, one.kind.controller) for one in WORLD._constant}
    point = {"WebId": tag(0).identity.web_id(), "Path": tag(0).path, "Name": tag(0).name}
    return {
        "home": constant["assetdatabases"], "system": constant["assetdatabases"], "metrics": constant["assetdatabases"],
        "configuration": constant["assetdatabases"],
        "analysis": at(analysis, "analyses"), "analysis_category": constant["analysiscategories"],
        "analysis_rule": at(rf"{analysis}\AnalysisRule", "analysisrules"),
        "time_rule": at(rf"{analysis}\TimeRule", "timerules"),
        "analysis_rule_plugin": constant["analysisruleplugins"], "time_rule_plugin": constant["timeruleplugins"],
        "analysis_template": constant["analysistemplates"], "asset_database": at(PLANT, "assetdatabases"),
        "asset_server": at(r"\\SIM-AF", "assetservers"), "attribute": at(rf"{pump}|Flow", "attributes"),
        "attribute_category": constant["attributecategories"],
        "attribute_template": at(rf"{PLANT}\ElementTemplates[Machine]|Flow", "attributetemplates"),
        "attribute_trait": {"WebId": "LimitHi", "Path": "", "Name": "LimitHi"},
        "data_server": {"WebId": "F1DSekBL4SHnSku9s1qRHdhhcgU0lNLVBJ", "Path": r"\\PIServers[SIM-PI]", "Name": "SIM-PI"},
        "element": at(pump, "elements"), "element_category": constant["elementcategories"],
        "element_template": at(rf"{PLANT}\ElementTemplates[Machine]", "elementtemplates"),
        "enumeration_set": at(rf"{PLANT}\EnumerationSets[Operating States]", "enumerationsets"),
        "event_frame": at(FRAME.path, "eventframes"), "point": point, "stream": point, "streamset": at(pump, "elements"),
        "table": at(rf"{PLANT}\Tables[Materials]", "tables"), "table_category": constant["tablecategories"],
        "unit": constant["units"], "unit_class": constant["unitclasses"],
        "security_identity": constant["securityidentities"], "security_mapping": constant["securitymappings"],
        "notification_contact_template": constant["notificationcontacttemplates"],
        "notification_plugin": constant["notificationplugins"], "notification_rule": constant["notificationrules"],
        "notification_rule_subscriber": constant["notificationrulesubscribers"],
        "notification_rule_template": constant["notificationruletemplates"],
    }  # fmt: skip


def words() -> dict[str, Any]:
    points = [tag(number).identity.web_id() for number in POINTS]
    database = at(PLANT, "assetdatabases")["WebId"]
    return {
        "web_ids": points, "database_web_id": database, "user_identity": ["SIM\\reader"], "security_entry": "SIM\\Readers",
        "time": "*-1h", "times": ["*-1h", "*"], "start_time": "*-1h", "end_time": "*",
        "marker": marker(0, NOON, 1), "markers": [marker(0, NOON, 1)], "annotation_id": NOTE, "category": "all",
    }  # fmt: skip


@pytest.fixture(scope="session")
def read() -> dict[str, dict[str, Any]]:
    asked = {"examples": examples(), "values": words()}
    return told_by("pi_web_sdk_script.py", lambda: NOON, asked)


def test_pi_web_sdk_reads_all_that_pi_has(read: dict[str, dict[str, Any]]) -> None:
    wrong, elsewhere = [], set()
    for name, told in read.items():
        for path, status, text in told["requests"]:
            reasons = [pattern for pattern in _NOT_PI if re.search(pattern, path)]
            elsewhere.update(reasons)
            if status >= 400 and not reasons and name not in _REFUSED:
                wrong.append((name, path, status, text))

    assert wrong == []
    assert elsewhere == {*_NOT_PI}
    assert sum(not told["failed"] for told in read.values()) > 100


def test_pi_web_sdk_finds_what_there_is(read: dict[str, dict[str, Any]]) -> None:
    lists = (
        "asset_database.get_elements",
        "asset_server.get_databases",
        "data_server.get_points",
        "element.get_attributes",
        "event_frame.get_annotations",
        "point.get_attributes",
        "stream.get_recorded",
        "streamset.get_recorded",
    )
    assert {name: read[name]["items"] for name in lists if not read[name]["items"]} == {}


@pytest.fixture(scope="session")
def told() -> dict[str, Any]:
    paths = {
        "database": PLANT, "element": rf"{PLANT}\Site 0000", "attribute": rf"{PLANT}\Site 0000|Address",
        "template": rf"{PLANT}\ElementTemplates[Machine]", "set": rf"{PLANT}\EnumerationSets[Operating States]",
        "table": rf"{PLANT}\Tables[Materials]", "frame": FRAME.path,
    }  # fmt: skip
    asked = {
        "paths": paths,
        "points": words()["web_ids"],
        "database": words()["database_web_id"],
        "frame": FRAME.identity.web_id(),
        "query": "Start:>=*-1d Template:'AlarmTemplate' Severity:>=Minor AllDescendants:False",
        "markers": words()["markers"],
        "start": written(START),
        "end": written(END),
    }
    return told_by("pi_web_api_script.py", lambda: NOON, asked)


def test_every_call_of_pi_web_api_python_sdk_works(told: dict[str, Any]) -> None:
    """Without `register_updates`, which wants a number as `Status` where PI has a word (Stream RegisterStreamUpdates)."""
    assert {name: one for name, one in told.items() if isinstance(one, dict)} == {}
    assert (told["status"], told["batch"], told["rows"], told["updates"]) == ("Running", 200, 12, 1)
    assert told["set"] == ["Stopped", "Starting", "Running", "Tripped 'hard'"]
    assert told["templates"] == sorted((one.name for one in WORLD.libraries[0].templates), key=str.casefold)


def test_its_search_finds_the_frames_that_its_query_describes(told: dict[str, Any]) -> None:
    since = [one for one in FRAMES if one.fields["StartTime"] >= written(NOON - 24 * 3600 * SECOND)]
    alarms = [one for one in since if one.fields["TemplateName"] == "AlarmTemplate"]
    assert told["frames"] == [one.name for one in alarms if one.fields["Severity"] in {"Minor", "Major", "Critical"}] != []


def test_its_values_are_those_of_the_archive(told: dict[str, Any]) -> None:
    recorded = [Truth(1).between(tag(number), START, END, NOON) for number in POINTS]
    names = [tag(number).name for number in POINTS]
    rows = [[[row["Timestamp"], row["Value"]] for row in values.rows()] for values in recorded]
    assert told["recorded"] == [list(one) for one in zip(names, rows, strict=True)]
    worths = [View(Truth(1), tag(number), NOON).at(recorded[0].times.tolist()) for number in POINTS]
    assert told["joined"][0] == told["recorded"][0]
    assert told["joined"][1] == [names[1], [[written(one.time), one.value] for one in worths[1]]]
