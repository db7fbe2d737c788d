"""A connector deployed to a target in one go: step after step, until one fails; the same again goes on from there.

Nothing of a deploy is kept but what is kept anyway: Terraform's states, the record and the lock. What is done shows by an empty
plan, so that the same again does what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.problems import HeadgateError, InputError
from headgate.use_cases.deploy_by_bundle import BundleDeploying
from headgate.use_cases.deploy_by_terraform import TerraformDeploying
from headgate.use_cases.deploy_steps import DeployEvent, DeployResult, Step, steps_of

if TYPE_CHECKING:
    from headgate.use_cases.deploying import Asked, DeployRequest


def deploy_connector(request: DeployRequest, asked: Asked) -> DeployResult:
    """Deploy step by step; the first that fails ends it. Raises InputError for files that can't be read, or an unknown name."""
    one, target = request.read()
    by = one.definition.targets[target].deploy_with
    if request.by not in (None, by):
        raise InputError(
            f"{one.definition.id} is deployed to {target} by {by}, not by {request.by}",
            f"say no --engine, or write `deploy_with: {request.by}` below targets.{target} in connector.yaml",
        )
    work = (BundleDeploying if by == "bundle" else TerraformDeploying)(request, asked, one, target)
    steps, done = steps_of(by, start=request.start), list[tuple[Step, str]]()
    for number, step in enumerate(steps, 1):
        asked.happened(DeployEvent(step.name, "started", number, len(steps), step.words))
        try:
            words = work.step(step.name)
        except HeadgateError as error:
            asked.happened(DeployEvent(step.name, "failed", number, len(steps), str(error)))
            return DeployResult(tuple(done), step, error)
        asked.happened(DeployEvent(step.name, "done", number, len(steps), words))
        done.append((step, words))
    return DeployResult(tuple(done))
