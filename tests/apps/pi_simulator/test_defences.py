"""What PI refuses, the simulator refuses."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
import requests

from apps.pi_simulator.settings import Logins
from apps.pi_simulator.tags import tag

if TYPE_CHECKING:
    from tests.apps.pi_simulator.api import Api, Start


def test_a_query_parameter_that_a_path_does_not_know_is_ignored_and_refused_where_strictness_is_wanted(start: Start) -> None:
    paths = (
        "/system",
        "/dataservers",
        "/assetservers",
        "/points/search",
        "/elements/search",
        f"/streams/{tag(0).identity.web_id()}/value",
    )
    lenient, strict = start(tags=5, strict=False), start(tags=5)
    asked = {"nosuch": "1", "WEBIDTYPES": "2"}
    for path in paths:
        assert lenient.get(path, **asked).status_code == strict.get(path).status_code == 200
        refused = strict.get(path, **asked)
        assert refused.status_code == 400
        assert ["'WEBIDTYPES'" in one or "'nosuch'" in one for one in refused.json()["Errors"]] == [True, True]


def test_a_post_without_x_requested_with_is_refused_as_the_csrf_defence_does(api: Api) -> None:
    told = requests.post(f"{api.base}/batch", json={"a": {"Method": "GET", "Resource": f"{api.base}/system"}}, timeout=30)
    assert told.status_code == 400
    assert "X-Requested-With" in told.json()["Errors"][0]


def test_a_post_needs_no_header_where_the_csrf_defence_is_off(start: Start) -> None:
    open_to_all = start(tags=5, csrf=False)
    asked = {"a": {"Method": "GET", "Resource": f"{open_to_all.base}/system"}}
    assert requests.post(f"{open_to_all.base}/batch", json=asked, timeout=30).json()["a"]["Status"] == 200


def test_a_path_that_is_none_is_not_found(api: Api) -> None:
    assert api.get("/nowhere").status_code == 404
    assert api.get("/nowhere").json()["Errors"]


def test_a_request_that_is_too_long_is_refused_before_it_is_read(api: Api) -> None:
    refused = api.get("/system", selectedFields=";".join(["ProductTitle"] * 2000))
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_only_the_fields_that_are_selected_are_sent(api: Api) -> None:
    assert api.get("/system", selectedFields="ProductTitle;Links.Self").json() == {
        "ProductTitle": "PI Web API 2018 SP1",
        "Links": {"Self": f"{api.base}/system"},
    }


def test_answers_are_packed_for_those_who_take_it(api: Api) -> None:
    assert api.get("/system").headers["Content-Encoding"] == "gzip"


def test_more_requests_than_the_limit_are_told_when_to_come_again(start: Start) -> None:
    limited = start(requests_per_second=1.0)
    assert limited.get("/system").status_code == 200
    refused = limited.get("/system")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")


class TestCapitals:
    """PI's host reads words of a path, and names of parameters, in capitals or not."""

    def test_a_parameter_counts_however_its_name_is_written(self, api: Api) -> None:
        path, start = f"/streams/{tag(0).identity.web_id()}/recorded", "2026-03-01T00:00:00Z"
        asked = {"startTime": start, "endTime": "2026-03-01T01:00:00Z", "maxCount": 3}
        told = api.get(path, **asked).json()["Items"]
        assert [item["Timestamp"][:13] for item in told] == ["2026-03-01T00"] * 3
        for write in (str.upper, str.lower, str.capitalize):
            assert api.get(path, **{write(name): value for name, value in asked.items()}).json()["Items"] == told

    def test_a_path_is_found_however_it_is_written_but_a_webid_has_its_capitals(self, api: Api) -> None:
        web_id = tag(0).identity.web_id()
        assert requests.get(f"{api.url}/PIWebAPI/Streams/{web_id}/Value", timeout=30).json()["Timestamp"]
        assert api.get(f"/streams/{web_id.lower()}/value").status_code == 400

    def test_a_part_of_a_batch_is_read_likewise(self, api: Api) -> None:
        part = {"Method": "GET", "Resource": f"{api.url}/PIWebAPI/System?SelectedFields=ProductTitle"}
        assert list(api.batch({"one": part}).json()["one"]["Content"]) == ["ProductTitle"]

    @pytest.mark.parametrize("path", ["/PIWebAPI/system", "/piwebapi", "/PIWEBAPI"])
    def test_no_capital_opens_what_a_login_closes(self, start: Start, path: str) -> None:
        guarded = start(logins=Logins(users={"reader": "right"}))
        assert requests.get(guarded.url + path, timeout=30).status_code == 401

    def test_the_landing_page_needs_no_slash(self, api: Api) -> None:
        assert requests.get(api.base, timeout=30, allow_redirects=False).json() == api.get("/").json()


class TestLogins:
    def test_a_user_comes_in_by_his_password_only(self, start: Start) -> None:
        guarded = start(logins=Logins(users={"reader": "right"}))
        assert guarded.get("/system").status_code == 401
        assert guarded.get("/system").headers["WWW-Authenticate"] == 'Basic realm="PI Web API"'
        for password, status in (("right", 200), ("wrong", 401)):
            guarded.session.auth = ("reader", password)
            assert guarded.get("/system").status_code == status

    def test_a_token_that_was_given_comes_in(self, start: Start) -> None:
        guarded = start(logins=Logins(tokens=frozenset({"word"})))
        guarded.session.headers["Authorization"] = "Bearer word"
        assert guarded.get("/system").status_code == 200
        guarded.session.headers["Authorization"] = "Bearer other"
        assert guarded.get("/system").status_code == 401

    @pytest.mark.parametrize("in_form", [True, False])
    def test_a_client_gets_a_token_that_ends(self, start: Start, in_form: bool) -> None:
        def asked(guarded: Api, secret: str) -> requests.Response:
            form = {"grant_type": "client_credentials"}
            both = {"client_id": "headgate", "client_secret": secret}
            header = "Basic " + base64.b64encode(f"headgate:{secret}".encode()).decode()
            endpoint = requests.get(guarded.url + "/identitymanager/.well-known/openid-configuration", timeout=30).json()
            return requests.post(
                endpoint["token_endpoint"],
                data={**form, **both} if in_form else form,
                headers={} if in_form else {"Authorization": header},
                timeout=30,
            )

        for life, status in ((3600, 200), (0, 401)):
            guarded = start(logins=Logins(clients={"headgate": "right"}, token_seconds=life))
            assert asked(guarded, "wrong").status_code == 401
            token = asked(guarded, "right").json()
            assert token["expires_in"] == life
            guarded.session.headers["Authorization"] = f"Bearer {token['access_token']}"
            assert guarded.get("/system").status_code == status
            guarded.session.headers["Authorization"] = f"Bearer {token['access_token'][:-2]}"
            assert guarded.get("/system").status_code == 401

    def test_no_secret_is_in_what_settings_print(self) -> None:
        logins = Logins(users={"reader": "hidden-1"}, tokens=frozenset({"hidden-2"}), clients={"headgate": "hidden-3"})
        assert "hidden" not in repr(logins)
