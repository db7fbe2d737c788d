"""Lists of the asset model: pages and their links, filters, order, objects by themselves, and how errors are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from apps.pi_simulator.app import create_app
from apps.pi_simulator.events.objects import event_frame
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.times import ticks_of
from tests.apps.pi_simulator.api import Api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apps.pi_simulator.assets.library import Library
    from apps.pi_simulator.assets.objects import Thing
    from apps.pi_simulator.assets.plant import Plant
    from apps.pi_simulator.events.frames import Frame

NOW = ticks_of(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def pi() -> Iterator[Api]:
    with served(create_app(Settings(tags=500, clock=lambda: NOW, max_items=2000, strict=True))) as url:
        yield Api(url)


@pytest.fixture(scope="module")
def database(pi: Api) -> str:
    server = items(pi, "/assetservers")[0]
    web_id: str = items(pi, f"/assetservers/{server['WebId']}/assetdatabases")[0]["WebId"]
    return web_id


def items(pi: Api, path: str, /, **params: Any) -> list[dict[str, Any]]:
    answer = pi.get(path, **params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["Items"]
    return found


def names(pi: Api, path: str, /, **params: Any) -> list[str]:
    return [one["Name"] for one in items(pi, path, selectedFields="Items.Name", **params)]


def test_a_list_ends_after_1000_items_and_says_so_by_its_links_only(pi: Api, database: str) -> None:
    path = f"/assetdatabases/{database}/elements"
    body = pi.get(path, searchFullHierarchy="true").json()

    assert len(body["Items"]) == 1000
    assert set(body["Links"]) == {"First", "Last", "Next"}
    rest = pi.session.get(body["Links"]["Next"], timeout=30).json()
    assert set(rest["Links"]) == {"First", "Last", "Previous"}
    every = names(pi, path, searchFullHierarchy="true", maxCount=2000)
    assert [one["Name"] for one in body["Items"] + rest["Items"]] == every
    assert every == sorted(every, key=str.casefold)


def test_a_list_that_fits_has_no_links(pi: Api, database: str) -> None:
    assert pi.get(f"/assetdatabases/{database}/elements").json()["Links"] == {}


def test_pages_of_any_size_put_together_are_the_list(pi: Api, database: str) -> None:
    path, params = f"/assetdatabases/{database}/elements", {"searchFullHierarchy": "true", "nameFilter": "P*"}
    whole = names(pi, path, **params)

    pages = [names(pi, path, **params, startIndex=start, maxCount=7) for start in range(0, len(whole), 7)]

    assert [name for page in pages for name in page] == whole
    assert len(whole) == 25


@pytest.mark.parametrize(
    ("parameter", "value"), [("maxCount", 2001), ("maxCount", 0), ("maxCount", -1), ("startIndex", -1), ("sortOrder", "Up")]
)
def test_what_no_list_can_give_is_refused(pi: Api, database: str, parameter: str, value: object) -> None:
    answer = pi.get(f"/assetdatabases/{database}/elements", **{parameter: value})

    assert answer.status_code == 400
    assert parameter in answer.json()["Errors"][0]
    if value == 2001:
        assert answer.json()["Errors"] == ["Parameter (maxCount) is greater than the maximum allowed (2000)."]


def test_descending_is_the_other_way_round(pi: Api, database: str) -> None:
    path, params = f"/assetdatabases/{database}/elements", {"searchFullHierarchy": "true", "maxCount": 2000}

    assert names(pi, path, **params, sortOrder="Descending") == names(pi, path, **params)[::-1]


def test_elements_are_filtered_by_name_template_category_and_description(pi: Api, database: str) -> None:
    path = f"/assetdatabases/{database}/elements"
    every = items(pi, path, searchFullHierarchy="true", maxCount=2000, selectedFields="Items.Name;Items.TemplateName")

    def found(**params: str) -> set[str]:
        return set(names(pi, path, searchFullHierarchy="true", maxCount=2000, **params))

    assert found(nameFilter="pump 00000?*") == {one["Name"] for one in every if one["Name"].startswith("Pump 00000")}
    assert found(templateName="Pump") == {one["Name"] for one in every if one["TemplateName"] == "Pump"}
    machines = {"Pump", "Tank", "Exchanger", "Compressor"}
    assert found(templateName="Machine") == {one["Name"] for one in every if one["TemplateName"] in machines}
    assert found(categoryName="machines") == found(templateName="Machine")
    assert found(descriptionFilter="A part*") == found(templateName="Part")
    assert found(templateName="None such") == set()
    assert found(elementType="Flow") == set()


def test_children_are_those_right_below(pi: Api, database: str) -> None:
    site = items(pi, f"/assetdatabases/{database}/elements")[0]
    units = items(pi, f"/elements/{site['WebId']}/elements")

    assert {one["Path"].rpartition("\\")[0] for one in units} == {site["Path"]}
    assert all(one["Links"]["Parent"].endswith(site["WebId"]) for one in units)
    below = names(pi, f"/elements/{site['WebId']}/elements", searchFullHierarchy="true", maxCount=2000)
    assert len(below) > len(units)


def test_attributes_below_attributes_come_when_asked_for_and_hidden_ones_likewise(pi: Api, database: str) -> None:
    pump = items(pi, f"/assetdatabases/{database}/elements", searchFullHierarchy="true", nameFilter="Pump*")[0]["WebId"]
    path = f"/elements/{pump}/attributes"

    assert "High Limit" not in names(pi, path)
    assert names(pi, path, searchFullHierarchy="true").count("High Limit") == 3
    assert "Secret Note" not in names(pi, path)
    assert "Secret Note" in names(pi, path, showHidden="true")
    assert set(names(pi, path, searchFullHierarchy="true", trait="LimitLo")) == {"Low Limit"}
    assert set(names(pi, path, searchFullHierarchy="true", traitCategory="Limit")) == {"High Limit", "Low Limit"}
    assert names(pi, path, valueType="DateTime") == ["Installed"]
    temperature = items(pi, path, nameFilter="Temperature", associations="Paths;DataReference")[0]
    assert temperature["Paths"] == [temperature["Path"]]
    assert temperature["DataReference"]["PIPoint"]["Path"] == temperature["ConfigString"]
    assert names(pi, f"/attributes/{temperature['WebId']}/attributes") == ["High Limit", "Low Limit"]


def test_an_attributes_stream_is_its_points(pi: Api, database: str) -> None:
    pump = items(pi, f"/assetdatabases/{database}/elements", searchFullHierarchy="true", nameFilter="Pump*")[0]["WebId"]
    flow = items(pi, f"/elements/{pump}/attributes", nameFilter="Flow")[0]
    point = pi.get("/points", path=flow["ConfigString"]).json()
    params = {"startTime": "*-10m", "endTime": "*"}

    own = items(pi, f"/streams/{flow['WebId']}/recorded", **params)
    assert own == items(pi, f"/streams/{point['WebId']}/recorded", **params)
    assert own
    sets = items(pi, f"/streamsets/{pump}/recorded", nameFilter="Flow", **params)
    assert [one["Items"] for one in sets] == [own]
    assert flow["Links"]["Point"].endswith(point["WebId"])


@pytest.mark.parametrize(
    "params",
    [
        {"nameFilter": "F*"},
        {"categoryName": "measurements"},
        {"templateName": "flow"},
        {"showHidden": "true", "searchFullHierarchy": "true"},
    ],
)
def test_stream_sets_have_the_attributes_that_lists_have(pi: Api, database: str, params: dict[str, str]) -> None:
    found = items(pi, f"/assetdatabases/{database}/elements", searchFullHierarchy="true", templateName="Machine", maxCount=10)
    every = {one["WebId"]: names(pi, f"/elements/{one['WebId']}/attributes", **params) for one in found}

    assert any(every.values())
    for web_id, own in every.items():
        assert sorted(names(pi, f"/streamsets/{web_id}/value", **params)) == own


def test_an_attribute_of_a_templates_name_without_the_template_is_not_the_templates(pi: Api, database: str) -> None:
    found = items(
        pi, f"/assetdatabases/{database}/elementattributes", searchFullHierarchy="true", attributeNameFilter="Temperature"
    )
    alone = next(one for one in found if "Template" not in one["Links"])["Links"]["Element"].rpartition("/")[2]

    for path in (f"/elements/{alone}/attributes", f"/streamsets/{alone}/value"):
        assert names(pi, path, nameFilter="Temperature") == ["Temperature"]
        assert names(pi, path, templateName="Temperature") == []


def test_templates_have_bases_and_their_attributes_with_them(pi: Api, database: str) -> None:
    found = items(pi, f"/assetdatabases/{database}/elementtemplates", field="Name", query="Pump")
    web_id = found[0]["WebId"]

    assert [one["Name"] for one in found] == ["Pump"]
    assert names(pi, f"/elementtemplates/{web_id}/baseelementtemplates") == ["Asset", "Machine"]
    assert names(pi, f"/elementtemplates/{web_id}/attributetemplates") == ["Head"]
    inherited = names(pi, f"/elementtemplates/{web_id}/attributetemplates", showInherited="true")
    assert {"Owner", "Flow", "Head"} <= set(inherited)
    assert "High Limit" not in inherited
    machine = items(pi, f"/assetdatabases/{database}/elementtemplates", field="Name", query="Machine")[0]["WebId"]
    deep = names(pi, f"/elementtemplates/{machine}/attributetemplates", showDescendants="true", depthFirstTraverse="true")
    assert deep[:2] == ["Flow", "High Limit"]
    assert set(names(pi, f"/elementtemplates/{machine}/derivedelementtemplates")) == {"Pump", "Tank", "Exchanger", "Compressor"}


def test_a_search_that_names_no_field_searches_names(pi: Api, database: str) -> None:
    for word, query in (("analyses", "Eff*"), ("analysistemplates", "Eff*"), ("elementtemplates", "Ma*")):
        path = f"/assetdatabases/{database}/{word}"
        assert names(pi, path, query=query) == names(pi, path, query=query, field="Name") != []
    assert pi.get(f"/assetdatabases/{database}/analyses", field="Colour").status_code == 400


def test_several_come_each_by_itself_and_207_tells_that_some_did_not(pi: Api, database: str) -> None:
    one = items(pi, f"/assetdatabases/{database}/elements")[0]
    missing = "\\\\SIM-AF\\Plant\\Nowhere"

    good = pi.get("/elements/multiple", webId=[one["WebId"]])
    assert (good.status_code, good.json()["Items"][0]["Object"]["Name"]) == (200, one["Name"])
    mixed = pi.get("/elements/multiple", webId=[one["WebId"]], path=[missing])
    assert mixed.status_code == 207
    assert [("Object" in item, "Exception" in item) for item in mixed.json()["Items"]] == [(True, False), (False, True)]
    assert [item["IdentifierType"] for item in mixed.json()["Items"]] == ["ID", "Path"]

    def included(mode: str) -> tuple[int, list[str]]:
        answer = pi.get("/elements/multiple", webId=one["WebId"], path=missing, includeMode=mode)
        return answer.status_code, [item["Identifier"] for item in answer.json().get("Items", [])]

    assert included("ItemsWithExceptionOnly") == (207, [missing])
    assert included("ItemsWithoutExceptionOnly") == (207, [one["WebId"]])
    assert included("ItemsWithException") == (400, [])
    assert pi.get("/elements/multiple").status_code == 400


def test_queries_find_what_they_describe(pi: Api, database: str) -> None:
    def found(controller: str, query: str) -> list[str]:
        return names(pi, f"/{controller}/search", databaseWebId=database, query=query)

    assert found("elements", "Name:=Pump* Template:='Pump'") == found("elements", "Pump*")
    assert found("elements", 'Name:="Unit 0000"') == ["Unit 0000"]
    assert all(name.startswith("Efficiency") for name in found("analyses", "Name:=Eff*"))
    running = found("eventframes", "InProgress:=True Start:>='2026-02-27'")
    assert running
    assert pi.get("/elements/search", query="Colour:=red").status_code == 400
    assert pi.get("/elements/search", query="Attribute:{Name:=x}").status_code == 400


@pytest.mark.parametrize("mode", ["Forwards", ""])
def test_a_search_mode_that_is_none_is_refused(pi: Api, database: str, mode: str) -> None:
    assert pi.get(f"/assetdatabases/{database}/eventframes", searchMode=mode).status_code == 400


def test_event_frames_are_filtered(pi: Api, database: str) -> None:
    path, day = f"/assetdatabases/{database}/eventframes", {"startTime": "*-5d"}
    every = items(pi, path, **day, searchFullHierarchy="true", maxCount=2000)
    top = items(pi, path, **day, maxCount=2000)

    def found(**params: Any) -> list[str]:
        return names(pi, path, **day, maxCount=2000, **params)

    assert len(every) > len(top) > 700
    assert found(templateName="AlarmTemplate") == [one["Name"] for one in top if one["TemplateName"] == "AlarmTemplate"]
    assert found(severity=["Minor", "Major"]) == [one["Name"] for one in top if one["Severity"] in {"Minor", "Major"}]
    assert found(isAcknowledged="true") == [one["Name"] for one in top if one["IsAcknowledged"]]
    assert found(canBeAcknowledged="false") == [one["Name"] for one in top if not one["CanBeAcknowledged"]]
    assert found(categoryName="Alarms") == found(templateName="AlarmTemplate")
    element = next(one for one in top if one["RefElementWebIds"])["RefElementWebIds"][0]
    named = pi.get(f"/elements/{element}").json()["Name"]
    of_element = [one["Name"] for one in top if element in one["RefElementWebIds"]]
    assert found(referencedElementNameFilter=named) == of_element
    with_phases = [one["Name"] for one in every if element in one["RefElementWebIds"]]
    assert names(pi, f"/elements/{element}/eventframes", **day) == with_phases


@pytest.mark.parametrize("field", ["StartTime", "endtime"])
def test_a_page_of_event_frames_in_order_of_time_makes_its_own_frames_only(
    pi: Api, database: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, wanted = f"/assetdatabases/{database}/eventframes", {"startTime": "*-5d", "sortField": field}
    every = items(pi, path, **wanted)
    times = [one["StartTime" if field == "StartTime" else "EndTime"] for one in every]
    assert len(times) > 15
    assert times == sorted(times)
    assert items(pi, path, **wanted, sortOrder="Descending") == every[::-1]
    made: list[int] = []

    def counted(plant: Plant, library: Library, frame: Frame, now: int) -> Thing:
        made.append(frame.number)
        return event_frame(plant, library, frame, now)

    monkeypatch.setattr("apps.pi_simulator.assets.world.event_frame", counted)
    assert items(pi, path, **wanted, startIndex=10, maxCount=5) == every[10:15]
    assert len(made) == 5


def test_a_search_from_a_time_on_takes_no_end_and_no_order(pi: Api, database: str) -> None:
    path = f"/assetdatabases/{database}/eventframes"
    found = items(pi, path, searchMode="BackwardFromStartTime", startTime="*", maxCount=5)

    assert [one["StartTime"] for one in found] == sorted((one["StartTime"] for one in found), reverse=True)
    for name, value in (("endTime", "*"), ("sortField", "Name"), ("sortOrder", "Ascending")):
        refused = pi.get(path, searchMode="BackwardFromStartTime", **{name: value})
        assert refused.status_code == 400
    assert pi.get(path, startTime="*", endTime="*-1d").status_code == 400
    assert pi.get(path, startTime="soon").status_code == 400


def test_rows_of_tables_come_with_their_columns(pi: Api, database: str) -> None:
    tables = items(pi, f"/assetdatabases/{database}/tables")
    bodies = {one["Name"]: pi.get(f"/tables/{one['WebId']}/data").json() for one in tables}

    assert {name: len(body["Rows"]) for name, body in bodies.items()} == {
        "Materials": 12, "Prices's": 40, "Empty": 0, "Readings": 2500,
    }  # fmt: skip
    assert all(set(row) == set(body["Columns"]) for body in bodies.values() for row in body["Rows"])


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/elements/nothing", {}, 404),
        ("/elements", {"path": "\\\\SIM-AF\\Plant\\Nowhere"}, 404),
        ("/elements", {}, 400),
        ("/attributes", {"path": "\\\\SIM-AF\\Plant\\Site 0000|Nothing"}, 404),
        ("/assetservers", {"name": "other"}, 404),
        ("/assetservers", {"colour": "red"}, 400),
        ("/eventframes/search", {"query": "{"}, 400),
        ("/tables/F1Bl/data", {}, 404),
    ],
)
def test_errors_are_told_as_pi_tells_them(pi: Api, path: str, params: dict[str, str], status: int) -> None:
    answer = pi.get(path, **params)

    assert answer.status_code == status
    assert list(answer.json()) == ["Errors"]
    assert all(isinstance(one, str) and one for one in answer.json()["Errors"])


@pytest.mark.parametrize("kind", ["Full", "IDOnly", "PathOnly", "LocalIDOnly", "DefaultIDOnly"])
def test_web_ids_of_every_kind_lead_back(pi: Api, database: str, kind: str) -> None:
    one = items(pi, f"/assetdatabases/{database}/elements", webIdType=kind)[0]

    assert pi.get(f"/elements/{one['WebId']}").json()["Path"] == one["Path"]
    assert one["Links"]["Self"].endswith(one["WebId"])
