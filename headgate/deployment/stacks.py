"""All the stacks of a connector in one target: what each holds, what it takes over and forgets, which waits for which.

Removing a pipeline destroys it, and with it its streaming tables, and no protection can help, for it goes with the pipeline.
Hence what left, or went to another stack, is forgotten; where it went to, it is imported; under a new id, it is renamed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.deployment.apps import app_resources
from headgate.deployment.model import Ref, Stack
from headgate.deployment.monitoring.resources import monitoring_resources
from headgate.deployment.pipelines import file_of, pipelines_now, refs, resources_of
from headgate.deployment.shared import not_ours, shared_resources
from headgate.deployment.transforms import transform_resources
from headgate.layout.model import stack_numbers, whereabouts
from headgate.layout.transforms import leaving_transforms, living_transforms
from headgate.problems import InputError, Problem, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.deployment.model import Resource
    from headgate.deployment.pipelines import PipelineNow
    from headgate.deployment.scope import Scope
    from headgate.layout.adopted import Adopted
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout, Left, Pipeline
    from headgate.tables.table import Table
    from headgate.transforms.deployed import DeployedTransforms


@dataclass(slots=True)
class _Draft:
    """A stack in the making."""

    resources: list[Resource] = field(default_factory=list)
    renamed: list[tuple[Ref, Ref]] = field(default_factory=list)
    imported: list[tuple[Ref, str]] = field(default_factory=list)
    forgotten: list[Ref] = field(default_factory=list)

    def stack(self, name: str, waits_for: tuple[str, ...] = ()) -> Stack:
        return Stack(name, tuple(self.resources), tuple(self.renamed), tuple(self.imported), tuple(self.forgotten), waits_for)


def stacks_of(
    scope: Scope,
    tables: Sequence[Table],
    layout: Layout,
    deployed: Deployed,
    code: Mapping[str, bytes] | None = None,
    transforms: Sequence[DeployedTransforms] = (),
    apps: Mapping[str, Mapping[str, bytes]] | None = None,
    adopted: Adopted | None = None,
) -> list[Stack]:
    """Give the connector's stacks in a target in the order of their applies: the shared one, then those with pipelines.

    A stack that emptied is there until its traces are recorded as gone. A target that is taken down goes the other way
    round, so that the connection outlives what reads through it; once it is recorded as down, it has no stack any more.
    transforms: the pipelines of transforms that the target is to have. code: path → content of the connector's own files that
    are uploaded; apps: the same of each Databricks App. What is `adopted` is imported. Raises RefusedError where
    an import needs a workspace's id that is not recorded, InputError for a managed pipeline that has no table yet,
    StaleError where layout and tables don't hold the same tables.
    """
    retired = next((retirement for retirement in layout.retired if retirement.target == scope.target_name), None)
    if retired:
        return [] if retired.done else _retired(scope, layout, leave=retired.tables == "leave")
    if problems := _without_ids(scope, _changing_stack(layout, scope.target_name), deployed):
        raise RefusedError(problems)
    pipelines = {one.id: one for one in pipelines_now(scope, tables, layout, adopted)}
    if problems := _empty(scope, pipelines.values()):
        raise InputError(problems)
    has_files = not pipelines or any(file_of(scope, one) for one in pipelines.values())
    name, made = scope.stack_name(None), shared_resources(scope, code or {}, has_files=has_files)
    made += monitoring_resources(scope, layout, list(pipelines.values()), made)
    made += transform_resources(scope, transforms, made)
    made += app_resources(scope, apps or {})
    forgotten = [*not_ours(scope), *(Ref("pipeline", one) for one in leaving_transforms(layout, scope.target_name))]
    shared = Stack(name, tuple(made), forgotten=tuple(forgotten))
    drafts = _drafts(scope, layout, pipelines, deployed)
    return [shared, *(drafts[number].stack(scope.stack_name(number), (name,)) for number in sorted(drafts))]


def _empty(scope: Scope, pipelines: Iterable[PipelineNow]) -> list[Problem]:
    """Say which pipelines the provider would refuse: an ingestion_definition has objects, or it is none."""
    if scope.definition.ingestion != "managed":
        return []
    fix = "set `ingestion: file` until its tables are handed over"
    message = "has no table before a handover or after it, and managed ingestion takes no pipeline without one"
    return [Problem(f"pipeline '{one.id}' {message}", fix) for one in pipelines if one.waiting]


def _without_ids(scope: Scope, pipelines: Iterable[Pipeline], deployed: Deployed) -> list[Problem]:
    """Say which pipelines change stack in the target without a recorded id: they would be made a second time."""
    whose = f"{scope.definition.id} --target {scope.target_name}"
    return [
        Problem(
            f"pipeline '{pipeline.id}' changes stack, and its id in the workspace is not recorded",
            f"record what is deployed: `headgate record {whose}`; if this pipeline was never deployed there, say so: "
            f"`headgate done {whose} --pipeline {pipeline.id}`",
        )
        for pipeline in pipelines
        if Ref("pipeline", pipeline.id).address not in deployed.ids
    ]


def _changing_stack(layout: Layout, target: str) -> list[Pipeline]:
    return [pipeline for pipeline in layout.pipelines if pipeline.restacked and target in pipeline.restacked.until]


def _drafts(scope: Scope, layout: Layout, pipelines: Mapping[str, PipelineNow], deployed: Deployed) -> dict[int, _Draft]:
    drafts: defaultdict[int, _Draft] = defaultdict(_Draft)
    target = scope.target_name
    for pipeline in layout.pipelines:
        draft = drafts[pipeline.stack]
        draft.resources += resources_of(scope, pipelines[pipeline.id])
        if pipeline.renamed and target in pipeline.renamed.until:
            found = pipelines[pipeline.id].found
            pairs = zip(refs(scope, pipeline.renamed.before, found), refs(scope, pipeline.id, found), strict=True)
            draft.renamed += pairs
        draft.imported += _taken_over(pipelines[pipeline.id])
    for pipeline in _changing_stack(layout, target):
        own = refs(scope, pipeline.id, pipelines[pipeline.id].found)
        imported = drafts[pipeline.stack].imported
        known = {one for one, _ in imported}
        imported += [(one, deployed.ids[one.address]) for one in own if one.address in deployed.ids and one not in known]
        if pipeline.restacked:
            drafts[int(pipeline.restacked.before)].forgotten += own
    _forget(drafts, (left for left in layout.left if target in left.until), target)
    return dict(drafts)


def _taken_over(now: PipelineNow) -> list[tuple[Ref, str]]:
    """Give what of an adopted pipeline is imported, with the workspace's ids; importing what a state has changes nothing."""
    if now.found is None:
        return []
    job = [(Ref("job", now.id), now.found.job_id)] if now.found.job is not None and now.chain is None else []
    return [(Ref("pipeline", now.id), now.found.id), *job]


