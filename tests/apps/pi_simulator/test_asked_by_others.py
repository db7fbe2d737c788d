"""What clients that others wrote ask, each as it asks it: all of it is answered as PI does.

The clients themselves (kukur 0.1.20, pyspark-pi 0.3.0, tagreader 6.3.0, Grafana's plug-in for PI Web API) need too much beside
them to be run here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import pytest

from apps.pi_simulator.app import create_app
from apps.pi_simulator.archive import SERVER_IDENTITY
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.streams.samples import View
from apps.pi_simulator.tags import SETS, tag
from apps.pi_simulator.times import SECOND, ticks_of, written
from apps.pi_simulator.truth import Truth
from tests.apps.pi_simulator.api import Api

if TYPE_CHECKING:
    from collections.abc import Iterator

TAGS = 300
NOW = ticks_of(datetime(2026, 3, 1, 12, tzinfo=UTC))
START, END = NOW - 7200 * SECOND, NOW - 3600 * SECOND
ENDS = {"startTime": written(START), "endTime": written(END)}
SERVER = SERVER_IDENTITY.web_id()


@pytest.fixture(scope="module")
def pi() -> Iterator[Api]:
    with served(create_app(Settings(tags=TAGS, clock=lambda: NOW))) as url:
        yield Api(url)


def good(answer: Any) -> Any:
    assert answer.status_code in {200, 207}, answer.text
    return answer.json()


def recorded(number: int) -> list[dict[str, Any]]:
    return Truth(1).between(tag(number), START, END, NOW).rows()


class TestTagreader:
    """It searches for names and descriptions with backslashes before signs, and writes times as `01-Mar-26 10:00:00`."""

    TIMES: ClassVar = {"startTime": "01-Mar-26 10:00:00", "endTime": "01-Mar-26 11:00:00", "timeZone": "UTC"}

    @pytest.mark.parametrize("number", [0, 11, 90, 190, 290])
    def test_a_tag_is_found_by_its_name(self, pi: Api, number: int) -> None:
        escaped = "".join(f"\\{sign}" if sign in '+-&|(){}[]^"~:\\ ' else sign for sign in tag(number).name)
        asked = {"query": f"name:{escaped}", "dataserverwebid": SERVER}
        assert [one["WebId"] for one in good(pi.get("/points/search", **asked))["Items"]] == [tag(number).identity.web_id()]

    def test_tags_are_found_by_name_and_description(self, pi: Api) -> None:
        asked = {"query": r"name:Unit01* AND description:Level\ of*", "dataserverwebid": SERVER}
        found = [one["Name"] for one in good(pi.get("/points/search", **asked))["Items"]]
        assert found == [tag(number).name for number in range(100, 200) if "Level" in tag(number).name]

    def test_values_are_read(self, pi: Api) -> None:
        path, fields = f"/streams/{tag(0).identity.web_id()}", "Links;Items.Timestamp;Items.Value;Items.Good"
        raw = good(pi.get(f"{path}/recorded", **self.TIMES, selectedFields=fields, maxCount=10_000))["Items"]
        assert raw == [{name: row[name] for name in ("Timestamp", "Value", "Good")} for row in recorded(0)]
        assert len(good(pi.get(f"{path}/interpolated", **self.TIMES, selectedFields=fields, interval="300s"))["Items"]) == 13
        summed = pi.get(f"{path}/summary", **self.TIMES, summaryType="Average", summaryDuration="300s")
        assert len(good(summed)["Items"]) == 12


class TestKukur:
    """It follows links, asks every list for `maxCount` items, and pages until a page is empty."""

    def test_points_come_in_pages_up_to_an_empty_one(self, pi: Api) -> None:
        server = good(pi.get(f"/dataservers/{SERVER}", selectedFields="Links.Points;Links.EnumerationSets"))
        pages: list[list[dict[str, Any]]] = []
        while not pages or pages[-1]:
            asked = {"maxCount": 200, "startIndex": 200 * len(pages)}
            pages.append(good(pi.session.get(server["Links"]["Points"], params=asked, timeout=30))["Items"])
        assert [len(page) for page in pages] == [200, 100, 0]

    def test_digital_sets_are_read_by_the_link_of_their_values(self, pi: Api) -> None:
        asked = {"maxCount": 200}
        sets = good(pi.get(f"/dataservers/{SERVER}/enumerationsets", **asked))["Items"]
        links = {one["Name"]: one["Links"]["Values"] for one in sets}
        values = good(pi.session.get(links["Modes"], params=asked, timeout=30))["Items"]
        assert {one["Value"]: one["Name"] for one in values} == dict(enumerate(SETS["Modes"]))

    def test_values_are_read_by_the_link_of_a_point_that_is_found_by_its_name(self, pi: Api) -> None:
        asked = {"maxCount": "200", "nameFilter": tag(90).name, "selectedFields": "Items.Links.RecordedData"}
        (point,) = good(pi.get(f"/dataservers/{SERVER}/points", **asked))["Items"]
        times = {"startTime": "2026-03-01T10:00:00+00:00", "endTime": "2026-03-01T11:00:00+00:00", "maxCount": "200"}
        found = good(pi.session.get(point["Links"]["RecordedData"], params=times, timeout=30))["Items"]
        assert found == recorded(90)[:200]


class TestPysparkPi:
    """It asks by batches, in small letters, and says `maxCount` and `timezone` to whatever it asks."""

    COMMON = f"startTime={written(START)}&endTime={written(END)}&timezone=Europe/Berlin&maxCount=150000"

    @pytest.mark.parametrize(
        ("what", "count"),
        [
            ("recorded?boundaryType=outside&selectedFields=Items", len(recorded(0)) + 2),
            ("recorded?boundaryType=inside&filterExpression='.' > 1000&includeFilteredValues=true", 1),
            ("interpolated?interval=5m&syncTime=*&syncTimeBoundaryType=inside", 13),
            ("summary?summaryType=populationstddev&calculationBasis=timeweighted&summaryDuration=10m&timeType=auto", 6),
            ("summary?summaryType=total&calculationBasis=timeweightedcontinuous&summaryDuration=10m", 6),
            ("summary?summaryType=average&calculationBasis=eventweightedincludebothends&summaryDuration=10m", 6),
            ("summary?summaryType=count&sampleType=interval&sampleInterval=0:01:00&summaryDuration=10m", 6),
        ],
    )  # fmt: skip
    def test_values_are_read(self, pi: Api, what: str, count: int) -> None:
        resource = f"{pi.base}/streams/{tag(0).identity.web_id()}/{what}&{self.COMMON}"
        told = good(pi.batch({"a;2026": {"Method": "GET", "Resource": resource}}))["a;2026"]
        assert told["Status"] == 200, told
        assert len(told["Content"]["Items"]) == count

    def test_points_are_found_by_their_paths(self, pi: Api) -> None:
        fields = "Items.Object.Name;Items.Object.WebId;Items.Object.PointType;Items.Exception.Errors"
        found = good(pi.get("/points/multiple", selectedFields=fields, path=[tag(0).path, tag(11).path]))["Items"]
        assert [one["Object"]["PointType"] for one in found] == ["Float32", "String"]


class TestGrafana:
    """Its paths have backslashes and braces as they are; a batch finds the WebID and asks by it, with nothing as null."""

    PUMP = r"\\SIM-AF\Plant\Site 0000\Unit 0000\Pump 000002"
    TIMES = f"?startTime={written(START)}&endTime={written(END)}"

    def raw(self, pi: Api, path: str) -> Any:
        """Ask for a path without more escaping than the plug-in does."""
        connection = HTTPConnection(urlsplit(pi.url).netloc, timeout=30)
        connection.putrequest("GET", "/piwebapi" + path.replace(" ", "%20").replace("|", "%7C"))
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 200, (path, answer.read())
        body = answer.read()
        connection.close()
        return body

    def test_what_there_is_is_found_step_by_step(self, pi: Api) -> None:
        database = pi.get("/assetdatabases", path=r"\\SIM-AF\Plant").json()["WebId"]
        element = pi.get("/elements", path=self.PUMP).json()["WebId"]
        for path in (
            "/",
            "/dataservers?name=SIM-PI",
            r"/assetservers?path=\\SIM-AF",
            r"/assetdatabases?path=\\SIM-AF\Plant",
            f"/elements?path={self.PUMP}",
            f"/attributes?selectedFields=WebId;Name;Path;Type;DigitalSetName&path={self.PUMP}|Flow",
            f"/assetdatabases/{database}/elementtemplates?selectedFields=Items.InstanceType%3BItems.Name%3BItems.WebId",
            f"/assetdatabases/{database}/elements?maxCount=10000&selectedFields=Items.WebId%3BItems.Items%3BItems.HasChildren",
            f"/elements/{element}/attributes?searchFullHierarchy=true&nameFilter=*&maxCount=10000",
            f"/dataservers/{SERVER}/points?maxCount=100&nameFilter=Unit0[12]*",
        ):
            assert self.raw(pi, path)

    @pytest.mark.parametrize("of_point", [True, False])
    @pytest.mark.parametrize(
        "what",
        [
            "streamsets/end?webId=",
            "streamsets/value?time=*&webId=",
            f"streamsets/summary{TIMES}&summaryType=Average&summaryType=Maximum&summaryDuration=30s&sampleType=Interval&webId=",
            f"streamsets/interpolated{TIMES}&interval=30s&webId=",
            f"streamsets/recorded{TIMES}&maxCount=640&boundaryType=Inside&webId=",
            f"streamsets/plot{TIMES}&intervals=640&webId=",
            "calculation/times?time=*&expression='.'*2&webId=",
            f"calculation/summary{TIMES}&summaryType=Average&calculationBasis=EventWeighted&expression='.'*2&webId=",
            f"calculation/intervals{TIMES}&sampleInterval=30s&expression='.'*2&webId=",
            f"calculation/recorded{TIMES}&expression='.'*2&webId=",
        ],
    )
    def test_a_panel_is_filled(self, pi: Api, what: str, of_point: bool) -> None:
        place = rf"points?selectedFields=WebId;Name&path={tag(10).path}" if of_point else f"attributes?path={self.PUMP}|Flow"
        nothing: dict[str, Any] = {"ParentIds": None, "Parameters": None, "Headers": None}
        parts = {
            "A_Req1": {**nothing, "Method": "GET", "Resource": f"{pi.base}/{place}"},
            "A_Req1_Data": {
                **nothing,
                "Method": "GET",
                "Resource": f"{pi.base}/{what}{{0}}",
                "ParentIds": ["A_Req1"],
                "Parameters": ["$.A_Req1.Content.WebId"],
            },
        }
        told = good(pi.batch(parts, **{"X-PIWEBAPI-HTTP-METHOD": "GET"}))
        assert [told[name]["Status"] for name in parts] == [200, 200], told
        assert told["A_Req1_Data"]["Content"]["Items"]

    def test_a_calculation_gives_what_the_panel_shows(self, pi: Api) -> None:
        web_id = tag(10).identity.web_id()
        told = good(pi.get("/calculation/times", time=written(END), expression="'.'*2", webId=web_id))["Items"]
        assert told[0]["Value"] == View(Truth(1), tag(10), NOW).at([END])[0].value * 2

    def test_annotations_are_event_frames_with_their_attributes(self, pi: Api) -> None:
        database = pi.get("/assetdatabases", path=r"\\SIM-AF\Plant").json()["WebId"]
        frames = f"{pi.base}/assetdatabases/{database}/eventframes{self.TIMES}&templateName=AlarmTemplate&nameFilter=Alarm*"
        values = f"{pi.base}/streamsets/{{0}}/value?selectedFields=Items.Value%3BItems.Name&nameFilter=Peak"
        parts = {
            "1": {"Method": "GET", "Resource": frames},
            "2": {
                "Method": "GET",
                "RequestTemplate": {"Resource": values},
                "Parameters": ["$.1.Content.Items[*].WebId"],
                "ParentIds": ["1"],
            },
        }
        told = good(pi.batch(parts))
        inner = told["2"]["Content"]["Items"]
        assert len(inner) == len(told["1"]["Content"]["Items"]) > 0
        assert {one["Content"]["Items"][0]["Name"] for one in inner} == {"Peak"}
