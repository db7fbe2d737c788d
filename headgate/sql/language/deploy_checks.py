"""What fields of `deploy` must hold together, and with the rest of a pipeline file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.schedule import check_schedule
from headgate.sql.language.found import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.sql.language.model import PipelineFile


def deploy_faults(file: PipelineFile) -> Iterator[Fault]:
    """Say what is wrong with `deploy`, where each field is right by itself."""
    deploy = file.deploy
    if deploy is None:
        return
    if deploy.schedule and (error := check_schedule(deploy.schedule)):
        yield Fault(("deploy", "schedule"), error.message, error.fix)
    if deploy.on_update and deploy.schedule:
        yield Fault(("deploy", "on_update"), "starts it, and `schedule` does too", "take one of them out")
    if deploy.on_update and not any(source.table for source in file.sources.values()):
        yield Fault(("deploy", "on_update"), "no source of the file is a table, so none is updated", "write a `schedule`")
    if (cluster := deploy.cluster) is None:
        return
    if cluster.autoscale and cluster.workers is not None:
        yield Fault(("deploy", "cluster", "autoscale"), "stands beside `workers`", "take one of them out")
    if (scale := cluster.autoscale) and scale.min_workers > scale.max_workers:
        message = f"its least is {scale.min_workers}, and its most {scale.max_workers}"
        yield Fault(("deploy", "cluster", "autoscale"), message, "write the smaller number first")
