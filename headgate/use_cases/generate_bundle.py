"""A Databricks asset bundle of the same layouts, in place of Terraform's stacks."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.deployment.apps import app_resources
from headgate.deployment.model import Cluster, Connection, GitFolder, Job, Permissions, Pipeline
from headgate.deployment.monitoring.resources import monitoring_resources
from headgate.deployment.pipelines import pipelines_now, resources_of
from headgate.deployment.shared import shared_resources
from headgate.deployment.transforms import transform_resources
from headgate.emit.bundle.bundle import BundleTarget, bundle_files
from headgate.emit.bundle.paths import bundle_scope
from headgate.emit.bundle.refused import problems_of
from headgate.names import slug
from headgate.problems import InputError, Problem, RefusedError
from headgate.project import read_connectors
from headgate.synthesis import ready
from headgate.use_cases.bundle_folder import name_in, texts_of
from headgate.use_cases.bundle_leaving import refuse_leaving
from headgate.use_cases.written_folder import changes_in, refuse_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.deployment.model import Resource
    from headgate.generated import Change
    from headgate.project import Connector
    from headgate.synthesis import Ready


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRequest:
    """A bundle of one connector, or of all, in the targets that a bundle deploys, into the folder `out`.

    jobs False: without jobs. workers: of a classic cluster in place of the definition's compute; None: as that says. name: the
    bundle's, which its state in the workspace goes by; empty: that of the bundle in `out`, else the connector's id, of all the
    name of the project's folder. write False: only look. force: over files that were changed, and another bundle's.
    """

    connector: str | None = None
    out: Path
    name: str = ""
    jobs: bool = True
    workers: int | None = None
    write: bool = True
    force: bool = False
    root: Path = Path()


@dataclass(frozen=True, slots=True)
class BundleResult:
    """What changes in `folder`, what goes, and whether it was done: not where somebody changed a file, unless by force.

    targets: of the bundle. before: what has to be done before it is deployed, in words.
    """

    folder: Path
    name: str
    targets: tuple[str, ...]
    changes: tuple[Change, ...]
    gone: tuple[str, ...]
    written: bool
    before: tuple[str, ...]


def generate_bundle(request: BundleRequest) -> BundleResult:
    """Write the bundle.

    Raises InputError for what a bundle has no form of, or where no target is deployed by one; RefusedError where its deploy
    would lose something, or make it a second time; and what synthesis would.
    """
    connectors = read_connectors(request.root, request.connector)
    refuse_place(request.out, request.root, "name a folder of its own: --out bundle")
    name = _name(request, connectors)
    parts = []
    for one in connectors:
        for target, settings in one.definition.targets.items():
            if settings.deploy_with == "bundle":
                fitting = ready(one, target)
                if not any(retirement.target == target and retirement.done for retirement in fitting.layout.retired):
                    refuse_leaving(one, fitting.layout, target, request.out)
                    parts.append(_part(one, target, fitting, request))
    if not parts:
        fix = "write `deploy_with: bundle` below the targets in connector.yaml that a bundle is to deploy"
        raise InputError(f"no target of {', '.join(one.definition.id for one in connectors)} is deployed by a bundle", fix)
    if problems := [*problems_of(parts), *_workers_refused(parts, request.workers)]:
        raise InputError(problems)
    found = changes_in(request.out, texts_of(bundle_files(name, parts)), force=request.force)
    written = request.write and not any(change.clash for change in found.changes)
    if written:
        found.write()
    targets = tuple(dict.fromkeys(part.name for part in parts))
    before = tuple(words for part in parts for words in _needed(part))
    return BundleResult(request.out, name, targets, found.changes, found.gone, written, before)


def _name(request: BundleRequest, connectors: Sequence[Connector]) -> str:
    """Give the bundle's name. Raises InputError for none that a folder can have, RefusedError where the folder has another."""
    there = name_in(request.out)
    name = request.name or there or (connectors[0].definition.id if request.connector else slug(request.root.resolve().name))
    if not _NAME.fullmatch(name):
        raise InputError(f"a bundle can't be called '{name}'", "take letters, digits, - and _: --name")
    if there and name != there and not request.force:
        message = f"holds the bundle '{there}', not '{name}': what was deployed by that name would be made a second time"
        raise RefusedError(Problem(message, "name another folder (--out), or say --force", str(request.out)))
    return name


def _part(one: Connector, target: str, fitting: Ready, request: BundleRequest) -> BundleTarget:
    scope = bundle_scope(one.definition, target)
    pipelines = pipelines_now(scope, fitting.tables, fitting.layout)
    found = shared_resources(scope, fitting.code)
    found += monitoring_resources(scope, fitting.layout, pipelines, found)
    found += transform_resources(scope, fitting.transforms, found)
    found += app_resources(scope, fitting.apps)
    for now in pipelines:
        found += resources_of(scope, now)
    return BundleTarget(scope, tuple(_as_asked(found, request)))


def _as_asked(resources: Sequence[Resource], request: BundleRequest) -> Iterator[Resource]:
    for one in resources:
        of_job = isinstance(one, Job) or (isinstance(one, Permissions) and one.of.kind == "job")
        if of_job and not request.jobs:
            continue
        if isinstance(one, Pipeline) and request.workers is not None:
            yield replace(one, cluster=Cluster(request.workers, None, None, None, None))
        else:
            yield one


def _workers_refused(parts: Sequence[BundleTarget], workers: int | None) -> Iterator[Problem]:
    """Say what serverless pipelines alone can have, where they are to have clusters."""
    if workers is None:
        return
    for part in parts:
        if part.scope.target.budget_policy_id:
            message = f"{part.connector} in {part.name}: a budget policy is for serverless compute alone"
            yield Problem(message, "leave --num-workers out, or the target's budget_policy_id")


def _needed(part: BundleTarget) -> Iterator[str]:
    """Say what a bundle does not make, and its pipelines need."""
    secrets = part.scope.definition.secrets
    if secrets and part.scope.definition.by_notebook:
        keys = ", ".join(sorted({names[0] for names in secrets.secret_mappings.values()}))
        yield f"the secret scope {part.scope.secrets_scope} has to be there in {part.name}, with {keys}: a bundle makes none"
    for found in part.resources:
        if isinstance(found, Connection):
            yield f"the connection {found.name} has to be there in {part.name}: a bundle makes none"
        elif isinstance(found, GitFolder):
            at = f"tag {found.tag}" if found.tag else f"branch {found.branch}"
            where = f"/Workspace{found.path}, of {found.url} at {at}"
            yield f"the git folder {where}, has to be there in {part.name}: a bundle makes none"
