"""A local server that answers as GitHub's and GitLab's REST APIs do for one pull or merge request, and fails on demand."""

from __future__ import annotations

import json
import re
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

BOT, PERSON, STRANGER, READER, JOB = "a-bots-token", "a-persons-token", "a-strangers-token", "a-readers-token", "a-jobs-token"
ACTIONS = "github-actions[bot]"


@dataclass
class Trouble:
    """One answer that goes wrong. `taken`: the request is carried out first. Without a status the connection breaks.

    `meanwhile`: what somebody else does just before.
    """

    method: str
    path: str  # a regular expression, found in the path
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    taken: bool = False
    meanwhile: Callable[[], object] = lambda: None


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Host:
    """A host with pull request 7 of owner/name (GitHub) or of project group/name (GitLab)."""

    api = ""
    limit = 0

    def __init__(self, page: int = 100) -> None:
        self.page = page
        self.comments: list[dict[str, Any]] = []
        self.labels: list[str] = []
        self.known_labels: dict[str, str] = {}
        self.troubles: list[Trouble] = []
        self.requests: list[tuple[str, str]] = []
        self.clock = 100
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def writes(self) -> list[str]:
        return [f"{method} {path}" for method, path in self.requests if method != "GET" and not path.endswith("/graphql")]

    @property
    def bodies(self) -> list[str]:
        return [comment["body"] for comment in self.comments]

    def new_id(self) -> int:
        self.clock += 1
        return self.clock

    def answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any) -> Answer:
        raise NotImplementedError

    def paged(self, items: list[Any], query: dict[str, str], path: str) -> Answer:
        page, size = int(query.get("page", "1")), min(self.page, int(query.get("per_page", "20")))
        piece = items[(page - 1) * size : page * size]
        last = page * size >= len(items)
        return Answer(
            200, piece, {} if last else self.next_page(f"{self.root}{path}?page={page + 1}&per_page={size}", page + 1)
        )

    def next_page(self, url: str, number: int) -> dict[str, str]:
        raise NotImplementedError


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits for the client's acknowledgement
    host: Host

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        data = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.host.requests.append((self.command, parts.path))
        trouble = next((t for t in self.host.troubles if t.method == self.command and re.search(t.path, parts.path)), None)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        words = {name.lower(): value for name, value in self.headers.items()}
        if trouble is not None:
            trouble.meanwhile()
        answer = Answer(0)
        if trouble is None or trouble.taken:
            answer = self.host.answer(self.command, parts.path, query, words, json.loads(data) if data else None)
        if trouble is not None:
            self.host.troubles.remove(trouble)
            if trouble.status is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            answer = Answer(trouble.status, trouble.body, trouble.headers)
        self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815  # the names that http.server asks for

    def _send(self, answer: Answer) -> None:
        text = (
            b"" if answer.body is None else answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        )
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's own name
        """Say nothing."""


