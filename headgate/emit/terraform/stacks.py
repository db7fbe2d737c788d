"""A deployment's stacks as Terraform's JSON.

Source: Terraform's language, blocks moved (1.1), import (1.5) and removed (1.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.deployment.model import (
    TYPES,
    AdoptedJob,
    AdoptedPipeline,
    App,
    Catalog,
    Connection,
    Dashboard,
    File,
    GitFolder,
    Job,
    Notebook,
    Permissions,
    Pipeline,
    Schema,
    Secret,
    SecretAcl,
    SecretScope,
)
from headgate.emit.terraform import blocks
from headgate.emit.terraform.adopted import adopted_job_block, adopted_pipeline_block
from headgate.emit.terraform.backend import backend_body
from headgate.emit.terraform.connection import connection_block, note_block, variables
from headgate.emit.terraform.literals import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from headgate.deployment.model import Resource, Stack
    from headgate.deployment.scope import Scope

PROVIDER = "databricks/databricks"
# The first OpenTofu that knows `removed` with a life cycle; the same for Terraform, which knows it from 1.7.
TERRAFORM = ">= 1.10"


@dataclass(frozen=True, slots=True)
class StackPlan:
    """One stack. `body` is the stack's JSON but for its backend; `waits_for` names the stacks to apply before."""

    name: str
    body: dict[str, Any]
    backend: str
    backend_body: dict[str, Any]
    waits_for: tuple[str, ...] = ()


def plan_of(stack: Stack, scope: Scope, applied: str = "") -> StackPlan:
    """Give a stack as Terraform's JSON.

    applied: the digest of the connection as it was last applied; empty where none is recorded.
    """
    target = scope.target
    settings = {key: value for key, value in (("host", target.host), ("profile", target.profile)) if value}
    frame = {
        "terraform": {
            "required_version": TERRAFORM,
            "required_providers": {"databricks": {"source": PROVIDER, "version": scope.definition.provider}},
        },
        "provider": {"databricks": [settings]},
    }
    return StackPlan(
        stack.name, frame | body_of(stack, applied), target.backend.type, backend_body(scope, stack.name), stack.waits_for
    )


def body_of(stack: Stack, applied: str = "") -> dict[str, Any]:
    """Give a stack's variables and resources, and the blocks that carry resources over without destroying anything."""
    parts: dict[str, Any] = {
        "variable": _variables(stack.resources),
        "resource": resources_of(stack.resources, applied),
        "moved": [{"from": before.address, "to": now.address} for before, now in stack.renamed],
        "import": [{"to": one.address, "id": literal(found)} for one, found in stack.imported],
        "removed": [{"from": one.address, "lifecycle": {"destroy": False}} for one in stack.forgotten],
    }
    return {name: part for name, part in parts.items() if part}


def _variables(resources: Iterable[Resource]) -> dict[str, dict[str, Any]]:
    """Give the variables of secrets, each of a connection or of a scope."""
    found: dict[str, dict[str, Any]] = {}
    for one in resources:
        if isinstance(one, Connection):
            found |= variables(one.id, one.secrets)
        elif isinstance(one, Secret):
            found |= variables(one.scope, [one.option])
    return found


def resources_of(resources: Iterable[Resource], applied: str = "") -> dict[str, dict[str, Any]]:
    """Give type → id → block; what is protected refuses to be destroyed."""
    found: dict[str, dict[str, Any]] = {}
    for one in resources:
        block = _block(one, applied)
        if getattr(one, "protected", False):
            block |= {"lifecycle": {**block.get("lifecycle", {}), "prevent_destroy": True}}
        found.setdefault(TYPES[one.kind], {})[one.id] = block
        if isinstance(one, Connection):
            address, note = note_block(one)
            kind, _, name = address.partition(".")
            found.setdefault(kind, {})[name] = note
    return found


_BLOCKS: dict[type[Resource], Callable[[Any], blocks.Block]] = {
    Catalog: blocks.catalog_block,
    Schema: blocks.schema_block,
    SecretScope: blocks.secret_scope_block,
    Secret: blocks.secret_block,
    SecretAcl: blocks.secret_acl_block,
    GitFolder: blocks.git_folder_block,
    File: blocks.file_block,
    Notebook: blocks.notebook_block,
    Pipeline: blocks.pipeline_block,
    AdoptedPipeline: adopted_pipeline_block,
    Job: blocks.job_block,
    AdoptedJob: adopted_job_block,
    Dashboard: blocks.dashboard_block,
    App: blocks.app_block,
    Permissions: blocks.permissions_block,
}


def _block(one: Resource, applied: str) -> blocks.Block:
    return connection_block(one, applied) if isinstance(one, Connection) else _BLOCKS[type(one)](one)
