"""The resources of the monitoring, all in the shared stack: a file, its pipeline and job, and a dashboard.

They have the connector's own id, which no pipeline of the layout may have beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.clients.sql import quoted
from headgate.deployment.model import Cluster, Dashboard, File, Job, Permissions, Pipeline, Ref, Schedule
from headgate.deployment.monitoring.dashboard import dashboard_text
from headgate.deployment.monitoring.expected import expected_of
from headgate.deployment.monitoring.file import monitoring_file
from headgate.deployment.monitoring.queries import TABLES
from headgate.problems import InputError
from headgate.schedule import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.definition.model import Monitoring
    from headgate.deployment.model import Resource
    from headgate.deployment.pipelines import PipelineNow
    from headgate.deployment.scope import Scope
    from headgate.layout.model import Layout

_FOLDER = "monitoring"


def monitoring_resources(
    scope: Scope, layout: Layout, pipelines: Sequence[PipelineNow], made: Sequence[Resource]
) -> list[Resource]:
    """Give what monitors the pipelines, in the order in which it is made; nothing where the target has no monitoring.

    made: what the shared stack makes besides: the monitoring waits for a catalog and a schema among it. Raises InputError for
    a pipeline that has the monitoring's own id.
    """
    if (monitoring := scope.monitoring) is None:
        return []
    id_ = scope.definition.id
    if id_ in {one.id for one in pipelines}:
        message = f"pipeline '{id_}' has the connector's id, which is that of the monitoring's pipeline"
        raise InputError(message, f"`headgate rename {id_} {id_} NEW`, or take `monitoring` out of connector.yaml")
    waited = tuple(Ref(one.kind, one.id) for one in made if one.kind in ("catalog", "schema"))
    file = File(id_, f"{scope.folder}/{_FOLDER}/summaries.py", _text(scope, layout, pipelines, monitoring).encode())
    found: list[Resource] = [file, _pipeline(scope, monitoring, file, waited), _job(scope, monitoring)]
    if dashboard := _dashboard(scope, monitoring):
        found.append(dashboard)
    if granted := tuple(scope.target.permissions):
        used = [Ref(one.kind, id_) for one in found if one.kind != "file"]
        found += [Permissions(f"{one.kind}_{id_}", one, granted) for one in used]
    return found


def _text(scope: Scope, layout: Layout, pipelines: Sequence[PipelineNow], monitoring: Monitoring) -> str:
    place = ".".join(scope.monitoring_schema(monitoring))
    # What left goes on being read: what it said last may have come after the last look.
    logged = [*(one.id for one in layout.pipelines), *(one.id for one in layout.left)]
    logs = {name: quoted(f"{place}.{scope.monitoring_name('event_log', name)}") for name in logged}
    names = {table: scope.monitoring_name(table) for table in TABLES}
    return monitoring_file(scope.definition.id, scope.target_name, names, logs, expected_of(scope, pipelines))


def _pipeline(scope: Scope, monitoring: Monitoring, file: File, after: tuple[Ref, ...]) -> Pipeline:
    definition, target = scope.definition, scope.target
    catalog, schema = scope.monitoring_schema(monitoring)
    return Pipeline(
        id=definition.id,
        name=scope.monitoring_label,
        catalog=catalog,
        schema=schema,
        channel=definition.channel,
        development=target.development,
        tags=scope.tags(definition.id),
        cluster=_cluster(scope),
        run_as=target.run_as,
        file=file.path,
        budget_policy_id=target.budget_policy_id,
        notified=tuple(target.notifications),
        protected=target.protect,
        after=after,
    )


def _cluster(scope: Scope) -> Cluster | None:
    """Give one worker of the kind that the pipelines have, where they are not serverless."""
    compute = scope.definition.compute
    if compute.kind == "serverless":
        return None
    return Cluster(1, None, compute.node_type, compute.driver_node_type, compute.policy_id)


def _job(scope: Scope, monitoring: Monitoring) -> Job:
    definition, target = scope.definition, scope.target
    schedule = None
    if monitoring.schedule:
        schedule = Schedule(normalize(monitoring.schedule), definition.schedules.timezone, paused=target.paused)
    return Job(
        id=definition.id,
        name=scope.monitoring_label,
        schedule=schedule,
        tags=scope.tags(definition.id),
        run_as=target.run_as,
        budget_policy_id=target.budget_policy_id,
        notified=tuple(target.notifications),
        task="monitor",
    )


def _dashboard(scope: Scope, monitoring: Monitoring) -> Dashboard | None:
    if (warehouse := scope.target.warehouse_id) is None:
        return None
    id_, place = scope.definition.id, ".".join(scope.monitoring_schema(monitoring))
    names = {table: quoted(f"{place}.{scope.monitoring_name(table)}") for table in TABLES}
    return Dashboard(
        id=id_,
        name=scope.monitoring_label,
        folder=f"{scope.folder}/{_FOLDER}",
        warehouse=warehouse,
        content=dashboard_text(names),
        after=(Ref("file", id_),),  # which makes the folder
    )
