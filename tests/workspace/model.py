"""What a workspace holds, as data that goes to a JSON file and back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["user_name", "group_name", "service_principal_name"]


@dataclass
class Update:
    """`creation_time` in milliseconds since 1970; `asked`: what the call that started it said."""

    update_id: str
    creation_time: int
    state: str = "RUNNING"
    cause: str = "API_CALL"
    asked: Json = field(default_factory=dict)


@dataclass
class Pipeline:
    """`spec` is what the last create or edit said, and what the platform adds to it.

    `run_as` is empty where nobody said it: then it runs as its owner. `mode` is its publishing mode; empty, it follows from the
    specification. `looks_to_stop`: after a stop, so many looks find it STOPPING. `events`: its event log; `listed`: what of it
    the pages that are being read are of. `seconds`: how long an update takes where the workspace has a clock; None: until it is
    ended. `error`: what its updates fail with. `rows`: what an update brings to each of its tables.
    """

    id: str
    spec: Json
    owner: str
    creator: str
    run_as: str = ""
    state: str = "IDLE"
    updates: list[Update] = field(default_factory=list)
    last_modified: int = 0
    release: str = "16.4.2"
    mode: str = ""
    looks_to_stop: int = 0
    events: list[Json] = field(default_factory=list)
    listed: list[Json] = field(default_factory=list)
    seconds: float | None = None
    error: str = ""
    rows: int = 10

    @property
    def name(self) -> str:
        return str(self.spec.get("name", ""))

    @property
    def is_old(self) -> bool:
        """Whether it publishes to the Hive metastore: it names no catalog."""
        return "catalog" not in self.spec


@dataclass
class Job:
    """`settings` as jobs/get gives them. `run_as` is empty where nobody said it: then it runs as its owner."""

    id: int
    settings: Json
    owner: str
    creator: str
    created_time: int = 0
    run_as: str = ""

    @property
    def name(self) -> str:
        return str(self.settings.get("name", ""))

    @property
    def pause_status(self) -> str:
        """`PAUSED` or `UNPAUSED`, which a schedule is unless it says otherwise; empty without a schedule."""
        schedule = self.settings.get("schedule")
        return str(schedule.get("pause_status", "UNPAUSED")) if schedule else ""

    @property
    def pipelines(self) -> list[str]:
        """The ids of the pipelines that it starts."""
        tasks = self.settings.get("tasks", [])
        return [str(task["pipeline_task"]["pipeline_id"]) for task in tasks if "pipeline_task" in task]


@dataclass
class Securable:
    """A connection, catalog or schema. `info` is what was asked for and what the platform adds, secrets included."""

    info: Json


@dataclass
class Table:
    name: str
    owner: str
    properties: dict[str, str] = field(default_factory=dict)
    kind: str = "STREAMING_TABLE"
    created_at: int = 0
    rows: list[Json] = field(default_factory=list)

    @property
    def pipeline(self) -> str:
        """The id of the pipeline that owns it; empty where none does."""
        return self.properties.get("pipelines.pipelineId", "")


@dataclass
class Thing:
    """Something in the workspace's folders. `content` is base64."""

    id: int
    kind: Literal["DIRECTORY", "FILE", "NOTEBOOK", "REPO"]
    content: str = ""
    language: str = ""
    created_at: int = 0
    modified_at: int = 0


@dataclass
class Repo:
    id: int
    path: str
    url: str
    provider: str
    branch: str = "main"
    tag: str = ""
    patterns: list[str] | None = None


@dataclass
class Dashboard:
    """`folder` is without /Workspace; `published`: with which warehouse, and whose rights."""

    id: str
    folder: str
    spec: Json
    owner: str
    etag: str = ""
    published: Json = field(default_factory=dict)
    trashed: bool = False


@dataclass
class SecretScope:
    """A secret scope: key → value, and principal → permission."""

    name: str
    secrets: dict[str, str] = field(default_factory=dict)
    acls: dict[str, str] = field(default_factory=dict)


@dataclass
class Grant:
    kind: Kind
    name: str
    level: str


@dataclass
class Statement:
    """A SQL statement. `looks`: so many looks find it PENDING before it runs.

    `parameters` as they were sent; `columns` of its result, where it is a query. `by_links`: rows come as links to their parts.
    """

    id: str
    text: str
    looks: int = 0
    state: str = "PENDING"
    rows: list[list[str | None]] = field(default_factory=list)
    error: str = ""
    parameters: list[dict[str, Any]] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    by_links: bool = False


@dataclass
class State:
    """All that a workspace holds.

    Connections, catalogs, schemas and tables are kept by full name in lower case, as Unity Catalog compares them; things in
    folders by path without /Workspace; grants by `pipelines/ID`, without the owner, who stands with the pipeline or job.
    `dropped` are the tables that UNDROP brings back. `privileges`: catalog or schema → principal → what was granted there,
    besides what owners have. `quotas`: schema → how many tables it takes.
    """

    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    connections: dict[str, Securable] = field(default_factory=dict)
    catalogs: dict[str, Securable] = field(default_factory=dict)
    schemas: dict[str, Securable] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    dropped: dict[str, Table] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    repos: dict[int, Repo] = field(default_factory=dict)
    dashboards: dict[str, Dashboard] = field(default_factory=dict)
    apps: dict[str, dict[str, Any]] = field(default_factory=dict)
    scopes: dict[str, SecretScope] = field(default_factory=dict)
    grants: dict[str, list[Grant]] = field(default_factory=dict)
    privileges: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    quotas: dict[str, int] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    made: int = 0
    moment: int = 1_750_000_000_000

    def __post_init__(self) -> None:
        for path in ("/", "/Shared", "/Users", "/Repos"):
            if path not in self.things:
                self.things[path] = Thing(self.number(), "DIRECTORY")

    def number(self) -> int:
        """Give a number that was not given before, as ids are made of: the same in each run."""
        self.made += 1
        return 10**14 + self.made

    def uuid(self) -> str:
        """Give an id that was not given before."""
        return f"00000000-0000-4000-8000-{self.number():012x}"

    def now(self) -> int:
        """Give the time in milliseconds: it passes with every look at it."""
        self.moment += 1
        return self.moment


def is_uuid(text: str) -> bool:
    """Whether a name is a service principal's application id."""
    return bool(re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text))
