"""What operating pipelines asks of a workspace. `databricks.py` is the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headgate.operate.model import Details, Listed, UpdateOptions
    from headgate.operate.schedule import JobFound, Timing


class ActiveError(Exception):
    """A pipeline has an active update, so that no other one starts."""


class OperateWorkspace(Protocol):
    """A workspace. Every method raises SourceError where it can't be asked, or refuses."""

    def pipelines(self, prefix: str = "") -> list[Listed]:
        """Give the pipelines whose names begin so, a hundred with a request."""

    def pipeline(self, id_: str) -> Listed | None:
        """Give one as the list has it; None where it is gone."""

    def details(self, id_: str) -> Details | None:
        """Give what one's settings say; None where it is gone."""

    def start(self, id_: str, options: UpdateOptions) -> str:
        """Start an update and give its id. Raises ActiveError where another one is active."""

    def is_asked(self, id_: str, update: str, options: UpdateOptions) -> bool:
        """Whether an update was started by a call with these options."""

    def stop(self, id_: str) -> None:
        """Ask the active update to stop, without waiting for it."""

    def delete(self, id_: str) -> None:
        """Delete a pipeline and leave its tables."""

    def events(self, id_: str, since: datetime | None) -> Sequence[Mapping[str, Any]]:
        """Give the rows of its event log from a time on, oldest first."""

    def tables(self, catalog: str, schema: str) -> dict[str, str]:
        """Give the full name of each table that a pipeline made in a schema → that pipeline's id."""

    def jobs_of(self, pipeline_id: str) -> list[JobFound]:
        """Give the jobs that start a pipeline."""

    def create_job(self, pipeline_id: str, name: str, timing: Timing) -> str:
        """Make a job that starts a pipeline, and give its id."""

    def set_schedule(self, job_id: str, timing: Timing) -> None:
        """Give a job another schedule; nothing else of it changes."""

    def time(self) -> float:
        """Give the time in seconds."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def redacted(self, text: str) -> str:
        """Give what the workspace said so that it can be shown."""
