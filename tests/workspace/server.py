"""The workspace behind HTTP on 127.0.0.1, in threads of this process: connections stay open, and answers leave at once."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.workspace.messages import Request, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.workspace.messages import Answer, Json
    from tests.workspace.workspace import Workspace

RETRIED = (429, 503)


class Server(ThreadingHTTPServer):
    """Serves a workspace."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.workspace = workspace
        workspace.address = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Reads requests and writes what the workspace answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        request = Request(self.command, url.path, query)
        try:
            request.body = self._body()
        except ValueError:
            self._write(refusal(400, "MALFORMED_REQUEST", f"{request}: the body is no JSON"))
            return
        answer = self.server.workspace.answer(request, self.headers.get("Authorization") or "")
        if answer is None:
            self.close_connection = True
            return
        self._write(answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  # the base class's names

    def _body(self) -> Json:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.headers.get("Content-Type") or ""
        if "multipart/form-data" in kind:
            return form_of(data, kind)
        found: Json = json.loads(data or b"{}")
        return found

    def _write(self, answer: Answer) -> None:
        raw = isinstance(answer.body, bytes)
        data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/octet-stream" if raw else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Databricks-Org-Id", "1")
        if answer.status in RETRIED:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def form_of(data: bytes, kind: str) -> Json:
    """Give the fields of a form that was posted; `content`, as JSON would have it, in base64."""
    boundary = re.search(r'boundary="?([^";]+)', kind)
    fields: Json = {}
    for part in data.split(b"--" + boundary[1].encode())[1:-1] if boundary else ():
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        value = value.removesuffix(b"\r\n")
        if name := re.search(rb'\bname="([^"]*)"', head):
            fields[name[1].decode()] = b64encode(value).decode() if name[1] == b"content" else value.decode()
    return fields


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """Give the address at which a workspace answers."""
    server = Server(workspace)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
