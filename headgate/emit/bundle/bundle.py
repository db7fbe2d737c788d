"""A bundle whole: databricks.yml, a file of resources for each connector, and the files that the pipelines run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.deployment.model import Dashboard, File, Notebook
from headgate.emit.bundle import resources as blocks
from headgate.emit.bundle.merge import common, own
from headgate.emit.bundle.paths import SOURCE, dashboard_path, local_code, local_path, root_path
from headgate.emit.bundle.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.deployment.model import Resource
    from headgate.deployment.scope import Scope

# The first with cascade_on_destroy, which only the direct engine knows: databricks/cli, release 1.12.0.
CLI = ">= 1.12.0"
_WANTED = {"schemas": ("name", "catalog_name"), "catalogs": ("name",)}  # by the bundles' schema, whatever else is said
_STARTS = ("schedule", "trigger")
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
        files[_include(connector)] = yaml_text(_resources(its, _targets(parts)), _HEADING).encode()
    for part in parts:
        for one in part.resources:
            if isinstance(one, Notebook):
                files[local_code(part.scope, one.path)] = one.content
            elif isinstance(one, File):
                files[local_path(part.scope, one.path)] = one.content
            elif isinstance(one, Dashboard):
                files[local_path(part.scope, dashboard_path(one))] = one.content.encode()
    return files


def _include(connector: str) -> str:
    return f"resources/{connector}.yml"


def _main(name: str, connectors: Sequence[str], parts: Sequence[BundleTarget]) -> dict[str, Any]:
    targets = _targets(parts)
    default = next((part.name for part in parts if part.scope.target.default), targets[0])
    return {
        "bundle": {"name": name, "databricks_cli_version": CLI, "engine": "direct"},
        "include": [_include(connector) for connector in connectors],
        "variables": _variables(parts),
        "targets": {
            target: {
                **({"default": True} if target == default else {}),
                "workspace": _workspace(name, next(part.scope for part in parts if part.name == target)),
                # What git ignores is not synchronized otherwise.
                "sync": {"paths": [f"{SOURCE}/{target}"], "include": [f"{SOURCE}/{target}/**"]},
                "variables": {key: value for part in parts if part.name == target for key, value in _values(part)},
            }
            for target in targets
        },
    }


def _targets(parts: Sequence[BundleTarget]) -> list[str]:
    return list(dict.fromkeys(part.name for part in parts))


def _values(part: BundleTarget) -> list[tuple[str, str | bool]]:
    return [(key, value) for key, (_, value) in blocks.variables_of(part.scope, part.resources).items()]


def _variables(parts: Sequence[BundleTarget]) -> dict[str, dict[str, Any]]:
    """Declare the variables: with a default where a target has no such connector, for a bundle wants each to have a value."""
    everywhere, found = len(_targets(parts)), dict[str, dict[str, Any]]()
    for part in parts:
        there = sum(one.connector == part.connector for one in parts)
        for key, (words, value) in blocks.variables_of(part.scope, part.resources).items():
            found.setdefault(key, {"description": words, **({} if there == everywhere else {"default": value})})
    return found


def _workspace(name: str, scope: Scope) -> dict[str, str]:
    target = scope.target
    login = {key: value for key, value in (("host", target.host), ("profile", target.profile)) if value}
    folder = f"/Workspace{root_path(scope)}"
    # Files lie where ingest files name each other; what the bundle itself keeps has a folder of its own.
    return {**login, "root_path": f"{folder}/.bundle/{name}/{scope.target_name}", "file_path": folder}


def _resources(parts: Sequence[BundleTarget], targets: Sequence[str]) -> dict[str, Any]:
    """Give a connector's resources: what all targets say, and what each says beyond that.

    What stands outside of targets is in all of them, so a connector that some have not shares nothing.
    """
    whole = {part.name: blocks.resources_of(part.scope, part.resources) for part in parts}
    shared = common(list(whole.values())) if set(targets) == set(whole) else {}
    _share_triggers_whole(shared)
    its = {name: {"resources": _complete(rest, all_)} for name, all_ in whole.items() if (rest := own(all_, shared))}
    return {**({"resources": shared} if shared else {}), **({"targets": its} if its else {})}


def _share_triggers_whole(shared: dict[str, Any]) -> None:
    """Take a trigger out of what targets share where its tables differ: the bundles' schema wants them beside the rest."""
    for block in shared.get("jobs", {}).values():
        if "table_names" not in block.get("trigger", {}).get("table_update", {"table_names": ()}):
            del block["trigger"]


def _complete(rest: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """Give what a target says beyond the others, with the fields that the bundles' schema wants beside it."""
    for kind, names in _WANTED.items():
        for key, block in rest.get(kind, {}).items():
            block.update({name: whole[kind][key][name] for name in names})
    for key, block in rest.get("jobs", {}).items():
        for start in _STARTS:
            if start in block:
                block[start] = whole["jobs"][key][start]
    return rest
