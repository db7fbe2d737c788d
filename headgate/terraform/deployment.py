"""All the stacks of a connector in one target: what each holds, and which waits for which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.layout.model import stack_numbers, whereabouts
from headgate.layout.resolved import resolve_layout
from headgate.problems import InputError, Problem, RefusedError
from headgate.schedule.delayed import window
from headgate.terraform.backend import backend_body
from headgate.terraform.lifecycle import addresses, imports, missing_ids, moved, removed
from headgate.terraform.pipeline import Filled, pipeline_blocks
from headgate.terraform.scope import Scope
from headgate.terraform.shared import not_ours, shared_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout, Left, Pipeline
    from headgate.layout.resolved import ResolvedPipeline
    from headgate.tables.table import Table

PROVIDER = {"source": "databricks/databricks", "version": "1.99.0"}
# The first OpenTofu that knows `removed` with a life cycle; the same for Terraform, which knows it from 1.7.
TERRAFORM = ">= 1.10"


@dataclass(frozen=True, slots=True)
class StackPlan:
    """One stack. `body` is the stack's JSON but for its backend; `waits_for` names the stacks to apply before."""

    name: str
    body: dict[str, Any]
    backend: str
    backend_body: dict[str, Any]
    waits_for: tuple[str, ...] = ()


def plan_stacks(
    definition: Definition,
    tables: Sequence[Table],
    layout: Layout,
    target: str,
    deployed: Deployed,
    code: Mapping[str, bytes] | None = None,
) -> list[StackPlan]:
    """Give the connector's stacks in a target in the order of their applies: the shared one, then those with pipelines.

    A stack that emptied is there until its traces are recorded as gone. A target that is taken down goes the other way
    round, so that the connection outlives what reads through it; once it is recorded as down, it has no stack any more.
    Raises RefusedError where an import needs a workspace's id that is not recorded, InputError for a managed pipeline that
    has no table yet.
    """
    scope = Scope(definition, target)
    retired = next((retirement for retirement in layout.retired if retirement.target == target), None)
    if retired and retired.done:
        return []
    name = scope.stack_name(None)
    if retired:
        bodies, forgotten = _retired_bodies(scope, layout, leave=retired.tables == "leave")
        plans = [_stack(scope, scope.stack_name(number), bodies[number]) for number in sorted(bodies)]
        return [*plans, _stack(scope, name, forgotten, tuple(plan.name for plan in plans))]
    if problems := missing_ids(scope, _changing_stack(layout, target), deployed):
        raise RefusedError(problems)
    filled = fill(scope, tables, layout)
    if problems := _empty(scope, filled):
        raise InputError(problems)
    bodies = _bodies(scope, layout, filled, deployed)
    shared = _stack(scope, name, shared_body(scope, code or {}, deployed.connection))
    return [shared, *(_stack(scope, scope.stack_name(number), bodies[number], (name,)) for number in sorted(bodies))]


def fill(scope: Scope, tables: Sequence[Table], layout: Layout) -> dict[str, Filled]:
    """Give each pipeline with the tables that it holds in the target today. Raises StaleError for a table of no pipeline."""
    return {one.pipeline.id: _filled(scope, one) for one in resolve_layout(layout, tables, scope.target_name)}


def _filled(scope: Scope, one: ResolvedPipeline) -> Filled:
    assert one.group is not None  # noqa: S101 (a living pipeline holds tables, or waits for some)
    own = one.group.connection == scope.definition.connection.name
    return Filled(
        id=one.pipeline.id,
        name=one.pipeline.name,
        schedule=one.group.schedule,
        connection=scope.connection if own else one.group.connection,
        tables=one.tables,
        waiting=not one.tables,
        # What the target holds today may have another schedule, that takes less, than what was agreed on.
        offset=one.pipeline.offset % window(scope.definition.schedules, one.group.key, one.group.schedule),
    )


def _empty(scope: Scope, filled: Mapping[str, Filled]) -> list[Problem]:
    """Say which pipelines the provider would refuse: an ingestion_definition has objects, or it is none."""
    if scope.definition.ingestion != "managed":
        return []
    name = f"{scope.definition.id} -t {scope.target_name}"
    fix = (
        f"set `ingestion: file`; in a target that was never deployed, `headgate done {name} --handover TABLE` fills it at once"
    )
    message = "has no table before a handover or after it, and managed ingestion takes no pipeline without one"
    return [Problem(f"pipeline '{one.id}' {message}", fix) for one in filled.values() if one.waiting]


def _changing_stack(layout: Layout, target: str) -> list[Pipeline]:
    return [pipeline for pipeline in layout.pipelines if pipeline.restacked and target in pipeline.restacked.until]


def _bodies(scope: Scope, layout: Layout, filled: Mapping[str, Filled], deployed: Deployed) -> dict[int, dict[str, Any]]:
    bodies: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    target = scope.target_name
    for pipeline in layout.pipelines:
        body = bodies[pipeline.stack]
        for kind, blocks in pipeline_blocks(scope, filled[pipeline.id]).items():
            body.setdefault("resource", {}).setdefault(kind, {}).update(blocks)
        if pipeline.renamed and target in pipeline.renamed.until:
            body.setdefault("moved", []).extend(moved(scope, pipeline.renamed.before, pipeline.id))
    for pipeline in _changing_stack(layout, target):
        bodies[pipeline.stack].setdefault("import", []).extend(imports(scope, pipeline, deployed))
        if pipeline.restacked:
            before = bodies[int(pipeline.restacked.before)]
            before.setdefault("removed", []).extend(removed(address) for address in addresses(scope, pipeline.id))
    _forget(bodies, (left for left in layout.left if target in left.until), target)
    return dict(bodies)


def _forget(bodies: defaultdict[int, dict[str, Any]], pipelines: Iterable[Pipeline | Left], target: str) -> None:
    """Have every stack that may hold one of the pipelines forget it; what else was the pipeline's own is destroyed there."""
    for pipeline in pipelines:
        for stack, name in whereabouts(pipeline, target):
            bodies[stack].setdefault("removed", []).append(removed(f"databricks_pipeline.{name}"))


def _retired_bodies(scope: Scope, layout: Layout, *, leave: bool) -> tuple[dict[int, dict[str, Any]], dict[str, Any]]:
    target = scope.target_name
    bodies: defaultdict[int, dict[str, Any]] = defaultdict(dict, {number: {} for number in stack_numbers(layout, target)})
    _forget(bodies, (left for left in layout.left if target in left.until), target)
    if leave:
        _forget(bodies, layout.pipelines, target)
    kept = {*not_ours(scope.definition), *(("databricks_catalog", "databricks_schema") if leave else ())}
    forgotten = [removed(f"{kind}.{scope.definition.id}") for kind in sorted(kept)]
    return dict(bodies), {"removed": forgotten} if forgotten else {}


def _stack(scope: Scope, name: str, body: dict[str, Any], waits_for: tuple[str, ...] = ()) -> StackPlan:
    target = scope.target
    settings = {key: value for key, value in (("host", target.host), ("profile", target.profile)) if value}
    frame = {
        "terraform": {"required_version": TERRAFORM, "required_providers": {"databricks": PROVIDER}},
        "provider": {"databricks": [settings]},
    }
    return StackPlan(name, frame | body, target.backend.type, backend_body(scope, name), waits_for)
