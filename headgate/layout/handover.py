"""What hands a table over to another pipeline, in the workspace's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.clients.sql import quoted

if TYPE_CHECKING:
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Placement


def alter_statement(destination: str, pipeline_id: str) -> str:
    """Give the statement that gives a streaming table to the pipeline with that id of the workspace's own.

    `destination` is catalog.schema.table, each without a full stop. Source: Databricks, move tables between pipelines: DBR
    16.3 or newer, both pipelines stopped, owned and run by the same identity, in default publishing mode.
    """
    return f'ALTER STREAMING TABLE {quoted(destination)} SET TBLPROPERTIES("pipelines.pipelineId"="{pipeline_id}")'


def handover_words(placement: Placement, deployed: Deployed, catalog: str | None) -> str:
    """Say how a planned move is handed over in a target; `catalog` is the target's own, where it has one.

    A new pipeline has an id only once it was deployed.
    """
    destination = placement.table.in_catalog(catalog).destination
    if not deployed.ids:
        return "no deploy is recorded here: deploy and record first"
    known = deployed.pipeline_ids.get(placement.agreed)
    if known is None:
        return f"deploy and record first: {placement.agreed} is new, and what hands the table over needs its id"
    return f"stop both, then {alter_statement(destination, known)}"
