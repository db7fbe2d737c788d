"""When a pipeline starts by itself: what becomes of the jobs that start it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headgate.problems import InputError, Problem, refuse
from headgate.schedule import ScheduleError, check_timezone, normalize
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.deployment.tags import Tag
    from headgate.operate.model import Chosen

_CRON_FIELDS = 5
_QUARTZ = "quartz:"


@dataclass(frozen=True, slots=True)
class Timing:
    """A job's schedule: Quartz, a time zone's name, and whether it is paused."""

    quartz: str
    timezone: str
    paused: bool = False


@dataclass(frozen=True, slots=True)
class JobFound:
    """A job that starts pipelines. tasks: how many it has; starter: what else than a schedule starts it; tag: headgate's."""

    id: str
    name: str
    pipelines: tuple[str, ...]
    tasks: int
    timing: Timing | None = None
    starter: str = ""
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What is to be done: make a job, change one's schedule, or nothing. job: None where one is to be made."""

    action: Literal["create", "change", "nothing"]
    timing: Timing
    job: JobFound | None = None


@dataclass(frozen=True, slots=True)
class ScheduledPipeline:
    """A pipeline, what was done about its job, that job's id, and the schedule in words."""

    chosen: Chosen
    done: Scheduled
    job: str
    words: str


def timing_of(text: str, timezone: str, *, paused: bool) -> Timing:
    """Give the schedule that a text says: cron of 5 fields, or Quartz of 6 or 7, marked `quartz:` or not. Raises InputError."""
    words = text.strip()
    marked = words if words.startswith((_QUARTZ, "@")) or len(words.split()) <= _CRON_FIELDS else _QUARTZ + words
    problems: list[Problem] = []
    quartz = ""
    try:
        quartz = normalize(marked)
    except ScheduleError as error:
        problems.append(Problem(f"--cron: {error}", error.fix))
    if wrong := check_timezone(timezone):
        problems.append(Problem(f"--timezone: {wrong}", wrong.fix))
    refuse(problems)
    return Timing(quartz, timezone, paused)


def decide(jobs: Sequence[JobFound], timing: Timing, chosen: str = "") -> Scheduled:
    """Say which of the jobs that start a pipeline gets the schedule. chosen: that job's id, where it was said.

    Raises InputError where several could be meant, or something else than a schedule starts the one.
    """
    meant = [job for job in jobs if job.id == chosen] if chosen else list(jobs)
    if chosen and not meant:
        known = ", ".join(job.id for job in jobs) or "none"
        raise InputError(f"--job: job {seen(chosen)} does not start this pipeline", f"the jobs that do: {known}")
    if len(meant) > 1:
        said = ", ".join(seen(f"{job.id} ({job.name})") for job in meant)
        raise InputError(f"several jobs start this pipeline: {said}", "say which one gets the schedule: --job ID")
    if not meant:
        return Scheduled("create", timing)
    (job,) = meant
    if job.starter:
        raise InputError(
            seen(f"job {job.id} ({job.name}) is started by its {job.starter}"), f"take the {job.starter} off the job first"
        )
    return Scheduled("nothing" if job.timing == timing else "change", timing, job)
