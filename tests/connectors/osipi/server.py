"""A small PI Web API on 127.0.0.1: what a test puts into it, and the trouble that the test wants.

It refuses paths and query parameters that PI Web API does not have (`described.py`), cuts at maxCount without a word, and
sends the selected fields only.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from datetime import datetime

from connectors.osipi.times import stamp_of
from tests.connectors.osipi.described import is_taken

Query = dict[str, list[str]]
Reply = tuple[int, Any]
_IDS = 32  # characters of a point's WebID without its path


@dataclass(frozen=True)
class Request:
    """A request, or a part of a batch (`part`)."""

    method: str
    path: str
    query: Query
    headers: dict[str, str]
    part: bool = False

    @property
    def webids(self) -> list[str]:
        return self.query.get("webId", [])


@dataclass
class Tag:
    """A stream: its name and its values, each {Timestamp, Value, ...}, in the archive's order. broken: answered instead."""

    name: str
    values: list[dict[str, Any]] = field(default_factory=list)
    broken: Reply | None = None


@dataclass
class Raw:
    """A body that is no JSON, or not whole: `length` is what Content-Length says."""

    data: bytes
    length: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


class PiServer:
    """The server. `lists` are the items of paths that give lists; `objects` the bodies of other paths."""

    def __init__(self) -> None:
        self.tags: dict[str, Tag] = {}
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.objects: dict[str, Any] = {}
        self.requests: list[Request] = []
        self.trouble: list[Callable[[Request], Any]] = []  # each asked in turn; what gives an answer is it
        self.most = 150_000
        self.now: datetime | None = None  # by its clock, which the Date of each answer tells; None: this machine's
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536  # a header and its body go out together

            def date_time_string(self, timestamp: float | None = None) -> str:
                return super().date_time_string(server.now.timestamp() if server.now else timestamp)

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:  # the library's name
                url = urlsplit(self.path)
                if self.headers.get("Upgrade") == "websocket":
                    server.upgraded(self, parse_qs(url.query))
                    return
                self._send(server.answer(Request("GET", url.path, parse_qs(url.query), dict(self.headers))))

            def do_POST(self) -> None:  # the library's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                path = urlsplit(self.path).path
                self._send(server.posted(Request("POST", path, {}, dict(self.headers)), body))

            def _send(self, reply: Any) -> None:
                status, body = reply
                raw = body if isinstance(body, Raw) else Raw(json.dumps(body).encode())
                self.send_response(status)
                for name, value in raw.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw.data) if raw.length is None else raw.length))
                self.end_headers()
                self.wfile.write(raw.data)
                self.close_connection = raw.length is not None

        class Http(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """Say nothing of clients that go away, as those do that don't trust it."""

        self._http = Http(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.url = self.url.replace("http:", "https:")

    @property
    def gets(self) -> list[Request]:
        """The requests that reached the server, parts of batches left out."""
        return [request for request in self.requests if not request.part]

    def add(self, webid: str, values: list[tuple[str, Any]], **more: Any) -> Tag:
        """Add a tag with good values at these times, in order of time."""
        timed = [{"Timestamp": time, "Value": value, "Good": True, **more} for time, value in values]
        self.tags[webid] = Tag(f"name of {webid}", timed)
        return self.tags[webid]

    def known_as(self, webid: str) -> str:
        """Give the WebID under which a tag is there that is asked for by an IDOnly one."""
        ids = webid[1:_IDS] if webid.startswith("I1DP") else ""
        return next((tag for tag in self.tags if ids and tag[:4] == "F1DP" and tag[1:_IDS] == ids), webid)

    def upgraded(self, handler: BaseHTTPRequestHandler, query: Query) -> None:  # noqa: ARG002  # a server with channels has its own
        """Answer a client that wants a WebSocket."""
        handler.send_error(404)

    def posted(self, request: Request, body: bytes) -> Reply:
        self.requests.append(request)
        for cause in self.trouble:
            if reply := cause(request):
                return reply  # type: ignore[no-any-return]  # what the test wants
        if request.path != "/piwebapi/batch":
            status, content = self.objects.get("POST " + request.path, (404, {"Errors": ["no such path"]}))
            return status, content(body, request.headers) if callable(content) else content
        if "X-Requested-With" not in request.headers:
            return 400, {"Errors": ["CSRF defence"]}
        answers = {}
        for name, part in json.loads(body).items():
            url = urlsplit(part["Resource"])
            inner = Request(part["Method"], url.path, parse_qs(url.query), request.headers, part=True)
            status, content = self.answer(inner)
            answers[name] = {"Status": status, "Headers": {}, "Content": content}
        return 207, answers

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        for cause in self.trouble:
            if reply := cause(request):
                return reply  # type: ignore[no-any-return]  # what the test wants
        path = request.path.removeprefix("/piwebapi")
        if not is_taken(path, set(request.query)):
            return 400, {"Errors": [f"PI Web API has no {path} with {sorted(request.query)}"]}
        status, body = self._reply(unquote(path), request)
        fields = request.query.get("selectedFields", [""])[0]
        return status, _chosen(body, fields.split(";")) if fields and status == 200 else body

    def _reply(self, path: str, request: Request) -> Reply:
        if path == "/streamsets/recorded":
            return self._recorded(request)
        if path == "/streamsets/summary" and path not in self.objects:
            return self._counts(request)
        if path in self.objects:
            found = self.objects[path]
            return found(request) if callable(found) else (200, found)
        if path in self.lists:
            start = int(request.query.get("startIndex", ["0"])[0])
            most = int(request.query.get("maxCount", ["1000"])[0])
            if most > self.most:
                return self._too_many()
            items = self.lists[path][start : start + most]
            links = {"First": "…"} | ({"Next": "…"} if start + most < len(self.lists[path]) else {})
            return 200, {"Links": links, "Items": items}
        return 404, {"Errors": [f"there is no {path}"]}

    def _too_many(self) -> Reply:
        return 400, {"Errors": [f"Parameter (maxCount) is greater than the maximum allowed ({self.most})."]}

    def _counts(self, request: Request) -> Reply:
        """Count the values of each tag as PI does: an error value, not 0, where there is none."""
        assert (request.query["summaryType"], request.query["calculationBasis"]) == (["Count"], ["EventWeighted"])
        status, body = self._recorded(request, 10**9)
        for stream in body.get("Items", []):
            count = len(stream["Items"])
            nothing = {"Name": "No Data", "Value": 248, "IsSystem": True}
            stream["Items"] = [{"Type": "Count", "Value": {"Value": count or nothing, "Good": bool(count)}}]
        return status, body

    def _recorded(self, request: Request, most: int = 0) -> Reply:
        most = most or int(request.query.get("maxCount", ["1000"])[0])
        if most > self.most and "maxCount" in request.query:
            return self._too_many()
        start, end = stamp_of(request.query["startTime"][0]), stamp_of(request.query["endTime"][0])
        streams = []
        for asked in request.webids:
            webid = self.known_as(asked)
            tag = self.tags.get(webid)
            if tag is None:
                return 404, {"Errors": [f"the specified point {webid} was not found"]}
            if tag.broken and tag.broken[0] != 200:
                return tag.broken
            inside = [value for value in tag.values if start <= stamp_of(value["Timestamp"]) <= end][:most]
            stream = {"WebId": webid, "Name": tag.name, "UnitsAbbreviation": "m", "Items": inside}
            streams.append({**stream, **(tag.broken[1] if tag.broken else {})})
        return 200, {"Links": {}, "Items": streams}


def _chosen(body: Any, fields: list[str]) -> Any:
    """Give the selected fields of a body; lists are gone through."""
    if isinstance(body, list):
        return [_chosen(one, fields) for one in body]
    if not isinstance(body, dict):
        return body
    below: dict[str, list[str]] = {}
    for name in fields:
        head, _, rest = name.partition(".")
        below.setdefault(head, []).append(rest)
    return {name: value if "" in below[name] else _chosen(value, below[name]) for name, value in body.items() if name in below}
