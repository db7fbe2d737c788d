"""Batches: a dictionary of requests, a dictionary of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.apps.pi_simulator.api import Api


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
    ],
)
def test_what_is_no_batch_is_refused(api: Api, wrong: object, said: str) -> None:
    refused = api.batch(wrong)
    assert refused.status_code == 400
    assert said in refused.json()["Errors"][0].replace("not an object", "no object")


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
