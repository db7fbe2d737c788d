"""Asking a workspace for jobs that nothing manages, and for files, for `headgate record` and `headgate check --workspace`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.layout.observe import as_found
from headgate.problems import HeadgateError, Problem
from headgate.recovery.files import files_that_differ
from headgate.recovery.jobs import unmanaged_jobs
from headgate.recovery.login import is_set
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.layout.model import Layout
    from headgate.layout.observe import State
    from headgate.project import Connector
    from headgate.recovery.databricks import DatabricksWorkspace
    from headgate.recovery.model import RecoveryFinding, Thing

Jobs = dict[tuple[str | None, str | None], "list[Thing]"]


def workspace_of(one: Connector, target: str, tell: Callable[[str], None]) -> DatabricksWorkspace | None:
    """Log in to a target's workspace, to ask it briefly; None, and a word of why, without a login."""
    settings, lead = one.definition.targets[target], "neither doubled jobs nor files were looked for"
    if not is_set(settings.host, settings.profile):
        tell(f"{lead}: no login is set (DATABRICKS_HOST, or the target's host or profile)")
        return None
    from headgate.recovery.databricks import BRIEFLY, DatabricksWorkspace

    try:
        return DatabricksWorkspace(settings.host, settings.profile, BRIEFLY)
    except HeadgateError as error:
        tell(f"warning: {lead}: {error.problems[0].message}")
        return None


def files_now(
    workspace: DatabricksWorkspace | None, states: Mapping[str, State], connector: str, target: str, tell: Callable[[str], None]
) -> dict[str, State]:
    """Give the states (by stack) with their files as the workspace has them; where it can't be asked, that is said."""
    try:
        differing = files_that_differ(workspace, states) if workspace else []
    except HeadgateError as error:
        tell(f"warning: files were assumed to match the states: {error.problems[0].message}")
        return dict(states)
    for one in differing:
        message = f"{one.address}: the workspace has another file at {one.thing.id} than the state says: an update of it failed"
        fix = f"`headgate recover {connector} -t {target}` has the state say so; then plan and deploy again"
        tell(f"warning: {Problem(f'{message}, or somebody changed it', fix)}")
    contents = {stack: {one.address: one.thing.content for one in differing if one.stack == stack} for stack in states}
    return {stack: as_found(state, contents[stack]) for stack, state in states.items()}


def doubled_now(
    workspace: DatabricksWorkspace | None,
    one: Connector,
    layout: Layout,
    target: str,
    ids: Mapping[str, str],
    tell: Callable[[str], None],
) -> dict[str, str] | None:
    """Give id → address of the jobs that nothing manages; None, and a word of why, where the workspace can't be asked."""
    if workspace is None:
        return None
    try:
        jobs = workspace.jobs()
    except HeadgateError as error:
        tell(f"warning: doubled jobs were not looked for: {error.problems[0].message}")
        return None
    found = unmanaged_jobs(jobs, ids, one.definition, layout, target)
    for problem in _problems(found, one.definition.id, target):
        tell(f"warning: {problem}")
    return {finding.thing.id: finding.address for finding in found}


def job_problems(one: Connector, layout: Layout, target: str, asked: Jobs) -> list[Problem]:
    """Say which jobs of a target nothing manages, by its record; `asked` keeps what a workspace said, for the next connector.

    Raises InputError without a login, SourceError where the workspace can't be asked.
    """
    from headgate.recovery.databricks import DatabricksWorkspace

    settings = one.definition.targets[target]
    place = settings.host, settings.profile
    if place not in asked:
        asked[place] = DatabricksWorkspace(*place).jobs()
    found = unmanaged_jobs(asked[place], one.deployed(target).ids, one.definition, layout, target)
    return _problems(found, one.definition.id, target)


def _problems(findings: list[RecoveryFinding], connector: str, target: str) -> list[Problem]:
    """Say of each job what it doubles, and what mends it; anybody may have named it, so every character can be seen."""
    return [
        Problem(
            seen(f"job {one.thing.id} '{one.thing.name}' ({one.thing.starts}) carries the tags of {one.address} in {target}")
            + ", and "
            + (seen(f"{one.kept.id} is that job ({one.kept.starts})") if one.kept else "nothing declares that any more"),
            f"`headgate recover {connector} -t {target}{'' if one.sure else f' --delete {one.thing.id}'}` deletes it; "
            "if it is your own, take headgate's tags off it and give it another name",
        )
        for one in findings
    ]
