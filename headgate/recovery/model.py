"""What stacks declare, what a workspace has, and what one finds by comparing them with the states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from headgate.deployment.tags import Tag

PIPELINE, JOB, CATALOG, SCHEMA, CONNECTION, GIT_FOLDER, SECRET_SCOPE = KINDS = (
    "databricks_pipeline", "databricks_job", "databricks_catalog", "databricks_schema", "databricks_connection",
    "databricks_repo", "databricks_secret_scope",
)  # fmt: skip
FILE, NOTEBOOK = "databricks_workspace_file", "databricks_notebook"
_NAMES = ("pipeline", "job", "catalog", "schema", "connection", "git folder", "secret scope")
WORDS = dict(zip(KINDS, _NAMES, strict=True)) | {FILE: "file", NOTEBOOK: "notebook"}

FindingKind = Literal["ours", "unmarked", "unclear", "foreign", "doubled", "stray", "differs"]


@dataclass(frozen=True, slots=True)
class Expected:
    """A resource that a synthesized stack declares.

    name: what the workspace knows it by: a name, catalog.schema, or a path. tag: None for what can't carry one.
    former: addresses that it is moved from.
    """

    address: str
    stack: str
    name: str
    tag: Tag | None = None
    former: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The type, as Terraform has it."""
        return self.address.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a workspace has. `id` is what `terraform import` takes; `starts` says when a job runs, in words.

    `made`: when, in milliseconds since 1970; 0 where the workspace doesn't say. `content`: a file's, in base64.
    """

    kind: str
    id: str
    name: str = ""
    tag: Tag | None = None
    starts: str = ""
    made: int = 0
    content: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryFinding:
    """A thing that no state has, or not as it is, and what it is to a declared resource.

    ours: it has the resource's tags and name, and no state has the resource. unmarked: it has the name, and no tags.
    unclear: it has the tags and another name, as a copy has, or is one of several that hold data and have both.
    foreign: it has the name, and another's tags. doubled: it is there beside `kept`, which is the resource.
    stray: a job of ours that no stack declares. differs: a file that a state has, with other content.
    sure: a doubled job that an apply made, by its tags and name; whoever copies a job copies its tags.
    """

    kind: FindingKind
    address: str
    stack: str
    thing: Thing
    kept: Thing | None = None
    sure: bool = False
