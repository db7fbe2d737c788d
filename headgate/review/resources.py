"""What changes besides tables and pipelines: connection, schema, jobs, files, permissions, secrets, drift. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.layout.ingested import CODE_TYPES
from headgate.review.context import Context, of_stack
from headgate.review.holding import HOLDING
from headgate.review.model import Finding, ResourceChange, SecretChange
from headgate.schedule import ScheduleError, describe_schedule, next_firings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headgate.review.facts import Change, Schedule
    from headgate.review.model import Kind, Level
    from headgate.review.whereabouts import Whole

_PIPELINE, _JOB = "databricks_pipeline", "databricks_job"
_STARTS = 3
_NOT_SENT = (
    "its update would go out without {names}, and the workspace would be left with a connection that can't log in: name "
    "{names} under connection.rotate, and plan again with the TF_VAR_… set; once it is applied and recorded, take it out again"
)

# Source: provider 1.99 to 1.128, catalog/resource_connection.go: an update asks by the old name, and sends options only.
_NOT_RENAMED = (
    "the provider can't rename a connection: in the workspace it stays '{before}', and every pipeline would look for one that "
    "is not there. Keep connection.name and the target's name_prefix, or make the new one elsewhere and set connection.existing"
)


@dataclass
class Resources:
    """What was found about other resources. `holding`: by type, what is lost with a resource of it.

    code: stack and pipeline of the ingest files and notebooks that are made.
    """

    holding: Mapping[str, str] = field(default_factory=lambda: HOLDING)
    changes: list[ResourceChange] = field(default_factory=list)
    secrets: list[SecretChange] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    code: set[tuple[str, str]] = field(default_factory=set)

    def find(self, level: Level, code: str, change: Change, message: str) -> None:
        """Add a finding about a resource."""
        self.findings.append(Finding(level, code, change.address, message, change.stack))


def resource_changes(
    changes: Sequence[Change],
    pipelines: Sequence[Whole],
    contexts: Sequence[Context],
    now: datetime,
    holds_data: Mapping[str, str] | None = None,
) -> Resources:
    """Give what changes for each resource that is no pipeline, and the secrets of all; `now` is where starts count from.

    holds_data: by type, what is lost with a resource of it, besides the types that are known for it.
    """
    made = {(one.stack, one.id) for one in changes if one.type in CODE_TYPES and "create" in one.actions}
    found = Resources({**HOLDING, **(holds_data or {})}, code=made)
    by_place = {(pipeline.stack, pipeline.id): pipeline for pipeline in pipelines}
    taken_over = {change.address for change in changes if change.imported}
    for change in changes:
        kind = kind_of(change)
        if change.type != _PIPELINE and not (change.forgets and change.address in taken_over):
            pipeline = by_place.get((change.stack, change.id))
            reason = _judged(found, change, pipeline)
            found.changes.append(_told(change, kind, reason, now))
        context = of_stack(change.stack, contexts)
        if unsent := [name for name in change.unsent if context and name in context.secrets]:
            found.find("loss", "secret-not-sent", change, _NOT_SENT.format(names=" and ".join(unsent)))
        recorded = context.deployed.get(change.address) if context else None
        if change.type != _PIPELINE and change.imported and recorded and recorded != change.imported:
            found.find(
                "attention", "import-of-another", change, f"takes over {change.imported}, and {recorded} is recorded for it"
            )
        if change.full_refresh:
            message = "every run of it would be a full refresh, which empties the tables and reads what the source still has"
            found.find("loss", "full-refresh", change, message)
        if kind != "deleted":
            secrets = [secret for secret in change.secrets if secret.changed is not False or kind in ("created", "replaced")]
            found.secrets += [SecretChange(change.address, secret.path, secret.changed) for secret in secrets]
    return found


def drift_findings(drift: Sequence[Change], planned: Sequence[Change]) -> list[Finding]:
    """Say what is no longer in the workspace as it was applied. `planned` are the changes that the plan answers with."""
    answered = {(change.stack, change.address): change for change in planned}
    found = []
    for change in drift:
        answer = answered.get((change.stack, change.address))
        if change.destroys:
            made = "and would be made again" if answer and "create" in answer.actions else "and nothing makes it again"
            message = f"is gone from the workspace, deleted by something else than Terraform, {made}"
            level: Level = "loss" if change.type == _PIPELINE and answer and "create" in answer.actions else "attention"
            found.append(Finding(level, "gone", change.address, message, change.stack))
            continue
        paths = [argument.path for argument in change.arguments] + [s.path for s in change.secrets if s.changed]
        undone = "the deploy undoes it" if answer else "the deploy leaves it"
        message = f"was changed by something else than Terraform: {', '.join(paths)}; {undone}"
        found.append(Finding("attention", "drift", change.address, message, change.stack))
    return found


def kind_of(change: Change) -> Kind:
    """Give what happens to a resource, in a word."""
    if change.replaces:
        return "replaced"
    if change.destroys:
        return "deleted"
    if change.forgets:
        return "forgotten"
    if change.imported:
        return "imported"
    if "create" in change.actions:
        return "created"
    return "renamed" if change.moved_from and "update" not in change.actions else "changed"


def _judged(found: Resources, change: Change, pipeline: Whole | None) -> str:
    """Find what a person has to know of the change, and give its reason in words."""
    if change.destroys:
        return _destroyed(found, change, pipeline)
    if change.forgets:
        if change.type in found.holding:
            found.find("attention", "forgotten", change, "Terraform forgets it; the workspace keeps it")
        return "Terraform forgets it; the workspace keeps it"
    if change.type == "databricks_connection" and change.actions == ("update",):
        found.find("attention", "connection-changed", change, "changes for every pipeline that reads through it")
        if renaming := next((argument for argument in change.arguments if argument.path == "name"), None):
            found.find("loss", "connection-not-renamed", change, _NOT_RENAMED.format(before=renaming.before))
    if change.type in CODE_TYPES and pipeline and pipeline.exists_after and pipeline.after is None and not pipeline.change:
        found.find("attention", "tables-unknown", change, "which tables its pipeline reads from it is unknown")
    if change.imported:
        return f"taken over from the workspace ({change.imported})"
    if change.moved_from:
        return f"was {change.moved_from}"
    return "new" if change.actions == ("create",) else ""


def _destroyed(found: Resources, change: Change, pipeline: Whole | None) -> str:
    why = (
        f"replaced, for {', '.join(change.replaced_by) or 'an argument'} can't change in place"
        if change.replaces
        else "destroyed"
    )
    if change.type in found.holding:
        code = f"{change.type.removeprefix('databricks_').replace('_', '-')}-{'replaced' if change.replaces else 'deleted'}"
        found.find("loss", code, change, f"{why}; {found.holding[change.type]}")
    elif change.type == _JOB and not change.replaces and pipeline and pipeline.exists_after:
        found.find("attention", "job-deleted", change, f"nothing starts pipeline {pipeline.id} any more")
    elif change.type in CODE_TYPES and not change.replaces and pipeline and pipeline.exists_after:
        if (change.stack, change.id) not in found.code:
            found.find("attention", "file-deleted", change, f"pipeline {pipeline.id} stays, and its code goes")
    elif change.type not in (_JOB, *CODE_TYPES, "databricks_permissions"):
        found.find("attention", "destroyed", change, why)
    return why


def _told(change: Change, kind: Kind, reason: str, now: datetime) -> ResourceChange:
    before, after = change.schedules
    told = before != after and kind != "deleted"
    return ResourceChange(
        kind=kind,
        address=change.address,
        type=change.type,
        stack=change.stack,
        name=change.name,
        arguments=tuple(argument for argument in change.arguments if not (told and argument.path.startswith("schedule."))),
        replaced_by=change.replaced_by,
        schedules=(before, after) if told else (None, None),
        words=(_words(before), _words(after)) if told else ("", ""),
        starts=_starts(after, now) if told else (),
        diff=change.diff,
        reason=reason,
    )


def _words(schedule: Schedule | None) -> str:
    if schedule is None:
        return "never by itself"
    paused = ", paused" if schedule.paused else ""
    return f"{describe_schedule('quartz:' + schedule.quartz)} ({schedule.timezone}){paused}"


def _starts(schedule: Schedule | None, now: datetime) -> tuple[str, ...]:
    if schedule is None or schedule.paused:
        return ()
    try:
        times = next_firings("quartz:" + schedule.quartz, now, _STARTS, schedule.timezone)
    except ScheduleError:
        return ()
    return tuple(time.strftime("%a %Y-%m-%d %H:%M %Z") for time in times)
