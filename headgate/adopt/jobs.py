"""Which job starts a pipeline, and whether it can be taken over with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.adopt.fields import ADDED_TO_JOB, JOB, cleaned, secrets_in, unknown
from headgate.adopt.model import Job, Left
from headgate.grouped import grouped
from headgate.numbers import counted
from headgate.schedule import ScheduleError, check_timezone, normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.adopt.model import FoundJob

_UTC = "UTC"


@dataclass(frozen=True, slots=True)
class Starts:
    """What starts pipelines, by the workspace's ids of those.

    jobs: the one that is taken over with a pipeline. schedules: when a pipeline runs, as an inventory says it. paused: all
    schedules are. timezone: of the schedules; left: the jobs that are left alone.
    """

    jobs: dict[str, Job] = field(default_factory=dict)
    schedules: dict[str, str] = field(default_factory=dict)
    timezone: str = _UTC
    paused: bool = False
    left: tuple[Left, ...] = ()


def starts_of(pipelines: Iterable[str], jobs: Sequence[FoundJob]) -> Starts:
    """Give what starts these pipelines (the workspace's ids)."""
    meant = set(pipelines)
    starting = [(job, ids) for job in jobs if (ids := meant.intersection(pipelines_of(job)))]
    zones = [zone for job, ids in starting for _ in ids if (zone := str(_schedule(job).get("timezone_id") or ""))]
    zones = [zone for zone in zones if not check_timezone(zone)]
    timezone = max(sorted(set(zones)), key=zones.count) if zones else _UTC
    by_pipeline = grouped((id_, job) for job, ids in starting for id_ in sorted(ids))
    left, taken, schedules = [], dict[str, Job](), dict[str, str]()
    for job, ids in starting:
        made = _taken(job, timezone)
        if isinstance(made, Job) and any(len(by_pipeline[id_]) > 1 for id_ in ids):
            made = ["another job starts the same pipeline"]
        if isinstance(made, Job):
            taken |= dict.fromkeys(ids, made)
        else:
            left.append(Left("job", job.name, job.id, tuple(made)))
        if quartz := _quartz(job, timezone):
            schedules |= {id_: quartz for id_ in sorted(ids) if id_ not in schedules}
    paused = [one.get("pause_status") == "PAUSED" for job, _ in starting if (one := _schedule(job))]
    return Starts(taken, schedules, timezone, bool(paused) and all(paused), tuple(left))


def pipelines_of(job: FoundJob) -> list[str]:
    """Give the workspace's ids of the pipelines that a job starts."""
    tasks = [
        task for one in job.settings.get("tasks") or () for task in (one, (one.get("for_each_task") or {}).get("task") or {})
    ]
    return [str(id_) for task in tasks if (id_ := (task.get("pipeline_task") or {}).get("pipeline_id"))]


def _schedule(job: FoundJob) -> dict[str, Any]:
    return dict(job.settings.get("schedule") or {})


def _quartz(job: FoundJob, timezone: str) -> str:
    """Give a job's schedule as an inventory says it; empty where it has none, another zone, or one that nobody can read."""
    schedule = _schedule(job)
    if not schedule or schedule.get("timezone_id") != timezone:
        return ""
    quartz = f"quartz:{schedule.get('quartz_cron_expression')}"
    try:
        normalize(quartz)
    except ScheduleError:
        return ""
    return quartz


def _taken(job: FoundJob, timezone: str) -> Job | list[str]:
    """Give a job as one that can be taken over, or why it can't be, a sentence each."""
    settings = cleaned(job.settings, ADDED_TO_JOB)
    why = []
    if len(tasks := settings.get("tasks") or []) != 1:
        why.append(f"it has {counted(len(tasks), 'task')}, and headgate's jobs start one pipeline; it goes on starting them")
    if starters := [name for name in ("trigger", "continuous") if name in settings]:
        why.append(f"it is started by its {starters[0]}, and not by a schedule")
    elif strange := unknown(settings, JOB):
        why.append(f"it has settings that headgate does not take over: {', '.join(strange)}")
    if secret := secrets_in(settings):
        why.append(f"its settings hold what looks like a secret in clear: {', '.join(secret)}")
    zone = (settings.get("schedule") or {}).get("timezone_id", timezone)
    if zone != timezone:
        why.append(f"its clock is that of {zone}, and most others' that of {timezone}: a connector has one")
    return why or Job(job, settings)
