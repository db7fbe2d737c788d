"""A bundle whole: databricks.yml, a file of resources for each connector, and the files that the pipelines run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.deployment.model import Dashboard, File
from headgate.emit.bundle import resources as blocks
from headgate.emit.bundle.merge import common, own
from headgate.emit.bundle.paths import SOURCE, dashboard_path, local_path, root_path
from headgate.emit.bundle.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.deployment.model import Resource
    from headgate.deployment.scope import Scope

# The first with cascade_on_destroy, which only the direct engine knows: databricks/cli, release 1.12.0.
CLI = ">= 1.12.0"
WRITTEN = ".headgate.json"  # what was written last: path → digest
_HEADING = "Written by `headgate generate bundle`: the next one writes over what is changed here."


@dataclass(frozen=True, slots=True)
class BundleTarget:
    """A connector in one of the bundle's targets, its scope by `bundle_scope`, with all that is to exist there."""

    scope: Scope
    resources: tuple[Resource, ...]

    @property
    def connector(self) -> str:
        """The connector's id."""
        return self.scope.definition.id

    @property
    def name(self) -> str:
        """The target's name."""
        return self.scope.target_name


def bundle_files(name: str, parts: Sequence[BundleTarget]) -> dict[str, bytes]:
    """Give path → content of a bundle's files. parts: connectors in their targets, at least one."""
    connectors = sorted({part.connector for part in parts})
    files = {"databricks.yml": yaml_text(_main(name, connectors, parts), _HEADING).encode()}
    for connector in connectors:
        its = [part for part in parts if part.connector == connector]
        files[_include(connector)] = yaml_text(_resources(its), _HEADING).encode()
    for part in parts:
        for one in part.resources:
            if isinstance(one, File):
                files[local_path(part.scope, one.path)] = one.content
            elif isinstance(one, Dashboard):
                files[local_path(part.scope, dashboard_path(one))] = one.content.encode()
    return files


def _include(connector: str) -> str:
    return f"resources/{connector}.yml"


def _main(name: str, connectors: Sequence[str], parts: Sequence[BundleTarget]) -> dict[str, Any]:
    targets = list(dict.fromkeys(part.name for part in parts))
    default = next((part.name for part in parts if part.scope.target.default), targets[0])
    variables = {key: value for part in parts for key, value in blocks.variables_of(part.scope).items()}
    main: dict[str, Any] = {
        "bundle": {"name": name, "databricks_cli_version": CLI, "engine": "direct"},
        "include": [_include(connector) for connector in connectors],
        "sync": {"exclude": ["databricks.yml", "resources/**", WRITTEN]},
        "variables": {key: {"description": words} for key, (words, _) in variables.items()},
        "targets": {},
    }
    for target in targets:
        its = [part for part in parts if part.name == target]
        others = [f"{SOURCE}/{other}/**" for other in targets if other != target]
        given = {key: value for part in its for key, (_, value) in blocks.variables_of(part.scope).items()}
        main["targets"][target] = {
            **({"default": True} if target == default else {}),
            "workspace": _workspace(name, its[0].scope),
            **({"sync": {"exclude": others}} if others else {}),
            # A variable of a connector that the target does not have needs a value even so.
            "variables": {key: given.get(key, "") for key in variables},
        }
    return main


def _workspace(name: str, scope: Scope) -> dict[str, str]:
    target = scope.target
    login = {key: value for key, value in (("host", target.host), ("profile", target.profile)) if value}
    folder = f"/Workspace{root_path(scope)}"
    # Files lie where ingest files name each other; what the bundle itself keeps has a folder of its own.
    return {**login, "root_path": f"{folder}/.bundle/{name}/{scope.target_name}", "file_path": folder}


def _resources(parts: Sequence[BundleTarget]) -> dict[str, Any]:
    """Give a connector's resources: what all targets say, and what each says beyond that."""
    whole = {part.name: blocks.resources_of(part.scope, part.resources) for part in parts}
    shared = common(list(whole.values()))
    targets = {name: {"resources": _complete(rest, its)} for name, its in whole.items() if (rest := own(its, shared))}
    return {"resources": shared, **({"targets": targets} if targets else {})}


def _complete(rest: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """Give what a target says beyond the others, with the fields that the bundles' schema wants beside it."""
    for key, block in rest.get("schemas", {}).items():
        block.update({name: whole["schemas"][key][name] for name in ("name", "catalog_name")})
    for key, block in rest.get("jobs", {}).items():
        if "schedule" in block:
            block["schedule"] = whole["jobs"][key]["schedule"]
    return rest
