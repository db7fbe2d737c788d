"""The resources of one pipeline: the pipeline, its ingest file or notebook, its job and who may use them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from math import fsum
from typing import TYPE_CHECKING

from headgate.balance.sizing import workers
from headgate.deployment.ingest import ingest_file, managed_settings, objects_text, option_text
from headgate.deployment.model import (
    AdoptedJob,
    AdoptedPipeline,
    Cluster,
    File,
    Job,
    ManagedTable,
    Notebook,
    Permissions,
    Pipeline,
    Ref,
    Schedule,
)
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
    from headgate.layout.adopted import Adopted
    from headgate.layout.adopted import AdoptedPipeline as Found
    from headgate.layout.chains import Chain
    from headgate.layout.model import Layout
    from headgate.layout.resolved import ResolvedPipeline
    from headgate.tables.group import Group
    from headgate.tables.table import Table


@dataclass(frozen=True, slots=True)
class PipelineNow:
    """A pipeline of the layout as the target has it today: its tables, their group, and the connection that they have.

    `tables` is empty while they have yet to be handed over to it; `offset` is in minutes after the schedule. `chain`: the
    pipelines of its job, where that runs several. found: as the workspace had it before the connector was.
    """

    id: str
    name: str
    group: Group
    connection: str
    tables: tuple[Table, ...]
    offset: int = 0
    chain: Chain | None = None
    found: Found | None = None

    @property
    def schedule(self) -> str:
        """When it starts; empty where nothing starts it."""
        return self.group.schedule

    @property
    def waiting(self) -> bool:
        """Whether its tables have yet to come."""
        return not self.tables


def pipelines_now(scope: Scope, tables: Sequence[Table], layout: Layout, adopted: Adopted | None = None) -> list[PipelineNow]:
    """Give each pipeline with the tables that it holds in the target today. Raises StaleError for a table of no pipeline.

    adopted: what the target had before the connector was.
    """
    before = adopted.pipelines if adopted else {}
    chains = chains_in(layout, scope.definition.balance.after, scope.target_name)
    of_pipeline = {name: chain for chain in chains for name in chain.pipelines}
    pipelines = resolve_layout(layout, tables, scope.target_name)
    return [_now(scope, one, of_pipeline.get(one.pipeline.id), before.get(one.pipeline.id)) for one in pipelines]


def _now(scope: Scope, one: ResolvedPipeline, chain: Chain | None, found: Found | None) -> PipelineNow:
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
        found=found,
    )


def refs(scope: Scope, pipeline: str, before: Found | None = None) -> list[Ref]:
    """Give what tells the resources that a pipeline may have, the pipeline first. before: how it was found, if it was."""
    has_job = scope.definition.mode == "batch" or (before is not None and before.job is not None)
    found = [Ref("pipeline", pipeline)]
    found += [Ref(scope.code_kind, pipeline)] if scope.definition.ingestion == "file" else []
    found += [Ref("job", pipeline)] if has_job else []
    if scope.target.permissions:
        found += [Ref("permissions", f"{kind}_{pipeline}") for kind in ("pipeline", *(["job"] if has_job else []))]
    return found


def resources_of(scope: Scope, now: PipelineNow) -> list[Resource]:
    """Give a pipeline's resources, in the order in which they are made."""
    file, job = file_of(scope, now), _job_of(scope, now)
    found: list[Resource] = [*([file] if file else []), _pipeline_of(scope, now, file), *([job] if job else [])]
    if granted := tuple(scope.target.permissions):
        used = [Ref("pipeline", now.id), *([Ref("job", now.id)] if job else [])]
        found += [Permissions(f"{one.kind}_{now.id}", one, granted) for one in used]
    return found


def tables_digest(scope: Scope, now: PipelineNow) -> str:
    """Give a digest of what a pipeline reads: its tables with their options, and the connection."""
    text = now.connection + objects_text(now.tables, scope.target.catalog)
    return sha256(text.encode()).hexdigest()[:16]


def _keeps_code(scope: Scope, now: PipelineNow) -> bool:
    """Whether an adopted pipeline has the tables that it was found with, so that its own code goes on saying what they are."""
    return now.found is not None and now.found.tables == tables_digest(scope, now)


def _pipeline_of(scope: Scope, now: PipelineNow, file: File | Notebook | None) -> Pipeline | AdoptedPipeline:
    if now.found is None:
        return _pipeline(scope, now)
    settings = dict(now.found.settings)
    managed: tuple[ManagedTable, ...] = ()
    if file:
        path = {"notebook": {"path": file.path}} if file.kind == "notebook" else {"file": {"path": f"/Workspace{file.path}"}}
        settings["libraries"] = [path]
    elif not _keeps_code(scope, now):
        managed = managed_tables(scope, now.tables)
    if now.waiting:
        settings["continuous"] = False
    if log := scope.event_log(now.id):
        settings["event_log"] = {"name": log.name, "catalog": log.catalog, "schema": log.schema}
    after = (Ref(file.kind, file.id),) if file else ()
    return AdoptedPipeline(id=now.id, settings=settings, managed=managed, after=after, protected=scope.target.protect)


def _job_of(scope: Scope, now: PipelineNow) -> Job | AdoptedJob | None:
    """Give the job that starts a pipeline: an adopted one keeps the one that it has, or goes on without."""
    if now.found and now.chain is None:
        if now.found.job is None:
            return None
        keeps = now.schedule == now.found.schedule and not now.offset
        return AdoptedJob(now.id, now.found.job, None if keeps else _schedule(scope, now), paused=now.waiting)
    return _job(scope, now) if scope.definition.mode == "batch" else None


def file_of(scope: Scope, now: PipelineNow) -> File | Notebook | None:
    """Give a pipeline's ingest file, or its notebook; None where it needs none, or an adopted one keeps its own."""
    definition = scope.definition
    if definition.ingestion != "file" or _keeps_code(scope, now):
        return None
    code = definition.code
    registration = Registration(
        definition.source,
        code.module or "",
        code.workspace or f"/Workspace{scope.source_folder}",
        by_data_source=code.by_data_source,
        by_loader=code.registration == "source_loader",
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
        managed=() if in_file else managed_tables(scope, now.tables),
        code=scope.code if in_file else "",
        wheels=tuple(definition.code.wheels),
        environment_version=definition.code.environment_version,
        budget_policy_id=target.budget_policy_id,
        notified=tuple(target.notifications),
        protected=target.protect,
        waiting=now.waiting,
        event_log=scope.event_log(now.id),
        code_kind=scope.code_kind,
        by_platform=definition.code.by_platform,
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


def managed_tables(scope: Scope, tables: Sequence[Table]) -> tuple[ManagedTable, ...]:
    """Give the tables of an ingestion definition, in the order given."""
    return tuple(_managed(scope, table) for table in tables)


def _managed(scope: Scope, table: Table) -> ManagedTable:
    names = managed_settings(by_platform=scope.definition.code.by_platform)
    settings = {name: table.options[name] for name in names if name in table.options}
    options = {name: option_text(value) for name, value in sorted(table.options.items()) if name not in names}
    return ManagedTable(table.id.in_catalog(scope.target.catalog), settings, options)


def _job(scope: Scope, now: PipelineNow) -> Job:
    target = scope.target
    leads = now.chain is None or now.chain.leader == now.id
    schedule = _schedule(scope, now) if leads else None
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


def _schedule(scope: Scope, now: PipelineNow) -> Schedule | None:
    if not now.schedule:
        return None
    quartz = normalize(delayed(now.schedule, now.offset))
    return Schedule(quartz, scope.definition.schedules.timezone, paused=scope.target.paused or now.waiting)
