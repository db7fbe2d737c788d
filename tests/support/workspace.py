"""A workspace's REST API on 127.0.0.1, as far as a handover asks it: pipelines, jobs, statements, files, who one is.

It keeps watch: `faults` holds every moment at which two pipelines ran whose files name the same table, or one ran whose file
names a table that another owns.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN = "not-a-real-credential"  # noqa: S105  # of this server alone
OWNER = "robot@example.com"
ALTER = re.compile(r'ALTER STREAMING TABLE (\S+) SET TBLPROPERTIES\("pipelines.pipelineId"="([^"]+)"\)')
Answer = tuple[int, dict[str, Any]]


@dataclass
class Pipeline:
    """`states` is what the next looks find, until it is idle; `continuous` ones start again only when told to."""

    owner: str = OWNER
    run_as: str = OWNER
    spec: dict[str, Any] = field(default_factory=lambda: {"catalog": "main", "schema": "bronze", "continuous": False})
    state: str = "IDLE"
    release: str = "16.4.2"
    mode: str = "DEFAULT_PUBLISHING_MODE"
    updated: bool = True
    looks_to_stop: int = 0


@dataclass
class Job:
    pipeline: str
    pause_status: str = "UNPAUSED"


@dataclass
class Cloud:
    """The workspace. `owners`: table → pipeline's id. `files`: path → the tables that it names.

    `scheduled`: every so many requests, each job that isn't paused starts its pipeline. `dies_after`: so many requests are
    answered, and the connection of all later ones is closed; without `answers_last`, the next is carried out first.
    `pending`: looks at an ALTER before it ends.
    """

    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    reader: Callable[[str], str] = str
    me: str = OWNER
    scheduled: int = 0
    dies_after: int | None = None
    answers_last: bool = True
    fails: Callable[[str, str], Answer | None] = lambda _method, _path: None
    on_statement: Callable[[str], None] = lambda _text: None
    statement_fails: str = ""
    pending: int = 1
    log: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    statements: dict[str, list[Any]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def alters(self) -> list[str]:
        """What tables were given to which pipelines."""
        return [line for line in self.done if " to " in line]

    def answer(self, method: str, target: str, body: dict[str, Any], token: str) -> Answer | None:
        """Answer a request; None to close the connection."""
        with self.lock:
            url = urlsplit(target)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            if "well-known" in url.path:  # the SDK's own discovery of the workspace
                return 404, {"error_code": "NOT_FOUND", "message": "none"}
            if self.dies_after is not None and len(self.log) >= self.dies_after + (not self.answers_last):
                return None
            self.log.append(f"{method} {url.path}")
            self.tick()
            if token != f"Bearer {TOKEN}":
                return 401, {"error_code": "UNAUTHENTICATED", "message": f"bad credentials {token}"}
            found = self.fails(method, url.path) or self.route(method, url.path, query, body)
            self.watch()
            if self.dies_after is not None and len(self.log) > self.dies_after:
                return None
            return found

    def tick(self) -> None:
        if self.scheduled and len(self.log) % self.scheduled == 0:
            for job in self.jobs.values():
                if job.pause_status == "UNPAUSED":
                    self.start(job.pipeline)

    def start(self, pipeline: str) -> None:
        self.pipelines[pipeline].state = "RUNNING"
        self.pipelines[pipeline].looks_to_stop = 1
        self.watch()

    def watch(self) -> None:
        running = {id_ for id_, pipeline in self.pipelines.items() if pipeline.state == "RUNNING"}
        named: dict[str, list[str]] = {}
        for id_ in running:
            for table in self.files.get(self.reader(id_), []):
                named.setdefault(table, []).append(id_)
        for table, readers in named.items():
            if len(readers) > 1:
                self.faults.append(f"{table} is read by {readers}")
            if self.owners.get(table) not in readers:
                self.faults.append(f"{readers} run with {table}, which {self.owners.get(table)} owns")

    def route(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Answer:  # noqa: C901, PLR0911  # a table of addresses
        parts = path.strip("/").split("/")
        match method, parts[2:]:
            case "GET", ["preview", "scim", "v2", "Me"]:
                return 200, {"userName": self.me}
            case "GET", ["pipelines", id_]:
                return self.pipeline(id_)
            case "GET", ["permissions", "pipelines", id_] if id_ in self.pipelines:
                rights = [{"permission_level": "IS_OWNER"}]
                return 200, {"access_control_list": [{"user_name": self.pipelines[id_].owner, "all_permissions": rights}]}
            case "POST", ["pipelines", id_, "stop"]:
                found = self.pipelines[id_]
                self.done.append(f"stop {id_}")
                found.state = "STOPPING" if found.state == "RUNNING" else found.state
                return 200, {}
            case "POST", ["pipelines", id_, "updates"]:
                self.start(id_)
                return 200, {"update_id": "u"}
            case "GET", ["jobs", "get"]:
                return self.job(query["job_id"])
            case "POST", ["jobs", "update"]:
                status = body["new_settings"]["schedule"]["pause_status"]
                assert body["new_settings"]["schedule"]["quartz_cron_expression"] == "0 0 0 * * ?"
                assert set(body["new_settings"]) == {"schedule"}
                self.jobs[str(body["job_id"])].pause_status = status
                self.done.append(f"{status} {body['job_id']}")
                return 200, {}
            case "GET", ["workspace", "export"]:
                return self.export(query["path"])
            case "POST", ["sql", "statements"]:
                if body["warehouse_id"] != "wh1":
                    return 404, {"error_code": "NOT_FOUND", "message": "no such warehouse"}
                pending = self.pending if body["statement"].startswith("ALTER") else 0
                self.statements[str(len(self.statements))] = [pending, body["statement"]]
                return self.statement(str(len(self.statements) - 1))
            case "GET", ["sql", "statements", id_]:
                return self.statement(id_)
        return 404, {"error_code": "ENDPOINT_NOT_FOUND", "message": f"no {method} {path} here"}

    def pipeline(self, id_: str) -> Answer:
        if id_ not in self.pipelines:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such pipeline"}
        found = self.pipelines[id_]
        if found.state == "STOPPING":
            found.looks_to_stop -= 1
            found.state = "IDLE" if found.looks_to_stop < 0 else "STOPPING"
        update = {"update_id": "u", "state": "COMPLETED" if found.state == "IDLE" else "RUNNING"}
        return 200, {
            "pipeline_id": id_, "name": id_, "state": found.state, "creator_user_name": "someone@example.com",
            "run_as_user_name": found.run_as, "effective_publishing_mode": found.mode, "spec": found.spec,
            "latest_updates": [update] if found.updated else [],
        }  # fmt: skip

    def job(self, id_: str) -> Answer:
        if id_ not in self.jobs:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such job"}
        status = self.jobs[id_].pause_status
        schedule = {"quartz_cron_expression": "0 0 0 * * ?", "timezone_id": "UTC", "pause_status": status}
        return 200, {"job_id": int(id_), "settings": {"name": id_, "schedule": schedule, "max_concurrent_runs": 1}}

    def export(self, path: str) -> Answer:
        if path not in self.files:
            return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such file"}
        names = [table.split(".") for table in self.files[path]]
        objects = [
            {"table": {"source_table": t, "destination_catalog": c, "destination_schema": s, "destination_table": t}}
            for c, s, t in names
        ]
        text = f"pipeline_spec = { ({'connection_name': 'c', 'objects': objects})!r}\n"
        return 200, {"content": base64.b64encode(text.encode()).decode(), "file_type": "py"}

    def statement(self, id_: str) -> Answer:
        left, text = self.statements[id_]
        if left:
            self.statements[id_][0] -= 1
            return 200, {"statement_id": id_, "status": {"state": "PENDING"}}
        self.on_statement(text)
        rows: list[list[str]] | None = []
        if found := ALTER.fullmatch(text):
            table, pipeline = found[1].replace("`", ""), found[2]
            if self.statement_fails:
                return self.failed(id_, self.statement_fails)
            self.owners[table] = pipeline
            self.done.append(f"{table} to {pipeline}")
        elif text.startswith("SHOW TBLPROPERTIES "):
            table = text.removeprefix("SHOW TBLPROPERTIES ").replace("`", "")
            if table not in self.owners:
                return self.failed(id_, f"[TABLE_OR_VIEW_NOT_FOUND] The table {table} cannot be found")
            rows = [["delta.minReaderVersion", "1"], ["pipelines.pipelineId", self.owners[table]]]
        elif found := re.search(r"event_log\('([^']+)'\)", text):
            rows = [[self.pipelines[found[1]].release]]
        else:
            return self.failed(id_, "[PARSE_SYNTAX_ERROR]")
        return 200, {"statement_id": id_, "status": {"state": "SUCCEEDED"}, "result": {"data_array": rows}}

    def failed(self, id_: str, message: str) -> Answer:
        error = {"error_code": "BAD_REQUEST", "message": message}
        return 200, {"statement_id": id_, "status": {"state": "FAILED", "error": error}}


@contextmanager
def served(cloud: Cloud) -> Iterator[str]:
    """Give the address at which the workspace answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            found = cloud.answer(self.command, self.path, body, self.headers.get("Authorization") or "")
            if found is None:
                self.close_connection = True
                return
            code, told = found
            data = json.dumps(told).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            if code in (429, 503):
                self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET  # noqa: N815  # the base class's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
