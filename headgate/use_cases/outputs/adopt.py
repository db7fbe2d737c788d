"""What taking over a workspace's pipelines prints for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from headgate.adopt.model import Left
from headgate.use_cases.outputs import Part, TargetOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedPart(Part):
    """A pipeline that is taken over: its id in the lock, its name and id in the workspace, and how many tables it has.

    schedule: when it starts, as tables.csv says it; empty where nothing says so. job: the name of the job that is taken over
    with it, null where none is.
    """

    pipeline: str
    name: str
    id: str
    tables: int
    schedule: str
    job: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptOutput(TargetOutput):
    """The pipelines that a new connector takes over, what is left alone and why, the files written, and what comes next."""

    connection: str
    pipelines: tuple[AdoptedPart, ...]
    left: tuple[Left, ...]
    written: tuple[Path, ...]
    next: tuple[str, ...]
