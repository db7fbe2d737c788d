"""What fields of `deploy` must hold together, and with the rest of a pipeline file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.schedule import check_schedule
from headgate.sql.language.found import Fault
from headgate.sql.language.made import outputs
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.sql.language.deploy import Cluster
    from headgate.sql.language.model import PipelineFile


def deploy_faults(file: PipelineFile) -> Iterator[Fault]:
    """Say what is wrong with `deploy`, where each field is right by itself."""
    deploy = file.deploy
    if deploy is None:
        return
    if deploy.name and not deploy.name.isprintable():
        yield Fault(("deploy", "name"), "has a line's end or a control character", "write it in one line, of letters and signs")
    if deploy.schedule and (error := check_schedule(deploy.schedule)):
        yield Fault(("deploy", "schedule"), error.message, error.fix)
    if deploy.on_update and deploy.schedule:
        yield Fault(("deploy", "on_update"), "starts it, and `schedule` does too", "take one of them out")
    if deploy.id and deploy.pipeline:
        yield Fault(("deploy", "id"), "stands beside `pipeline`, which is the id of all its files", "take one of them out")
    if deploy.on_update and not deploy.pipeline and not any(source.table for source in file.sources.values()):
        yield Fault(("deploy", "on_update"), "no source of the file is a table, so none is updated", "write a `schedule`")
    if deploy.on_update:
        yield from _starts_itself(file)
    if deploy.cluster:
        yield from _cluster_faults(deploy.cluster)


def _cluster_faults(cluster: Cluster) -> Iterator[Fault]:
    if cluster.autoscale and cluster.workers is not None:
        yield Fault(("deploy", "cluster", "autoscale"), "stands beside `workers`", "take one of them out")
    if (scale := cluster.autoscale) and scale.min_workers > scale.max_workers:
        message = f"its least is {scale.min_workers}, and its most {scale.max_workers}"
        yield Fault(("deploy", "cluster", "autoscale"), message, "write the smaller number first")


def _starts_itself(file: PipelineFile) -> Iterator[Fault]:
    """Say which sources are tables that the file makes: each run would update them, and so start the next."""
    made = {folded(".".join(parts)) for _, parts in outputs(file)}
    for name, source in file.sources.items():
        if source.connector is None and source.table and folded(source.table) in made:
            message = f"{source.table} is a table of this file, so with `on_update` each run would start the next"
            yield Fault(("sources", name, "table"), message, "read it by its name in the file, without a source")
