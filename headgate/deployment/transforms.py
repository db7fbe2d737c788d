"""The resources of pipelines of transforms, all in the shared stack: SQL, a pipeline, its job, and who may use them.

They are there once for a connector, whatever pipelines its tables are balanced over, and read tables by name: nothing that they
are made of waits for a stack of pipelines that ingest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.deployment.files import MOST_BYTES, upload
from headgate.deployment.model import Cluster, File, Job, OnUpdate, Permissions, Pipeline, Ref, Schedule
from headgate.numbers import counted
from headgate.problems import Problem
from headgate.schedule import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.deployment.model import Resource
    from headgate.deployment.scope import Scope
    from headgate.transforms.deployed import DeployedTransforms

_SINKS = "-sinks"  # no id has such a sign, so the file is no other pipeline's


def transform_resources(scope: Scope, transforms: Sequence[DeployedTransforms], made: Sequence[Resource]) -> list[Resource]:
    """Give what pipelines of transforms consist of, in the order in which it is made.

    made: what the shared stack makes besides: they wait for a catalog and a schema among it.
    """
    waited = tuple(Ref(one.kind, one.id) for one in made if one.kind in ("catalog", "schema"))
    found: list[Resource] = []
    first = ""
    for one in transforms:
        files = _files(scope, one, first)
        first = first or files[0].id
        used: tuple[Pipeline, Job] = (_pipeline(scope, one, files, waited), _job(scope, one))
        found += [*files, *used]
        if granted := tuple(scope.target.permissions):
            found += [Permissions(f"{its.kind}_{its.id}", Ref(its.kind, its.id), granted) for its in used]
    return found


def size_problems(transforms: Sequence[DeployedTransforms]) -> Iterator[Problem]:
    """Say which files of SQL or Python the workspace would not take."""
    for one in transforms:
        for name, text in ((file.name, text) for file in one.files for text in (file.sql, file.python)):
            if (size := len(upload(text.encode()))) > MOST_BYTES:
                message = (
                    f"'{name}' becomes {counted(size, 'byte')} of base64 in one file, and the workspace takes {MOST_BYTES:,}"
                )
                yield Problem(message, "make two pipeline files of it")


def _files(scope: Scope, one: DeployedTransforms, first: str) -> list[File]:
    """Give a pipeline's files; all wait for the `first` of the folder, which makes that."""
    found: list[File] = []
    for file in one.files:
        found.append(File(file.name, scope.sql_path(file.name), file.sql.encode(), first))
        first = first or file.name
        if file.python:
            found.append(File(f"{file.name}{_SINKS}", scope.sinks_path(file.name), file.python.encode(), first))
    return found


def _pipeline(scope: Scope, one: DeployedTransforms, files: Sequence[File], waited: tuple[Ref, ...]) -> Pipeline:
    target, cluster = scope.target, _cluster(one)
    return Pipeline(
        id=one.id,
        name=scope.pipeline_name(one.settings.name or one.id),
        catalog=one.catalog,
        schema=one.schema,
        channel=scope.definition.channel,
        development=target.development,
        tags=scope.tags(one.id),
        cluster=cluster,
        edition=one.edition if cluster else None,
        run_as=target.run_as,
        file=files[0].path,
        file_id=files[0].id,
        more=tuple(file.path for file in files[1:]),
        budget_policy_id=None if cluster else target.budget_policy_id,
        notified=tuple(target.notifications),
        protected=target.protect,
        after=(*(Ref("file", file.id) for file in files[1:]), *waited),
    )


def _cluster(one: DeployedTransforms) -> Cluster | None:
    if (asked := one.settings.cluster) is None:
        return None
    scale = asked.autoscale
    return Cluster(
        workers=asked.workers,
        autoscale=(scale.min_workers, scale.max_workers) if scale else None,
        node_type=asked.node_type,
        driver_node_type=asked.driver_node_type,
        policy_id=asked.policy_id,
    )


def _job(scope: Scope, one: DeployedTransforms) -> Job:
    target, settings = scope.target, one.settings
    schedule, on_update = None, None
    if settings.schedule:
        schedule = Schedule(normalize(settings.schedule), scope.definition.schedules.timezone, paused=target.paused)
    elif settings.on_update:
        on_update = OnUpdate(one.reads, settings.on_update, paused=target.paused)
    return Job(
        id=one.id,
        name=scope.pipeline_name(settings.name or one.id),
        schedule=schedule,
        on_update=on_update,
        tags=scope.tags(one.id),
        run_as=target.run_as,
        budget_policy_id=target.budget_policy_id,
        notified=tuple(target.notifications),
        task="transform",
    )
