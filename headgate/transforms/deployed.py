"""The pipelines of transforms that a connector deploys in a target, read, checked, and turned into SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headgate.problems import refuse
from headgate.transforms.files import load_files, need_sqlglot
from headgate.transforms.findings import checked, problems_of
from headgate.transforms.landed import landed_of
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.project import Connector
    from headgate.sql.generate.statements import Generated
    from headgate.sql.language.deploy import Deploy
    from headgate.sql.language.model import PipelineFile
    from headgate.transforms.model import ProjectPipeline
    from headgate.transforms.named import NamedFile


@dataclass(frozen=True, slots=True)
class DeployedTransforms:
    """A pipeline of transforms as a target is to have it. settings: what its file says below `deploy`.

    sql, python: the texts of its files; without sinks, `python` is empty. reads: catalog.schema.table of its sources that are
    tables. edition: the least that a classic cluster needs for it.
    """

    id: str
    settings: Deploy
    catalog: str
    schema: str
    sql: str
    python: str
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
    return [_deployed(one.pipeline, one.generated, file.id) for one, file in zip(done, files, strict=True)]


def texts(pipeline: ProjectPipeline, generated: Generated) -> tuple[str, str]:
    """Give the text of the SQL that a pipeline file becomes, and that of the Python of its sinks; empty without sinks."""
    source = seen(pipeline.path.name)
    python = f"# Written by headgate from {source}: change that file.\n{generated.python}" if generated.python else ""
    return f"-- Written by headgate from {source}: change that file.\n\n{generated.sql}", python


def _deployed(pipeline: ProjectPipeline, generated: Generated, id_: str) -> DeployedTransforms:
    file = pipeline.loaded.file
    assert file.deploy is not None  # noqa: S101 (the file was named for it)
    sql, python = texts(pipeline, generated)
    reads = {
        ".".join(pipeline.tables[name].parts) if name in pipeline.tables else source.table
        for name, source in file.sources.items()
        if source.table
    }
    return DeployedTransforms(
        id_, file.deploy, file.catalog, file.schema_name, sql, python, tuple(sorted(filter(None, reads))), _edition(file)
    )


def _edition(file: PipelineFile) -> Literal["CORE", "PRO", "ADVANCED"]:
    """Give the least edition. Source: as sql/check/editions.py says."""
    if any(table.expectations for table in file.tables.values()):
        return "ADVANCED"
    return "PRO" if any(flow.cdc for table in file.tables.values() for flow in table.flows) else "CORE"
