"""Searches find what the reference says that their filters ask for, and refuse what they can't ask.

The queries are the reference's own in their form: of AF SDK Reference, "AFSearchFilter" and "AFSearchToken", and of the
parameter `query` in PI Web API Reference; the names in them are those of the simulator's plant.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from apps.pi_simulator.app import create_app
from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.assets.world import AssetWorld
from apps.pi_simulator.events.frames import active, phases
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.streams.samples import View
from apps.pi_simulator.tags import Tag, tag
from apps.pi_simulator.times import NEVER_ENDS, SECOND, parse, ticks_of
from apps.pi_simulator.truth import Truth
from tests.apps.pi_simulator.api import Api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apps.pi_simulator.assets.attributes import Attribute
    from apps.pi_simulator.assets.objects import Thing

TAGS = 120
NOW = ticks_of(datetime(2026, 3, 1, 12, tzinfo=UTC))
HOUR = 3600 * SECOND
PLANT = Plant(1, TAGS)
WORLD = AssetWorld(PLANT)
ELEMENTS = [WORLD.element(place) for place in WORLD.elements(0)]
SINCE = NOW - 24 * HOUR
_ACTIVE = [one for frame in active(PLANT, SINCE - 48 * HOUR, NOW, NOW) for one in (frame, *phases(frame))]
FRAMES = [WORLD.event(frame, NOW) for frame in _ACTIVE if frame.there <= NOW and frame.start > SINCE]
NOBODY = frozenset[str]()
RANKS = ["None", "Information", "Warning", "Minor", "Major", "Critical"]


@pytest.fixture(scope="module")
def pi() -> Iterator[Api]:
    with served(create_app(Settings(tags=TAGS, clock=lambda: NOW, strict=True))) as url:
        yield Api(url)


@pytest.fixture(scope="module")
def database(pi: Api) -> str:
    web_id: str = pi.get("/assetdatabases", path="\\\\SIM-AF\\Plant").json()["WebId"]
    return web_id


def found(pi: Api, controller: str, query: str, **more: Any) -> list[str]:
    answer = pi.get(f"/{controller}/search", query=query, maxCount=1000, **more)
    assert answer.status_code == 200, answer.text
    return [item["Path"] for item in answer.json()["Items"]]


def held(thing: Thing, name: str) -> Any:
    """The value of a thing's attribute as it is now, by its path below the thing; None where it has no such."""
    return _values().get(f"{thing.path}|{name}")


@cache
def _values() -> dict[str, Any]:
    every = (one for thing in (*ELEMENTS, *FRAMES) for one in WORLD.attributes_of(thing, NOW))
    return {one.thing.path: value_of(one) for one in every}


def value_of(one: Attribute) -> Any:
    if one.tag is None:
        return one.value
    last = Truth(1).last(one.tag, NOW, NOW)
    return last.values()[-1] if len(last) else None


def above(value: Any, least: float) -> bool:
    return isinstance(value, int | float) and value >= least


def length(thing: Thing) -> int:
    return parse(thing.fields["EndTime"], NOW) - parse(thing.fields["StartTime"], NOW)


def named(one: Thing, *heads: str) -> bool:
    return one.name.startswith(heads)


def machines(thing: Thing) -> list[Thing]:
    """The elements to which an event frame refers."""
    guids = [identity.guids[-1] for identity in thing.fields["RefElementWebIds"]]
    return [one for one in ELEMENTS if one.guid in guids]


