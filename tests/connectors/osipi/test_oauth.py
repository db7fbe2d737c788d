"""OAuth: tokens that end while a table is read are renewed, by client credentials or by a refresh token that changes each time.

No test waits: the endpoint's time and the client's are a number that each request moves on.
"""

from __future__ import annotations

import json
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from connectors.osipi.client import PiClient
from connectors.osipi.oauth import Client, OAuth, TokenError
from connectors.osipi.options import settings_of
from connectors.osipi.paging import pages
from connectors.osipi.problems import OptionsError, PiError
from connectors.osipi.retries import Backoff
from tests.connectors.osipi.server import Raw
from tests.connectors.osipi.token_endpoint import FIRST, ID, SECRET, TokenEndpoint
from tests.docs.pages import blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.connectors.osipi.server import PiServer

SERVERS, POINTS = "/dataservers", "/dataservers/F1/points"
PAGE, LISTED = 100, 4000


class Time:
    """Seconds, of which each request takes half a one."""

    def __init__(self, pi: PiServer) -> None:
        self.now = 0.0
        pi.trouble.append(self._passes)

    def _passes(self, _: object) -> None:
        self.now += 0.5

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time(pi: PiServer) -> Time:
    pi.lists[POINTS] = [{"WebId": f"P{number}"} for number in range(LISTED)]
    pi.lists[SERVERS] = []
    return Time(pi)


def client_of(pi: PiServer, clock: Callable[[], float], **options: str) -> PiClient:
    return PiClient(
        settings_of({"pi_base_url": pi.url, **options}),
        clock=clock,
        sleep=lambda _: None,
        chance=lambda: 0.0,
    )


def read(client: PiClient) -> int:
    """Read the list page by page; give how many of its items came, each once."""
    return len({item["WebId"] for item in pages(client, POINTS, page=PAGE)})


@pytest.mark.parametrize("by", ["client credentials", "refresh token"])
@pytest.mark.parametrize("knows", [True, False], ids=["renewed in time", "renewed when refused"])
def test_a_read_that_spans_many_tokens_gets_all_rows(pi: PiServer, time: Time, by: str, *, knows: bool) -> None:
    endpoint = TokenEndpoint(pi, time)
    options = dict(endpoint.by_refresh_token)
    if by == "client credentials":
        del options["refresh_token"]

    found = read(client_of(pi, time if knows else lambda: 0.0, **options))

    assert found == LISTED
    assert len(endpoint.asked) >= 4
    assert {form["grant_type"] for form in endpoint.asked} == {by.replace(" ", "_")}
    refused = len(pi.gets) - len(endpoint.asked) - LISTED // PAGE
    assert (refused == 0) is knows
    if by == "refresh token":
        assert len({form["refresh_token"] for form in endpoint.asked}) == len(endpoint.asked)  # a new one each time


def test_many_threads_renew_once(pi: PiServer) -> None:
    endpoint = TokenEndpoint(pi, lambda: 0.0)
    client = client_of(pi, lambda: 0.0, **endpoint.by_refresh_token)
    pi.lists[SERVERS] = []

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.get(SERVERS), range(8)))
        assert len(endpoint.asked) == 1
        endpoint.end_all()
        list(pool.map(lambda _: client.get(SERVERS), range(8)))

    assert len(endpoint.asked) == 2


def test_a_token_that_ends_again_while_a_busy_server_is_waited_for_is_renewed_again(pi: PiServer) -> None:
    moment = [0.0]
    endpoint = TokenEndpoint(pi, lambda: moment[0])
    pi.lists[SERVERS] = []
    answers: Iterator[Any] = iter([None, (401, {}), (503, {}), (401, {}), None])
    client = client_of(pi, lambda: moment[0], **endpoint.by_refresh_token)
    client.get(SERVERS)
    pi.trouble.insert(0, lambda request: next(answers, None) if request.method == "GET" else None)

    client.get(SERVERS)
    client.get(SERVERS)

    assert len(endpoint.asked) == 3


