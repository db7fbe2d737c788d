"""How a pipeline is deployed: `deploy` of a pipeline file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headgate.sql.language.names import Name, Text
from headgate.validation import Id, StrictModel


class Autoscale(StrictModel):
    """Numbers of workers between which a cluster scales."""

    min_workers: int = Field(ge=0, description="The least.")
    max_workers: int = Field(ge=1, description="The most.")


class Cluster(StrictModel):
    """A classic cluster. What is left out is the workspace's choice."""

    workers: int | None = Field(default=None, ge=0, description="A fixed number of workers.")
    autoscale: Autoscale | None = Field(default=None, description="Instead of `workers`: two numbers to scale between.")
    node_type: Text | None = Field(default=None, description="The workers' machine type.")
    driver_node_type: Text | None = Field(default=None, description="The driver's machine type. Default: node_type.")
    policy_id: Text | None = Field(default=None, description="A cluster policy.")


class Deploy(StrictModel):
    """That and how the connector in whose folder the file lies deploys it; `deploy: {}` takes all defaults."""

    id: Id | None = Field(
        default=None,
        description="Its id, given once: it names resources and files. Default: the file's name; where that changes, say here "
        "what it was.",
    )
    pipeline: Id | None = Field(
        default=None,
        description="Instead of an id of its own, that of a pipeline that several files in the folder make together. What one "
        "of them says below `deploy` holds for it, and none says it differently.",
    )
    name: Name | None = Field(default=None, description="What people see, which may change. Default: the id.")
    schedule: str = Field(
        default="",
        description="When it runs: 5-field cron, or `quartz:` and a Quartz expression, by the connector's time zone. Empty: no "
        "schedule.",
    )
    on_update: Literal["any", "all"] | None = Field(
        default=None,
        description="Instead of a schedule: it runs once any, or each, of the tables that it reads was updated.",
    )
    cluster: Cluster | None = Field(default=None, description="A classic cluster. Default: serverless.")
