"""What a connector asks for, and a bundle has no form of."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headgate.deployment.model import Connection, File, GitFolder, Notebook, Ref, Secret, SecretAcl, SecretScope
from headgate.emit.bundle.keys import clashes, key_of
from headgate.problems import Problem, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.emit.bundle.bundle import BundleTarget

# What a bundle puts a value in place of, wherever it stands.
REFERENCE = re.compile(r"\$\{[^}]*\}")


def problems_of(parts: Sequence[BundleTarget]) -> list[Problem]:
    """Give all that keeps connectors in targets from being a bundle, each once."""
    found = [problem for part in parts for problem in (*_unknown(part), *_references(part))]
    return list(dict.fromkeys([*found, *_clashes(parts), *_workspaces(parts)]))


def _unknown(part: BundleTarget) -> Iterator[Problem]:
    definition, target = part.scope.definition, part.scope.target
    if definition.ingestion == "managed":
        yield Problem(
            f"{part.connector}: bundles have no form for managed ingestion from community connectors", "set `ingestion: file`"
        )
    for wheel in definition.code.wheels:
        if "file:" in wheel or (wheel.endswith(".whl") and not wheel.startswith(("/Volumes/", "/Workspace/"))):
            fix = "write the path alone: /Volumes/…/NAME.whl"
            yield Problem(f"{part.connector}: {short(wheel)} would be looked for in the bundle's own folder (code.wheels)", fix)
    if target.run_as and target.run_as.group:
        yield Problem(f"{part.connector}: in a bundle no pipeline runs as a group ({part.name})", "name a service principal")


def _references(part: BundleTarget) -> Iterator[Problem]:
    target = part.scope.target
    for one in (*part.resources, (target.host, target.profile, target.root_path)):
        # Their content is left as it is, or a bundle does not make them.
        if isinstance(one, File | Notebook | Connection | GitFolder | SecretScope | Secret | SecretAcl):
            continue
        for text in _texts(one if isinstance(one, tuple) else asdict(one)):
            if found := REFERENCE.search(text):
                yield Problem(
                    f"{part.connector} in {part.name}: {short(text)} holds {found.group()}, which a bundle would resolve",
                    "reword it",
                )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, its in value.items():
            yield from _texts(key)
            yield from _texts(its)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _clashes(parts: Sequence[BundleTarget]) -> Iterator[Problem]:
    keys = set()
    for part in parts:
        for one in part.resources:
            if one.kind in {"pipeline", "job", "catalog", "schema", "dashboard", "app"}:
                keys.add((key_of(part.connector, Ref(one.kind, one.id)), f"{one.kind} '{one.id}' of {part.connector}"))
    yield from clashes(keys)


def _workspaces(parts: Sequence[BundleTarget]) -> Iterator[Problem]:
    """Say which targets are another place for one connector than for another: a bundle has one workspace a target."""
    places: dict[str, tuple[BundleTarget, tuple[str | None, ...]]] = {}
    for part in parts:
        target = part.scope.target
        place = (target.host, target.profile, target.root_path)
        first, known = places.setdefault(part.name, (part, place))
        if place != known:
            message = f"target {part.name} has another host, profile or root_path in {part.connector} than in {first.connector}"
            yield Problem(message, "give them the same, or generate the connectors into bundles of their own")
