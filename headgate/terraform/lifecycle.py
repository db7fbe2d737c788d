"""Blocks that carry a pipeline's resources from one place in Terraform to another without destroying anything.

Removing a pipeline's block destroys the pipeline, and with it its streaming tables; `prevent_destroy` can't help, for it
goes with the block. Hence `removed` for what left or went to another stack, `import` where it went to, `moved` for a new id.
Source: Terraform's language, blocks moved (1.1), import (1.5) and removed (1.7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.problems import Problem
from headgate.terraform.pipeline import file_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    """Give the blocks by which a stack takes over a pipeline's resources that another stack forgets."""
    return [
        {"to": address, "id": _import_id(scope, address, pipeline.id, deployed)} for address in addresses(scope, pipeline.id)
    ]


def missing_ids(scope: Scope, pipelines: Iterable[Pipeline], deployed: Deployed) -> list[Problem]:
    """Say which recorded ids are wanting for pipelines that change stack in the scope's target."""
    cure = (
        f"record what is deployed: `headgate record {scope.definition.id} --target {scope.target_name}`, or, where the target "
        f"was never deployed, `headgate done {scope.definition.id} --target {scope.target_name} --all`"
    )
    return [
        Problem(f"pipeline '{pipeline.id}' changes stack, and the workspace's id of {address} is not recorded", cure)
        for pipeline in pipelines
        for address in addresses(scope, pipeline.id)
        if address.startswith(("databricks_pipeline.", "databricks_job.")) and address not in deployed.ids
    ]


def _import_id(scope: Scope, address: str, pipeline: str, deployed: Deployed) -> str:
    ids: Mapping[str, str] = deployed.ids
    kind, _, name = address.partition(".")
    if kind == "databricks_workspace_file":
        return file_path(scope, pipeline)
    if kind == "databricks_permissions":
        folder = "pipelines" if name.startswith("pipeline_") else "jobs"
        return f"/{folder}/{ids['databricks_' + folder.removesuffix('s') + '.' + pipeline]}"
    return ids[address]
