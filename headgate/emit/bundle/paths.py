"""Where a bundle's files lie: below its folder as below the workspace's folder that they are synchronized to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.deployment.scope import Scope

if TYPE_CHECKING:
    from headgate.definition.model import Definition
    from headgate.deployment.model import Dashboard

SOURCE = "src"


def bundle_scope(definition: Definition, target: str) -> Scope:
    """Give a connector in a target, with its workspace folder where the bundle's files come to lie."""
    settings = definition.targets[target]
    moved = settings.model_copy(update={"root_path": f"{settings.root_path}/{SOURCE}"})
    return Scope(definition.model_copy(update={"targets": {**definition.targets, target: moved}}), target)


def scope_of(definition: Definition, target: str) -> Scope:
    """Give a connector in a target, with the workspace folder that its deploy puts files into, by Terraform or by a bundle."""
    is_bundle = definition.targets[target].deploy_with == "bundle"
    return bundle_scope(definition, target) if is_bundle else Scope(definition, target)


def root_path(scope: Scope) -> str:
    """Give the workspace folder, without /Workspace, that the bundle's folder is synchronized to."""
    return scope.target.root_path.removesuffix(f"/{SOURCE}")


def local_path(scope: Scope, path: str) -> str:
    """Give the path below the bundle's folder of what comes to lie at `path` in the workspace (without /Workspace)."""
    return path.removeprefix(f"{root_path(scope)}/")


def local_code(scope: Scope, path: str) -> str:
    """Give the same of a pipeline's ingest file or notebook, which has an extension here alone."""
    return local_path(scope, path) + ("" if scope.code_kind == "file" else ".py")


def in_bundle(scope: Scope, path: str) -> str:
    """Give the same with the target as a variable, so that all targets say the same."""
    own = f"{SOURCE}/{scope.target_name}/"
    return f"{SOURCE}/${{bundle.target}}/{local_path(scope, path).removeprefix(own)}"


def dashboard_path(one: Dashboard) -> str:
    """Give the path of the file that a bundle makes a dashboard of, in the workspace (without /Workspace)."""
    return f"{one.folder}/dashboard.lvdash.json"
