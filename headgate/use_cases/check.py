"""Whether synthesis takes the committed files, whether they fit each other and the workspace, and what they agree on."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.balance.notes import gone_notes
from headgate.balance.plan import balance
from headgate.balance.report import Report, report
from headgate.definition.provider import NEWEST, has
from headgate.handover.journal import journal_path, read_journal
from headgate.layout.lock import differs
from headgate.layout.same_tables import same_tables, same_tables_text
from headgate.names import secret_variable
from headgate.numbers import counted
from headgate.problems import Problem, StaleError, refuse
from headgate.project import ACCEPTED, read_connectors
from headgate.review.accepted import read_accepted
from headgate.schedule import daylight_warnings
from headgate.synthesis import deployment_of
from headgate.transforms.named import named_files
from headgate.transforms.targets import made_twice
from headgate.use_cases.beside_sites import Sites
from headgate.use_cases.request import ProjectRequest
from headgate.use_cases.workspace_jobs import Jobs, job_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.project import Connector

_log = logging.getLogger(__name__)

_SYNTHESIZED = Path("cdktf.out") / "stacks"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest(ProjectRequest):
    """frozen: also refuse where a balance would change the lock; workspace: and where a workspace has a job of ours twice."""

    frozen: bool = False
    workspace: bool = False


@dataclass(frozen=True, slots=True)
class CheckedConnector:
    """A connector that synthesis takes in a target, and the numbers of its tables and stacks of pipelines.

    problems: what its layout can't keep. warnings: what to know of schedules and past runs. of: the id of the definition
    that it is a site of. schema: where a site's tables go by default.
    """

    connector: str
    target: str
    tables: int
    stacks: int
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    of: str = ""
    schema: str = ""


@dataclass(frozen=True, slots=True)
class ShownConnector:
    """A connector's layout in a target.

    stacks: name → folder that `cdktf synth` writes. variables: of Terraform, for the connector's secrets. host: the target's,
    None where the environment names the workspace.
    """

    report: Report
    target: str
    stacks: dict[str, Path]
    variables: tuple[str, ...]
    host: str | None


def check_project(request: CheckRequest) -> Iterator[CheckedConnector]:
    """Give each connector once synthesis was found to take it.

    Raises InputError for an accepted.yaml that no review could read, and the first error that there is in synthesis; after all
    of them StaleError with what doesn't fit, and SourceError where the workspace can't be asked.
    """
    read_accepted(request.root / ACCEPTED)
    stale: list[str] = []
    problems: list[Problem] = []
    asked: Jobs = {}
    sites = Sites.of(read_connectors(request.root)) if request.frozen else Sites()
    for one, target in request.read():
        _log.info("checking %s in %s", one.definition.id, target)
        deployment_of(one, target)
        tables, layout = one.weighed(), one.agreed()
        shown = report(tables, one.definition, layout, layout)
        warnings = tuple(_warnings(one, target))
        found = CheckedConnector(one.definition.id, target, len(shown.entries), shown.stacks, shown.problems, warnings)
        schema = one.definition.destination.schema_name
        yield replace(found, of=one.site.of, schema=schema) if one.site else found
        if request.frozen and differs(layout, balance(tables, one.definition, layout, beside=sites.beside(one)).layout):
            stale.append(one.definition.id)
        if request.workspace:
            problems += job_problems(one, layout, target, asked)
    if stale:
        problems.append(
            Problem(f"layout.lock would change for: {', '.join(stale)}", "run `headgate balance`, and commit the lock")
        )
    refuse(problems, StaleError)


def show_layouts(request: ProjectRequest) -> Iterator[ShownConnector]:
    """Give each connector's layout. Raises what synthesis would."""
    for one, target in request.read():
        definition, stacks = one.definition, deployment_of(one, target)
        layout = one.agreed()
        yield ShownConnector(
            report(one.weighed(), definition, layout, layout),
            target,
            {stack.name: request.root / _SYNTHESIZED / stack.name for stack in stacks},
            tuple(secret_variable(definition.id, secret) for secret in definition.secret_variables),
            definition.targets[target].host,
        )


def _warnings(one: Connector, target: str) -> Iterator[str]:
    if journal := read_journal(one.folder, target):
        its, path = counted(len(journal.before), "pipeline"), journal_path(one.folder, target)
        yield f"a handover in {target} is not finished: {its} may be stopped or paused, as {path} says"
    zone = one.definition.schedules.timezone
    for schedule in sorted({table.group.schedule for table in one.tables} - {""}):
        for warning in daylight_warnings(schedule, zone):
            yield f"schedule '{schedule}': {warning}"
    yield from map(str, one.unknown_runs())
    for other, shared in same_tables(one.definition.targets, (table.id for table in one.tables), target).items():
        way = f"give {target} or {other} a `catalog` of its own, or each its `host` where they are two workspaces"
        yield f"{same_tables_text(target, other, shared)}: {way}"
    yield from made_twice(one.definition, named_files(one.folder), target)
    yield from gone_notes(one.tables)
    if (git := one.definition.code.git) and not git.tag:
        yield f"code.git follows the branch '{git.branch}', whatever comes into it: a `tag`, or wheels, stay as they are"
    if not has(NEWEST, one.definition.provider):
        yield f"provider {one.definition.provider} is newer than {NEWEST}, the newest that was tried"
