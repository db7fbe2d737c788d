"""Blocks that carry a pipeline's resources from one place in Terraform to another without destroying anything.

Removing a pipeline's block destroys the pipeline, and with it its streaming tables; `prevent_destroy` can't help, for it
goes with the block. Hence `removed` for what left or went to another stack, `import` where it went to, `moved` for a new id.
Source: Terraform's language, blocks moved (1.1), import (1.5) and removed (1.7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.problems import Problem
from headgate.terraform.scope import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Pipeline
    from headgate.terraform.scope import Scope


def addresses(scope: Scope, pipeline: str) -> list[str]:
    """Give the addresses of a pipeline's resources in Terraform."""
    kinds = ["databricks_pipeline"]
    kinds += ["databricks_workspace_file"] if scope.definition.ingestion == "file" else []
    kinds += ["databricks_job"] if scope.definition.mode == "batch" else []
    found = [f"{kind}.{pipeline}" for kind in kinds]
    if scope.target.permissions:
        found.append(f"databricks_permissions.pipeline_{pipeline}")
        found += [f"databricks_permissions.job_{pipeline}"] if scope.definition.mode == "batch" else []
    return found


def removed(address: str) -> dict[str, Any]:
    """Give the block by which Terraform forgets what is at the address, and leaves it in the workspace."""
    return {"from": address, "lifecycle": {"destroy": False}}


def moved(scope: Scope, before: str, now: str) -> list[dict[str, str]]:
    """Give the blocks by which a pipeline's resources keep their states under a new id."""
    return [{"from": old, "to": new} for old, new in zip(addresses(scope, before), addresses(scope, now), strict=True)]


def imports(scope: Scope, pipeline: Pipeline, deployed: Deployed) -> list[dict[str, str]]:
    """Give the blocks by which a stack takes over what another stack forgets of a pipeline: all of it that is recorded."""
    own = (address for address in addresses(scope, pipeline.id) if address in deployed.ids)
    return [{"to": address, "id": literal(deployed.ids[address])} for address in own]


def missing_ids(scope: Scope, pipelines: Iterable[Pipeline], deployed: Deployed) -> list[Problem]:
    """Say which pipelines change stack in the scope's target without a recorded id: they would be made a second time."""
    whose = f"{scope.definition.id} --target {scope.target_name}"
    return [
        Problem(
            f"pipeline '{pipeline.id}' changes stack, and its id in the workspace is not recorded",
            f"record what is deployed: `headgate record {whose}`; if this pipeline was never deployed there, say so: "
            f"`headgate done {whose} --pipeline {pipeline.id}`",
        )
        for pipeline in pipelines
        if f"databricks_pipeline.{pipeline.id}" not in deployed.ids
    ]