Chosen = Callable[["Thing"], bool]
OF_ELEMENTS: dict[str, Chosen] = {
    'Tank* Category:"Machines" Template:=Tank |Volume:>=120': lambda one: (
        named(one, "Tank") and above(held(one, "Volume"), 120)
    ),
    "|Redundancy:In(1;2)": lambda one: held(one, "Redundancy") in (1, 2),
    "Name:=Pump* Template:=Machine": lambda one: named(one, "Pump"),
    "Template:'Machine' Name:<>Pump*": lambda one: named(one, "Tank", "Exchanger", "Compressor"),
    "TemplateName:P*": lambda one: named(one, "Pump", "Bearing", "Gearbox", "Motor", "Seal", "Sensor"),
    "CategoryName:*spare* Name:S*": lambda one: named(one, "Seal", "Sensor"),
    "Category:<>'Parts/spares'": lambda one: named(one, "Pump", "Tank", "Exchanger", "Compressor", "Unit", "Site"),
    "Description:'A place of *'": lambda one: named(one, "Site"),
    "Tank*0 OR (Pump* AND |State:=Running)": lambda one: (
        (named(one, "Tank") and one.name[-1] == "0") or (named(one, "Pump") and held(one, "State")["Name"] == "Running")
    ),
    "|Installed:>2018-01-01": lambda one: str(held(one, "Installed") or "") > "2018",
    "'|In Service':=False": lambda one: held(one, "In Service") is False,
    "|State:<>2 Pump*": lambda one: named(one, "Pump") and held(one, "State")["Value"] != 2,
    "'|Flow|High Limit':>90 Pump*": lambda one: named(one, "Pump") and above(held(one, "Flow|High Limit"), 90),
    "|Flow:>=500": lambda one: above(held(one, "Flow"), 500),
    "AllDescendants:False": lambda one: named(one, "Site"),
    "Root:'Site 0000' AllDescendants:False": lambda one: named(one, "Unit"),
    r"Root:'\\SIM-AF\Plant\Site 0000\Unit 0001' Pump*": lambda one: named(one, "Pump") and "Unit 0001" in one.path,
    r'Root:"\\\\SIM-AF\\Plant\\Site 0000\\Unit 0001" Tank*': lambda one: named(one, "Tank") and "Unit 0001" in one.path,
    "Type:None Site*": lambda one: named(one, "Site"),
    "CreationDate:>2021-01-01": lambda one: one.name in NOBODY,
    "ModifyDate:<*-1d Site*": lambda one: named(one, "Site"),
    "Sandbox:False Site*": lambda one: named(one, "Site"),
    f"ID:{ELEMENTS[3].guid}": lambda one: one is ELEMENTS[3],
    f"ID:In({ELEMENTS[3].guid};{ELEMENTS[5].guid})": lambda one: one in (ELEMENTS[3], ELEMENTS[5]),
    "Nobody": lambda one: one.name in NOBODY,
}  # fmt: skip


def of_tank(attribute: Thing) -> bool:
    return attribute.path.partition("|")[0].rpartition("\\")[2].startswith("Tank")


OF_FRAMES: dict[str, Chosen] = {
    "Name:=Alarm* Category:=Alarms Template:=AlarmTemplate": lambda one: named(one, "Alarm"),
    "InProgress:True": lambda one: one.fields["EndTime"].startswith("9999"),
    "InProgress:0 End:>='*-2h'": lambda one: NOW - 2 * HOUR <= parse(one.fields["EndTime"], NOW) < NEVER_ENDS,
    "Duration:>8h": lambda one: length(one) > 8 * HOUR,
    "Duration:<=00:30:00": lambda one: length(one) <= HOUR // 2,
    "Start:<*-20h": lambda one: parse(one.fields["StartTime"], NOW) < NOW - 20 * HOUR,
    "Severity:>=Major": lambda one: RANKS.index(one.fields["Severity"]) >= 4,
    "Severity:Minor OR Severity:=5": lambda one: one.fields["Severity"] in {"Minor", "Critical"},
    "IsAcknowledged:True": lambda one: one.fields["IsAcknowledged"],
    "CanBeAcknowledged:False": lambda one: not one.fields["CanBeAcknowledged"],
    "IsAnnotated:1": lambda one: one.fields["IsAnnotated"],
    'Element:{ Name:"Pump*" Category:"Machines" }': lambda one: any(named(each, "Pump") for each in machines(one)),
    r"Element:'Site 0000\Unit 0000\Tank 000003'": lambda one: any(each.name == "Tank 000003" for each in machines(one)),
    r"Element:In('Site 0000\Unit 0000\Tank 000003';'Site 0000\Unit 0000\Pump 000002')": lambda one: any(
        each.name in {"Tank 000003", "Pump 000002"} for each in machines(one)
    ),
    "ElementName:Tank*": lambda one: any(named(each, "Tank") for each in machines(one)),
    "ElementReferenceTemplate:Pump": lambda one: any(named(each, "Pump") for each in machines(one)),
    "AllDescendants:False Batch* OR Phase*": lambda one: named(one, "Batch", "Phase"),
    "Phase* AllDescendants:False": lambda one: one.name in NOBODY,
    "|Peak:>90": lambda one: (held(one, "Peak") or 0) > 90,
    "|Cause:='*V/7*' Alarm*": lambda one: "V/7" in (held(one, "Cause") or ""),
}  # fmt: skip


