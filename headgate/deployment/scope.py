"""A connector in one target: the names, paths and settings that its resources share."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from headgate.deployment.model import EventLog
from headgate.deployment.tags import Tag

if TYPE_CHECKING:
    from headgate.definition.model import Definition, Monitoring, Target

# Between the ids in one name.
_PARTING = "__"


@dataclass(frozen=True, slots=True)
class Scope:
    """A definition as it is in one of its targets. Folders are without /Workspace, but for `code`."""

    definition: Definition
    target_name: str

    @property
    def target(self) -> Target:
        """The target's settings."""
        return self.definition.targets[self.target_name]

    @property
    def folder(self) -> str:
        """The connector's workspace folder. By id, so that a display name can change."""
        return f"{self.target.root_path}/{self.target_name}/{self.definition.id}"

    @property
    def ingest_folder(self) -> str:
        """The folder of the pipelines' ingest files, or of their notebooks: a path is never that of both."""
        return f"{self.folder}/{'notebooks' if self.definition.by_notebook else 'ingest'}"

    @property
    def code_kind(self) -> Literal["file", "notebook"]:
        """What a pipeline runs."""
        return "notebook" if self.definition.by_notebook else "file"

    @property
    def secrets_scope(self) -> str:
        """The scope that the notebooks read secrets from; empty where there are none."""
        return self.definition.secrets_scope_in(self.target_name)

    @property
    def source_folder(self) -> str:
        """The folder that the connector's own files are uploaded to."""
        return f"{self.folder}/{'source' if self.definition.code.module else 'code'}"

    @property
    def code(self) -> str:
        """The folder that pipelines import the connector's code from, with /Workspace; empty where wheels bring it."""
        code = self.definition.code
        if code.git:
            return f"/Workspace{self.folder}/code/{code.git.python_root}".rstrip("/")
        if code.workspace:
            return code.workspace
        return f"/Workspace{self.source_folder}" if code.folder else ""

    @property
    def connection(self) -> str:
        """The connection's name in the target: one made elsewhere keeps its own."""
        connection = self.definition.connection
        return connection.name if connection.existing else self.target.name_prefix + connection.name

    @property
    def catalog(self) -> str:
        """The default catalog in the target."""
        return self.target.catalog or self.definition.destination.catalog

    @property
    def monitoring(self) -> Monitoring | None:
        """The target's monitoring, if it has one."""
        return self.definition.monitoring_in(self.target_name)

    def event_log(self, pipeline: str) -> EventLog | None:
        """Give the table of a pipeline's event log: by ids, so that it is no other pipeline's, and names may change."""
        if (monitoring := self.monitoring) is None:
            return None
        return EventLog(*self.monitoring_schema(monitoring), self.monitoring_name("event_log", pipeline))

    def monitoring_schema(self, monitoring: Monitoring) -> tuple[str, str]:
        """Give the catalog and schema of event logs and summaries."""
        destination = self.definition.destination
        catalog = self.target.catalog or monitoring.catalog or destination.catalog
        return catalog, monitoring.schema_name or destination.schema_name

    @property
    def monitoring_label(self) -> str:
        """What people see for the monitoring's pipeline, job and dashboard."""
        return f"{self.target.name_prefix}{self.definition.display_name} monitoring"

    def monitoring_name(self, *parts: str) -> str:
        """Give the name of a table of the monitoring, which no other connector and target has."""
        ids = _PARTING.join((self.definition.id, self.target_name))
        if ids.count(_PARTING) > 1:  # a__b in c would be a in b__c
            ids += f"_{sha256(f'{self.definition.id} {self.target_name}'.encode()).hexdigest()[:8]}"
        return _PARTING.join((ids, *parts))

    def file_path(self, pipeline: str) -> str:
        """Give the path of a pipeline's ingest file, or of its notebook, which has no extension in the workspace."""
        return f"{self.ingest_folder}/{pipeline}{'' if self.definition.by_notebook else '.py'}"

    def sql_path(self, name: str) -> str:
        """Give the path of the SQL that a pipeline file becomes."""
        return f"{self.folder}/sql/{name}.sql"

    def sinks_path(self, name: str) -> str:
        """Give the path of the Python of its sinks."""
        return f"{self.folder}/sql/{name}_sinks.py"

    def pipeline_name(self, name: str) -> str:
        """Give what people see for a pipeline."""
        return f"{self.target.name_prefix}{self.definition.display_name}_{name}"

    def stack_name(self, number: int | None) -> str:
        """Give a stack's name: the shared one's for None."""
        return f"{self.definition.id}-{self.target_name}-{number or 'shared'}"

    def own_tags(self, name: str) -> dict[str, str]:
        """Give headgate's own tags of what has this id: a pipeline's, or the connector's."""
        return Tag(self.definition.id, self.target_name, name).as_tags()

    def tags(self, name: str) -> dict[str, str]:
        """Give the tags of a pipeline or job: the target's, and headgate's own."""
        return self.target.tags | self.own_tags(name)
