"""What a connector's deployment consists of in one target: resources as values, and the stacks that hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.definition.model import Permission, RunAs
    from headgate.tables.ids import TableId

Kind = Literal[
    "catalog", "schema", "connection", "secret_scope", "secret", "secret_acl", "git_folder", "file", "notebook", "pipeline",
    "job", "dashboard", "app", "permissions",
]  # fmt: skip
# The provider's type of each kind, by which records and states know resources.
TYPES: dict[Kind, str] = {
    "catalog": "databricks_catalog",
    "schema": "databricks_schema",
    "connection": "databricks_connection",
    "secret_scope": "databricks_secret_scope",
    "secret": "databricks_secret",
    "secret_acl": "databricks_secret_acl",
    "git_folder": "databricks_repo",
    "notebook": "databricks_notebook",
    "file": "databricks_workspace_file",
    "pipeline": "databricks_pipeline",
    "job": "databricks_job",
    "dashboard": "databricks_dashboard",
    "app": "databricks_app",
    "permissions": "databricks_permissions",
}


@dataclass(frozen=True, slots=True)
class Ref:
    """What tells a resource of a connector from others: its kind, and its id, which never changes."""

    kind: Kind
    id: str

    @property
    def address(self) -> str:
        """Its address in records and states: type.id."""
        return f"{TYPES[self.kind]}.{self.id}"


@dataclass(frozen=True, slots=True)
class Catalog:
    """A catalog of Unity Catalog. `tags` go to its properties."""

    id: str
    name: str
    tags: Mapping[str, str]
    protected: bool
    kind: ClassVar[Kind] = "catalog"


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema. `made_catalog`: the id of its catalog, where that is made beside it."""

    id: str
    name: str
    catalog: str
    made_catalog: str
    tags: Mapping[str, str]
    protected: bool
    kind: ClassVar[Kind] = "schema"


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection. `options` are in clear; of `secrets` there are the names alone, of `rotated` those sent each time."""

    id: str
    name: str
    type: str
    options: Mapping[str, str]
    secrets: tuple[str, ...]
    rotated: tuple[str, ...]
    comment: str | None
    protected: bool
    kind: ClassVar[Kind] = "connection"


@dataclass(frozen=True, slots=True)
class SecretScope:
    """A secret scope."""

    id: str
    name: str
    protected: bool
    kind: ClassVar[Kind] = "secret_scope"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in the scope with the id `scope`; its value comes in as that of a connector's `option`."""

    id: str
    scope: str
    key: str
    option: str
    kind: ClassVar[Kind] = "secret"


@dataclass(frozen=True, slots=True)
class SecretAcl:
    """Who may do what with the scope with the id `scope`."""

    id: str
    scope: str
    principal: str
    permission: str
    kind: ClassVar[Kind] = "secret_acl"


@dataclass(frozen=True, slots=True)
class GitFolder:
    """A git repository in the workspace; `path` is without /Workspace, `sparse` the patterns of what is checked out.

    Of branch and tag one is empty. `credential`: the id of a git credential, None for the provider's choice.
    """

    id: str
    url: str
    provider: str
    branch: str
    tag: str
    credential: int | None
    path: str
    sparse: tuple[str, ...]
    kind: ClassVar[Kind] = "git_folder"


@dataclass(frozen=True, slots=True)
class File:
    """A file; `path` is without /Workspace. `after`: the file that has to be there first; empty where none has."""

    id: str
    path: str
    content: bytes
    after: str = ""
    kind: ClassVar[Kind] = "file"


@dataclass(frozen=True, slots=True)
class Notebook:
    """A Python notebook, in source format; `path` is without /Workspace, and a notebook's has no extension."""

    id: str
    path: str
    content: bytes
    kind: ClassVar[Kind] = "notebook"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A classic cluster: a number of workers, or two between which it scales. What is None is the workspace's choice."""

    workers: int | None
    autoscale: tuple[int, int] | None
    node_type: str | None
    driver_node_type: str | None
    policy_id: str | None


Edition = Literal["CORE", "PRO", "ADVANCED"]