class GitHubHost(Host):
    """A GitHub Enterprise Server: its REST API is below /api/v3, its GraphQL is /api/graphql."""

    limit = 65_536
    logins: ClassVar = {BOT: ACTIONS, PERSON: "person", STRANGER: "stranger", READER: ACTIONS}

    @property
    def api(self) -> str:  # type: ignore[override]  # known once the server has its port
        return f"{self.root}/api/v3"

    def add(self, body: str, login: str = ACTIONS) -> dict[str, Any]:
        made = self.new_id()
        user = {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}
        comment = {"id": made, "body": body, "user": user, "html_url": f"{self.root}/owner/name/pull/7#issuecomment-{made}"}
        self.comments.append(comment)
        return comment

    def answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any) -> Answer:
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.logins:
            return Answer(401, {"message": "Bad credentials"})
        by_bot = self.logins[token] == ACTIONS
        if path == "/api/graphql":
            return Answer(200, {"data": {"viewer": {"login": self.logins[token]}}})
        if path == "/api/v3/user":
            return self._refused() if by_bot else Answer(200, {"login": self.logins[token]})
        if not path.startswith("/api/v3/repos/owner/name/"):
            return Answer(404, {"message": "Not Found"})
        if method != "GET" and token == READER:
            return self._refused()
        return self._in_repo(method, path.removeprefix("/api/v3/repos/owner/name/"), query, body, self.logins[token])

    def _refused(self) -> Answer:
        return Answer(403, {"message": "Resource not accessible by integration"}, {"x-ratelimit-remaining": "4999"})

    def _in_repo(self, method: str, path: str, query: dict[str, str], body: Any, login: str) -> Answer:
        if path == "issues/7/comments" and method == "GET":
            return self.paged(self.comments, query, "/api/v3/repos/owner/name/" + path)
        if path.startswith(("issues/7/comments", "issues/comments/")):
            return self._comment(method, path, body, login)
        if path == "issues/7/labels":
            self.labels += [name for name in (body or {}).get("labels", []) if name not in self.labels]
            return self.paged([{"name": name} for name in self.labels], query, "/api/v3/repos/owner/name/" + path)
        if found := re.fullmatch(r"issues/7/labels/(.+)", path):
            self.labels.remove(unquote(found[1]))
            return Answer(200, [])
        if path == "labels":
            self.known_labels[body["name"]] = body["color"]
            return Answer(201, {"name": body["name"]})
        name = unquote(path.removeprefix("labels/"))
        return Answer(200, {"name": name}) if name in self.known_labels else Answer(404, {"message": "Not Found"})

    def _comment(self, method: str, path: str, body: Any, login: str) -> Answer:
        if body and len(body["body"]) > self.limit:
            fault = {
                "resource": "IssueComment",
                "code": "unprocessable",
                "message": f"Body is too long (maximum is {self.limit} characters)",
            }
            return Answer(422, {"message": "Validation Failed", "errors": [fault]})
        if method == "POST":
            return Answer(201, self.add(body["body"], login))
        found = next((comment for comment in self.comments if path.endswith(f"/{comment['id']}")), None)
        if found is None:
            return Answer(404, {"message": "Not Found"})
        if method == "DELETE":
            self.comments.remove(found)
            return Answer(204)
        found["body"] = body["body"]
        return Answer(200, found)

    def next_page(self, url: str, number: int) -> dict[str, str]:  # noqa: ARG002  # GitLab's tells the number
        return {"Link": f'<{url}>; rel="next", <{url}>; rel="last"'}


class GitLabHost(Host):
    """A self-managed GitLab."""

    limit = 1_000_000
    users: ClassVar = {PERSON: 1, STRANGER: 2, BOT: 3, READER: 4}
    base = "/api/v4/projects/group/name/merge_requests/7"

    @property
    def api(self) -> str:  # type: ignore[override]  # known once the server has its port
        return f"{self.root}/api/v4"

    def add(self, body: str, user: int = 3, *, system: bool = False) -> dict[str, Any]:
        note = {"id": self.new_id(), "body": body, "author": {"id": user}, "system": system}
        self.comments.append(note)
        return note

    def answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any) -> Answer:
        path = unquote(path)
        by_job = headers.get("job-token") == JOB
        user = self.users.get(headers.get("private-token", ""))
        if user is None and not (by_job and method == "GET" and path.startswith(self.base)):
            return Answer(401, {"message": "401 Unauthorized"})
        if path == "/api/v4/user":
            return Answer(200, {"id": user})
        if not path.startswith(self.base):
            return Answer(404, {"message": "404 Project Not Found"})
        if method != "GET" and user == self.users[READER]:
            return Answer(403, {"error": "insufficient_scope", "error_description": "higher privileges than provided"})
        if path == self.base:
            return self._request(body or {})
        return self._note(method, path, query, body, user or 0)

    def _request(self, body: dict[str, str]) -> Answer:
        added, removed = (body.get(name, "").split(",") for name in ("add_labels", "remove_labels"))
        self.labels = [*(name for name in self.labels if name not in [*added, *removed]), *filter(None, added)]
        return Answer(200, {"web_url": f"{self.root}/group/name/-/merge_requests/7", "labels": self.labels})

    def _note(self, method: str, path: str, query: dict[str, str], body: Any, user: int) -> Answer:
        if method == "GET":
            return self.paged(self.comments, query, path)
        if body and len(body["body"]) > self.limit:
            return Answer(400, {"message": {"note": [f"is too long (maximum is {self.limit} characters)"]}})
        if method == "POST":
            return Answer(201, self.add(body["body"], user))
        found = next((note for note in self.comments if path.endswith(f"/{note['id']}")), None)
        if found is None:
            return Answer(404, {"message": "404 Not found"})
        if method == "DELETE":
            self.comments.remove(found)
            return Answer(204)
        found["body"] = body["body"]
        return Answer(200, found)

    def next_page(self, url: str, number: int) -> dict[str, str]:  # noqa: ARG002  # GitHub's tells the address
        return {"x-next-page": str(number)}


class Time:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self, now: float = 1_700_000_000) -> None:
        self.moment, self.slept = now, list[float]()

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds
