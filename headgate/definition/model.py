"""What one deployment of a connector is: the model behind `connectors/<folder>/connector.yaml`.

Field descriptions here are what `headgate schema` shows in an editor; for a field that is a part, the part's docstring.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticKnownError

from headgate.definition.apps import DashboardApp, SimulatorApp  # noqa: TC001  # pydantic reads the fields' types
from headgate.definition.provider import OLDEST
from headgate.definition.secrets import Scope, Secrets  # noqa: TC001  # pydantic reads the fields' types
from headgate.tables.group import GroupBy  # noqa: TC001  # pydantic reads the fields' types
from headgate.validation import Currency, Id, StrictModel, WorkspaceFolder

Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
LoadName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, StringConstraints(min_length=1)]


class Connection(StrictModel):
    """The Unity Catalog connection that the pipelines read through."""

    name: Name = Field(description="The connection's name. A changed name replaces the connection.")
    existing: bool = Field(default=False, description="The connection was made elsewhere: use it by name, don't manage it.")
    type: Literal["GENERIC_LAKEFLOW_CONNECT", "COMMUNITY"] = Field(
        default="GENERIC_LAKEFLOW_CONNECT", description="The connection type."
    )
    comment: str | None = Field(
        default=None, description="The connection's comment. A changed comment replaces the connection."
    )
    options: dict[str, str] = Field(default_factory=dict, description="Parameters of the source that are no secret.")
    secrets: list[Text] = Field(
        default_factory=list,
        description="Names of the parameters that are secret. Each becomes a sensitive Terraform variable.",
    )
    rotate: list[str] = Field(
        default_factory=list,
        description="Secrets that the next apply is to send again, though the provider can't see that they changed.",
    )
    external_options: list[str] = Field(
        default_factory=list, description="Options that a table may set; they go into externalOptionsAllowList."
    )


class Destination(StrictModel):
    """Where tables go that don't say it themselves."""

    catalog: Name = Field(description="The default catalog.")
    # `schema` shadows a deprecated method of BaseModel, hence the alias.
    schema_name: Name = Field(alias="schema", description="The default schema.")
    create_catalog: bool = Field(default=False, description="Make the catalog (protected against deletion).")
    create_schema: bool = Field(default=False, description="Make the schema (protected against deletion).")


class Schedules(StrictModel):
    """When tables run that don't say it themselves, by ingestion type: 5-field cron, or `quartz:` and a Quartz expression."""

    snapshot: str = Field(default="", description="For snapshot tables. Empty: no schedule.")
    append: str = Field(default="", description="For append tables.")
    cdc: str = Field(default="", description="For cdc and cdc_with_deletes tables.")
    unknown: str = Field(default="", description="For tables without an ingestion type.")
    timezone: str = Field(default="UTC", description="An IANA time zone, such as Europe/Berlin.")
    spread_minutes: int = Field(
        default=15,
        ge=0,
        le=59,
        description="Pipelines on one schedule start up to so many minutes later, so that few run at once. 0: none does.",
    )
    exact: list[Text] = Field(
        default_factory=list, description="Schedules, and groups by name, whose pipelines start at the minute that is written."
    )


class Weights(StrictModel):
    """Weights of tables that have none of their own, by ingestion type, in seconds of pipeline time for one run."""

    snapshot: float = Field(default=1, ge=0, le=1e12, description="For snapshot tables.")
    append: float = Field(default=10, ge=0, le=1e12, description="For append tables.")
    cdc: float = Field(default=10, ge=0, le=1e12, description="For cdc and cdc_with_deletes tables.")
    unknown: float = Field(default=10, ge=0, le=1e12, description="For tables without an ingestion type.")


class Sizes(StrictModel):
    """What a table's estimated size says of a run's seconds, until runs do. The rates are guesses: give your source's."""

    rows_per_second: float = Field(default=10_000, gt=0, description="Rows that a pipeline reads in a second.")
    bytes_per_second: float = Field(default=10_000_000, gt=0, description="Bytes that a pipeline reads in a second.")
    share_a_run: float = Field(
        default=0.01,
        gt=0,
        le=1,
        description="Of an append or cdc table, the share that is new in a run; snapshots are read whole.",
    )


class MoveCosts(StrictModel):
    """What it costs to move a table to another pipeline: so many of its runs, by ingestion type, and the handover itself."""

    handover_seconds: float = Field(default=300, ge=0, description="What each handover costs.")
    snapshot: float = Field(default=1, ge=0, description="Runs that a snapshot table's move costs.")
    append: float = Field(default=20, ge=0, description="Runs that an append table's move costs.")
    cdc: float = Field(default=20, ge=0, description="Runs that a cdc table's move costs.")
    unknown: float = Field(default=20, ge=0, description="Runs that a move costs without a type.")
    tables: dict[Text, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="Table → seconds that its move costs, instead of the estimate."
    )


class Deadline(StrictModel):
    """The time that a group's run may take, from which its number of pipelines follows."""

    minutes: float = Field(gt=0, description="A run of all of a group's pipelines is to take no longer.")
    goal: Literal["fewest", "cheapest"] = Field(
        default="fewest", description="fewest: the smallest number that meets it. cheapest: the least seconds of pipelines."
    )
    startup_seconds: float = Field(default=60, ge=0, description="What a pipeline takes before it reads its first table.")
    concurrent_updates: int | None = Field(default=None, ge=1, description="Pipelines that may run at once. Default: all.")
    requests_per_minute: float | None = Field(
        default=None, gt=0, description="Requests that the source takes. Default: any number."
    )
    requests_per_second: float = Field(default=1, gt=0, description="Requests that a second of a table's weight makes.")


class LoadSettings(StrictModel):
    """A load beside the weight, such as a source's requests: what a run of a table asks for, and what there is of it."""

    per_pipeline: float | None = Field(
        default=None, gt=0, le=1e12, description="What a pipeline takes of it: its tables' loads, added up. Default: any."
    )
    per_minute: float | None = Field(
        default=None,
        gt=0,
        le=1e12,
        description="What all pipelines on one connection may ask for in a minute, each as evenly as it reads. Default: any.",
    )
    default: float = Field(default=0, ge=0, le=1e12, description="What a table asks for of which nothing else says it.")


class Balance(StrictModel):
    """How tables are spread over pipelines and stacks. A table is named by source table, or by catalog.schema.table."""

    stacks: int = Field(default=1, ge=1, le=100, description="The number of stacks that pipelines are spread over.")
    pipelines: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="The number of pipelines in all; at least one a group. Default: from weights, schedules and start-up.",
    )
    min_pipelines: int = Field(default=1, ge=1, le=10_000, description="No group gets fewer (unless it has fewer tables).")
    max_pipelines: int | None = Field(default=None, ge=1, le=10_000, description="No group gets more.")
    deadline: Deadline | None = Field(default=None, description="Instead of `pipelines`: as many as meet a deadline.")
    max_tables_per_pipeline: int = Field(default=1000, ge=1, le=1000, description="No pipeline gets more tables.")
    max_weight_per_pipeline: float | None = Field(
        default=None,
        gt=0,
        description="A group is cut until no pipeline weighs more (a heavier table gets a pipeline of its own).",
    )
    tolerance: float = Field(default=0.05, ge=0, description="Moves stop once no pipeline is above the lower bound by more.")
    trigger: float = Field(default=0.25, ge=0, description="Tables move only once a pipeline is above the bound by more.")
    max_moves: int | None = Field(
        default=None, ge=0, description="Tables that one balance may move for the loads' sake. Default: any number."
    )
    move_by: Literal["tables", "seconds"] = Field(
        default="seconds", description="What moves are to cost least of: seconds, as move_costs has them, or tables."
    )
    together: list[list[Text]] = Field(default_factory=list, description="Tables that must share a pipeline, list by list.")
    apart: list[list[Text]] = Field(default_factory=list, description="Tables no two of which may share a pipeline.")
    after: dict[Text, list[Text]] = Field(
        default_factory=dict,
        description="Table → tables that it comes after: in an earlier pipeline of the same job, or in the same one.",
    )
    pinned: dict[Text, Id] = Field(default_factory=dict, description="Table → the pipeline that it has to be in.")
    move_costs: MoveCosts = Field(default_factory=MoveCosts)
    weights: Weights = Field(default_factory=Weights)
    loads: dict[LoadName, LoadSettings] = Field(
        default_factory=dict,
        description="Loads beside the weight, by name, such as requests; columns load.NAME of tables.csv have them.",
    )
    sizes: Sizes = Field(default_factory=Sizes)


class Autoscale(StrictModel):
    """Bounds between which a classic cluster grows and shrinks."""

    min_workers: int = Field(ge=0, description="The fewest workers.")
    max_workers: int = Field(ge=1, description="The most workers.")


class Sizing(StrictModel):
    """Bounds and measures by which each pipeline's cluster gets its own fixed number of workers."""

    min_workers: int = Field(default=1, ge=0, description="The fewest workers.")
    max_workers: int = Field(ge=1, description="The most workers.")
    weight_per_worker: float = Field(default=600, gt=0, description="Seconds of weight that a worker takes on in a run.")
    tables_per_worker: int = Field(default=100, ge=1, description="Tables that a worker takes on.")


class Compute(StrictModel):
    """What pipelines run on: serverless, or classic clusters of fixed or varying size."""

    kind: Literal["serverless", "classic"] = Field(default="serverless", description="Serverless, or classic clusters.")
    workers: int | None = Field(default=None, ge=0, description="Classic: a fixed number of workers, the same for all.")
    autoscale: Autoscale | None = Field(default=None, description="Classic: between two numbers of workers.")
    sizing: Sizing | None = Field(
        default=None, description="Classic: a number of workers for each pipeline, by the weight and number of its tables."
    )
    node_type: Text | None = Field(default=None, description="Classic: the workers' node type.")
    driver_node_type: Text | None = Field(default=None, description="Classic: the driver's node type.")
    policy_id: Text | None = Field(default=None, description="Classic: a cluster policy.")


class DbusPerHour(StrictModel):
    """DBUs that an hour of one pipeline uses up. What they are depends on machine, edition and cloud: there is no default."""

    serverless: float | None = Field(default=None, ge=0, description="Serverless: by a whole pipeline.")
    driver: float | None = Field(default=None, ge=0, description="Classic: by the driver.")
    worker: float | None = Field(default=None, ge=0, description="Classic: by each worker.")


class Pricing(StrictModel):
    """What pipelines cost, for `headgate cost`. Where nothing is given, it tells hours, and no DBUs or money."""

    currency: Currency | None = Field(default=None, description="The prices' currency, such as USD or EUR.")
    dbu_price: float | None = Field(default=None, ge=0, description="The price of one DBU.")
    dbus_per_hour: DbusPerHour = Field(default_factory=DbusPerHour)
    startup_seconds: float | None = Field(
        default=None,
        ge=0,
        description="What a run takes before its first table. Default: the deadline's startup_seconds, else none.",
    )


class GitFolder(StrictModel):
    """The connector's code as a git folder in the workspace."""

    url: Text = Field(description="The repository's address, without a user or password.")
    branch: Text = Field(default="main", description="The branch that is checked out, whatever comes into it.")
    tag: Text | None = Field(default=None, description="The tag that is checked out, instead of a branch.")
    credential_id: int | None = Field(default=None, description="The git credential to use. Needs provider 1.125.0.")
    provider: Text = Field(default="gitHub", description="As the workspace names it: gitHub, gitLab, azureDevOpsServices, …")
    python_root: str = Field(default="src", description="The folder inside that Python imports from.")
    sparse: list[str] = Field(default_factory=list, description="Folders to check out; empty: all.")


class Code(StrictModel):
    """Where pipelines get the connector's code from."""

    folder: Text | None = Field(default=None, description="A folder beside connector.yaml, uploaded as workspace files.")
    wheels: list[Text] = Field(default_factory=list, description="Wheels or requirements for the pipelines' environment.")
    workspace: WorkspaceFolder | None = Field(
        default=None,
        description="A folder that is in the workspace already, with /Workspace, which pipelines import from; nothing is "
        "uploaded.",
    )
    by_platform: bool = Field(
        default=False,
        description="With `ingestion: managed`: the platform has the connector itself, such as Salesforce's, so nothing brings "
        "its code.",
    )
    environment_version: Text | None = Field(
        default=None, description="The version of the pipelines' environment, such as 4. Needs provider 1.111.0."
    )
    git: GitFolder | None = Field(default=None, description="A git folder made in the workspace.")
    module: Text | None = Field(
        default=None,
        description="A module whose register_lakeflow_source(spark) registers the source, instead of the framework's registry. "
        "A folder is then uploaded under its own name, and may be given beside git (which then brings the framework).",
    )
    registration: Literal["data_source", "register", "source_loader"] | None = Field(
        default=None,
        description="How the framework registers the source. data_source: by the class that the source's package exports; "
        "register: by the file that is generated of it, as in a framework of before June 2026; "
        "source_loader: as a framework does that is no package yet, found in `workspace`. "
        "Default: data_source where wheels bring the code, else register.",
    )

    @property
    def by_data_source(self) -> bool:
        """Whether the source is registered by its class."""
        return (self.registration or ("data_source" if self.wheels and not self.git else "register")) == "data_source"


class Backend(StrictModel):
    """Where Terraform keeps its states. `settings` are the backend's own; the state's key or path is made by headgate."""

    type: Literal["local", "s3", "azurerm", "gcs", "http", "remote"] = Field(
        default="local", description="Terraform's name of the backend."
    )
    settings: dict[str, str | int | bool] = Field(
        default_factory=dict, description="The backend's own settings that are no secret, such as bucket and region."
    )


class Permission(StrictModel):
    """Who may do what with the pipelines and jobs. Exactly one of user, group, service_principal."""

    level: Literal["CAN_VIEW", "CAN_RUN", "CAN_MANAGE"] = Field(description="What they may do.")
    user: Text | None = Field(default=None, description="A user's e-mail address.")
    group: Text | None = Field(default=None, description="A group's name.")
    service_principal: Text | None = Field(default=None, description="A service principal's application id.")


class RunAs(StrictModel):
    """Who the pipelines and jobs run as. Exactly one of user, group, service_principal."""

    user: Text | None = Field(default=None, description="A user's e-mail address.")
    group: Text | None = Field(default=None, description="A group's name. Needs provider 1.138.0.")
    service_principal: Text | None = Field(default=None, description="A service principal's application id.")


class Monitoring(StrictModel):
    """Every pipeline publishes its event log as a table, and one small pipeline makes a summary of all runs of them."""

    catalog: Name | None = Field(
        default=None,
        description="The catalog of event logs and summary, which a target's own replaces. Default: the destination's.",
    )
    # As in Destination.
    schema_name: Name | None = Field(
        default=None, alias="schema", description="Their schema, which has to be there. Default: the destination's."
    )
    schedule: str = Field(
        default="0 6 * * *",
        description="When the summary is brought up to date, as in schedules. Empty: a person starts it.",
    )
    seconds: float = Field(
        default=120, ge=0, description="What a run of it takes, a guess, for `headgate cost`: give what yours take."
    )


class Target(StrictModel):
    """A place to deploy to, such as dev or prod."""

    default: bool = Field(default=False, description="The target when none is named. At most one.")
    name_prefix: str = Field(
        default="", description="Put before the names of connection, managed secret scope, pipelines and jobs."
    )
    catalog: Name | None = Field(default=None, description="Replaces the definition's and the tables' destination catalog.")
    secrets_scope: Scope | None = Field(default=None, description="Replaces the scope of `secrets`, as it is written.")
    paused: bool = Field(default=False, description="Schedules are paused, continuous pipelines are not started.")
    protect: bool = Field(
        default=True,
        description="Terraform refuses to destroy pipelines, connection, secret scope, schema and catalog. False: `cdktf "
        "destroy` works.",
    )
    development: bool = Field(default=False, description="Pipelines run in development mode.")
    host: Text | None = Field(default=None, description="The workspace's address. Default: from the environment.")
    profile: Text | None = Field(default=None, description="A profile of the Databricks configuration file.")
    root_path: WorkspaceFolder = Field(
        default="/Shared/headgate", description="The workspace folder for ingest files, notebooks and code, without /Workspace."
    )
    run_as: RunAs | None = Field(default=None, description="Who the pipelines and jobs run as. Default: who deploys.")
    permissions: list[Permission] = Field(default_factory=list, description="Who may do what with the pipelines and jobs.")
    budget_policy_id: Text | None = Field(default=None, description="The serverless budget policy of the pipelines and jobs.")
    tags: dict[str, str] = Field(
        default_factory=dict, description="Tags of pipelines and jobs, beside headgate's own three; at most 22."
    )
    notifications: list[Text] = Field(default_factory=list, description="E-mail addresses to notify when an update fails.")
    deploy_with: Literal["terraform", "bundle"] = Field(
        default="terraform",
        description="What deploys it: Terraform's stacks, or the bundle of `headgate generate bundle`.",
    )
    backend: Backend = Field(default_factory=Backend)
    monitoring: bool = Field(default=True, description="False: this target has no monitoring, whatever the others have.")
    warehouse_id: Text | None = Field(
        default=None, description="A SQL warehouse, for a dashboard of the monitoring. Default: there is no dashboard."
    )
    dashboard: DashboardApp | None = Field(default=None, description="`headgate dashboard` as a Databricks App. Default: none.")
    simulator: SimulatorApp | None = Field(default=None, description="A simulated PI Web API, likewise. Default: none.")


class Definition(StrictModel):
    """A deployment of a connector. Two deployments of one source, such as two accounts, exist side by side."""

    id: Id = Field(description="Given once, never changed: it names stacks, states, addresses and files.")
    name: Name | None = Field(default=None, description="The display name, which may change. Default: the id.")
    source: Text = Field(description="The source's name, as the connector's code registers it: osipi, hubspot, …")
    credentials: Literal["connection", "secrets"] = Field(
        default="connection",
        description="Where pipelines take the connector's options from. connection: from a Unity Catalog connection. secrets: "
        "from a secret scope, by a notebook for each pipeline.",
    )
    connection: Connection = Field(
        default_factory=lambda: Connection.model_construct(name="", existing=True),
        description="The Unity Catalog connection that the pipelines read through. Needed, but with `credentials: secrets`.",
    )
    secrets: Secrets | None = Field(
        default=None,
        description="With `credentials: secrets`: where the pipelines' notebooks take the options from. Or the path of a JSON "
        "file that says so, beside connector.yaml.",
    )
    destination: Destination
    code: Code = Field(default_factory=Code)
    group_by: GroupBy | None = Field(
        default=None,
        description="What makes a group, where a table names none. auto: tables on one schedule and connection, by category "
        "where it has ten tables. Default: auto; category_and_ingestion_type for a lock from before there was auto.",
    )
    isolate: list[Text] = Field(
        default_factory=list, description="Categories that keep pipelines of their own, however few their tables (auto)."
    )
    category_prefixes: dict[str, str] = Field(default_factory=dict, description="Prefix of a table's name → its category.")
    large_seconds: float = Field(
        default=600,
        gt=0,
        description="By size: a table whose run takes so many seconds has a pipeline of its own where smaller ones would wait "
        "for it.",
    )
    table_options: dict[str, Any] = Field(
        default_factory=dict, description="Options of all tables, as in table_options_json, where a row's own win."
    )
    discovery: dict[str, str] = Field(default_factory=dict, description="Init options for the connector's code at discovery.")
    schedules: Schedules = Field(default_factory=Schedules)
    balance: Balance = Field(default_factory=Balance)
    compute: Compute = Field(default_factory=Compute)
    cost: Pricing = Field(default_factory=Pricing)
    monitoring: Monitoring | None = Field(default=None, description="`monitoring: {}` takes all defaults. Default: none.")
    mode: Literal["batch", "streaming"] = Field(
        default="batch", description="batch: jobs start the pipelines. streaming: continuous."
    )
    ingestion: Literal["file", "managed"] = Field(
        default="file",
        description="file: an ingest file a pipeline, or a notebook with `credentials: secrets`. managed: "
        "ingestion_definition, for code in wheels; options of tables need provider 1.128.0.",
    )
    channel: Literal["CURRENT", "PREVIEW"] = Field(default="PREVIEW", description="The pipelines' release channel.")
    provider: Text = Field(default=OLDEST, description="The version of the Databricks provider; tried from 1.99.0 to 1.138.0.")
    targets: dict[Id, Target] = Field(
        default_factory=lambda: {"dev": Target()}, min_length=1, description="Places to deploy to, such as dev and prod."
    )

    @field_validator("monitoring", mode="before")
    @classmethod
    def _is_said(cls, value: object) -> object:
        """Refuse a key with nothing after it, which would be no monitoring where all defaults were meant."""
        if value is None:
            raise PydanticKnownError("model_type", {"class_name": Monitoring.__name__})
        return value

    @property
    def display_name(self) -> str:
        """The name that people see: the given one, else the id."""
        return self.name or self.id

    @property
    def by_notebook(self) -> bool:
        """Whether pipelines run a notebook, which reads the secrets, instead of an ingest file."""
        return self.credentials == "secrets"

    @property
    def reads_through(self) -> str:
        """The name of what the pipelines read through: the connection, or the scope of the secrets."""
        return self.connection.name or (self.secrets.secrets_scope if self.secrets else "")

    @property
    def clear_options(self) -> dict[str, str]:
        """The options of the source that are no secret."""
        return self.secrets.static_options if self.by_notebook and self.secrets else self.connection.options

    @property
    def secret_options(self) -> list[str]:
        """The names of the options that are secret."""
        return list(self.secrets.secret_mappings) if self.by_notebook and self.secrets else self.connection.secrets

    @property
    def dynamic_options(self) -> list[str]:
        """The names of the options that a pipeline's driver evaluates, and that only a person can give here."""
        return list(self.secrets.dynamic_options) if self.secrets else []

    @property
    def secret_variables(self) -> list[str]:
        """The names of the options whose secrets Terraform writes: each has a sensitive variable."""
        if self.by_notebook:
            return sorted(self.secrets.managed_keys.values()) if self.secrets else []
        return [] if self.connection.existing else self.connection.secrets

    def secrets_scope_in(self, target: str) -> str:
        """Give the scope of a target's secrets: its own, or the definition's, with its prefix where Terraform makes it."""
        if self.secrets is None:
            return ""
        chosen = self.targets[target]
        prefix = chosen.name_prefix if self.secrets.manage else ""
        return chosen.secrets_scope or prefix + self.secrets.secrets_scope

    def monitoring_in(self, target: str) -> Monitoring | None:
        """Give the monitoring of a target; None where it has none."""
        return self.monitoring if self.targets[target].monitoring else None

    def continuous_in(self, target: str) -> bool:
        """Whether pipelines run all the time in a target, until somebody stops them."""
        return self.mode == "streaming" and not self.targets[target].paused

    @property
    def default_target(self) -> str:
        """The target marked as default, else the only or first one."""
        return next((name for name, target in self.targets.items() if target.default), next(iter(self.targets)))