@pytest.mark.parametrize("query", OF_ELEMENTS)
def test_elements(pi: Api, database: str, query: str) -> None:
    assert found(pi, "elements", query, databaseWebId=database) == [one.path for one in ELEMENTS if OF_ELEMENTS[query](one)]


@pytest.mark.parametrize("query", OF_FRAMES)
def test_event_frames(pi: Api, database: str, query: str) -> None:
    since = " OR ".join(f"Start:>*-1d {each}" for each in query.split(" OR "))

    paths = found(pi, "eventframes", since, databaseWebId=database)

    assert sorted(paths) == sorted(one.path for one in FRAMES if OF_FRAMES[query](one))


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("Element:{ Name:='Pump 000002' } Type:=Int32", lambda one: one.name == "Redundancy" and "Pump 000002|" in one.path),
        ("Element:'Site 0000'", lambda one: one.path.startswith("\\\\SIM-AF\\Plant\\Site 0000|")),
        ("ElementName:Tank* Category:=Limits", lambda one: of_tank(one) and "Limits" in one.fields["CategoryNames"]),
        ("ElementName:Tank* AllDescendants:False", lambda one: of_tank(one) and one.path.count("|") == 1),
        ("PlugIn:'PI Point' Flow", lambda one: one.name == "Flow"),
        ("Flow OR Volume", lambda one: one.name in {"Flow", "Volume"}),
    ],
)  # fmt: skip
def test_attributes(pi: Api, database: str, query: str, chosen: Chosen) -> None:
    every = [one.thing for element in ELEMENTS for one in WORLD.attributes_of(element, NOW)]

    assert sorted(found(pi, "attributes", query, databaseWebId=database)) == sorted(one.path for one in every if chosen(one))


def test_attributes_of_event_frames(pi: Api, database: str) -> None:
    paths = found(pi, "attributes", "EventFrame:{Name:=Alarm* Start:>*-1d} Category:=Limits", databaseWebId=database)
    assert sorted(paths) == sorted(f"{one.path}|Limit" for one in FRAMES if named(one, "Alarm"))


def test_analyses_and_their_templates(pi: Api, database: str) -> None:
    assert found(pi, "analysistemplates", "Name:=Eff*") == ["\\\\SIM-AF\\Plant\\AnalysisTemplates[Efficiency]"]
    assert len(found(pi, "analysistemplates", "Target:Machine TimeRulePlugIn:*")) == 2
    pumps = [one.path for one in ELEMENTS if named(one, "Pump")]
    of_pumps = found(pi, "analyses", "Template:=Efficiency TargetName:Pump*", databaseWebId=database)
    assert [path.partition("\\Analyses[")[0] for path in of_pumps] == pumps
    assert found(pi, "analyses", "Name:=Eff* Element:{Template:Pump}", databaseWebId=database) == of_pumps
    assert set(found(pi, "analyses", "Status:Enabled")).isdisjoint(found(pi, "analyses", "Status:<>Enabled"))


def test_the_order_is_the_one_that_the_query_names(pi: Api, database: str) -> None:
    paths = found(pi, "eventframes", "Start:>*-1d SortField:EndTime SortOrder:Descending", databaseWebId=database)
    assert paths == [one.path for one in sorted(FRAMES, key=lambda one: (one.fields["EndTime"], one.path), reverse=True)]
    assert found(pi, "elements", "Pump* SortField:Name SortOrder:Descending", databaseWebId=database) == [
        one.path for one in ELEMENTS[::-1] if named(one, "Pump")
    ]