@pytest.mark.parametrize("kept", [True, False], ids=["in a file", "in memory alone"])
def test_the_run_of_the_day_after_goes_on_with_the_refresh_token_that_came_last(
    pi: PiServer, time: Time, tmp_path: Path, *, kept: bool
) -> None:
    endpoint = TokenEndpoint(pi, time)
    file = tmp_path / "refresh_token.json"
    options = {**endpoint.by_refresh_token, **({"refresh_token_file": str(file)} if kept else {})}
    read(client_of(pi, time, **options))

    if not kept:  # the server wants the first one no more, and nobody has the last
        with pytest.raises(PiError, match=r"gave no token \(invalid_grant\).*log in anew"):
            read(client_of(pi, time, **options))
        return
    assert read(client_of(pi, time, **options)) == LISTED
    assert json.loads(file.read_text())["refresh_token"] == endpoint.refresh_token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert FIRST not in file.read_text()


def test_a_server_that_keeps_its_refresh_token_needs_no_file(pi: PiServer, time: Time) -> None:
    endpoint = TokenEndpoint(pi, time, rotates=False)

    assert [read(client_of(pi, time, **endpoint.by_refresh_token)) for _ in range(2)] == [LISTED] * 2


def test_a_new_login_counts_instead_of_what_the_file_holds(pi: PiServer, time: Time, tmp_path: Path) -> None:
    endpoint = TokenEndpoint(pi, time)
    options = {**endpoint.by_refresh_token, "refresh_token_file": str(tmp_path / "kept")}
    read(client_of(pi, time, **options))
    endpoint.refresh_token = another = "CANARY-another-login"  # noqa: S105  # none

    assert read(client_of(pi, time, **{**options, "refresh_token": another})) == LISTED


def test_processes_that_share_the_file_take_each_others_refresh_token(pi: PiServer, time: Time, tmp_path: Path) -> None:
    endpoint = TokenEndpoint(pi, time)
    options = {**endpoint.by_refresh_token, "refresh_token_file": str(tmp_path / "kept")}
    one, other = (client_of(pi, time, **options) for _ in range(2))

    for number in range(60):
        (one, other)[number % 2].get(SERVERS)

    assert len(endpoint.asked) >= 6


def test_a_token_that_another_process_is_about_to_keep_is_waited_for(pi: PiServer, time: Time, tmp_path: Path) -> None:
    endpoint = TokenEndpoint(pi, time)
    options = {**endpoint.by_refresh_token, "refresh_token_file": str(tmp_path / "kept")}
    client_of(pi, time, **options).get(SERVERS)
    (tmp_path / "kept").rename(tmp_path / "not kept yet")

    def keep(_: float) -> None:
        (tmp_path / "not kept yet").rename(tmp_path / "kept")

    PiClient(settings_of({"pi_base_url": pi.url, **options}), clock=time, sleep=keep).get(SERVERS)

    assert [form["refresh_token"] for form in endpoint.asked] == [FIRST, FIRST, "CANARY-refresh-1"]


