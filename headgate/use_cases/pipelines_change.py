"""Pipelines deleted, their tables kept; and the jobs that start them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.operate.delete import Removal, in_the_way, lost, schemas_of
from headgate.operate.schedule import ScheduledPipeline, decide, timing_of
from headgate.problems import InputError, Problem, RefusedError, SourceError, refuse
from headgate.schedule import daylight_warnings, describe_schedule
from headgate.use_cases.pipelines import PipelinesRequest, named_pipelines, open_site
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.operate.model import Chosen, Details
    from headgate.use_cases.pipelines import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRequest(PipelinesRequest):
    """What to delete. force: also what a layout has."""

    force: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of pipelines: those that are gone, with the tables that stayed, and what went wrong."""

    gone: tuple[Removal, ...] = ()
    problems: tuple[Problem, ...] = ()


def delete_pipelines(
    request: DeleteRequest, agree: Callable[[Sequence[Removal]], None], tell: Callable[[str], None]
) -> Deleted:
    """Delete pipelines, and no table. agree: is shown what would go and what stays, and raises where it is not to be.

    Raises RefusedError with all that is in the way, before anything is deleted; InputError and SourceError as ever.
    """
    site = open_site(request)
    found = [
        (one, details) for one in named_pipelines(request, site, tell) if (details := site.workspace.details(one.listed.id))
    ]
    refuse(
        (problem for one, details in found for problem in in_the_way(one, details, site.layouts, force=request.force)),
        RefusedError,
    )
    removals = _with_tables(found, site)
    agree(removals)
    gone: list[Removal] = []
    failed: list[Problem] = []
    for one in removals:
        try:
            site.workspace.delete(one.chosen.listed.id)
            gone.append(one)
            tell(f"{seen(one.chosen.label)} is deleted")
        except SourceError as error:
            failed += error.problems
    return Deleted(tuple(gone), (*failed, *_missed(gone, site)))


def _with_tables(found: Sequence[tuple[Chosen, Details]], site: Site) -> list[Removal]:
    """Give each pipeline with the tables that it made, by one list of each schema."""
    listed: dict[tuple[str, str], dict[str, str] | str] = {}
    removals = []
    for one, details in found:
        schemas = sorted(schemas_of(one, details))
        for schema in schemas:
            if schema not in listed:
                try:
                    listed[schema] = site.workspace.tables(*schema)
                except SourceError as error:
                    listed[schema] = error.problems[0].message
        answers = [listed[schema] for schema in schemas]
        tables = {
            name for answer in answers if isinstance(answer, dict) for name, id_ in answer.items() if id_ == one.listed.id
        }
        removals.append(
            Removal(one, details, tuple(sorted(tables)), next((answer for answer in answers if isinstance(answer, str)), ""))
        )
    return removals


def _missed(gone: Sequence[Removal], site: Site) -> list[Problem]:
    """Look whether the tables of deleted pipelines are there still, and say which are not."""
    schemas = {tuple(table.split(".", 2)[:2]) for one in gone if not one.untold for table in one.tables}
    try:
        there = {
            name: id_ for catalog, schema in sorted(schemas) for name, id_ in site.workspace.tables(catalog, schema).items()
        }
    except SourceError as error:
        return list(error.problems)
    names = lost(gone, there)
    fix = "bring them back within 7 days: UNDROP TABLE, see docs/lost-table.md"
    return [Problem(f"gone with their pipelines, which nothing asked for: {', '.join(names)}", fix)] if names else []


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRequest(PipelinesRequest):
    """When a pipeline is to start: cron of 5 fields or Quartz, in a time zone. job: the one to change. force: as below."""

    cron: str
    timezone: str = "UTC"
    paused: bool = False
    job: str = ""
    force: bool = False


def schedule_pipeline(request: ScheduleRequest, tell: Callable[[str], None]) -> ScheduledPipeline:
    """Give a pipeline's job a schedule, or the pipeline a job. Raises InputError where it can't be or it is not said which.

    One that a layout has gets its schedule from connector.yaml, and is refused unless `force`: a deploy would undo it.
    """
    timing = timing_of(request.cron, request.timezone, paused=request.paused)
    site = open_site(request)
    (chosen, *more) = named_pipelines(request, site, tell)
    if more:
        names = ", ".join(seen(one.label) for one in (chosen, *more))
        raise InputError(f"a schedule is of one pipeline, and these are several: {names}", "name one")
    its = chosen.declared
    if its and not its.leaving and not request.force:
        fix = f"change `schedules` in the connector.yaml of {its.connector} and deploy, or say --force"
        message = f"{seen(chosen.label)} gets its schedule from the layout: the next deploy would undo this one"
        raise InputError(message, fix)
    details = site.workspace.details(chosen.listed.id)
    if details and details.continuous:
        raise InputError(f"{seen(chosen.label)} is continuous: it runs all the time", "make it a triggered one first")
    done = decide(site.workspace.jobs_of(chosen.listed.id), timing, request.job)
    job = done.job.id if done.job else ""
    if done.action == "create":
        job = site.workspace.create_job(chosen.listed.id, chosen.listed.name or chosen.listed.id, timing)
    elif done.action == "change":
        site.workspace.set_schedule(job, timing)
        if done.job and done.job.tasks > 1:
            tell(f"warning: job {job} has {done.job.tasks} tasks, all of which start by this schedule")
    for words in daylight_warnings(f"quartz:{timing.quartz}", timing.timezone):
        tell(f"warning: {words}")
    return ScheduledPipeline(chosen, done, job, describe_schedule(f"quartz:{timing.quartz}"))
