"""Tables that a target has in one pipeline and the lock has in another, without a handover between them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.problems import Problem

if TYPE_CHECKING:
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout


def strays(layout: Layout, deployed: Deployed, catalog: str | None, file: str = "") -> list[Problem]:
    """Say which tables the lock would have read by another pipeline than the one that the target's record has them in.

    That is how a table looks whose line was lost from the lock and that was placed again: the old pipeline still owns its
    streaming table. A table that is handed over and not yet applied is recorded where it comes from, and is none.
    """
    renamed = {pipeline.renamed.before: pipeline.id for pipeline in layout.pipelines if pipeline.renamed}
    known = {pipeline.id for pipeline in layout.pipelines} | {left.id for left in layout.left}
    problems = []
    for placement in layout.tables:
        recorded = deployed.tables.get(placement.table.in_catalog(catalog))
        there = renamed.get(recorded, recorded) if recorded else None
        if there not in known or there in (placement.pipeline, placement.in_target(deployed.target)):
            continue
        problems.append(
            Problem(
                f"{placement.table} is deployed to '{deployed.target}' in pipeline '{there}', and the lock has it in "
                f"'{placement.pipeline}' without a handover",
                f"take the table's line from the lock of the last commit, and balance again; or pin it to '{there}'",
                file,
            )
        )
    return problems
