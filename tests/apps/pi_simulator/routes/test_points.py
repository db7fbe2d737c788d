"""Data servers, points and enumeration sets, as PI shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.pi_simulator.archive import SERVER_IDENTITY
from apps.pi_simulator.faults import FaultPlan
from apps.pi_simulator.tags import SETS, tag
from tests.apps.pi_simulator.swagger import assert_shaped

if TYPE_CHECKING:
    from tests.apps.pi_simulator.api import Api, Start

SERVER = SERVER_IDENTITY.web_id()
POINTS = f"/dataservers/{SERVER}/points"


def checked(api: Api, template: str, status: int = 200, /, **params: Any) -> Any:
    """Ask a path, whose WebID is in `params` too, and hold the answer against the description."""
    path = template.partition("#")[0]
    for name in ("webId", "name", "marker"):
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", params.pop(name))
    answer = api.session.get(api.base + path, params=params, timeout=30)
    assert answer.status_code == status, answer.text
    assert_shaped(template, status, answer.json())
    return answer.json()


def test_there_is_one_data_server_by_any_name(api: Api) -> None:
    (one,) = checked(api, "/dataservers")["Items"]

    for template, params in {
        "/dataservers/{webId}": {"webId": one["WebId"]},
        "/dataservers#name": {"name": one["Name"].lower()},
        "/dataservers#path": {"path": one["Path"]},
    }.items():
        assert checked(api, template, **params)["Id"] == one["Id"]
    assert checked(api, "/dataservers/{webId}", webId=SERVER_IDENTITY.web_id("IDOnly"), webIdType="IDOnly")["WebId"][0] == "I"


def test_a_list_without_maxcount_ends_at_a_thousand_with_a_link_to_the_rest_only(start: Start) -> None:
    api = start(tags=2300)
    names, pages = [], 0
    answer = checked(api, "/dataservers/{webId}/points", webId=SERVER, selectedFields="Links;Items.Name;Items.Id")
    while True:
        names += [item["Name"] for item in answer["Items"]]
        pages += 1
        if "Next" not in answer["Links"]:
            break
        answer = api.session.get(answer["Links"]["Next"], timeout=30).json()
    assert (pages, names) == (3, [tag(number).name for number in range(2300)])
    assert set(answer["Links"]) == {"First", "Previous", "Last"}
    assert api.session.get(answer["Links"]["Last"], timeout=30).json() == answer


def test_a_list_that_fits_has_no_links_and_links_keep_what_was_asked_for(api: Api) -> None:
    assert checked(api, "/dataservers/{webId}/points", webId=SERVER)["Links"] == {}
    asked = {"nameFilter": "*+* & *", "maxCount": 1, "startIndex": 1}
    links = checked(api, "/dataservers/{webId}/points", webId=SERVER, **asked)["Links"]
    assert parse_qs(urlsplit(links["First"]).query) == {"nameFilter": ["*+* & *"], "startIndex": ["0"], "maxCount": ["1"]}


def test_a_last_page_that_is_full_has_no_next(api: Api) -> None:
    links = checked(api, "/dataservers/{webId}/points", webId=SERVER, startIndex=200, maxCount=100)["Links"]
    assert set(links) == {"First", "Previous", "Last"}


def test_names_are_chosen_by_star_question_mark_and_sets_of_letters(api: Api) -> None:
    def names(name_filter: str) -> list[str]:
        return [
            item["Name"] for item in checked(api, "/dataservers/{webId}/points", webId=SERVER, nameFilter=name_filter)["Items"]
        ]

    assert names("unit01.*.00010?") == [tag(number).name for number in range(100, 110)]
    assert names("unit0[02].*.000?0[15]") == [tag(number).name for number in (1, 5, 201, 205)]
    assert names("unit0[!02].*") == [tag(number).name for number in range(100, 200)]
    assert names("*.*+") == names("*[+]*") == names(r"unit0\*") == []
    assert names(r"unit00\.flow.000000") == ["Unit00.Flow.000000"]
    assert names('*"*') == [tag(number).name for number in range(300) if '"' in tag(number).name]
    assert len(names("**")) == 300


def test_a_page_larger_than_the_server_allows_is_refused_with_the_number_it_allows(api: Api) -> None:
    refused = checked(api, "/dataservers/{webId}/points", 400, webId=SERVER, maxCount=150_001)
    assert refused["Errors"] == ["Parameter (maxCount) is greater than the maximum allowed (150000)."]
    assert api.get(POINTS, maxCount=0).status_code == api.get(POINTS, startIndex=-1).status_code == 400


@pytest.mark.parametrize("number", [0, 11, 22, 77, 90, 190, 290])
@pytest.mark.parametrize("kind", ["Full", "IDOnly", "PathOnly", "LocalIDOnly", "DefaultIDOnly"])
def test_a_point_is_found_by_its_path_and_by_every_webid_of_its(api: Api, number: int, kind: str) -> None:
    by_path = checked(api, "/points", path=tag(number).path, webIdType=kind)

    assert by_path["WebId"] == tag(number).identity.web_id(kind)
    assert checked(api, "/points/{webId}", webId=by_path["WebId"], webIdType=kind) == by_path
    told = tag(number)
    assert [by_path[name] for name in ("Name", "PointType", "EngineeringUnits", "Step", "Future", "DigitalSetName")] == [
        told.name, told.point_type, told.units, told.step, told.future, told.digital_set,
    ]  # fmt: skip


def test_the_links_of_a_point_lead_somewhere(api: Api) -> None:
    point = checked(api, "/points", path=tag(0).path)

    assert len(point["Links"]) == 9
    assert {name for name, link in point["Links"].items() if not api.session.get(link, timeout=30).ok} == set()


@pytest.mark.parametrize(
    ("web_id", "status"),
    [
        ("nonsense", 400),
        ("F1DPAAA", 400),
        ("F1DP****", 400),
        ("F1EmAAAA", 400),
        ("P1DPU0lNLVBJXFg", 404),
        (tag(300).identity.web_id(), 404),
    ],
)
def test_what_is_no_webid_is_a_bad_request_and_what_nothing_has_is_not_found(api: Api, web_id: str, status: int) -> None:
    for path in (f"/points/{web_id}", f"/points/{web_id}/attributes"):
        answer = api.get(path)
        assert (answer.status_code, list(answer.json())) == (status, ["Errors"])


@pytest.mark.parametrize(("web_id", "status"), [("nonsense", 400), ("F1DPAAA", 400), (tag(300).identity.web_id(), 404)])
def test_a_stream_is_looked_for_as_its_point_is(api: Api, web_id: str, status: int) -> None:
    checked(api, "/streams/{webId}/recorded", status, webId=web_id)


def test_many_points_are_given_each_with_its_own_error(api: Api) -> None:
    good, gone = tag(1).identity.web_id(), tag(999).identity.web_id()
    paths = [tag(2).path, "\\\\SIM-PI\\nowhere"]

    assert all("Object" in item for item in checked(api, "/points/multiple", webId=good, path=paths[0])["Items"])
    items = checked(api, "/points/multiple", 207, webId=[good, gone], path=paths)["Items"]
    assert [(item["IdentifierType"], item["Identifier"]) for item in items] == [
        *[("ID", web_id) for web_id in (good, gone)],
        *[("Path", path) for path in paths],
    ]
    assert ["Exception" in item for item in items] == [False, True, False, True]
    assert items[1]["Exception"]["Errors"]
    wrong = checked(api, "/points/multiple", 207, webId=[good, gone], includeMode="ItemsWithExceptionOnly")["Items"]
    assert [item["Identifier"] for item in wrong] == [gone]
    assert api.get("/points/multiple").status_code == 400


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("Unit01.*", lambda one: one.name.startswith("Unit01.")),
        ("Tag:=*flow* AND PointType:=float32", lambda one: "Flow" in one.name and one.point_type == "Float32"),
        ("tag:=*flow* pointid:>290", lambda one: "Flow" in one.name and one.number >= 290),
        ("digitalset:=Modes OR (pointtype:<>Float32 pointid:<=12)",
         lambda one: one.digital_set == "Modes" or (one.point_type != "Float32" and one.number < 12)),
        ('engunits:="m3/h" future:=1', lambda one: one.units == "m3/h" and one.future),
        ("pointid:>=299", lambda one: one.number >= 298),
        ("", bool),
    ],
)  # fmt: skip
def test_a_search_finds_what_its_query_says(api: Api, query: str, chosen: Any) -> None:
    found = api.get("/points/search", query=query, dataServerWebId=SERVER).json()["Items"]

    assert [item["Name"] for item in found] == [tag(number).name for number in range(300) if chosen(tag(number))]


@pytest.mark.parametrize("params", [{"query": '"'}, {"query": "a OR"}, {"query": "a", "maxCount": 1001}])
def test_a_search_that_is_none_is_refused(api: Api, params: dict[str, Any]) -> None:
    assert api.get("/points/search", **params).status_code == 400


def test_a_point_has_all_attributes_of_its_class(api: Api) -> None:
    web_id = tag(22).identity.web_id()
    told = {item["Name"]: item["Value"] for item in checked(api, "/points/{webId}/attributes", webId=web_id)["Items"]}

    assert len(told) > 50
    assert (told["pointid"], told["tag"], told["digitalset"], told["pointtype"]) == (23, tag(22).name, "Modes", "Digital")
    two = checked(api, "/points/{webId}/attributes", webId=web_id, name=["Zero", "span"])["Items"]
    assert [item["Name"] for item in two] == ["span", "zero"]
    some = checked(api, "/points/{webId}/attributes", webId=web_id, nameFilter="location?")["Items"]
    assert [item["Name"] for item in some] == [f"location{at}" for at in range(1, 6)]
    assert api.session.get(two[0]["Links"]["Self"], timeout=30).json() == two[0]
    assert api.get(f"/points/{web_id}/attributes/nosuch").status_code == 404
    assert api.get(f"/points/{web_id}/attributes", name="nosuch").status_code == 400


def test_enumeration_sets_and_their_values_are_found_by_webid_and_path(api: Api) -> None:
    sets = checked(api, "/dataservers/{webId}/enumerationsets", webId=SERVER)["Items"]

    assert {one["Name"] for one in sets} == set(SETS)
    for one in sets:
        assert checked(api, "/enumerationsets", path=one["Path"]) == one
        assert checked(api, "/enumerationsets/{webId}", webId=one["WebId"]) == one
        values = checked(api, "/enumerationsets/{webId}/enumerationvalues", webId=one["WebId"])["Items"]
        assert {value["Name"] for value in values} == set(SETS[one["Name"]])
        for value in values:
            assert checked(api, "/enumerationvalues", path=value["Path"]) == value
            assert checked(api, "/enumerationvalues/{webId}", webId=value["WebId"]) == value
    for kind in ("/enumerationsets", "/enumerationvalues"):
        checked(api, kind, 404, path="\\\\nowhere")
        checked(api, f"{kind}/{{webId}}", 400, webId="nonsense")


def test_a_point_that_vanishes_is_not_found_and_no_longer_listed(start: Start) -> None:
    api = start(tags=30, hostility=FaultPlan(share=0, vanishing=10))

    assert api.get(f"/points/{tag(9).identity.web_id()}").status_code == 404
    assert api.get(f"/streamsets/recorded?webId={tag(8).identity.web_id()}&webId={tag(9).identity.web_id()}").status_code == 404
    assert len(api.get(POINTS).json()["Items"]) == 27
