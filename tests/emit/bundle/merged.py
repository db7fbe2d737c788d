"""A bundle's files as Databricks' command line merges them for a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from pathlib import Path


def merged(one: Any, other: Any) -> Any:
    """Merge as bundles do: mappings key by key, lists joined, else the other one."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            key: merged(one[key], other[key]) if key in one and key in other else {**one, **other}[key]
            for key in {**one, **other}
        }
    return [*one, *other] if isinstance(one, list) and isinstance(other, list) else other


def whole(folder: Path) -> dict[str, Any]:
    """Give a bundle with what it includes."""
    yaml = YAML(typ="safe")
    found: dict[str, Any] = yaml.load(folder / "databricks.yml")
    for path in found["include"]:
        found = merged(found, yaml.load(folder / path))
    return found


def in_target(folder: Path, target: str) -> dict[str, Any]:
    """Give a bundle as it is in a target, with the values of its variables put in."""
    bundle = whole(folder)
    own = bundle.pop("targets")[target]
    del bundle["include"]
    own.pop("default", None)
    values = own.pop("variables")
    bundle["bundle"]["target"] = target
    values = {name: values.get(name, said.get("default")) for name, said in bundle["variables"].items()}
    bundle["variables"] = {name: {**said, "value": values[name]} for name, said in bundle["variables"].items()}
    resolved: dict[str, Any] = _resolved(
        merged(bundle, own), {**{f"var.{name}": values[name] for name in values}, "bundle.target": target}
    )
    return resolved


def _resolved(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(its, values) for key, its in value.items()}
    if isinstance(value, list):
        return [_resolved(one, values) for one in value]
    if isinstance(value, str):
        for name, its in values.items():
            if value == f"${{{name}}}":
                return its
            value = value.replace(f"${{{name}}}", str(its))
    return value
