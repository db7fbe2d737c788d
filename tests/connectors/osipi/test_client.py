"""The client waits for what passes, never for what stays, and shows no secret."""

from __future__ import annotations

import gc
import json
import logging
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from connectors.osipi.client import Call, PiClient
from connectors.osipi.codec import decode, decode_plainly
from connectors.osipi.options import settings_of
from connectors.osipi.paging import pages
from connectors.osipi.problems import OptionsError, PiError, PiUnavailableError
from connectors.osipi.retries import RateLimit, retry_after
from connectors.osipi.values import value_rows
from tests.connectors.osipi.server import PiServer, Raw, Request

if TYPE_CHECKING:
    from tests.connectors.osipi.recorded import Connectors

Clients = Callable[..., PiClient]
SERVERS = "/dataservers"


def first(count: int, reply: Any) -> Callable[[Request], Any]:
    """Give this reply to the first `count` requests."""
    left = [reply] * count
    return lambda _: left.pop() if left else None


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_tried_again_with_growing_waits(pi: PiServer, client: Clients, waits: list[float], status: int) -> None:
    pi.lists[SERVERS] = [{"WebId": "F1"}]
    pi.trouble.append(first(3, (status, {"Errors": ["busy"]})))

    assert client().get(SERVERS)["Items"] == [{"WebId": "F1"}]
    assert waits == [0.25, 0.5, 1.0]


def test_requests_retries_and_waits_are_counted_over_all_clients_of_a_connector(pi: PiServer, connector: Connectors) -> None:
    pi.lists[SERVERS] = [{"WebId": "F1"}]
    pi.trouble.append(first(2, (503, {})))
    one = connector(requests_per_second="1000000")
    assert one.counters() == {"requests": 0, "retries": 0, "waited": 0.0}

    list(one.read_table("pi_dataservers", None, {})[0])
    first_read = one.counters()
    list(one.read_table("pi_dataservers", None, {"requests_per_second": "0"})[0])

    assert (first_read["requests"], first_read["retries"]) == (3, 2)
    assert first_read["waited"] >= 0.25 + 0.5
    assert one.counters() == first_read | {"requests": 4}


def test_retry_after_is_kept_to(pi: PiServer, client: Clients, waits: list[float]) -> None:
    pi.lists[SERVERS] = []
    pi.trouble.append(first(1, (429, Raw(b"{}", headers={"Retry-After": "17"}))))

    client().get(SERVERS)

    assert waits == [17.0]
    assert retry_after("Sun, 01 Mar 2026 12:00:30 GMT", datetime(2026, 3, 1, 12, tzinfo=UTC)) == 30


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_what_stays_is_asked_once(pi: PiServer, client: Clients, status: int) -> None:
    pi.trouble.append(lambda _: (status, {"Errors": ["no", "never"]}))

    with pytest.raises(PiError, match=f"{status}.*no; never") as caught:
        client().get(SERVERS)

    assert caught.value.status == status
    assert len(pi.requests) == 1


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param((200, Raw(b'{"Items": [', 4000)), id="a connection reset in the middle"),
        pytest.param((200, Raw(b'{"Items": [')), id="a body cut short"),
        pytest.param((200, {"Items": [], "WebException": {"StatusCode": 503, "Errors": ["timed out"]}}), id="WebException"),
    ],
)
def test_a_200_that_is_not_whole_is_tried_again(pi: PiServer, client: Clients, waits: list[float], broken: Any) -> None:
    pi.lists[SERVERS] = [{"WebId": "F1"}]
    pi.trouble.append(first(2, broken))

    assert client().get(SERVERS)["Items"] == [{"WebId": "F1"}]
    assert len(waits) == 2


def test_a_server_that_stays_away_is_an_error_after_all_tries(pi: PiServer, client: Clients) -> None:
    pi.trouble.append(lambda _: (503, {}))

    with pytest.raises(PiUnavailableError, match="tried 4 times"):
        client(max_tries="4").get(SERVERS)

    assert len(pi.requests) == 4


def test_no_server_at_all_is_an_error(waits: list[float]) -> None:
    settings = settings_of({"pi_base_url": "http://127.0.0.1:9/piwebapi", "max_tries": "2"})

    with pytest.raises(PiUnavailableError, match="the connection failed"):
        PiClient(settings, sleep=waits.append).get(SERVERS)


def test_parts_of_a_batch_that_failed_are_tried_again_alone(pi: PiServer, client: Clients) -> None:
    pi.objects = {f"/points/{number}": {"WebId": str(number)} for number in range(9)}
    failing = {"/piwebapi/points/3", "/piwebapi/points/7"}
    pi.trouble.append(lambda request: (503, {}) if request.part and request.path in failing else None)
    pi.trouble.append(lambda request: failing.clear() if request.path.endswith("/8") else None)

    answers = client().answers([Call(f"/points/{number}") for number in range(9)])

    assert [answer.body["WebId"] for answer in answers] == [str(number) for number in range(9)]
    parts = [request.path[-1] for request in pi.requests if request.part]
    assert parts == [*"012345678", *"37"]
    assert len(pi.gets) == 2