@pytest.mark.parametrize("trouble", ["no such folder", "no such form"])
def test_a_file_that_can_not_keep_it_is_told_before_the_old_token_is_used_up(
    pi: PiServer, time: Time, tmp_path: Path, trouble: str
) -> None:
    endpoint = TokenEndpoint(pi, time)
    file = tmp_path / ("none/kept" if trouble == "no such folder" else "kept")
    if file.parent.is_dir():
        file.write_text("CANARY is no JSON")

    with pytest.raises(PiError, match=f"can't be kept in {file}") as told:
        read(client_of(pi, time, **endpoint.by_refresh_token, refresh_token_file=str(file)))

    assert endpoint.asked == []
    assert "CANARY" not in str(told.value)


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "CANARY said by a stranger"},
        {"access_token": "CANARY\nSet-Cookie: x"},
        {"access_token": ["CANARY"]},
        ["CANARY"],
        "CANARY",
        {"error": "invalid_client", "error_description": "CANARY"},
    ],
)
def test_no_token_and_no_words_of_a_stranger_are_shown(
    pi: PiServer, time: Time, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint = TokenEndpoint(pi, time)
    client = client_of(pi, time, **endpoint.by_refresh_token)
    read(client)
    pi.objects["POST /token"] = (200, answer)
    endpoint.end_all()

    with pytest.raises(PiError, match="gave no token") as caught:
        client.get(SERVERS)

    assert "CANARY" not in f"{caught.value!r} {caught.value} {client.settings!r} {vars(client)!r} {caplog.text}"


def test_it_logs_in_requests_of_any_connector_as_the_server_wants_it(pi: PiServer, time: Time) -> None:
    endpoint = TokenEndpoint(pi, time, rotates=False)
    login = OAuth(Client(endpoint.url, ID, SECRET, FIRST, in_form=True), clock=time)
    assert SECRET not in repr(Client(endpoint.url, ID, SECRET, FIRST))

    assert requests.get(f"{pi.url}/piwebapi{SERVERS}", auth=login, timeout=5).ok

    assert endpoint.asked == [
        {"grant_type": "refresh_token", "refresh_token": FIRST, "client_id": ID, "client_secret": SECRET},
    ]


def test_what_the_documentation_shows_gets_its_answer_after_the_token_ended(pi: PiServer, time: Time) -> None:
    shown = next(block.text for block in blocks("docs/connectors.md") if "OAuth(" in block.text)
    endpoint = TokenEndpoint(pi, time)
    words = {"client_id": ID, "client_secret": SECRET, "refresh_token": FIRST, "url": f"{pi.url}/piwebapi{SERVERS}"}
    refused: list[tuple[int, Any]] = [(401, {})]
    pi.trouble.append(lambda request: refused.pop() if request.method == "GET" and refused else None)
    names: dict[str, Any] = {"OAuth": OAuth, "Client": Client, "requests": requests, **words}

    exec(shown.replace("https://login.example.com/oauth2/token", endpoint.url), names)  # noqa: S102  # what is tested

    assert names["answer"].ok
    assert len(endpoint.asked) == 2


def test_an_endpoint_that_is_busy_is_asked_again_when_it_said(pi: PiServer, time: Time) -> None:
    TokenEndpoint(pi, time)
    busy = [(429, Raw(b"", headers={"Retry-After": "7"})), (503, {})]
    pi.trouble.insert(0, lambda request: busy.pop(0) if busy and request.path == "/token" else None)
    waited: list[float] = []
    login = OAuth(Client(f"{pi.url}/token", ID, SECRET), clock=time, sleep=waited.append, backoff=Backoff(tries=3))

    assert requests.get(f"{pi.url}/piwebapi{SERVERS}", auth=login, timeout=5).ok
    assert waited == [7.25, 0.75]
    time.now += 100
    busy += [(503, {})] * 3
    with pytest.raises(TokenError, match="not available"):
        requests.get(f"{pi.url}/piwebapi{SERVERS}", auth=login, timeout=5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"client_auth": "cookie"}, "client_auth is 'cookie'; give one of header, form"),
        ({"refresh_token": "", "refresh_token_file": "x"}, "refresh_token_file keeps what becomes of refresh_token"),
        ({"refresh_token": "a\nb"}, "refresh_token holds a line break"),
        ({"token_url": ""}, "client_id wants client_secret or refresh_token, and token_url"),
    ],
)
def test_options_that_are_wrong_are_told_without_what_they_hold(options: dict[str, str], words: str) -> None:
    good = {
        "pi_base_url": "https://x",
        "client_id": "me",
        "client_secret": "CANARY",
        "refresh_token": "CANARY",
        "token_url": "u",
    }
    with pytest.raises(OptionsError) as told:
        settings_of({**good, **options})
    assert words in str(told.value)
    assert "CANARY" not in str(told.value)
