"""Streams and stream sets over HTTP: shapes, choices, limits and errors. What the values are, tests/…/streams hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.pi_simulator.app import create_app
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, parse, written
from apps.pi_simulator.truth import Truth
from tests.apps.pi_simulator.api import Api
from tests.apps.pi_simulator.routes.test_points import SERVER, checked
from tests.apps.pi_simulator.streams.plain import HOUR, NOW, seen
from tests.apps.pi_simulator.swagger import assert_shaped

if TYPE_CHECKING:
    from collections.abc import Iterator

WEB_IDS = [tag(number).identity.web_id() for number in range(100)]
KINDS = [0, 11, 22, 44, 55, 66, 77, 88]
ENDS = {"startTime": "*-2h", "endTime": "*"}


@pytest.fixture(scope="module")
def still() -> Iterator[Api]:
    """A simulator whose clock stands still."""
    with served(create_app(Settings(tags=200, clock=lambda: NOW, max_items=20_000, strict=True))) as url:
        yield Api(url)


@pytest.mark.parametrize("number", KINDS)
@pytest.mark.parametrize(
    ("reading", "params"),
    [
        ("recorded", ENDS),
        ("recorded", {**ENDS, "boundaryType": "outside", "maxCount": 10}),
        ("recorded", {**ENDS, "boundaryType": "Interpolated", "associations": "Annotations"}),
        ("interpolated", {**ENDS, "interval": "10m", "syncTime": "t", "syncTimeBoundaryType": "Outside"}),
        ("interpolatedattimes", {"time": ["*-1h", "t+1h"], "sortOrder": "Descending"}),
        ("plot", {**ENDS, "intervals": 5}),
        ("recordedattimes", {"time": ["*-1h", "*"], "retrievalMode": "before"}),
        ("recordedattime", {"time": "*-1h", "retrievalMode": "AtOrAfter"}),
        ("summary", {**ENDS, "summaryType": ["Count", "PercentGood"], "summaryDuration": "30m"}),
        ("value", {}),
        ("value", {"time": "*-90s"}),
        ("end", {}),
    ],
)
def test_each_answer_is_as_described_for_every_kind_of_point(
    still: Api, number: int, reading: str, params: dict[str, Any]
) -> None:
    one = checked(still, f"/streams/{{webId}}/{reading}", webId=WEB_IDS[number], **params)
    assert one.get("Items") or "Value" in one

    params = {name: value for name, value in params.items() if name != "associations"}
    several = still.get(f"/streamsets/{reading}", webId=[WEB_IDS[number], WEB_IDS[0]], **params)
    own = several.json()["Items"][0]
    assert (own["WebId"], own["Name"], own["Path"]) == (WEB_IDS[number], tag(number).name, tag(number).path)
    if reading != "end" and "Items" in one:
        assert own["Items"] == one["Items"]
    elif reading != "end":
        assert own["Value"] == one


def test_stream_sets_are_as_described(still: Api) -> None:
    for reading, params in {
        "recorded": {"startTime": "*-10m", "sortField": "Name", "sortOrder": "Descending"},
        "interpolated": ENDS,
        "interpolatedattimes": {"time": "*"},
        "plot": ENDS,
        "recordedattime": {"time": "*"},
        "recordedattimes": {"time": "*"},
        "summary": {**ENDS, "summaryType": "Count"},
        "value": {},
        "end": {},
    }.items():
        answer = still.get(f"/streamsets/{reading}", webId=WEB_IDS, **params)
        assert answer.status_code == 200, answer.text
        assert_shaped(f"/streamsets/{reading}", 200, answer.json())
        names = [item["Name"] for item in answer.json()["Items"]]
        told = [tag(number).name for number in range(100)]
        assert names == (sorted(told, reverse=True) if "sortField" in params else told)


def test_recorded_values_are_the_truth(still: Api) -> None:
    answer = still.get("/streamsets/recorded", webId=WEB_IDS, startTime="*-10m", maxCount=2000)

    for number, item in enumerate(answer.json()["Items"]):
        assert item["Items"] == Truth(1).between(tag(number), NOW - HOUR // 6, NOW, NOW).rows()


@pytest.mark.parametrize(
    "fields",
    ["Items.WebId;Items.Items.Timestamp;Items.Items.Value;Items.Items.Good", "Items.Items.Value.Name", "Items.Name",
     "Items.Items", "Links", "Items.Items.nosuch", "items.items.TIMESTAMP;Items.UnitsAbbreviation"],
)  # fmt: skip
def test_selected_fields_give_the_same_values_with_less_around_them(still: Api, fields: str) -> None:
    params = {"webId": [WEB_IDS[0], WEB_IDS[22]], "startTime": "*-3h", "boundaryType": "Interpolated"}
    whole = still.get("/streamsets/recorded", **params).json()

    def cut(value: Any, paths: list[list[str]]) -> Any:
        if any(not path for path in paths) or not isinstance(value, dict | list):
            return value
        if isinstance(value, list):
            return [cut(item, paths) for item in value]
        below = {name: [path[1:] for path in paths if path[0] == name.lower()] for name in value}
        return {name: cut(value[name], rest) for name, rest in below.items() if rest}

    told = cut(whole, [path.split(".") for path in fields.lower().split(";")])
    assert still.get("/streamsets/recorded", **params, selectedFields=fields).json() == told


def test_what_is_cut_at_maxcount_is_not_told_and_a_later_start_reads_backwards(still: Api) -> None:
    path = f"/streams/{WEB_IDS[0]}/recorded"
    whole = still.get(path, startTime="*-2h", maxCount=5000).json()["Items"]

    assert len(whole) > 1000
    assert still.get(path, startTime="*-2h").json()["Items"] == whole[:1000]
    assert still.get(path, startTime="*", endTime="*-2h", maxCount=7).json()["Items"] == whole[::-1][:7]


def test_more_values_than_a_call_may_give_are_refused_with_the_number(still: Api) -> None:
    told = ["Parameter (maxCount) is greater than the maximum allowed (20000)."]
    for params in ({"webId": WEB_IDS[0], "maxCount": 20_001}, {"webId": WEB_IDS, "maxCount": 5000, "startTime": "*-3h"}):
        refused = still.get("/streamsets/recorded", **params)
        assert (refused.status_code, refused.json()["Errors"]) == (400, told)
    too_fine = still.get("/streamsets/interpolated", webId=WEB_IDS[0], interval="1s")
    assert (too_fine.status_code, too_fine.json()["Errors"]) == (400, [told[0].replace("maxCount", "interval")])


@pytest.mark.parametrize(
    ("path", "params", "step"),
    [
        (f"/streams/{WEB_IDS[0]}/summary", {}, "summaryDuration"),
        ("/calculation/intervals", {"expression": "1"}, "sampleInterval"),
        ("/calculation/summary", {"expression": "1", "sampleType": "Interval"}, "sampleInterval"),
        ("/calculation/summary", {"expression": "1"}, "summaryDuration"),
    ],
)
def test_a_step_that_is_too_fine_is_told_by_its_own_name(still: Api, path: str, params: dict[str, str], step: str) -> None:
    refused = still.get(path, **params, **{step: "1ms"})
    told = [f"Parameter ({step}) is greater than the maximum allowed (20000)."]
    assert (refused.status_code, refused.json()["Errors"]) == (400, told)


@pytest.mark.parametrize(
    ("reading", "params"),
    [
        ("recorded", {"startTime": "yesterdayish"}),
        ("recorded", {"endTime": "99999y"}),
        ("recorded", {"boundaryType": "Beside"}),
        ("recorded", {"maxCount": 0}),
        ("recorded", {"maxCount": "many"}),
        ("recorded", {"filterExpression": "'.' >"}),
        ("recorded", {"desiredUnits": "m"}),
        ("recorded", {"associations": "Friends"}),
        ("recorded", {"timeZone": "Atlantis/Capital"}),
        ("recorded", {"nosuch": 1}),
        ("interpolated", {"interval": "0s"}),
        ("interpolated", {"interval": "often"}),
        ("interpolated", {"syncTime": "t", "syncTimeBoundaryType": "Interpolated"}),
        ("interpolatedattimes", {}),
        ("interpolatedattimes", {"time": "*", "sortOrder": "Random"}),
        ("recordedattime", {}),
        ("recordedattime", {"time": "*", "retrievalMode": "Nearest"}),
        ("plot", {"intervals": 0}),
        ("summary", {"summaryType": "Median"}),
        ("summary", {"calculationBasis": "Guess"}),
        ("summary", {"filterExpression": "'.' > 5"}),
        ("summary", {"timeType": "Late"}),
        ("summary", {"summaryDuration": "-1h"}),
        ("value", {"time": "soon"}),
    ],
)
def test_what_pi_does_not_know_is_refused_in_its_form(still: Api, reading: str, params: dict[str, Any]) -> None:
    checked(still, f"/streams/{{webId}}/{reading}", 400, webId=WEB_IDS[0], **params)


def test_a_time_zone_says_where_days_begin(still: Api) -> None:
    path = f"/streams/{WEB_IDS[0]}/interpolatedattimes"

    told = [still.get(path, time="t", timeZone=zone).json()["Items"][0]["Timestamp"] for zone in ("UTC", "Asia/Tokyo")]
    assert told == ["2026-03-01T00:00:00Z", "2026-02-28T15:00:00Z"]
    assert (
        still.get(path, time="2026-02-01T00:00:00Z", timeZone="Asia/Tokyo").json()["Items"][0]["Timestamp"][:10] == "2026-02-01"
    )


def test_a_filter_leaves_out_what_fails_it(still: Api) -> None:
    path = f"/streams/{WEB_IDS[0]}/recorded"
    whole = still.get(path, startTime="*-1h").json()["Items"]

    passed = still.get(path, startTime="*-1h", filterExpression="'.' > 500").json()["Items"]
    assert passed == [item for item in whole if isinstance(item["Value"], float) and item["Value"] > 500]
    first = still.get(path, startTime="*-1h", filterExpression="'.' > 500", maxCount=3).json()["Items"]
    assert first == passed[:3]
    told = still.get(path, startTime="*-1h", filterExpression="'.' > 500", includeFilteredValues="true").json()["Items"]
    assert {item["Value"]["Name"] for item in told if not item["Good"]} == {"Filtered"}


def test_a_stream_that_has_no_numbers_fails_alone_in_a_set(still: Api) -> None:
    params = {"startTime": "*-1h", "summaryType": "Average"}
    items = still.get("/streamsets/summary", webId=[WEB_IDS[0], WEB_IDS[11], WEB_IDS[1]], **params).json()["Items"]

    assert [item.get("WebException", {}).get("StatusCode") for item in items] == [None, 409, None]
    assert items[1]["WebException"]["Errors"]
    assert still.get(f"/streams/{WEB_IDS[11]}/summary", **params).status_code == 409
    assert (
        "WebException" in still.get("/streamsets/summary", webId=WEB_IDS[11], selectedFields="Items.WebId").json()["Items"][0]
    )


def test_where_no_recorded_value_is_near_one_is_not_found_and_a_list_says_so(still: Api) -> None:
    assert still.get(f"/streams/{WEB_IDS[0]}/recordedattime", time="*", retrievalMode="After").status_code == 404
    listed = checked(still, "/streams/{webId}/recordedattimes", webId=WEB_IDS[0], time="*", retrievalMode="Exact")["Items"]
    assert listed[0]["Errors"][0]["FieldName"] == "Value"
    assert "WebException" in still.get("/streamsets/recordedattime", webId=WEB_IDS[0], time="*", retrievalMode="After").text


def test_a_set_of_no_streams_or_of_one_that_is_not_there_is_refused(still: Api) -> None:
    assert still.get("/streamsets/recorded").status_code == 400
    assert still.get("/streamsets/recorded", webId=[WEB_IDS[0], tag(5000).identity.web_id()]).status_code == 404
    assert still.get("/streamsets/nonsense/recorded").status_code == 400


def test_all_summaries_at_once(still: Api) -> None:
    told = checked(still, "/streams/{webId}/summary", webId=WEB_IDS[0], summaryType="All", startTime="*-1h")["Items"]

    assert [item["Type"] for item in told] == [
        "Total", "Average", "Minimum", "Maximum", "Range", "StdDev", "PopulationStdDev", "Count", "PercentGood", "TotalWithUOM",
    ]  # fmt: skip
    assert all(item["Value"]["Good"] for item in told)
    default = checked(still, "/streams/{webId}/summary", webId=WEB_IDS[0], startTime="*-1h")["Items"]
    assert default == told[:1]


def test_updates_give_what_arrived_since_the_marker_late_values_among_it() -> None:
    now = [NOW]
    with served(create_app(Settings(tags=100, clock=lambda: now[0], strict=True))) as url:
        api = Api(url)
        first = api.session.post(f"{api.base}/streams/{WEB_IDS[0]}/updates", timeout=30)
        marker = first.json()["LatestMarker"]
        assert first.headers["Location"] == f"{api.base}/streams/updates/{marker}"
        assert checked(api, "/streams/updates/{marker}", marker=marker)["Events"] == []
        told: list[dict[str, Any]] = []
        for _ in range(6):
            now[0] += 600 * SECOND
            update = checked(api, "/streams/updates/{marker}", marker=marker)
            assert update["RequestedMarker"] == marker
            marker, told = update["LatestMarker"], told + update["Events"]
        assert sorted(one["Timestamp"] for one in told) == sorted(
            row["Timestamp"] for row in Truth(1).arrived(tag(0), NOW, NOW + HOUR).rows()
        )
        assert min(one["Timestamp"] for one in told) < written(NOW)

        both = api.session.post(f"{api.base}/streamsets/updates", params={"webId": WEB_IDS[:2]}, timeout=30).json()["Items"]
        markers = [one["LatestMarker"] for one in both]
        items = checked(api, "/streamsets/updates", marker=[*markers, "nonsense"])
        assert [item["Status"] for item in items["Items"]] == ["Succeeded", "Succeeded", "Failed"]
        checked(api, "/streams/updates/{marker}", 409, marker="0" * 32 + "_5")


def test_calculations_are_as_described(still: Api) -> None:
    expression = f"'{tag(0).name}' * 2"
    times = checked(still, "/calculation/times", expression=expression, time=["*-1h", "*-2h"], webId=SERVER)
    assert [one["Timestamp"] for one in times["Items"]] == [written(NOW - 2 * HOUR), written(NOW - HOUR)]
    assert times["Items"][1]["Value"] == seen(0).at([NOW - HOUR])[0].value * 2

    every = checked(still, "/calculation/intervals", expression=expression, **ENDS, sampleInterval="30m", webId=SERVER)
    assert [one["Timestamp"] for one in every["Items"]] == [written(NOW - HOUR * at // 2) for at in range(4, -1, -1)]
    wherever = checked(still, "/calculation/recorded", expression=f"'{tag(0).path}'", startTime="*-1h")
    assert len(wherever["Items"]) == len(set(seen(0).between(NOW - HOUR, NOW).times.tolist()))


def test_streams_are_joined_on_the_times_of_the_first(still: Api) -> None:
    asked = {"baseWebId": WEB_IDS[0], "subordinateWebId": [WEB_IDS[1], WEB_IDS[22]], **ENDS}
    first, *others = checked(still, "/streamsets/joined", **asked)["Items"]

    assert first["Items"] == still.get(f"/streams/{WEB_IDS[0]}/recorded", **ENDS).json()["Items"] != []
    times = [parse(one["Timestamp"], NOW) for one in first["Items"]]
    assert [one["Items"] for one in others] == [[sample.row for sample in seen(number).at(times)] for number in (1, 22)]
    checked(still, "/streamsets/joined", 400, baseWebId=WEB_IDS[0])


def test_the_summary_of_a_tag_alone_is_the_stream_s_own(still: Api) -> None:
    params = {"startTime": "*-1h", "summaryType": ["Average", "Maximum", "Count"]}
    own = still.get(f"/streams/{WEB_IDS[44]}/summary", **params).json()["Items"]
    made = checked(still, "/calculation/summary", expression=f"'{tag(44).name}'", webId=SERVER, **params)["Items"]

    assert [item["Value"]["Value"] for item in made] == pytest.approx([item["Value"]["Value"] for item in own])
    sampled = checked(still, "/calculation/summary", expression="5", sampleType="Interval", sampleInterval="10m", **params)[
        "Items"
    ]
    assert [item["Value"]["Value"] for item in sampled] == [5, 5, 3600]


@pytest.mark.parametrize("expression", ["'nosuch' + 1", "1 +", "shell('x')"])
def test_an_expression_that_is_none_is_refused(still: Api, expression: str) -> None:
    checked(still, "/calculation/times", 400, expression=expression, time="*")


def test_a_quoted_name_is_a_name(still: Api) -> None:
    assert "'" in tag(90).name
    told = checked(still, "/calculation/times", expression=f"'{tag(90).name}' + 0", time="*-1h", webId=SERVER)
    assert told["Items"][0]["Value"] == seen(90).at([NOW - HOUR])[0].value