@pytest.mark.parametrize(
    ("controller", "query"),
    [
        ("elements", "Category:Nowhere"),
        ("elements", "Template:Pu*"),
        ("elements", "Root:'Site 9999'"),
        ("elements", "|Nothing:>5"),
        ("elements", "Duration:>5m"),
        ("elements", "Name:>x"),
        ("elements", "Type:Big"),
        ("elements", "CreationDate:In(1;2)"),
        ("elements", "SortField:Colour"),
        ("elements", "SortOrder:Up"),
        ("elements", "ID:12"),
        ("elements", "AllDescendants:maybe"),
        ("eventframes", "Severity:Awful"),
        ("eventframes", "Duration:long"),
        ("eventframes", "Start:>whenever"),
        ("eventframes", "InProgress:>True"),
        ("eventframes", "Element:Nowhere"),
        ("eventframes", "Analysis:x"),
        ("attributes", "Element:{Colour:red}"),
        ("attributes", "Element:{Name:x} EventFrame:{Name:y}"),
        ("attributes", "Template:Pump"),
        ("analyses", "GroupID:x"),
        ("analyses", "Status:Tired"),
        ("analysistemplates", "Target:Nobody"),
        ("points", "nosuch:1"),
        ("points", "PointId:>5 AND PointId:<10"),
        ("points", "IsGood:false OR Annotated:true"),
        ("points", "PointType:Float AND Value:>10"),
        ("points", "PointType:Big"),
        ("points", "PointType:>Int16"),
        ("points", "IsGood:maybe"),
        ("points", "TimeStamp:>whenever"),
        ("points", "Tag:{a}"),
        ("points", "Tag:In(a;b)"),
        ("points", "Unit00.Flow.000000 name:Unit00*"),
    ],
)
def test_what_can_not_be_asked_is_an_error_and_never_an_empty_answer(pi: Api, controller: str, query: str) -> None:
    answer = pi.get(f"/{controller}/search", query=query)

    assert answer.status_code == 400
    assert query[:20] in answer.json()["Errors"][0]


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("name:Unit00.Flow*", lambda one: one.name.startswith("Unit00.Flow")),
        ("name:'unit00.flow.000000'", lambda one: one.number == 0),
        ('Name:="Unit00.Flow.000000"', lambda one: one.number == 0),
        (r"name:Unit00.Flow.000090* OR name:a\ b", lambda one: one.number == 90),
        (r"name:*.say\ \"so\"", lambda one: 'say "so"' in one.name),
        ("name:*.'quoted'", lambda one: "'quoted'" in one.name),
        ("name:Unit0[1].*", lambda one: one.number >= 100),
        ("description:flow*unit00 AND name:*5", lambda one: one.number < 100 and one.number % 10 == 5),
        ('(tag:<>unit00* AND PointType:Float64) OR (tag:="*11" AND DataType:=String)',
         lambda one: (one.number >= 100 and one.point_type == "Float64") or (one.point_type == "String")),
        ("PointType:=Int32 OR PointType:=String", lambda one: one.point_type in {"Int32", "String"}),
        ("PointType:Float Tag:Unit01*", lambda one: one.number >= 100 and one.point_type.startswith("Float")),
        ("pointtype:<>float*", lambda one: not one.point_type.startswith("Float")),
        ("PointClass:classic PointId:<=2", lambda one: one.number < 2),
        ("Span:1000 PointId:1", lambda one: one.number == 0),
        ("CreationDate:<2021-01-01 PointId:1", lambda one: one.number == 0),
        ("Value:>500 PointType:Float32", lambda one: one.point_type == "Float32" and worth(one, 500)),
        ("IsGood:False", lambda one: not View(Truth(1), one, NOW).snapshot().good),
        ("Questionable:True", lambda one: View(Truth(1), one, NOW).snapshot().questionable),
        ("TimeStamp:<*-30s", lambda one: View(Truth(1), one, NOW).snapshot().time < NOW - 30 * SECOND),
        ("Value:=Manual", lambda one: is_state(one, "Manual")),
        ("name:Nobody", lambda one: one.name in NOBODY),
    ],
)  # fmt: skip
def test_points(pi: Api, query: str, chosen: Callable[[Tag], bool]) -> None:
    assert found(pi, "points", query) == [tag(number).path for number in range(TAGS) if chosen(tag(number))]


def is_state(one: Tag, name: str) -> bool:
    value = View(Truth(1), one, NOW).snapshot().value
    return isinstance(value, dict) and value["Name"] == name


def worth(one: Tag, least: float) -> bool:
    sample = View(Truth(1), one, NOW).snapshot()
    return isinstance(sample.value, int | float) and sample.value > least
