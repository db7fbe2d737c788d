"""What a bundle can't let go of by itself: its next deploy would destroy the pipeline, with its tables or without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.emit.bundle.keys import pipeline_key
from headgate.layout.transforms import leaving_transforms, living_transforms
from headgate.problems import Problem, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.layout.model import Layout
    from headgate.project import Connector


def refuse_leaving(one: Connector, layout: Layout, target: str, folder: Path) -> None:
    """Raise RefusedError for each pipeline that is deployed in the target and that the bundle would no longer have.

    A resource can only be unbound while the bundle in the folder still has it, so that comes before the next is written.
    Source: databricks/cli, cmd/bundle/deployment/unbind.go, which looks the key up in the bundle's own files.
    """
    if problems := list(_problems(one, layout, target, folder)):
        raise RefusedError(problems)


def _problems(one: Connector, layout: Layout, target: str, folder: Path) -> Iterator[Problem]:
    connector, recorded = one.definition.id, one.deployed(target)
    ids = recorded.pipeline_ids
    unbind = f"in {folder}, as it is: `databricks bundle deployment unbind"
    if any(retirement.target == target for retirement in layout.retired):
        deployed = [pipeline.id for pipeline in layout.pipelines if pipeline.id in ids]
        deployed += [name for name in living_transforms(layout) if name in recorded.transforms]
        for name in deployed:
            fix = (
                f"{unbind} {pipeline_key(connector, name)} -t {target}`; of all: `headgate done {connector} -t {target} --all`"
            )
            yield Problem(f"{target} is being taken down, and the bundle would destroy pipeline '{name}' of {connector}", fix)
        if not deployed:
            fix = f"`headgate done {connector} -t {target} --all`"
            yield Problem(f"{target} of {connector} is being taken down, and has no pipeline that is recorded", fix)
    leaving = [left.id for left in layout.left if target in left.until and left.id in ids]
    for name in [*leaving, *leaving_transforms(layout, target)]:
        done = f"`headgate done {connector} -t {target} --pipeline {name}`"
        never = "" if name in ids or name in recorded.transforms else " (if it was never deployed there, this alone)"
        fix = f"{unbind} {pipeline_key(connector, name)} -t {target}`; then {done}{never}"
        yield Problem(f"pipeline '{name}' leaves {target}, and the next deploy would destroy it", fix)
    for pipeline in layout.pipelines:
        if pipeline.renamed and target in pipeline.renamed.until:
            before = pipeline.renamed.before
            if before in ids:
                message = f"pipeline '{before}' is '{pipeline.id}' now, and the next deploy would destroy it and make another"
                yield Problem(message, f"give the id back: `headgate rename {connector} {pipeline.id} {before}`")
