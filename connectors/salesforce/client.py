"""One Salesforce organization: logging in, and its REST API.

Facts, from Salesforce's SOAP API Developer Guide (login) and REST API Developer Guide: `login()` takes the password followed by
the security token and gives a session for the REST API, too; it is there in versions up to 64.0, ends with the release
Summer '27, is off in organizations made since Winter '26 until an administrator turns it on, and wants the user permission
Use Any API Auth there. A query gives up to 2,000 records and the address of the next ones; a session that ended is a 401.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, unescape

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from .problems import SalesforceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .options import Settings

VERSION = "64.0"  # the last one that has login()
_UNAUTHORIZED = 401
_TIMEOUT = 120  # seconds
_SHOWN = 300
# Beyond this an address is refused (414, 431), which a query of an object with very many fields may reach.
_LONGEST = 16_000
_LOGIN = """\
<?xml version="1.0" encoding="utf-8"?>
<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/">
  <env:Body>
    <login xmlns="urn:partner.soap.sforce.com"><username>{user}</username><password>{password}</password></login>
  </env:Body>
</env:Envelope>"""
_CURES = {
    "INVALID_LOGIN": "look at username, password and security_token",
    "LOGIN_MUST_USE_SECURITY_TOKEN": "give security_token, or have this address trusted in the organization",
    "API_DISABLED_FOR_ORG": "the organization's edition or the user's profile has no API",
    "INSUFFICIENT_ACCESS": "the user needs the permission Use Any API Auth, and the organization SOAP API login()",
}


class Client:
    """Asks one organization; may be shared by threads. It logs in when it first asks, and again when a session ended."""

    def __init__(self, settings: Settings, backoff: float = 1.0) -> None:
        """backoff: what passes (429, 502 to 504, a broken connection) is tried again at once, then after twice these seconds.

        Each further wait is twice the last one. Source: urllib3's `Retry`, backoff_factor.
        """
        self._settings = settings
        self._session = requests.Session()
        self._session.auth = _as_it_is  # else a login of this machine's .netrc takes the place of ours
        # A login and a query change nothing, so both may be sent again.
        patience = Retry(
            total=5, backoff_factor=backoff, status_forcelist=(429, 502, 503, 504), allowed_methods=None, raise_on_status=False
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=patience))
        self._lock = threading.Lock()
        self._token, self._host = "", ""

    def sobjects(self) -> list[dict[str, Any]]:
        """Give all objects of the organization that the user sees, as Salesforce describes them in short."""
        return list(self._get(f"/services/data/v{VERSION}/sobjects")["sobjects"])

    def describe(self, name: str) -> dict[str, Any]:
        """Give an object as Salesforce describes it; raises SalesforceError with status 404 for one that there isn't."""
        return self._get(f"/services/data/v{VERSION}/sobjects/{name}/describe")

    def query(self, soql: str, *, deleted: bool = False) -> Iterator[dict[str, Any]]:
        """Give the records of a query as they come, those in the recycle bin too where `deleted` says so."""
        path: str | None = f"/services/data/v{VERSION}/{'queryAll' if deleted else 'query'}"
        params: dict[str, str] | None = {"q": soql}
        while path:
            page = self._get(path, params)
            for record in page["records"]:
                record.pop("attributes", None)
                yield record
            path, params = page.get("nextRecordsUrl"), None

    def _get(self, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        token, host = self._logged_in("")
        answer = self._send("GET", host + path, params, token)
        if answer.status_code == _UNAUTHORIZED:
            token, host = self._logged_in(token)
            answer = self._send("GET", host + path, params, token)
        try:
            body: Any = answer.json()
        except ValueError:
            body = None
        if answer.ok and isinstance(body, dict):
            return body
        said = body[0] if isinstance(body, list) and body and isinstance(body[0], dict) else {}
        message = str(said.get("message") or "the answer is none of the REST API's")[:_SHOWN]
        raise SalesforceError(answer.status_code, f"{path}: {message}", str(said.get("errorCode") or ""))

    def _send(self, method: str, url: str, params: dict[str, str] | None, token: str) -> requests.Response:
        request = requests.Request(method, url, params=params, headers={"Authorization": f"Bearer {token}"})
        prepared = self._session.prepare_request(request)
        if len(prepared.url or "") > _LONGEST:
            raise SalesforceError(
                0, f"{urlsplit(url).path}: the object has more fields than one query can name; take its row out"
            )
        return self._sent(prepared)

    def _sent(self, prepared: requests.PreparedRequest) -> requests.Response:
        try:
            proxies = self._session.merge_environment_settings(prepared.url, {}, None, None, None)
            return self._session.send(prepared, timeout=_TIMEOUT, allow_redirects=False, **proxies)
        except requests.RequestException as error:
            where = urlsplit(prepared.url or "").path
            raise SalesforceError(0, f"{where}: the connection failed ({type(error).__name__})") from None

    def _logged_in(self, ended: str) -> tuple[str, str]:
        """Give a session and the address that it is for. `ended`: a session that was refused; of many threads one logs in."""
        with self._lock:
            if not self._token or self._token == ended:
                self._token, self._host = self._login()
            return self._token, self._host

    def _login(self) -> tuple[str, str]:
        body = _LOGIN.format(user=escape(self._settings.username), password=escape(self._settings.password))
        headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": "login"}
        url = f"{self._settings.url}/services/Soap/u/{VERSION}"
        answer = self._sent(self._session.prepare_request(requests.Request("POST", url, data=body.encode(), headers=headers)))
        token, server = _element(answer.text, "sessionId"), urlsplit(_element(answer.text, "serverUrl"))
        if answer.ok and re.fullmatch(r"[\x21-\x7e]+", token) and server.netloc:
            return token, f"{server.scheme}://{server.netloc}"
        code = _element(answer.text, "exceptionCode") or _element(answer.text, "faultcode").rpartition(":")[2]
        cure = _CURES.get(code, "look at instance_url, and whether SOAP API login() is on")
        raise SalesforceError(answer.status_code, f"no login: {cure}", code if code.isupper() else "")


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _element(text: str, name: str) -> str:
    """Give the text of an answer's first element of a name; empty without one."""
    found = re.search(rf"<(?:\w+:)?{name}(?:\s[^>]*)?>([^<]*)</", text)
    return unescape(found[1], {"&quot;": '"', "&apos;": "'"}) if found else ""
