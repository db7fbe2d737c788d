"""From the facts of plans to a review: what changes, what a person has to see, and the verdict. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.review.accepted import Accepted, lift
from headgate.review.context import of_stack, touches
from headgate.review.document import digest_of
from headgate.review.model import LEVELS, Finding, Review
from headgate.review.pipelines import group_loads, pipeline_changes
from headgate.review.resources import drift_findings, resource_changes
from headgate.review.tables import table_changes
from headgate.review.whereabouts import pipelines_in, places
from headgate.tables.ids import ARROW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.review.context import Context
    from headgate.review.facts import Facts
    from headgate.review.sites import ReviewedSite
    from headgate.review.whereabouts import Whole


def review_of(
    facts: Facts,
    contexts: Sequence[Context] = (),
    accepted: Accepted | None = None,
    now: datetime | None = None,
    *,
    runbook: str = "",
    cost: str = "",
    sites: Sequence[ReviewedSite] = (),
) -> Review:
    """Decide on the facts. `contexts` are of the project's connectors; `now` tells what has expired and when jobs start.

    The verdict is the gravest of the findings: loss where one would lose data and is not accepted, error where a plan failed.
    """
    now = now or datetime.now(UTC)
    by_connector = {context.connector: context for context in contexts}
    pipelines = pipelines_in(facts, contexts)
    of_tables, of_pipelines = (
        table_changes(pipelines, by_connector, {*facts.stacks, *facts.failed}),
        pipeline_changes(pipelines, by_connector),
    )
    accepted = accepted or Accepted()
    of_rest = resource_changes(facts.changes, pipelines, contexts, now, accepted.holds_data)
    found = [
        *of_pipelines.findings,
        *of_tables.findings,
        *of_rest.findings,
        *drift_findings(facts.drift, facts.changes),
        *_of_plans(facts),
        *_of_stacks(facts, contexts),
        *_of_doubled(facts, contexts),
    ]
    findings = sorted(lift(found, accepted, facts.target, now.date()), key=_order)
    return Review(
        target=facts.target,
        verdict=max((finding.level for finding in findings), key=LEVELS.index, default="fine"),
        facts=facts,
        digest=digest_of(facts, of_tables.changes, of_pipelines.changes),
        findings=tuple(findings),
        tables=tuple(of_tables.changes),
        pipelines=tuple(of_pipelines.changes),
        resources=tuple(of_rest.changes),
        secrets=tuple(of_rest.secrets),
        groups=group_loads(pipelines, by_connector),
        totals=_totals(pipelines),
        runbook=runbook,
        cost=cost,
        sites=tuple(sites),
    )


def _of_plans(facts: Facts) -> list[Finding]:
    failed = [Finding("error", "plan-failed", stack, reason, stack) for stack, reason in sorted(facts.failed.items())]
    message = "its plan leaves a part for a later one: what that changes is not in this review"
    others = [
        Finding("loss" if one.code == "dataset-type-changed" else "attention", one.code, one.subject, one.message, one.stack)
        for one in (*facts.others, *facts.sql)
    ]
    return failed + [Finding("attention", "plan-partial", stack, message, stack) for stack in facts.partial] + others


def _of_stacks(facts: Facts, contexts: Sequence[Context]) -> list[Finding]:
    """Say which stacks of the target are not in the review, and which of the review are not the target's."""
    here, touched = {*facts.stacks, *facts.failed}, _touched(facts, contexts)
    missing = sorted(stack for context in touched for stack in context.stacks - here)
    message = "its plan is not part of this review: what it changes, and what moves to or from it, is not known"
    found = [Finding("attention", "stack-missing", stack, message, stack) for stack in missing]
    strange = sorted(stack for stack in here if contexts and not _is_one(stack, contexts))
    message = f"is not a connector's stack in {facts.target}, so no lock knows its handovers: a plan is named <stack>.json"
    return found + [Finding("attention", "stack-unknown", stack, message, stack) for stack in strange]


def _of_doubled(facts: Facts, contexts: Sequence[Context]) -> list[Finding]:
    """Say which jobs the record has that nothing manages: the plans don't know them, and the pipelines run."""
    return [
        Finding("attention", "job-doubled", address, _doubled(context, job, address))
        for context in _touched(facts, contexts)
        for job, address in sorted(context.doubled.items())
    ]


def _doubled(context: Context, job: str, address: str) -> str:
    command = f"headgate recover {context.connector} -t {context.target} --delete {job}"
    if known := context.deployed.get(address):
        return f"the workspace has two of it, {known} and {job}, which no state has: `{command}` deletes that one"
    return f"job {job} is left of it in the workspace, and no state has it: `{command}` deletes it"


def _touched(facts: Facts, contexts: Sequence[Context]) -> list[Context]:
    """Give the contexts of which a stack is in the review."""
    return [context for context in contexts if touches(facts, context)]


def _is_one(stack: str, contexts: Sequence[Context]) -> bool:
    """Whether a stack is one of the project's in the target; of a connector without a lock, any with its name may be."""
    context = of_stack(stack, contexts)
    return context is not None and (not context.stacks or stack in context.stacks)


def _totals(pipelines: Sequence[Whole]) -> dict[str, tuple[int | None, int | None]]:
    """Give how many tables and pipelines the stacks have, before and after; None where it can't be determined."""
    known = [all(one.before is not None for one in pipelines), all(one.after is not None for one in pipelines)]
    tables = [len(places(pipelines, after=False)), len(places(pipelines, after=True))]
    return {
        "pipelines": (sum(one.exists_before for one in pipelines), sum(one.exists_after for one in pipelines)),
        "tables": (tables[0] if known[0] else None, tables[1] if known[1] else None),
    }


def _order(finding: Finding) -> tuple[int, bool, str, str, str, str]:
    """Gravest first, what Terraform does before what follows for single tables, then by place, whatever the plans' order."""
    of_table = ARROW in finding.subject
    return -LEVELS.index(finding.level), of_table, finding.code, finding.stack, finding.subject, finding.message
