"""A Salesforce organization on 127.0.0.1, in memory: login() by SOAP, describe and the queries that the connector makes."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import unescape

if TYPE_CHECKING:
    from collections.abc import Callable

USER, PASSWORD, TOKEN = "me@example.com", "CANARY-<p&w>", "CANARY-token"  # none
_QUERY = re.compile(r"SELECT (?P<fields>.+) FROM (?P<name>\w+)(?: WHERE (?P<where>.+) ORDER BY SystemModstamp, Id)?")
_CONDITION = re.compile(r"(\w+) (=|>=|<) (\S+)")


@dataclass
class Organization:
    """objects: name → its fields with their types, and its records. page: records an answer; lasts: requests a session."""

    objects: dict[str, tuple[dict[str, str], list[dict[str, Any]]]] = field(default_factory=dict)
    page: int = 2
    lasts: int = 10**9
    logins: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    trouble: list[Callable[[str], tuple[int, Any] | None]] = field(default_factory=list)
    _left: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        organization = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:  # the library's name
                self._send(*organization.answer(self.path, self.headers.get("Authorization", "")))

            def do_POST(self) -> None:  # the library's name
                self._send(*organization.login(self.rfile.read(int(self.headers["Content-Length"])).decode()))

            def _send(self, status: int, body: Any) -> None:
                data = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def login(self, body: str) -> tuple[int, str]:
        given = [unescape(found) for found in re.findall(r"<(?:username|password)>([^<]*)<", body)]
        for cause in self.trouble:
            if answer := cause("login"):
                return answer
        if given != [USER, PASSWORD + TOKEN]:
            fault = "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode><sf:exceptionMessage>CANARY</sf:exceptionMessage>"
            return 500, f"<faultcode>sf:INVALID_LOGIN</faultcode><faultstring>CANARY</faultstring>{fault}"
        with self._lock:
            session = f"CANARY-session!{len(self.logins)}"
            self.logins.append(session)
            self._left[session] = self.lasts
        server = f"<serverUrl>{self.url}/services/Soap/u/64.0/00D</serverUrl><sessionId>{session}</sessionId>"
        return 200, f'<?xml version="1.0"?><loginResponse><result>{server}</result></loginResponse>'

    def answer(self, address: str, authorization: str) -> tuple[int, Any]:
        url = urlsplit(address)
        for cause in self.trouble:
            if answer := cause(url.path):
                return answer
        with self._lock:
            session = authorization.removeprefix("Bearer ")
            self._left[session] = self._left.get(session, 0) - 1
            if self._left[session] < 0:
                return 401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}]
        kind, _, rest = url.path.removeprefix("/services/data/v64.0/").partition("/")
        if kind == "sobjects" and not rest:
            return 200, {"sobjects": [{"name": name, "queryable": True, "replicateable": True} for name in self.objects]}
        if kind == "sobjects":
            name = rest.removesuffix("/describe")
            if name not in self.objects:
                return 404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]
            return 200, {"fields": [{"name": one, "type": kind} for one, kind in self.objects[name][0].items()]}
        soql, start = (
            (self.queries[int(rest.split("-")[0])], int(rest.split("-")[1])) if rest else (parse_qs(url.query)["q"][0], 0)
        )
        if not rest:
            self.queries.append(soql)
        return 200, self._page(soql, self.queries.index(soql), start, deleted=kind == "queryAll")

    def _page(self, soql: str, number: int, start: int, *, deleted: bool) -> dict[str, Any]:
        asked = _QUERY.fullmatch(soql)
        assert asked, soql
        found = [one for one in self.objects[asked["name"]][1] if deleted or not one.get("IsDeleted")]
        for name, sign, value in _CONDITION.findall(asked["where"] or ""):
            found = [one for one in found if _holds(str(one[name]), sign, value)]
        found.sort(key=lambda one: (one.get("SystemModstamp", ""), one["Id"]))
        fields, end = asked["fields"].split(", "), start + self.page
        kind = "queryAll" if deleted else "query"
        more = {"nextRecordsUrl": f"/services/data/v64.0/{kind}/{number}-{end}"} if end < len(found) else {}
        records = [
            {"attributes": {"type": asked["name"]}, **{name: one.get(name) for name in fields}} for one in found[start:end]
        ]
        return {"totalSize": len(found), "done": not more, "records": records, **more}


def _holds(mine: str, sign: str, value: str) -> bool:
    mine, value = mine[:19].lower(), value[:19].rstrip("Z").lower()
    return {"=": mine == value, ">=": mine >= value, "<": mine < value}[sign]
