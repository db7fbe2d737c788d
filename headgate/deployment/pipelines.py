"""The resources of one pipeline: the pipeline, its ingest file or notebook, its job and who may use them."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from headgate.balance.sizing import workers
from headgate.deployment.ingest import MANAGED, ingest_file, option_text
from headgate.deployment.model import Cluster, File, Job, ManagedTable, Notebook, Permissions, Pipeline, Ref, Schedule
from headgate.deployment.notebook import notebook
from headgate.deployment.registration import Registration
from headgate.layout.chains import chains_in
from headgate.layout.resolved import resolve_layout
from headgate.schedule import normalize
from headgate.schedule.delayed import delayed, window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.deployment.model import Resource
    from headgate.deployment.scope import Scope
    from headgate.layout.chains import Chain
    from headgate.layout.model import Layout
    from headgate.layout.resolved import ResolvedPipeline
    from headgate.tables.group import Group
    from headgate.tables.table import Table


@dataclass(frozen=True, slots=True)
class PipelineNow:
    """A pipeline of the layout as the target has it today: its tables, their group, and the connection that they have.

    `tables` is empty while they have yet to be handed over to it; `offset` is in minutes after the schedule. `chain`: the
    pipelines of its job, where that runs several.
    """

    id: str
    name: str
    group: Group
    connection: str
    tables: tuple[Table, ...]
    offset: int = 0
    chain: Chain | None = None

    @property
    def schedule(self) -> str:
        """When it starts; empty where nothing starts it."""
        return self.group.schedule

    @property
    def waiting(self) -> bool:
        """Whether its tables have yet to come."""
        return not self.tables


def pipelines_now(scope: Scope, tables: Sequence[Table], layout: Layout) -> list[PipelineNow]:
    """Give each pipeline with the tables that it holds in the target today. Raises StaleError for a table of no pipeline."""
    chains = chains_in(layout, scope.definition.balance.after, scope.target_name)
    of_pipeline = {name: chain for chain in chains for name in chain.pipelines}
    pipelines = resolve_layout(layout, tables, scope.target_name)
    return [_now(scope, one, of_pipeline.get(one.pipeline.id)) for one in pipelines]


def _now(scope: Scope, one: ResolvedPipeline, chain: Chain | None) -> PipelineNow:
    assert one.group is not None  # noqa: S101 (a living pipeline holds tables, or waits for some)
    own = one.group.connection == scope.definition.reads_through
    return PipelineNow(
        id=one.pipeline.id,
        name=one.pipeline.name,
        group=one.group,
        connection=scope.connection if own else one.group.connection,
        tables=one.tables,
        # What the target holds today may have another schedule, that takes less, than what was agreed on.
        offset=one.pipeline.offset % window(scope.definition.schedules, one.group.key, one.group.schedule),
        chain=chain,
    )


def refs(scope: Scope, pipeline: str) -> list[Ref]:
    """Give what tells the resources of a pipeline, the pipeline first."""
    has_job = scope.definition.mode == "batch"
    found = [Ref("pipeline", pipeline)]
    found += [Ref(scope.code_kind, pipeline)] if scope.definition.ingestion == "file" else []
    found += [Ref("job", pipeline)] if has_job else []
    if scope.target.permissions:
        found += [Ref("permissions", f"{kind}_{pipeline}") for kind in ("pipeline", *(["job"] if has_job else []))]
    return found


def resources_of(scope: Scope, now: PipelineNow) -> list[Resource]:
    """Give a pipeline's resources, in the order in which they are made."""
    found: list[Resource] = [_pipeline(scope, now)]
    if scope.definition.ingestion == "file":
        found.insert(0, file_of(scope, now))
    if scope.definition.mode == "batch":
        found.append(_job(scope, now))
    if granted := tuple(scope.target.permissions):
        used = [Ref("pipeline", now.id), *([Ref("job", now.id)] if scope.definition.mode == "batch" else [])]
        found += [Permissions(f"{one.kind}_{now.id}", one, granted) for one in used]
    return found


def file_of(scope: Scope, now: PipelineNow) -> File | Notebook:
    """Give a pipeline's ingest file, or its notebook."""
    definition = scope.definition
    code = definition.code
    registration = Registration(
        definition.source, code.module or "", f"/Workspace{scope.source_folder}", by_data_source=code.by_data_source
    )
    path, catalog = scope.file_path(now.id), scope.target.catalog
    if definition.secrets and definition.by_notebook:
        text = notebook(now.id, registration, definition.secrets, scope.secrets_scope, now.tables, catalog)
        return Notebook(now.id, path, text.encode())
    text = ingest_file(now.id, registration, now.connection, now.tables, catalog)
    return File(now.id, path, text.encode())


def _pipeline(scope: Scope, now: PipelineNow) -> Pipeline:
    definition, target = scope.definition, scope.target
    in_file = definition.ingestion == "file"
    return Pipeline(
        id=now.id,
        name=scope.pipeline_name(now.name or now.id),
        catalog=scope.catalog,
        schema=definition.destination.schema_name,
        channel=definition.channel,
        continuous=definition.continuous_in(scope.target_name) and not now.waiting,
        development=target.development,
        tags=scope.tags(now.id),
        cluster=_cluster(scope, now),
        run_as=target.run_as,
        connection=now.connection,
        file=scope.file_path(now.id) if in_file else "",
        managed=() if in_file else tuple(_managed(scope, table) for table in now.tables),
        code=scope.code if in_file else "",
        wheels=tuple(definition.code.wheels),
        environment_version=definition.code.environment_version,
        budget_policy_id=target.budget_policy_id,
        notified=tuple(target.notifications),
        protected=target.protect,
        waiting=now.waiting,
        event_log=scope.event_log(now.id),
        code_kind=scope.code_kind,
    )


def _cluster(scope: Scope, now: PipelineNow) -> Cluster | None:
    compute = scope.definition.compute
    if compute.kind == "serverless":
        return None
    scale = compute.autoscale
    # By what stands in the files, not by what was observed: else each run would change the cluster.
    declared = fsum(table.weight.declared for table in now.tables)
    return Cluster(
        workers=workers(compute.sizing, declared, len(now.tables)) if compute.sizing else compute.workers,
        autoscale=(scale.min_workers, scale.max_workers) if scale else None,
        node_type=compute.node_type,
        driver_node_type=compute.driver_node_type,
        policy_id=compute.policy_id,
    )


def _managed(scope: Scope, table: Table) -> ManagedTable:
    settings = {name: table.options[name] for name in MANAGED if name in table.options}
    options = {name: option_text(value) for name, value in sorted(table.options.items()) if name not in MANAGED}
    return ManagedTable(table.id.in_catalog(scope.target.catalog), settings, options)


def _job(scope: Scope, now: PipelineNow) -> Job:
    target, schedule = scope.target, None
    leads = now.chain is None or now.chain.leader == now.id
    if now.schedule and leads:
        quartz = normalize(delayed(now.schedule, now.offset))
        schedule = Schedule(quartz, scope.definition.schedules.timezone, paused=target.paused or now.waiting)
    name = scope.pipeline_name(now.name or now.id)
    others = now.chain.pipelines[1:] if now.chain and leads else ()
    return Job(
        now.id,
        name,
        schedule,
        scope.tags(now.id),
        target.run_as,
        target.budget_policy_id,
        tuple(target.notifications),
        tuple((other, now.chain.after[other]) for other in others if now.chain),
    )