def test_a_part_that_is_refused_is_told_and_the_others_are_given(pi: PiServer, client: Clients) -> None:
    pi.objects = {"/points/1": {"WebId": "1"}}

    good, bad = client().answers([Call("/points/1"), Call("/points/2")])

    assert good.body == {"WebId": "1"}
    assert bad.error is not None
    assert bad.error.status == 404


def test_where_batch_is_taken_away_calls_go_one_by_one(pi: PiServer, client: Clients) -> None:
    pi.objects = {"/points/1": {"WebId": "1"}, "/points/2": {"WebId": "2"}}
    pi.trouble.append(lambda request: (404, {}) if request.path.endswith("/batch") else None)

    assert [answer.body["WebId"] for answer in client().answers([Call("/points/1"), Call("/points/2")])] == ["1", "2"]


def test_where_a_proxy_strips_the_header_of_the_csrf_defence_calls_go_one_by_one_and_it_is_told(
    pi: PiServer, client: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    pi.objects = {"/points/1": {"WebId": "A"}, "/points/2": {"WebId": "B"}}
    refused = 400, {"Errors": ["the request was refused"]}
    pi.trouble.append(lambda request: refused if request.path.endswith("/batch") else None)
    one = client()

    answers = [one.answers([Call("/points/1"), Call("/points/2")]) for _ in range(2)]

    assert [[answer.body["WebId"] for answer in some] for some in answers] == [["A", "B"]] * 2
    assert sum(request.path.endswith("/batch") for request in pi.requests) == 1
    (told,) = caplog.messages
    assert "X-Requested-With" in told


@pytest.mark.parametrize("most", [150_000, 400])
def test_lists_are_read_page_by_page_whatever_the_server_allows(pi: PiServer, client: Clients, most: int) -> None:
    pi.most = most
    pi.lists["/dataservers/F1/points"] = [{"WebId": f"P{number}"} for number in range(2500)]

    found = [item["WebId"] for item in pages(client(), "/dataservers/F1/points")]

    assert found == [f"P{number}" for number in range(2500)]


def test_requests_a_second_are_shared_by_all() -> None:
    time, slept = [100.0], list[float]()
    limit = RateLimit(4, lambda: time[0], slept.append)

    for _ in range(4):
        limit.wait()

    assert slept == [0.25, 0.5, 0.75]


class TestLogins:
    def test_a_token_is_fetched_once_and_renewed_before_it_ends(self, pi: PiServer) -> None:
        asked = _token_endpoint(pi, lifetime=600)
        pi.lists[SERVERS] = []
        time = [0.0]
        options = {"pi_base_url": pi.url, "client_id": "me", "client_secret": "s3cret", "token_url": pi.url + "/token"}
        one = PiClient(settings_of({**options, "scope": "pi"}), clock=lambda: time[0])

        for moment in (0, 539, 541):
            time[0] = moment
            one.get(SERVERS)

        assert asked == [{"grant_type": ["client_credentials"], "scope": ["pi"]}] * 2
        assert [request.headers["Authorization"] for request in pi.requests if request.method == "GET"] == [
            "Bearer token1",
            "Bearer token1",
            "Bearer token2",
        ]

    def test_a_token_that_is_refused_is_renewed_once(self, pi: PiServer, client: Clients) -> None:
        _token_endpoint(pi, lifetime=600)
        pi.lists[SERVERS] = []
        pi.trouble.append(lambda request: (401, {}) if request.headers.get("Authorization") == "Bearer token1" else None)

        client(client_id="me", client_secret="s3cret", token_url=pi.url + "/token").get(SERVERS)  # noqa: S106  # none

        pi.trouble.append(lambda request: (401, {}) if request.method == "GET" else None)
        with pytest.raises(PiError, match="401"):
            client(client_id="me", client_secret="s3cret", token_url=pi.url + "/token").get(SERVERS)  # noqa: S106  # none

    def test_no_secret_is_shown(self, pi: PiServer, client: Clients, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        pi.trouble.append(lambda request: (400, {"error": "bad"}) if request.method == "POST" else (403, {}))
        secrets = {
            "oidc": {"client_id": "me", "client_secret": "CANARY", "token_url": pi.url + "/token"},
            "basic": {"username": "me", "password": "CANARY"},
            "bearer": {"access_token": "CANARY"},
        }
        for options in secrets.values():
            one = client(**options)
            with pytest.raises(PiError) as caught:
                one.get(SERVERS)
            assert "CANARY" not in f"{caught.value!r} {caught.value} {one.settings!r} {vars(one)!r} {caplog.text}"

    def test_basic_and_bearer_send_what_was_given(self, pi: PiServer, client: Clients) -> None:
        pi.lists[SERVERS] = []
        client(username="me", password="you").get(SERVERS)  # noqa: S106  # none
        client(access_token="abc").get(SERVERS)  # noqa: S106  # none

        assert [request.headers["Authorization"] for request in pi.requests] == ["Basic bWU6eW91", "Bearer abc"]

    def test_kerberos_without_its_library_says_what_to_install(self, client: Clients) -> None:
        with pytest.raises(OptionsError, match="requests-gssapi"):
            client(auth="kerberos")

    def test_a_redirect_is_refused_rather_than_followed_with_the_login(self, pi: PiServer, client: Clients) -> None:
        pi.trouble.append(lambda _: (302, Raw(b"", headers={"Location": pi.url + "/elsewhere?signature=canary"})))

        with pytest.raises(PiError, match=f"302.*redirects to {pi.url}/elsewhere, .*give that address"):
            client(access_token="abc").get(SERVERS)  # noqa: S106  # none
        assert len(pi.requests) == 1


def _token_endpoint(pi: PiServer, lifetime: int) -> list[dict[str, list[str]]]:
    asked: list[dict[str, list[str]]] = []

    def token(body: bytes, headers: dict[str, str]) -> Any:
        assert headers["Authorization"] == "Basic bWU6czNjcmV0"
        asked.append(parse_qs(body.decode()))
        return {"access_token": f"token{len(asked)}", "expires_in": lifetime}

    pi.objects["POST /token"] = (200, token)
    return asked


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "pi_base_url"),
        ({"pi_base_url": "ftp://x"}, "pi_base_url"),
        ({"pi_base_url": "https://x", "threads": "many"}, "threads is 'many'"),
        ({"pi_base_url": "https://x", "verify_ssl": "perhaps"}, "verify_ssl is 'perhaps'"),
        ({"pi_base_url": "https://x", "client_id": "me"}, "client_secret or refresh_token, and token_url"),
        ({"pi_base_url": "https://x", "auth": "basic"}, "auth is basic, but"),
    ],
)
def test_options_that_cannot_be_used_are_told(options: dict[str, str], words: str) -> None:
    with pytest.raises(OptionsError, match=words):
        settings_of(options)


