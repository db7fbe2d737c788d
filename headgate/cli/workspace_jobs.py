"""Asking a workspace for jobs that nothing manages, for `headgate record` and `headgate check --workspace`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.cli.common import tell
from headgate.problems import HeadgateError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.layout.model import Layout
    from headgate.project import Connector
    from headgate.recovery.model import Finding, Thing

Jobs = dict[tuple[str | None, str | None], "list[Thing]"]


def doubled_now(one: Connector, layout: Layout, target: str, ids: Mapping[str, str]) -> dict[str, str] | None:
    """Give id → address of the jobs that nothing manages; None, and a word of why, where the workspace can't be asked."""
    from headgate.recovery.login import is_set

    settings, name = one.definition.targets[target], one.definition.id
    if not is_set(settings.host, settings.profile):
        tell("doubled jobs were not looked for: no login is set (DATABRICKS_HOST, or the target's host or profile)")
        return None
    from headgate.recovery.databricks import BRIEFLY, DatabricksWorkspace
    from headgate.recovery.jobs import unmanaged_jobs

    try:
        jobs = DatabricksWorkspace(settings.host, settings.profile, BRIEFLY).jobs()
    except HeadgateError as error:
        tell(f"doubled jobs were not looked for: {error.problems[0].message}")
        return None
    found = unmanaged_jobs(jobs, ids, one.definition, layout, target)
    for problem in problems_of(found, name, target):
        tell(str(problem))
    return {finding.thing.id: finding.address for finding in found}


def job_problems(one: Connector, layout: Layout, target: str, asked: Jobs) -> list[Problem]:
    """Say which jobs of a target nothing manages, by its record; `asked` keeps what a workspace said, for the next connector.

    Raises InputError without a login, SourceError where the workspace can't be asked.
    """
    from headgate.recovery.databricks import DatabricksWorkspace
    from headgate.recovery.jobs import unmanaged_jobs

    settings = one.definition.targets[target]
    place = settings.host, settings.profile
    if place not in asked:
        asked[place] = DatabricksWorkspace(*place).jobs()
    found = unmanaged_jobs(asked[place], one.deployed(target).ids, one.definition, layout, target)
    return problems_of(found, one.definition.id, target)


def problems_of(findings: list[Finding], connector: str, target: str) -> list[Problem]:
    """Say of each job what it doubles, and what mends it."""
    return [
        Problem(
            f"job {one.thing.id} '{one.thing.name}' ({one.thing.starts}) carries the tags of {one.address} in {target}, and "
            + (f"{one.kept.id} is that job ({one.kept.starts})" if one.kept else "nothing declares that any more"),
            f"`headgate recover {connector} -t {target}{'' if one.sure else f' --delete {one.thing.id}'}` deletes it; "
            "if it is your own, take headgate's tags off it and give it another name",
        )
        for one in findings
    ]
