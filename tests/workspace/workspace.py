"""A Databricks workspace in memory: what it holds, what goes wrong in it, and how a request is answered.

workspace = Workspace()
with served(workspace) as host:  # the provider or databricks-sdk at work there
    ...
workspace.add(Fault("POST", "*/pipelines", "after"))  # the next pipeline is made, and nobody is told
kept = workspace.snapshot()  # JSON of all that it holds
workspace.restore(kept)
workspace.do("DELETE", f"/api/2.0/pipelines/{id_}", cascade="false")  # behind everybody's back
with workspace.changing():
    workspace.pipeline("crm_all_1").spec["channel"] = "PREVIEW"
"""

from __future__ import annotations

import json
import threading
from base64 import b64decode, b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from tests.workspace import (
    apps,
    catalog,
    dashboards,
    files,
    grants,
    jobs,
    me,
    permissions,
    pipelines,
    repos,
    runs,
    secrets,
    statements,
)  # fmt: skip
from tests.workspace.faults import Fault, strike
from tests.workspace.messages import Answer, RefusedError, Request, Routes, refusal
from tests.workspace.model import State, Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.workspace.messages import Json
    from tests.workspace.model import Job, Pipeline, Table

TOKEN = "not-a-real-credential"  # noqa: S105  # of this server alone
OWNER = "robot@example.com"
ROUTES = Routes(
    *(
        service.routes
        for service in (pipelines, jobs, catalog, grants, files, repos, dashboards, apps, permissions, secrets, statements, me)
    )
)
STATE: TypeAdapter[State] = TypeAdapter(State)


