"""Every GET of the asset model and of event frames is answered, and its objects and links lead on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute

from apps.pi_simulator.app import CONTROLLERS
from tests.apps.pi_simulator.examples import STARTS, request_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.dependencies.models import Dependant

    from tests.apps.pi_simulator.api import Api

ROUTES = {
    route.path.replace("web_id", "webId").replace("note_id", "id"): route
    for one in CONTROLLERS
    for route in one.router.routes
    if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.path.startswith(STARTS)
}


@pytest.mark.parametrize("path", ROUTES)
def test_a_get_is_answered_with_objects_that_can_be_asked_for(path: str, api: Api, examples: dict[str, dict[str, Any]]) -> None:
    known = dict(_parameters(ROUTES[path].dependant))
    required = [name for name, needed in known.items() if needed or name == "securityItem"]
    place, params = request_of(path, api, examples, required, known)

    answer = api.get(place, **params)

    assert answer.status_code == 200, answer.text
    for one in _objects(answer.json()):
        assert one["Links"]["Self"].startswith(api.base)
        assert one["Name"] or one["Path"]


def _parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """Give the query parameters that a route takes, and whether it must have them."""
    yield from ((str(one.alias), one.field_info.is_required()) for one in dependant.query_params)
    for below in dependant.dependencies:
        yield from _parameters(below)


def _objects(body: Any) -> Iterator[dict[str, Any]]:
    """Give all objects of an answer, however deep, that have a WebID and links."""
    if isinstance(body, dict):
        if "WebId" in body and "Self" in body.get("Links", {}):
            yield body
        for inner in body.values():
            yield from _objects(inner)
    elif isinstance(body, list):
        for inner in body:
            yield from _objects(inner)


def test_links_lead_somewhere(api: Api, examples: dict[str, dict[str, Any]]) -> None:
    dead = []
    for controller, example in ((controller, example) for controller, example in examples.items() if "Links" in example):
        links = {name: link for name, link in example["Links"].items() if "attachment" not in link}
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
