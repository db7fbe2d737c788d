"""TLS is verified, against an authority of one's own where one is named, and a login is seen by nobody else."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from requests.auth import AuthBase

from connectors.osipi.client import PiClient
from connectors.osipi.options import settings_of
from connectors.osipi.problems import OptionsError, PiError, PiUnavailableError
from tests.connectors.osipi.authority import Authority

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from tests.connectors.osipi.server import PiServer

    Clients = Callable[..., PiClient]

SERVERS = "/dataservers"
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "plant")


@pytest.fixture
def secure(pi: PiServer, authority: Authority) -> PiServer:
    pi.secure(authority.context("127.0.0.1"))
    pi.lists[SERVERS] = [{"WebId": "S"}]
    return pi


@pytest.mark.usefixtures("secure")
def test_a_server_is_trusted_by_its_authority(client: Clients, authority: Authority) -> None:
    assert client(ca_file=str(authority.file)).get(SERVERS)["Items"] == [{"WebId": "S"}]


@pytest.mark.usefixtures("secure")
def test_the_certificate_itself_may_stand_in_the_options_and_leaves_nothing_behind(
    authority: Authority, tmp_path: Path, pi: PiServer
) -> None:
    code = (
        "import json, sys\nfrom connectors.osipi.client import PiClient\nfrom connectors.osipi.options import settings_of\n"
        "settings = [settings_of(json.load(open(sys.argv[1]))) for _ in range(2)]\n"
        "print(settings[0] == settings[1], PiClient(settings[0]).get('/dataservers')['Items'])"
    )
    (tmp_path / "options.json").write_text(json.dumps({"pi_base_url": pi.url, "ca_file": authority.file.read_text()}))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "options.json"],
        env={**os.environ, "TMPDIR": str(temporary)}, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert run.stdout == "True [{'WebId': 'S'}]\n"
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("secure")
def test_without_it_nothing_is_sent_and_the_cure_is_told(
    client: Clients, pi: PiServer, waits: list[float], tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other")

    for options in ({}, {"ca_file": str(other.file)}):
        with pytest.raises(PiError, match=r"certificate is not trusted .*ca_file") as caught:
            client(access_token="CANARY", **options).get(SERVERS)  # noqa: S106  # a canary
        assert not isinstance(caught.value, PiUnavailableError)

    assert pi.requests == []
    assert waits == []


def test_a_certificate_of_another_name_is_not_trusted(pi: PiServer, client: Clients, authority: Authority) -> None:
    pi.secure(authority.context("127.0.0.2"))

    with pytest.raises(PiError, match="mismatch"):
        client(ca_file=str(authority.file)).get(SERVERS)


def test_the_environment_changes_no_authority_that_was_named(
    secure: PiServer, client: Clients, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path, "other").file))
    assert client(ca_file=str(authority.file)).get(SERVERS)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    assert client().get(SERVERS)
    assert len(secure.requests) == 2


def test_a_token_endpoint_that_is_not_trusted_gets_no_secret(secure: PiServer, client: Clients, waits: list[float]) -> None:
    options = {"client_id": "me", "client_secret": "CANARY", "token_url": secure.url + "/token"}

    with pytest.raises(PiError, match="no token: the server's certificate is not trusted"):
        client(**options).get(SERVERS)
    assert secure.requests == []
    assert waits == []


@pytest.mark.parametrize(("text", "said"), [(None, "can't be read"), ("no certificate", "holds no certificate")])
def test_an_authority_that_is_none_is_told(client: Clients, tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "ca.pem"
    if text:
        path.write_text(text)

    with pytest.raises(OptionsError, match=said):
        client(ca_file=str(path))


def test_a_text_that_is_no_certificate_is_not_repeated(client: Clients) -> None:
    with pytest.raises(OptionsError, match="ca_file can't be read: give the certificate") as told:
        client(ca_file="-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n")

    assert "canary" not in str(told.value)


def test_what_only_looks_like_a_certificate_is_told(client: Clients) -> None:
    with pytest.raises(OptionsError, match="ca_file holds no certificate: give the certificate of the server's authority"):
        client(ca_file="-----BEGIN CERTIFICATE----- folded into a line -----END CERTIFICATE-----")


def test_a_connection_that_breaks_is_tried_again_and_is_no_matter_of_trust(
    pi: PiServer, client: Clients, waits: list[float]
) -> None:
    pi.url = pi.url.replace("http:", "https:")  # a server that speaks no TLS

    with pytest.raises(PiUnavailableError):
        client(max_tries="2").get(SERVERS)
    assert len(waits) == 1


class TestKerberos:
    @pytest.fixture
    def library(self, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        """Put what stands for requests-gssapi in its place, which is built where krb5 is; give how it was asked."""
        asked: list[dict[str, Any]] = []

        class Auth(AuthBase):
            def __init__(self, **given: Any) -> None:
                asked.append(given)

            def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
                logging.getLogger("requests_gssapi.gssapi_").debug("Authorization header: Negotiate CANARY")
                request.headers["Authorization"] = "Negotiate CANARY"
                return request

        made = types.ModuleType("requests_gssapi")
        made.__dict__.update(HTTPSPNEGOAuth=Auth, OPTIONAL=2)
        monkeypatch.setitem(sys.modules, "requests_gssapi", made)
        return asked

    def test_the_ticket_goes_with_the_first_request_and_into_no_log(
        self, pi: PiServer, client: Clients, library: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        pi.lists[SERVERS] = []

        client(auth="kerberos").get(SERVERS)

        assert library == [{"mutual_authentication": 2, "opportunistic_auth": True}]
        assert [request.headers["Authorization"] for request in pi.requests] == ["Negotiate CANARY"]
        assert "CANARY" not in caplog.text

    def test_without_its_library_the_cure_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "requests_gssapi", None)

        with pytest.raises(OptionsError, match=r"krb5 headers .* pip install requests-gssapi"):
            PiClient(settings_of({"pi_base_url": "https://pi.example.com", "auth": "kerberos"}))
