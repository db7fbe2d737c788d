"""Whatever is asked, by AVEVA's description or against it, is answered as described, and never by a fault of our own."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings

from apps.pi_simulator.app import CONTROLLERS, create_app
from apps.pi_simulator.archive import SERVER_IDENTITY
from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.assets.world import AssetWorld
from apps.pi_simulator.events.frames import active
from apps.pi_simulator.serving import served as serve_for_a_while
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, parse
from tests.apps.pi_simulator.api import Api
from tests.apps.pi_simulator.swagger import assert_valid, description
from tests.support.shared import PI, is_there

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.long, pytest.mark.shared(PI)]
NOON = parse("2026-03-01T12:00:00Z", 0)
TIMES = ["*", "*-1h", "*-2d", "t", "2026-03-01T10:00:00Z", "2026-03-01"]
# Values that are good to ask with; by chance alone nearly all would be refused, and nothing behind be reached.
GOOD = {
    "startTime": TIMES,
    "endTime": TIMES,
    "time": TIMES,
    "queryDate": TIMES,
    "syncTime": TIMES,
    "syncTimeBoundaryType": ["Inside", "Outside"],
    "timeType": ["Auto", "EarliestTime", "MostRecentTime"],
    "includeMode": ["All"],
    "interval": ["1h", "10m"],
    "summaryDuration": ["1h"],
    "sampleInterval": ["5m"],
    "timeZone": ["UTC", "Europe/Berlin"],
    "nameFilter": ["*", "Unit*", "?*1"],
    "selectedFields": ["", "Items.Name;Items.WebId", "Name", "Items.Items.Value"],
    "webIdType": ["Full", "IDOnly", "PathOnly"],
    "sortOrder": ["Ascending", "Descending"],
    "sortField": ["Name"],
    "boundaryType": ["Inside", "Outside", "Interpolated"],
    "retrievalMode": ["Auto", "Before", "AtOrAfter", "Exact"],
    "searchMode": ["Overlapped", "ForwardFromStartTime"],
    "calculationBasis": ["TimeWeighted", "EventWeighted"],
    "sampleType": ["ExpressionRecordedValues", "Interval"],
    "summaryType": ["Total", "Count", "All"],
    "expression": [f"'{tag(0).name}' * 2", "1 + 1"],
    "filterExpression": ["'.' > 500"],
    "path": [tag(0).path, "\\\\SIM-AF\\Plant", "\\\\SIM-PI"],
    "name": ["Unit00.Flow.000000", "Administrators", "Plant"],
    "query": ["name:*", "Name:='Alarm*'"],
}


def _world() -> AssetWorld:
    return AssetWorld(Plant(1, 300))


@cache
def known_web_ids() -> dict[str, list[str]]:
    """Give WebIDs that are good by their controller, some of each."""
    world = _world()
    elements = [world.element(place) for place, _ in zip(world.elements(0), range(8), strict=False)]
    seen = active(world.plant, NOON - 86400 * SECOND, NOON, NOON)
    frames = [world.event(frame, NOON) for frame, _ in zip(seen, range(4), strict=False)]
    owned = [one.thing for owner in (*elements, *frames) for one in world.attributes_of(owner, NOON)]
    analyses = [one for one, _ in zip(world.analyses(0), range(4), strict=False)]
    found: dict[str, list[str]] = {}
    for thing in (world.server(NOON), *world._constant, *elements, *frames, *owned, *analyses):
        found.setdefault(thing.kind.controller, []).append(thing.identity.web_id())
    points = [tag(number).identity.web_id() for number in (0, 11, 22, 44, 77, 88)]
    found["points"] = points
    found["dataservers"] = [SERVER_IDENTITY.web_id()]
    found["streams"] = [*points, *found["attributes"][:6]]
    found["streamsets"] = [*found["elements"], *found["eventframes"], *points]
    return found


def served() -> list[tuple[str, str]]:
    """Give the paths and methods that are both described and served."""
    ours = {
        (re.sub(r"{[^}]*}", "{}", route.path), method.lower())
        for controller in CONTROLLERS
        for route in controller.router.routes
        for method in getattr(route, "methods", None) or ()
    }
    told = [(path, method) for path, methods in description()["paths"].items() for method in methods]
    return [(path, method) for path, method in told if (re.sub(r"{[^}]*}", "{}", path), method) in ours]


def _cases() -> list[Any]:
    """Give what to ask: each path as it is described, and against that, where there is anything to get wrong."""
    if not is_there(PI):
        return [("/system", "get", True)]  # to be skipped
    paths = served()
    wrong = [one for one in paths if description()["paths"][one[0]][one[1]].get("parameters")]
    told = [(*one, True) for one in paths] + [(*one, False) for one in wrong]
    return [
        pytest.param(path, method, good, id=f"{method} {path} {'as described' if good else 'against it'}")
        for path, method, good in told
    ]


def fuzzer() -> Any:
    """Give schemathesis, which only the long run installs."""
    return pytest.importorskip("schemathesis", reason="needs schemathesis: make .venv/.fuzz.ready")


def operation(path: str, method: str, *, good: bool) -> Any:
    """Give what schemathesis makes requests of; good values where the schema says no more than that it is a string."""
    told = description()["paths"][path][method]
    controller = path.split("/")[1] if "{webId}" in path else path.split("/")[1].replace("streamsets", "streams")
    chosen = {**GOOD, "webId": known_web_ids().get(controller, known_web_ids()["points"])} if good else {}
    parameters = [_narrowed(one, chosen) for one in told.get("parameters", [])]
    document = {**description(), "paths": {path: {method: {**told, "parameters": parameters}}}}
    [made] = [result.ok() for result in fuzzer().openapi.from_dict(document).get_all_operations()]
    return made


def _narrowed(parameter: dict[str, Any], chosen: dict[str, list[str]]) -> dict[str, Any]:
    words = chosen.get(parameter["name"])
    if not words:
        return parameter
    if parameter["type"] == "array":
        return {**parameter, "items": {"type": "string", "enum": words}}
    return {**parameter, "enum": words}


@pytest.fixture(scope="module")
def still() -> Iterator[Api]:
    with serve_for_a_while(create_app(Settings(tags=300, clock=lambda: NOON, strict=True))) as url:
        yield Api(url)


@pytest.mark.parametrize(("path", "method", "good"), _cases())
def test_anything_is_answered_as_described(still: Api, path: str, method: str, good: bool) -> None:
    one = operation(path, method, good=good)
    modes = fuzzer().GenerationMode
    given_cases = one.as_strategy(generation_mode=modes.POSITIVE if good else modes.NEGATIVE)

    @settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(given_cases)
    def ask(case: Any) -> None:
        try:
            answer = case.call(base_url=still.base, session=still.session, headers={"X-Requested-With": "tests"}, timeout=60)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader):
            return
        assert answer.status_code < 500, f"{case.as_curl_command()}: {answer.text[:300]}"
        if answer.status_code in {200, 400, 404, 409} and "json" in answer.headers.get("content-type", [""])[0]:
            assert_valid(path, method, answer.status_code, answer.json())

    ask()