@dataclass(frozen=True, slots=True)
class ManagedTable:
    """A table of managed ingestion, as the target has it, what the platform lets one say of it, and the source's options."""

    table: TableId
    settings: Mapping[str, object]
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EventLog:
    """The table that a pipeline publishes its event log as."""

    catalog: str
    schema: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline. It runs its file or notebook, or with `managed` what the platform itself ingests over `connection`.

    file: the path of either; empty where there is none. file_id: its id, where that is not the pipeline's. code_kind: which of
    them. cluster: None for serverless. code: the
    folder that it imports from; empty where wheels bring the code. waiting: its tables have yet to be handed over to it. after:
    what it waits for besides its file. more: other files that it runs. edition: of a classic cluster; None: the platform's
    choice. by_platform: the platform has the connector itself, so nothing registers it.
    """

    id: str
    name: str
    catalog: str
    schema: str
    channel: str
    continuous: bool = False
    development: bool
    tags: Mapping[str, str]
    cluster: Cluster | None
    run_as: RunAs | None
    connection: str = ""
    file: str
    managed: tuple[ManagedTable, ...] = ()
    code: str = ""
    wheels: tuple[str, ...] = ()
    environment_version: str | None = None
    budget_policy_id: str | None
    notified: tuple[str, ...]
    protected: bool
    waiting: bool = False
    event_log: EventLog | None = None
    after: tuple[Ref, ...] = ()
    code_kind: Literal["file", "notebook"] = "file"
    file_id: str = ""
    more: tuple[str, ...] = ()
    edition: Edition | None = None
    by_platform: bool = False
    kind: ClassVar[Kind] = "pipeline"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedPipeline:
    """A pipeline with the settings that it was found with, as the REST API has them.

    managed: the tables of its ingestion definition, where these are other ones than it was found with. after: what it waits
    for, such as its ingest file.
    """

    id: str
    settings: Mapping[str, Any]
    managed: tuple[ManagedTable, ...] = ()
    after: tuple[Ref, ...] = ()
    protected: bool
    kind: ClassVar[Kind] = "pipeline"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job starts: a Quartz expression, and the zone of its clock."""

    quartz: str
    timezone: str
    paused: bool


@dataclass(frozen=True, slots=True)
class OnUpdate:
    """That a job starts once any, or each, of some tables (catalog.schema.table) was updated."""

    tables: tuple[str, ...]
    which: Literal["any", "all"]
    paused: bool


@dataclass(frozen=True, slots=True)
class Job:
    """The job that starts a pipeline; it has the pipeline's id. Without a schedule and updates nothing starts it.

    tasks: other pipelines that it starts too, each with those that end before; the job's own may be one of them.
    task: what the pipeline's own task is called.
    """

    id: str
    name: str
    schedule: Schedule | None
    tags: Mapping[str, str]
    run_as: RunAs | None
    budget_policy_id: str | None
    notified: tuple[str, ...]
    tasks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    task: str = "ingest"
    on_update: OnUpdate | None = None
    kind: ClassVar[Kind] = "job"


@dataclass(frozen=True, slots=True)
class AdoptedJob:
    """The job that starts an adopted pipeline, with the settings that it was found with; it has one task.

    schedule: another one than it was found with; None: it keeps its own. paused: it starts nothing, whatever its schedule says.
    """

    id: str
    settings: Mapping[str, Any]
    schedule: Schedule | None = None
    paused: bool = False
    kind: ClassVar[Kind] = "job"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard, in a folder without /Workspace. `content`: as the platform serializes it; it shows what `warehouse` reads.

    after: what it waits for.
    """

    id: str
    name: str
    folder: str
    warehouse: str
    content: str
    after: tuple[Ref, ...] = ()
    kind: ClassVar[Kind] = "dashboard"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A Databricks App, whose files are in the folder `source`, without /Workspace. It may use `warehouse`; empty: none.

    scopes: what it may do in the name of who uses it.
    """

    id: str
    name: str
    description: str
    source: str
    warehouse: str
    scopes: tuple[str, ...]
    budget_policy_id: str | None
    kind: ClassVar[Kind] = "app"


@dataclass(frozen=True, slots=True)
class Permissions:
    """Who may do what with a pipeline, a job, a dashboard or an app, as a whole."""

    id: str
    of: Ref
    granted: tuple[Permission, ...]
    kind: ClassVar[Kind] = "permissions"


Resource = (
    Catalog
    | Schema
    | Connection
    | SecretScope
    | Secret
    | SecretAcl
    | GitFolder
    | File
    | Notebook
    | Pipeline
    | AdoptedPipeline
    | Job
    | AdoptedJob
    | Dashboard
    | App
    | Permissions
)


@dataclass(frozen=True, slots=True)
class Stack:
    """What is applied at once, and what becomes of what was in it before.

    renamed: before → now, each keeping its data. imported: what another stack forgets, with the workspace's id. forgotten:
    what stays in the workspace and is nobody's here any more. waits_for: the stacks to apply before.
    """

    name: str
    resources: tuple[Resource, ...] = ()
    renamed: tuple[tuple[Ref, Ref], ...] = ()
    imported: tuple[tuple[Ref, str], ...] = ()
    forgotten: tuple[Ref, ...] = ()
    waits_for: tuple[str, ...] = ()
