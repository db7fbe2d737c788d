"""What must hold of a workspace before a table is handed over there. Pure: facts in, problems out.

Source: Databricks, "Move tables between pipelines" (docs.databricks.com/ldp/move-table): Databricks Runtime 16.3 or newer;
whoever runs the statement owns both pipelines, and is who both run as; the pipeline that gets the table is in default
publishing mode.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.problems import Problem
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.handover.model import Handover, StoppedPipeline
    from headgate.handover.workspace import WorkspaceJob, WorkspacePipeline

OLDEST = (16, 3)


@dataclass(frozen=True, slots=True)
class Survey:
    """What a workspace says before anything is done, by the workspace's own ids.

    `holders`: pipeline → who owns it, empty where there is no telling. `owners`: table → the pipeline that owns it, None where
    there is no such table. `named`: headgate's id of a pipeline → the tables (folded) that its applied file names; missing
    where there is no telling. `starters`: jobs that start pipelines which have none of headgate's.
    """

    me: str
    pipelines: Mapping[str, WorkspacePipeline | None]
    holders: Mapping[str, str] = field(default_factory=dict)
    jobs: Mapping[str, WorkspaceJob | None] = field(default_factory=dict)
    releases: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str | None] = field(default_factory=dict)
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    starters: tuple[WorkspaceJob, ...] = ()


def refusals(handovers: Iterable[Handover], stopped: Iterable[StoppedPipeline], survey: Survey) -> list[Problem]:
    """Say everything that forbids the handovers, each thing once."""
    problems: list[Problem] = []
    for one in stopped:
        problems += [*_existing(one, survey), *_started(one, survey)]
    for handover in handovers:
        (giver, giver_id), (taker, taker_id) = handover.giver, handover.taker
        source, destination = survey.pipelines.get(giver_id), survey.pipelines.get(taker_id)
        if source and destination:
            owners = (survey.holders.get(giver_id, ""), survey.holders.get(taker_id, ""))
            problems += _same("is owned by", giver, taker, owners, survey.me)
            problems += _same("runs as", giver, taker, (source.run_as, destination.run_as), survey.me)
            problems += [*_publishing(giver, source), *_publishing(taker, destination)]
        problems += [*_release(giver, giver_id, survey), *_release(taker, taker_id, survey)]
        problems += [*owned_by(handover, survey.owners.get(handover.table)), *_named(handover, survey)]
    return list(dict.fromkeys(problems))


def owned_by(handover: Handover, owner: str | None) -> list[Problem]:
    """Say what is wrong with who owns a table; nothing where its giver does, or its taker already."""
    if owner is None:
        fix = "if it was never updated here, nothing owns it: say `headgate done … --handover`; else look who dropped it"
        return [Problem(f"there is no table {handover.table} in the workspace", fix)]
    if owner in (handover.giver[1], handover.taker[1]):
        return []
    whose = f"pipeline {owner}" if owner else "no pipeline"
    message = f"{handover.table} belongs to {whose}, not to {handover.giver[0]} ({handover.giver[1]})"
    return [Problem(message, "look what it is: headgate moves tables between its own pipelines only")]


def _existing(one: StoppedPipeline, survey: Survey) -> list[Problem]:
    fix = "run `headgate record`: the ids in deployed.<target>.json are of another workspace, or of what was deleted since"
    problems = []
    if survey.pipelines.get(one.pipeline_id) is None:
        problems.append(Problem(f"there is no pipeline {one.pipeline_id} ({one.pipeline}) in the workspace", fix))
    if one.job_id and not one.leaves and survey.jobs.get(one.job_id) is None:
        problems.append(Problem(f"there is no job {one.job_id} (of pipeline {one.pipeline}) in the workspace", fix))
    return problems


def _started(one: StoppedPipeline, survey: Survey) -> list[Problem]:
    """Say which jobs of others would start a pipeline meanwhile."""
    fix = "pause it until the files are deployed: whoever made it knows when it may run again"
    jobs = [job for job in survey.starters if one.by_others and one.pipeline_id in job.pipelines and job.paused is False]
    return [Problem(f"job {job.id} ({job.name}) starts pipeline {one.pipeline}, and is not paused", fix) for job in jobs]


_FIXES = {"is owned by": "give both to one owner", "runs as": "set targets.<target>.run_as, and deploy"}


def _same(what: str, giver: str, taker: str, names: tuple[str, str], me: str) -> list[Problem]:
    """Say where two pipelines don't belong to, or don't run as, one identity: the one that asks."""
    one, other = names
    if not one or not other:
        lacking = giver if not one else taker
        message = f"it is not known who pipeline {lacking} {what}"
        return [Problem(message, "ask as an identity that may see it: the owner")]
    if one != other:
        return [Problem(f"pipeline {giver} {what} {one}, and pipeline {taker} {what} {other}", _FIXES[what])]
    if one != me:
        message = f"pipelines {giver} and {taker}: each {what} {one}, and you are {me or 'unknown'}"
        return [Problem(message, f"log in as {one}: only that identity may move their tables")]
    return []


def _publishing(pipeline: str, facts: WorkspacePipeline) -> list[Problem]:
    if not facts.catalog:
        return [Problem(f"pipeline {pipeline} has no catalog: it doesn't publish to Unity Catalog", "deploy it with one")]
    if facts.legacy or not facts.schema:
        message = f"pipeline {pipeline} is in legacy publishing mode (`target` instead of `schema`)"
        return [Problem(message, "enable the default publishing mode in its settings, deploy, and run it once")]
    return []


def _release(pipeline: str, pipeline_id: str, survey: Survey) -> list[Problem]:
    release = survey.releases.get(pipeline_id, "")
    found = re.search(r"(\d+)\.(\d+)", release)
    if not found or (int(found[1]), int(found[2])) >= OLDEST:
        return []
    message = f"pipeline {pipeline} last ran on Databricks Runtime {release}; tables move from 16.3 on"
    return [Problem(message, "set `channel: PREVIEW` or wait for the release, and run the pipeline once")]


def _named(handover: Handover, survey: Survey) -> list[Problem]:
    """Say whether the applied file of a table's destination names it: its files were changed already, and it is past this."""
    if folded(handover.table) not in survey.named.get(handover.destination, ()):
        return []
    message = f"the applied file of pipeline {handover.destination} names {handover.table} already"
    if handover.back:
        return [Problem(message, "it was deployed: record it, and move the table back by a new balance")]
    return [Problem(message, "look which lock was deployed: in this one the table is yet to be handed over")]