@dataclass
class Workspace(State):
    """`me` is who asks, `groups` those that one is in. `log`: the requests, also those that were not answered.

    `clashes`: every moment at which two pipelines ran whose files name the same table, or one ran whose file names a table that
    it doesn't own. `scheduled`: every so many requests, each job that isn't paused starts its pipelines. `pending`: looks at an
    ALTER before it ends. `clock` gives the seconds that went by, after which updates end by themselves. `on_statement` is
    called before a statement takes effect; what it gives is what that fails with. `data`: the folder of the Delta tables that
    queries read, whose clock is in `zone`; `unending`: how many of the next queries come to no end by themselves. `guests`: who
    may ask besides, by token. `address`: where it is served.
    """

    me: str = OWNER
    groups: tuple[str, ...] = ()
    warehouses: tuple[str, ...] = ("wh1",)
    pending: int = 1
    scheduled: int = 0
    clock: Callable[[], float] | None = None
    on_statement: Callable[[str], str | None] = lambda _text: None
    data: Path | None = None
    zone: str = "UTC"
    unending: int = 0
    guests: frozenset[str] = frozenset()
    address: str = ""
    faults: list[Fault] = field(default_factory=list)
    log: list[Request] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def now(self) -> int:
        """Give the time in milliseconds: that of the clock, where there is one."""
        return self.moment + round(1000 * self.clock()) if self.clock else super().now()

    def answer(self, request: Request, token: str) -> Answer | None:
        """Answer a request; None to close the connection."""
        if request.path.startswith("/.well-known/"):  # the SDK's own discovery of the workspace
            return refusal(404, "NOT_FOUND", "there is nothing here")
        with self.lock:
            self.log.append(request)
            request.token = token.removeprefix("Bearer ")
            found = (
                self._struck(request)
                if request.token in {TOKEN, *self.guests} or request.path.startswith(statements.STORAGE)
                else refusal(401, "UNAUTHENTICATED", f"bad credentials {token}")
            )
            request.status = found.status if found else None
            return found

    def _struck(self, request: Request) -> Answer | None:
        if self.scheduled and len(self.log) % self.scheduled == 0:
            self.tick()
        struck = strike(self.faults, "before", request)
        if struck is None:
            answer = self._carried_out(request)
            runs.watch(self)
            struck = strike(self.faults, "after", request) or answer
        return struck if isinstance(struck, Answer) else None

    def _carried_out(self, request: Request) -> Answer:
        handler = ROUTES.find(request)
        if handler is None:
            return refusal(404, "ENDPOINT_NOT_FOUND", f"No API found for '{request}'")
        try:
            found = handler(self, request)
        except RefusedError as error:
            return error.answer
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return refusal(400, "MALFORMED_REQUEST", f"{request}: {error!r}")
        request.carried_out = True
        return found if isinstance(found, Answer) else Answer(200, found)

    def tick(self) -> None:
        """Let all that is scheduled start."""
        for job in self.jobs.values():
            for id_ in job.pipelines if job.pause_status == "UNPAUSED" else ():
                if (pipeline := self.pipelines.get(id_)) and pipeline.state != "RUNNING":
                    runs.start(self, pipeline)

    def add(self, *faults: Fault) -> None:
        """Let things go wrong."""
        with self.lock:
            self.faults.extend(faults)

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        with self.lock:
            self.faults.clear()

    def snapshot(self) -> dict[str, Any]:
        """Give all that it holds, as JSON has it: `faults`, `log` and settings are no part of it."""
        with self.lock:
            state = State(**{one.name: getattr(self, one.name) for one in fields(State)})
            found: dict[str, Any] = json.loads(STATE.dump_json(state))
            return found

    def restore(self, kept: dict[str, Any]) -> None:
        """Hold what a snapshot held, and nothing else."""
        state = STATE.validate_python(kept)
        with self.lock:
            for one in fields(State):
                setattr(self, one.name, getattr(state, one.name))

    def save(self, path: Path) -> None:
        """Write a snapshot to a file."""
        path.write_text(json.dumps(self.snapshot(), indent=1))

    def load(self, path: Path) -> None:
        """Restore a snapshot from a file."""
        self.restore(json.loads(path.read_text()))

    def reset(self) -> None:
        """Be as a new one."""
        with self.lock:
            fresh = Workspace()
            for one in fields(self):
                if one.name != "lock":
                    setattr(self, one.name, getattr(fresh, one.name))

    @contextmanager
    def changing(self) -> Iterator[Workspace]:
        """Change things while no request is answered."""
        with self.lock:
            yield self

    def do(self, method: str, path: str, body: Json | None = None, **query: str) -> Json:
        """Do what a call does, behind everybody's back: it meets no fault and stands in no log. Gives its answer."""
        with self.lock:
            answer = self._carried_out(Request(method, path, query, body or {}))
        assert isinstance(answer.body, dict)
        assert answer.status == 200, answer.body
        return answer.body

    def asked(self, method: str = "", path: str = "") -> list[Request]:
        """Give the requests so far of a method whose path ends so."""
        with self.lock:
            return [one for one in self.log if (not method or one.method == method) and one.path.endswith(path)]

    def pipeline(self, name: str) -> Pipeline:
        """Give the one pipeline of a name."""
        (found,) = (one for one in self.pipelines.values() if one.name == name)
        return found

    def jobs_named(self, name: str) -> list[Job]:
        """Give the jobs of a name, the oldest first."""
        return sorted((one for one in self.jobs.values() if one.name == name), key=lambda one: one.id)

    def text(self, path: str) -> str:
        """Give a file's text."""
        return b64decode(self.things[files.plain(path)].content).decode()

    def put(self, path: str, text: str) -> None:
        """Put a file where it goes, with its folders, or change it."""
        with self.lock:
            files.make_folder(self, files.parent(files.plain(path)))
            there = self.things.get(files.plain(path))
            content = b64encode(text.encode()).decode()
            self.things[files.plain(path)] = Thing(there.id if there else self.number(), "FILE", content)

    def remove(self, path: str) -> None:
        """Take a file or a folder away, with all that is in it."""
        with self.lock:
            for one in [files.plain(path), *files.below(self, path)]:
                del self.things[one]

    def start(self, pipeline_id: str) -> None:
        """Start a pipeline, as somebody else would: it runs until it is stopped."""
        with self.lock:
            runs.start(self, self.pipelines[pipeline_id])

    def run(self, pipeline_id: str) -> list[Table]:
        """Let a pipeline run to the end of an update, and give the tables that it owns."""
        with self.lock:
            runs.start(self, self.pipelines[pipeline_id])
            runs.finish(self.pipelines[pipeline_id], "COMPLETED", self)
            return [table for table in self.tables.values() if table.pipeline == pipeline_id]
