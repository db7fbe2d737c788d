"""Which pipelines an asset bundle has in a target, and what they are called in the workspace. Pure.

Source: Databricks' reference of bundles: variables and their defaults, targets that add to resources, presets.name_prefix, and
`mode: development`, which puts `[dev NAME] ` before every name, where NAME is the short name of who deploys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.problems import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_REFERENCE = re.compile(r"\$\{([\w.-]+)\}")
_DEVELOPMENT = r"\[dev [^\]]*\] "
_DEPTH = 10  # of variables that are made of variables
_LONGEST = 1000  # no pipeline has a name so long


@dataclass(frozen=True, slots=True)
class Bundled:
    """A pipeline of a bundle: its key, its name as the target has it, and the pattern of what the workspace calls it."""

    key: str
    name: str
    pattern: str

    @property
    def unresolved(self) -> str:
        """What of the name is known to Databricks' command alone; empty where all of it is known."""
        found = _REFERENCE.search(self.name)
        return found[0] if found else ""

    def is_called(self, name: str) -> bool:
        """Whether the workspace calls it so."""
        return re.fullmatch(self.pattern, name) is not None


def included(bundle: dict[str, Any]) -> list[str]:
    """Give the patterns of the files that a bundle's own file includes."""
    said = bundle.get("include")
    return [str(pattern) for pattern in said] if isinstance(said, list) else []


def bundled_in(files: Sequence[dict[str, Any]], target: str | None) -> list[Bundled]:
    """Give the pipelines of a bundle's files, the bundle's own first, in a target; None: the default one.

    Raises InputError for a target that the bundle does not have.
    """
    targets: dict[str, dict[str, Any]] = {}
    for file in files:
        for name, part in _part(file, "targets").items():
            targets[name] = _merged(targets.get(name, {}), part if isinstance(part, dict) else {})
    name = target or next((one for one, part in targets.items() if part.get("default")), next(iter(targets), ""))
    if target and targets and target not in targets:
        raise InputError(f"the bundle has no target '{target}'", did_you_mean(target, targets))
    chosen = targets.get(name, {})
    pipelines: dict[str, Any] = {}
    for part in (*files, chosen):
        pipelines = _merged(pipelines, _part(_part(part, "resources"), "pipelines"))
    values = _values(files, chosen, name)
    prefix = str(_part(chosen, "presets").get("name_prefix") or "")
    return [_bundled(str(key), _part(pipelines, key), values, prefix, chosen) for key in pipelines]


def _bundled(key: str, one: dict[str, Any], values: dict[str, str], prefix: str, target: dict[str, Any]) -> Bundled:
    name = _resolved(prefix + str(one.get("name") or key), values)
    is_development = target.get("mode") == "development" and not prefix
    return Bundled(key, name, (_DEVELOPMENT if is_development else "") + re.escape(name))


def _values(files: Iterable[dict[str, Any]], chosen: dict[str, Any], target: str) -> dict[str, str]:
    """Give what references stand for, as far as the files say it."""
    found = {"bundle.target": target, "bundle.environment": target}
    for part in (*files, chosen):
        if name := _part(part, "bundle").get("name"):
            found["bundle.name"] = str(name)
        for variable, value in _part(part, "variables").items():
            said = value.get("default") if isinstance(value, dict) else value
            if said is not None:
                found[f"var.{variable}"] = str(said)
    return found


def _resolved(text: str, values: dict[str, str]) -> str:
    for _ in range(_DEPTH):
        resolved = _REFERENCE.sub(lambda found: values.get(found[1], found[0]), text)
        if resolved == text or len(resolved) > _LONGEST:
            break
        text = resolved
    return text


def _part(whole: dict[str, Any], name: str) -> dict[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Give two mappings as one: what both have as mappings is merged, else the other wins."""
    both = {name: _merged(one[name], value) for name, value in other.items() if _both_mappings(one.get(name), value)}
    return one | other | both


def _both_mappings(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)