def _forget(drafts: defaultdict[int, _Draft], pipelines: Iterable[Pipeline | Left], target: str) -> None:
    """Have every stack that may hold one of the pipelines forget it; what else was the pipeline's own is destroyed there."""
    for pipeline in pipelines:
        for stack, name in whereabouts(pipeline, target):
            drafts[stack].forgotten.append(Ref("pipeline", name))


def _retired(scope: Scope, layout: Layout, *, leave: bool) -> list[Stack]:
    """Give the stacks of a target that is taken down; with `leave`, its tables and what they lie in stay."""
    target, definition = scope.target_name, scope.definition
    drafts: defaultdict[int, _Draft] = defaultdict(_Draft, {number: _Draft() for number in stack_numbers(layout, target)})
    _forget(drafts, (left for left in layout.left if target in left.until), target)
    if leave:
        _forget(drafts, layout.pipelines, target)
    stacks = [drafts[number].stack(scope.stack_name(number)) for number in sorted(drafts)]
    holding = [Ref("catalog", definition.id), Ref("schema", definition.id), Ref("pipeline", definition.id)]
    holding += [Ref("pipeline", one) for one in living_transforms(layout)]
    left = [Ref("pipeline", one) for one in leaving_transforms(layout, target)]
    kept = {*not_ours(scope), *left, *(holding if leave else ())}
    forgotten = tuple(sorted(kept, key=lambda one: one.address))
    return [*stacks, Stack(scope.stack_name(None), forgotten=forgotten, waits_for=tuple(stack.name for stack in stacks))]