def test_all_bad_options_are_told_at_once_and_tls_is_verified_unless_said_otherwise() -> None:
    with pytest.raises(OptionsError, match=r"pi_base_url.*threads.*max_tries"):
        settings_of({"threads": "0", "max_tries": "0.5"})
    assert settings_of({"pi_base_url": "https://x"}).verify is True
    assert settings_of({"pi_base_url": "https://x", "ca_file": "ca.pem"}).verify == "ca.pem"
    assert settings_of({"pi_base_url": "https://x"}).base_url == "https://x/piwebapi"


def test_both_json_decoders_agree() -> None:
    orjson = pytest.importorskip("orjson")
    text = json.dumps({"a": [1, 2.5, "é", None, True, {"b": 2**53 + 1}]}).encode()
    assert decode_plainly(text) == orjson.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "-Infinity", "1e400", "-1e400", "9223372036854775807", "9223372036854775808", "18446744073709551615",
        "18446744073709551616", "-9223372036854775808", "-9223372036854775809", "9" * 30, "9" * 400, "-" + "9" * 5000,
        '"NaN"', '"\\ud800"', '"\\ud83d\\ude00"', "1.5", "-0",
    ],
)  # fmt: skip
def test_what_json_has_no_word_for_comes_out_alike_with_both_decoders(text: str) -> None:
    pytest.importorskip("orjson")
    body = f'[{{"Timestamp": "2026-03-01T00:00:00Z", "Value": {text}}}]'.encode()

    (fast,), (plain,) = (list(value_rows(("A", "a", ""), decoded, "now")) for decoded in (decode(body), decode_plainly(body)))

    assert fast == plain
    assert type(fast["value"]) is type(plain["value"])
    assert fast["value"] is None or math.isfinite(fast["value"])


@pytest.mark.parametrize(("text", "words"), [(b'"\xff"', "decode"), (b"{", "Expecting"), (b"", "Expecting")])
def test_what_is_no_json_is_refused(text: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        decode_plainly(text)


@pytest.mark.parametrize("collects", [True, False])
@pytest.mark.parametrize("text", [b"[1.5]", b"[NaN]", b"[1.5"])
def test_decoding_leaves_the_collector_as_it_was(text: bytes, collects: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if collects else gc.disable)()
        with suppress(ValueError):
            decode(text)
        assert gc.isenabled() is collects
    finally:
        (gc.enable if before else gc.disable)()
