"""Typed constructs of your own beside Headgate's stacks: who may use the connection and a job, and another job.

In a project, `extend` stands in stacks/. Run it instead of main.py:
`cdktf synth --app ".venv/bin/python examples/own_constructs.py"`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_databricks.grants import Grants, GrantsGrant
from cdktf_cdktf_provider_databricks.job import Job, JobTask, JobTaskPipelineTask
from cdktf_cdktf_provider_databricks.permissions import Permissions, PermissionsAccessControl

from headgate.cdk import TerraformStack, synthesize

if TYPE_CHECKING:
    from headgate.cdk import App, PlannedStack


def add_own(shared: PlannedStack, pipelines: PlannedStack) -> None:
    """Let analysts use the connection, operators run a job, and add a job that runs two of the pipelines.

    A stack of Headgate's brings its provider with it, so no DatabricksProvider is made here.
    """
    Grants(
        shared,
        "analysts",
        foreign_connection=shared.reference("connection", "osipi", "name"),
        grant=[GrantsGrant(principal="analysts", privileges=["USE_CONNECTION"])],
    )
    names = ("time_series_append_1", "time_series_append_4")
    references = [pipelines.reference("pipeline", name) for name in names]
    tasks = [
        JobTask(task_key=f"run_{n}", pipeline_task=JobTaskPipelineTask(pipeline_id=id_)) for n, id_ in enumerate(references)
    ]
    Job(pipelines, "catch_up", name="catch up", task=tasks)
    Permissions(
        pipelines,
        "operators",
        job_id=pipelines.reference("job", names[0]),
        access_control=[PermissionsAccessControl(group_name="operators", permission_level="CAN_MANAGE_RUN")],
    )


def stack_with(stacks: dict[str, PlannedStack], kind: str, *names: str) -> PlannedStack:
    """Give the stack that holds all these resources."""
    return next(stack for stack in stacks.values() if all(stack.holds(kind, name) for name in names))


def extend(app: App, stacks: dict[str, PlannedStack]) -> None:
    """Add to Headgate's stacks, and a stack of one's own, which is no different."""
    add_own(stack_with(stacks, "connection", "osipi"), stack_with(stacks, "job", "time_series_append_1"))
    own = TerraformStack(app, "own")
    own.add_override("output.note", {"value": "beside headgate's"})


if __name__ == "__main__":
    sys.exit(synthesize(Path(__file__).resolve().parent.parent, extend))
