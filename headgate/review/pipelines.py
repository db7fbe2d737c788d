"""What changes for pipelines: made, destroyed, forgotten, taken over, and what they hold before and after. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import fsum
from typing import TYPE_CHECKING

from headgate.numbers import counted
from headgate.review.model import Finding, GroupLoad, PipelineChange
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.review.context import Context
    from headgate.review.facts import Argument, Held
    from headgate.review.model import Kind, Level
    from headgate.review.whereabouts import Whole

# Source: Databricks, SQL reference, UNDROP; docs/lost-table.md says what to do.
_UNDROP = "UNDROP TABLE brings back for 7 days what is dropped, see docs/lost-table.md"
_PLACES = ("catalog", "schema", "target")
_DROPS = "configuration.pipelines.dropInactiveTables"


@dataclass
class Pipelines:
    """What was found about pipelines."""

    changes: list[PipelineChange] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, level: Level, code: str, pipeline: Whole, message: str) -> str:
        """Add a finding about a pipeline, in its stack (of what is destroyed, the one where it was), and give its message."""
        stack = pipeline.before_stack if pipeline.deleted else pipeline.stack
        self.findings.append(Finding(level, code, pipeline.address, message, stack))
        return message


def pipeline_changes(pipelines: Sequence[Whole], contexts: Mapping[str, Context]) -> Pipelines:
    """Give what changes for each pipeline, in order of connectors and ids. `contexts` by connector."""
    found = Pipelines()
    for pipeline in pipelines:
        context = contexts.get(pipeline.connector)
        _read(found, pipeline)
        _known(found, pipeline, context)
        kind = _kind(pipeline)
        if kind is None:
            continue
        reason = _judged(found, pipeline, kind, context)
        change = pipeline.change
        found.changes.append(
            PipelineChange(
                kind=kind,
                id=pipeline.id,
                stack=pipeline.stack,
                name=change.name if change else "",
                before_id=pipeline.before_id if pipeline.before_id != pipeline.id else "",
                before_stack=pipeline.before_stack if pipeline.changes_stack else "",
                arguments=change.arguments if change else (),
                replaced_by=change.replaced_by if change else (),
                tables=(_count(pipeline.before), _count(pipeline.after)),
                loads=(load(pipeline.before, context), load(pipeline.after, context)),
                reason=reason,
                transforms=pipeline.transforms,
            )
        )
    return found


def group_loads(pipelines: Sequence[Whole], contexts: Mapping[str, Context]) -> tuple[GroupLoad, ...]:
    """Give each group whose longest pipeline changes, with its seconds before and after."""
    loads: defaultdict[tuple[str, str], tuple[list[float | None], list[float | None]]] = defaultdict(lambda: ([], []))
    for pipeline in pipelines:
        context = contexts.get(pipeline.connector)
        if context is None:
            continue
        for side, tables in enumerate((pipeline.before, pipeline.after)):
            if tables:
                group = next((context.groups[held.table] for held in tables if held.table in context.groups), "")
                loads[context.connector, group][side].append(load(tables, context))
    found = [GroupLoad(*name, _longest(before), _longest(after)) for name, (before, after) in sorted(loads.items())]
    return tuple(group for group in found if group.before != group.after)


def load(tables: Sequence[Held] | None, context: Context | None) -> float | None:
    """Give the seconds of a pipeline's run; None where a table's weight is not known."""
    if tables is None or context is None:
        return None
    weights = [context.weights.get(held.table) for held in tables]
    known = [weight for weight in weights if weight is not None]
    return fsum(known) if len(known) == len(weights) else None


def _longest(loads: Sequence[float | None]) -> float | None:
    known = [one for one in loads if one is not None]
    return max(known, default=0.0) if len(known) == len(loads) else None


def _count(tables: Sequence[Held] | None) -> int | None:
    return None if tables is None else len(tables)


def _kind(pipeline: Whole) -> Kind | None:
    change = pipeline.change
    if pipeline.deleted and change:
        return "replaced" if pipeline.exists_after else "deleted"
    if pipeline.forgotten:
        return "forgotten"
    if pipeline.changes_stack and pipeline.exists_before:
        return "changed stack"
    if change and change.imported:
        return "imported"
    if not pipeline.exists_before:
        return "created"
    if pipeline.before_id != pipeline.id:
        return "renamed"
    if pipeline.made_twice:
        return "replaced"
    differs = pipeline.before != pipeline.after or pipeline.sql_changes
    return "changed" if differs or (change and (change.arguments or change.secrets)) else None


def _judged(found: Pipelines, pipeline: Whole, kind: Kind, context: Context | None) -> str:
    """Find what a person has to know of the change, and give its reason in words."""
    if pipeline.made_twice:
        found.find(
            "loss", "pipeline-made-twice", pipeline, "one stack forgets it and another creates it again: there would be two"
        )
    match kind:
        case "deleted" | "replaced":
            return _destroyed(found, pipeline, kind, context)
        case "forgotten":
            return _forgotten(found, pipeline, context)
        case "changed stack":
            _same(found, pipeline)
            return f"forgotten by {pipeline.before_stack}, taken over by {pipeline.stack}"
        case "imported":
            return _imported(found, pipeline, context)
        case "created":
            return _created(found, pipeline, context)
        case "renamed":
            return f"was {pipeline.before_id}; the workspace keeps it"
    return _changed(found, pipeline)


def _changed(found: Pipelines, pipeline: Whole) -> str:
    """Find what a person has to know of a pipeline that stays where it is, and give what changes in words."""
    arguments = pipeline.change.arguments if pipeline.change else ()
    places = [argument.path for argument in arguments if argument.path in _PLACES and not _spelled_otherwise(argument)]
    if places:
        stays = "; the table of events and the summaries stay in the old one with their history" if pipeline.monitors else ""
        found.find("attention", "default-changed", pipeline, f"its default {' and '.join(places)} changes{stays}")
    drops = [argument for argument in arguments if argument.path == _DROPS]
    if drops and pipeline.drops:
        found.find("attention", "drops-tables", pipeline, "from now on drops a table as soon as it no longer reads it")
    if pipeline.sql_changes:
        return "its SQL and its settings change" if arguments else "its SQL changes"
    return "what it reads changes" if pipeline.before != pipeline.after else "its settings change"


def _spelled_otherwise(argument: Argument) -> bool:
    """Whether a name of Unity Catalog stays the same but for its spelling."""
    before, after = argument.before, argument.after
    return isinstance(before, str) and isinstance(after, str) and folded(before) == folded(after)


def _destroyed(found: Pipelines, pipeline: Whole, kind: Kind, context: Context | None) -> str:
    by = pipeline.change.replaced_by if pipeline.change else ()
    why = f"replaced, for {', '.join(by) or 'an argument'} can't change in place" if kind == "replaced" else "destroyed"
    why = f"destroyed in {pipeline.before_stack}, and created again in {pipeline.stack}" if pipeline.changes_stack else why
    if pipeline.monitors:
        found.find("loss", f"pipeline-{kind}", pipeline, f"{why}; the monitoring's events and summaries go with it; {_UNDROP}")
        return why
    if pipeline.transforms:
        found.find("loss", f"pipeline-{kind}", pipeline, f"{why}; all tables that it makes are dropped with it; {_UNDROP}")
        return why
    owned = None if pipeline.before is None else [held for held in pipeline.before if not _handed_over(held, pipeline, context)]
    if owned is None:
        found.find("loss", f"pipeline-{kind}", pipeline, f"{why}; which streaming tables go with it is unknown")
    elif owned:
        count = counted(len(owned), "streaming table")
        named = ", ".join(held.source_table for held in owned[:3]) + (", …" if len(owned) > 3 else "")  # noqa: PLR2004  # few enough to read
        found.find(
            "loss", f"pipeline-{kind}", pipeline, f"{why}; {count} and all they hold are dropped with it: {named}; {_UNDROP}"
        )
    else:
        found.find("attention", f"pipeline-{kind}", pipeline, f"{why}; it owns no table any more")
    return why


def _handed_over(held: Held, pipeline: Whole, context: Context | None) -> bool:
    agreed = context.agreed.get(held.table) if context else None
    return agreed is not None and agreed.to != pipeline.id and agreed.hands_over(pipeline.id, agreed.to)


def _forgotten(found: Pipelines, pipeline: Whole, context: Context | None) -> str:
    if context and pipeline.id in context.changes_stack:
        reason = f"changes stack; the plan of the stack that takes it over is not part of this review ({pipeline.id})"
        return found.find("attention", "pipeline-forgotten", pipeline, reason)
    if pipeline.monitors:
        reason = "Terraform forgets it; the workspace keeps it, with all events and summaries, and no job starts it"
        return found.find("attention", "pipeline-forgotten", pipeline, reason)
    if pipeline.transforms:
        reason = "Terraform forgets it; the workspace keeps it, with its tables, and no job starts it"
        return found.find("attention", "pipeline-forgotten", pipeline, reason)
    count = _count(pipeline.before)
    if pipeline.continuous:
        return found.find("attention", "pipeline-runs-on", pipeline, _runs_on(pipeline, context))
    holds = "its tables" if count is None else f"its {counted(count, 'table')}"
    expected = context is not None and (pipeline.id in context.leaving or bool(context.retired))
    reason = f"Terraform forgets it; the workspace keeps it and {holds}, and no job of its stack starts it"
    if not expected or count:
        found.find("attention", "pipeline-forgotten", pipeline, reason)
    return reason


def _runs_on(pipeline: Whole, context: Context | None) -> str:
    """Say what a continuous pipeline does that Terraform forgets. Source: Databricks, pipeline-mode: until manually stopped."""
    cost = f", {context.all_month} a month" if context and context.all_month else ""
    stop = f"databricks pipelines stop {pipeline.workspace_id}".rstrip()
    return f"Terraform forgets it, and it runs on: it is continuous{cost}, until somebody stops it: `{stop}`"


def _imported(found: Pipelines, pipeline: Whole, context: Context | None) -> str:
    known = context.deployed.get(pipeline.address) if context else None
    given = pipeline.change.imported if pipeline.change else ""
    if known and given not in (known, "unknown"):
        found.find("loss", "import-of-another", pipeline, f"takes over {given}, and the id recorded for it is {known}")
    elif not known:
        found.find("attention", "pipeline-imported", pipeline, "taken over from the workspace, and its id is not recorded")
    return f"taken over from the workspace ({given})"


def _same(found: Pipelines, pipeline: Whole) -> None:
    """See that what one stack takes over is what the other forgets."""
    given = pipeline.change.imported if pipeline.change else ""
    if given and given != pipeline.workspace_id:
        message = f"{pipeline.stack} takes over {given}, and {pipeline.before_stack} forgets {pipeline.workspace_id}"
        found.find("loss", "import-of-another", pipeline, message)


def _created(found: Pipelines, pipeline: Whole, context: Context | None) -> str:
    known = context.deployed.get(pipeline.address) if context else None
    if known:
        why = "this plan was made before that deploy and is old (plan again), its state was lost, or it was deleted by hand"
        message = f"would be made a second time: {known} is recorded for it, so {why}"
        found.find("loss", "pipeline-made-again", pipeline, message)
    return "new"


def _known(found: Pipelines, pipeline: Whole, context: Context | None) -> None:
    """See that the pipeline is in one stack, and is the one that is recorded for the target."""
    if len(pipeline.kept_by) > 1:
        message = f"is in {' and '.join(pipeline.kept_by)}: two stacks would write it, and either can destroy it"
        found.find("loss", "pipeline-in-two-stacks", pipeline, message)
    address = pipeline.address.replace(pipeline.id, pipeline.before_id)
    recorded = context.deployed.get(pipeline.address, context.deployed.get(address)) if context else None
    imported = bool(pipeline.change and pipeline.change.imported)  # which is judged by what it takes over
    if recorded and pipeline.workspace_id and pipeline.exists_before and not imported and recorded != pipeline.workspace_id:
        message = (
            f"is {pipeline.workspace_id} in the plan, and {recorded} is recorded: another workspace's plan, or an old record"
        )
        found.find("loss", "not-the-recorded-one", pipeline, message)


def _read(found: Pipelines, pipeline: Whole) -> None:
    """Say where the tables of a pipeline that changes can't be determined."""
    change = pipeline.change
    if change and pipeline.exists_after and pipeline.after is None:
        message = "which tables it reads is unknown: headgate can't read its code as an ingest file or a notebook of its own"
        found.find("attention", "tables-unknown", pipeline, message)
