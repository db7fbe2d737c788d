"""`adopted.<target>.json`: pipelines that were in the workspace before the connector was, with the settings that they have.

They keep these settings, whatever connector.yaml says: so the plan that takes them over changes nothing. Taking a pipeline out
of the file has it follow connector.yaml from the next plan on.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from headgate.files import read_text, write_whole
from headgate.problems import Problem, refuse
from headgate.validation import Id, StrictModel, parse_as

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = 1


@dataclass(frozen=True, slots=True)
class AdoptedPipeline:
    """A pipeline as it was found, and the job that starts it.

    id: the workspace's. settings: what the REST API calls its specification. tables: a digest of its tables with their
    options; while they are these, the pipeline keeps its own code. job: the job's settings, None where Terraform takes none
    over; job_id: the workspace's. schedule: when its tables run, as tables.csv says; while it is this, the job keeps its own.
    """

    id: str
    settings: dict[str, Any]
    tables: str
    job: dict[str, Any] | None = None
    job_id: str = ""
    schedule: str = ""

    @property
    def name(self) -> str:
        """What people see for it."""
        return str(self.settings.get("name") or self.id)


class _File(StrictModel):
    format: Literal[1]
    pipelines: dict[Id, AdoptedPipeline]


@dataclass(frozen=True, slots=True)
class Adopted:
    """What a target had before: pipelines by their id in the lock."""

    target: str
    pipelines: dict[str, AdoptedPipeline] = field(default_factory=dict)


def adopted_path(folder: Path, target: str) -> Path:
    """Give the file's place in a connector's folder."""
    return folder / f"adopted.{target}.json"


def read_adopted(folder: Path, target: str) -> Adopted:
    """Read what a target had before; without a file, nothing. Raises InputError for a damaged one."""
    path = adopted_path(folder, target)
    fix = "take the file of the last commit"
    text = read_text(path, fix)
    if text is None:
        return Adopted(target)
    pipelines = parse_as(_File, text, str(path), fix).pipelines
    refuse(Problem(fault, fix, str(path)) for fault in _faults(pipelines))
    return Adopted(target, pipelines)


def _faults(pipelines: dict[str, AdoptedPipeline]) -> Iterator[str]:
    """Say what would import another pipeline or job than was found, or one without what it was found with."""
    owners: dict[str, str] = {}
    for id_, one in pipelines.items():
        if not one.id or not one.settings:
            yield f"'{id_}' has no {'settings' if one.id else 'id of the workspace'}"
        if (first := owners.setdefault(one.id, id_)) != id_:
            yield f"'{first}' and '{id_}' have the same id of the workspace"
        if not _starts(one.job):
            yield f"the job of '{id_}' has no single task that runs a pipeline"
        if one.job and not one.job_id:
            yield f"the job of '{id_}' has no id of the workspace"


def _starts(job: dict[str, Any] | None) -> bool:
    """Whether a job, where there is one, has one task, and that runs a pipeline."""
    match job:
        case None | {"tasks": [{"pipeline_task": {}}]}:
            return True
    return False


def adopted_text(adopted: Adopted) -> str:
    """Give the file's text; `read_adopted` reads the same."""
    pipelines = {id_: asdict(one) for id_, one in adopted.pipelines.items()}
    return json.dumps({"format": FORMAT, "pipelines": pipelines}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def rename_adopted(folder: Path, target: str, old: str, new: str) -> bool:
    """Give an adopted pipeline another id in the file; say whether there was one of the old id. Raises InputError."""
    adopted = read_adopted(folder, target)
    if old not in adopted.pipelines:
        return False
    pipelines = {new if id_ == old else id_: one for id_, one in adopted.pipelines.items()}
    return write_whole(adopted_path(folder, target), adopted_text(Adopted(target, pipelines)))
