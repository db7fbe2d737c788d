"""Batches: a dictionary of requests, a dictionary of answers."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from tests.apps.pi_simulator.api import Api, Start


def get(api: Api, path: str, **more: Any) -> dict[str, Any]:
    return {"Method": "GET", "Resource": f"{api.base}{path}", **more}


def test_each_request_has_an_answer_of_its_own(api: Api) -> None:
    answer = api.batch({"b": get(api, "/system"), "a": get(api, "/nowhere"), "c": get(api, "/system?x=1")})
    assert answer.status_code == 207
    body = answer.json()
    assert list(body) == ["b", "a", "c"]
    assert {name: part["Status"] for name, part in body.items()} == {"b": 200, "a": 404, "c": 400}
    assert body["b"]["Content"] == api.get("/system").json()


def test_host_and_port_of_a_resource_are_ignored(api: Api) -> None:
    part = {"Method": "GET", "Resource": "https://elsewhere.example:8443/piwebapi/system?selectedFields=ProductTitle"}
    assert api.batch({"a": part}).json()["a"]["Content"] == {"ProductTitle": "PI Web API 2018 SP1"}


@pytest.mark.parametrize("resource", ["$.first.Content.Links.Status", "{0}"])
def test_a_request_may_take_its_address_from_its_parent(api: Api, resource: str) -> None:
    more = {"Parameters": ["$.first.Content.Links.Status"]} if resource == "{0}" else {}
    body = api.batch(
        {"second": {"Method": "GET", "Resource": resource, "ParentIds": ["first"], **more}, "first": get(api, "/system")}
    ).json()
    assert body["second"]["Content"]["State"] == "Running"


def test_a_template_asks_once_for_each_token_and_answers_in_one(api: Api) -> None:
    parts = {
        "all": get(api, "/system"),
        "each": {
            "Method": "GET",
            "RequestTemplate": {"Resource": "{0}"},
            "Parameters": ["$.all.Content.Links['Status','UserInfo']"],
            "ParentIds": ["all"],
        },
    }
    each = api.batch(parts).json()["each"]
    assert each["Status"] == 207
    assert each["Content"]["Total"] == 2
    assert [item["Status"] for item in each["Content"]["Items"]] == [200, 200]
    assert {"State", "IdentityType"} <= {key for item in each["Content"]["Items"] for key in item["Content"]}


def test_a_child_of_a_request_that_failed_is_not_asked(api: Api) -> None:
    body = api.batch({"a": get(api, "/nowhere"), "b": get(api, "/system", ParentIds=["a"])}).json()
    assert body["b"]["Status"] == 400
    assert "'a'" in body["b"]["Content"]["Errors"][0]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([], "dictionary"),
        ({}, "dictionary"),
        ({"a": 1}, "no object"),
        ({"a": {"Method": "GET"}}, "Resource"),
        ({"a": {"Method": "GET", "Resource": "/x", "Verb": "GET"}}, "Verb"),
        ({"a": {"Method": "GET", "Resource": "/x", "ParentIds": "b"}}, "ParentIds"),
        ({"a": {"Method": "GET", "Resource": "/x", "ParentIds": ["b"]}}, "'b'"),
        ({"a": {"Method": "GET", "Resource": "/x", "ParentIds": ["a"]}}, "parents"),
        ({"a": {"Method": "GET", "Resource": "/x", "ParentIds": ["\ud83d"]}}, "'\ud83d'"),
        ({"\ud83d": {"Method": "GET", "Resource": "/x"}}, "'\ud83d'"),
        ({"a": {"Method": "GET", "Resource": "/x", "Headers": {"\ud83d": "x"}}}, "'\ud83d'"),
        ({"a": {"Method": "GET", "Resource": "/x", "Headers": {"X\r\nY": "x"}}}, "header"),
        ({"a": {"Method": "GET", "RequestTemplate": {"Resource": "/x"}}}, "needs Parameters"),
    ],
)
def test_what_is_no_batch_is_refused(api: Api, wrong: object, said: str) -> None:
    refused = api.batch(wrong)
    assert refused.status_code == 400
    assert said in refused.json()["Errors"][0].replace("not an object", "no object")


@pytest.mark.parametrize("body", ["[" * 200_000, '{"a":' * 50_000 + "1" + "}" * 50_000], ids=["open lists", "objects"])
def test_what_is_nested_too_deep_is_no_json(api: Api, body: str) -> None:
    refused = api.session.post(api.base + "/batch", data=body, timeout=30)
    assert (refused.status_code, refused.json()) == (400, {"Errors": ["The batch is not valid JSON."]})


@pytest.mark.parametrize(
    "path",
    [
        "$.a.Content.ProductTitle.`split(x)`",
        "$.a.Content.ProductTitle.`sub(/(/,x)`",
        "$.a.Content[?(@.Name=~'(')]",
        "$.a" + ".Content" * 3000,
        "\ud83d",
    ],
    ids=["split", "sub", "expression", "deep", "surrogate"],
)
def test_a_path_of_which_the_library_makes_nothing_fails_for_its_request_alone(api: Api, path: str) -> None:
    child = get(api, "/system?selectedFields={0}", ParentIds=["a"], Parameters=[path])
    body = api.batch({"a": get(api, "/system"), "b": child}).json()
    assert {name: one["Status"] for name, one in body.items()} == {"a": 200, "b": 400}
    assert path in body["b"]["Content"]["Errors"][0]


@pytest.mark.parametrize("path", ["/batch", "/Batch", "/b%61tch"])
def test_a_batch_in_a_batch_is_refused_and_the_next_one_is_answered(api: Api, path: str) -> None:
    content = json.dumps({"x": get(api, "/system")})
    inner = {"Method": "POST", "Resource": api.base + path, "Content": content}
    body = api.batch({"a": inner, "b": get(api, "/system")}).json()
    assert {name: one["Status"] for name, one in body.items()} == {"a": 400, "b": 200}
    assert "batch" in body["a"]["Content"]["Errors"][0]
    assert api.batch({"b": get(api, "/system")}).json()["b"]["Status"] == 200


def test_a_child_finds_the_headers_that_the_answer_shows(api: Api) -> None:
    child = get(api, "/points?path={0}", ParentIds=["a"], Parameters=["$.a.Headers['Content-Type']"])
    body = api.batch({"a": get(api, "/system"), "b": child}).json()
    assert body["a"]["Headers"]["Content-Type"] in body["b"]["Content"]["Errors"][0]


def test_links_begin_with_the_host_of_the_batch_whatever_a_request_says(api: Api) -> None:
    part = get(api, "/system", Headers={"Host": "elsewhere.example:1"})
    assert api.batch({"a": part}).json()["a"]["Content"] == api.get("/system").json()


def test_a_client_that_goes_away_leaves_the_turn_to_the_next(start: Start) -> None:
    api = start(tags=300)
    host, port = urlsplit(api.url).netloc.split(":")
    body = json.dumps({str(at): get(api, "/system") for at in range(200)}).encode()
    head = f"POST /piwebapi/batch HTTP/1.1\r\nHost: {host}\r\nX-Requested-With: tests\r\nContent-Length: {len(body)}\r\n\r\n"
    for _ in range(3):
        with socket.create_connection((host, int(port))) as client:
            client.sendall(head.encode() + body)
    assert api.batch({"a": get(api, "/system")}).json()["a"]["Status"] == 200


def test_a_batch_that_breaks_leaves_the_turn_to_the_next(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    api = start(tags=300)
    with monkeypatch.context() as broken:
        broken.setattr("apps.pi_simulator.routes.batch.ask", None)
        assert api.batch({"a": get(api, "/system")}, Connection="close").status_code == 500
    assert api.batch({"a": get(api, "/system")}).json()["a"]["Status"] == 200


def test_a_path_that_selects_nothing_fails_for_its_request_alone(api: Api) -> None:
    part = {"Method": "GET", "Resource": "$.a.Content.Nothing", "ParentIds": ["a"]}
    body = api.batch({"a": get(api, "/system"), "b": part, "c": {**part, "Resource": "$.a.[[["}}).json()
    assert {name: one["Status"] for name, one in body.items()} == {"a": 200, "b": 400, "c": 400}


@pytest.mark.parametrize(
    "path", ["/./system", "/points/../system", "/../piwebapi/system", "/system?selectedFields=Links#above"]
)
def test_an_address_is_read_as_who_sends_a_request_reads_it(api: Api, path: str) -> None:
    part = api.batch({"a": get(api, path)}).json()["a"]
    assert (part["Status"], "Links" in part["Content"]) == (200, True)


@pytest.mark.parametrize("letters", ["Größe 温度", 'say "so" <b>', "100% & more", "\udc00", "\x00\x7f", "x" * 70_000])
def test_an_address_with_letters_that_belong_in_none_is_one_that_is_not_there(api: Api, letters: str) -> None:
    body = api.batch({"a": get(api, f"/points?path={letters}"), "b": get(api, f"/{letters}"), "c": get(api, "/system")}).json()
    assert {name: part["Status"] // 100 for name, part in body.items()} == {"a": 4, "b": 4, "c": 2}


def test_what_is_no_address_fails_for_its_request_alone(api: Api) -> None:
    body = api.batch({"a": {"Method": "GET", "Resource": "http://[/piwebapi"}, "b": get(api, "/system")}).json()
    assert {name: part["Status"] for name, part in body.items()} == {"a": 400, "b": 200}


def test_a_page_stands_in_a_batch_as_a_text(api: Api) -> None:
    assert "<html" in api.batch({"a": {"Method": "GET", "Resource": f"{api.url}/"}}).json()["a"]["Content"]
