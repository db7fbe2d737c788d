"""The pipelines of transforms that a connector deploys in a target, read, checked, and turned into SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headgate.grouped import grouped
from headgate.problems import refuse
from headgate.transforms.files import load_files, need_sqlglot
from headgate.transforms.findings import checked, problems_of
from headgate.transforms.groups import settings_of, tables_read
from headgate.transforms.landed import landed_of
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.project import Connector
    from headgate.sql.generate.statements import Generated
    from headgate.sql.language.deploy import Deploy
    from headgate.sql.language.model import PipelineFile
    from headgate.transforms.findings import CheckedPipeline
    from headgate.transforms.model import ProjectPipeline
    from headgate.transforms.named import NamedFile


_EDITIONS: tuple[Literal["CORE", "PRO", "ADVANCED"], ...] = ("CORE", "PRO", "ADVANCED")  # each has what those before it have


@dataclass(frozen=True, slots=True)
class DeployedFile:
    """What a pipeline file becomes. name: what the files are called. Without sinks, `python` is empty."""

    name: str
    sql: str
    python: str


@dataclass(frozen=True, slots=True)
class DeployedTransforms:
    """A pipeline of transforms as a target is to have it. settings: what its files say below `deploy`.

    files: one a pipeline file. reads: catalog.schema.table of its sources that are tables of others.
    edition: the least that a classic cluster needs for it.
    """

    id: str
    settings: Deploy
    catalog: str
    schema: str
    files: tuple[DeployedFile, ...]
    reads: tuple[str, ...]
    edition: Literal["CORE", "PRO", "ADVANCED"]


def deployed_transforms(
    connector: Connector, files: Sequence[NamedFile], target: str, project: Sequence[Connector]
) -> list[DeployedTransforms]:
    """Give what a connector's pipeline files are in a target. project: its connectors, whose tables the files may read.

    Raises InputError with the problems of all files, or else with all errors that are found in their SQL, and where the library
    that reads SQL is missing.
    """
    if not files:
        return []
    need_sqlglot()
    others = (one for one in project if one.definition.id != connector.definition.id)
    read = load_files([one.path for one in files], project, target)
    done = list(checked(read, landed_of((connector, *others), target)))
    refuse(problems_of(found for one in done for found in one.findings if found.severity.value == "error"))
    groups = grouped((file.id, (file.name, one)) for file, one in zip(files, done, strict=True))
    return [_deployed(id_, parts) for id_, parts in groups.items()]


def texts(pipeline: ProjectPipeline, generated: Generated) -> tuple[str, str]:
    """Give the text of the SQL that a pipeline file becomes, and that of the Python of its sinks; empty without sinks."""
    source = seen(pipeline.path.name)
    python = f"# Written by headgate from {source}: change that file.\n{generated.python}" if generated.python else ""
    return f"-- Written by headgate from {source}: change that file.\n\n{generated.sql}", python


def _deployed(id_: str, parts: Sequence[tuple[str, CheckedPipeline]]) -> DeployedTransforms:
    """Give a pipeline of its files, each with what it is called."""
    pipelines = [one.pipeline for _, one in parts]
    first = pipelines[0].loaded.file
    files = tuple(DeployedFile(name, *texts(one.pipeline, one.generated)) for name, one in parts)
    edition = max((_edition(one.loaded.file) for one in pipelines), key=_EDITIONS.index)
    settings = settings_of(pipelines)
    return DeployedTransforms(id_, settings, first.catalog, first.schema_name, files, tables_read(pipelines), edition)


def _edition(file: PipelineFile) -> Literal["CORE", "PRO", "ADVANCED"]:
    """Give the least edition. Source: as sql/check/editions.py says."""
    if any(table.expectations for table in file.tables.values()):
        return "ADVANCED"
    return "PRO" if any(flow.cdc for table in file.tables.values() for flow in table.flows) else "CORE"
