"""A Databricks asset bundle of the same layouts, in place of Terraform's stacks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.deployment.model import Cluster, Connection, Job, Permissions, Pipeline, Ref
from headgate.deployment.monitoring.resources import monitoring_resources
from headgate.deployment.pipelines import pipelines_now, resources_of
from headgate.deployment.shared import shared_resources
from headgate.emit.bundle.bundle import WRITTEN, BundleTarget, bundle_files
from headgate.emit.bundle.keys import pipeline_key
from headgate.emit.bundle.paths import bundle_scope
from headgate.emit.bundle.refused import problems_of
from headgate.files import read_bytes
from headgate.generated import File, changes, digest, read_written, write_files, written_text
from headgate.problems import InputError, Problem
from headgate.project import read_connectors
from headgate.synthesis import ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headgate.deployment.model import Resource
    from headgate.generated import Change
    from headgate.layout.model import Layout
    from headgate.project import Connector

_ALL = "headgate"  # the bundle of all connectors


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRequest:
    """A bundle of one connector, or of all, in the targets that a bundle deploys, into the folder `out`.

    jobs False: without jobs. workers: of a classic cluster in place of the definition's compute; None: as that says. name: the
    bundle's, which its state goes by; empty: the connector's id. write False: only look. force: over files that were changed.
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
    """Write the bundle, all its files or none.

    Raises InputError for what a bundle has no form of, or where no target is deployed by one; and what synthesis would.
    """
    connectors = read_connectors(request.root, request.connector)
    name = request.name or (connectors[0].definition.id if request.connector else _ALL)
    parts, before = [], []
    for one in connectors:
        for target, settings in one.definition.targets.items():
            if settings.deploy_with == "bundle":
                _, layout, code = ready(one, target)
                if any(retirement.target == target for retirement in layout.retired):
                    before.append(f"{target} is being taken down: it is left out")
                    continue
                part = _part(one, target, layout, code, request)
                parts.append(part)
                before += _before(part, layout, one)
    if not parts:
        fix = "write `deploy_with: bundle` below the targets in connector.yaml that a bundle is to deploy"
        raise InputError(f"no target of {', '.join(one.definition.id for one in connectors)} is deployed by a bundle", fix)
    if problems := problems_of(parts):
        raise InputError(problems)
    return _written(request, name, parts, before)


def _part(one: Connector, target: str, layout: Layout, code: Mapping[str, bytes], request: BundleRequest) -> BundleTarget:
    scope = bundle_scope(one.definition, target)
    pipelines = pipelines_now(scope, one.tables, layout)
    found = shared_resources(scope, code)
    found += monitoring_resources(scope, layout, pipelines, found)
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


def _before(part: BundleTarget, layout: Layout, one: Connector) -> Iterator[str]:
    """Say what a bundle does not do: make the connection, and let go of a pipeline without destroying it."""
    target, connector = part.name, part.connector
    for found in part.resources:
        if isinstance(found, Connection):
            yield f"the connection {found.name} has to be there in {target}: a bundle makes none"
    unbind = "databricks bundle deployment unbind"
    for left in layout.left:
        if target in left.until:
            key = pipeline_key(connector, left.id)
            yield f"pipeline '{left.id}' leaves {target}: `{unbind} {key} -t {target}` before the deploy, else that destroys it"
    for pipeline in layout.pipelines:
        if pipeline.renamed and target in pipeline.renamed.until:
            was, now = (pipeline_key(connector, name) for name in (pipeline.renamed.before, pipeline.id))
            ids = one.deployed(target).ids
            id_ = ids.get(Ref("pipeline", pipeline.renamed.before).address) or ids.get(Ref("pipeline", pipeline.id).address)
            bind = f"databricks bundle deployment bind {now} {id_ or 'ITS_ID'} -t {target}"
            yield f"pipeline '{pipeline.renamed.before}' is '{pipeline.id}' now: `{unbind} {was} -t {target}`, then `{bind}`"


def _written(request: BundleRequest, name: str, parts: Sequence[BundleTarget], before: Sequence[str]) -> BundleResult:
    folder = request.out
    files = [File(path, _text(content, path)) for path, content in bundle_files(name, parts).items()]
    last = read_written(folder / WRITTEN)
    wanted = {file.path for file in files}
    gone = [path for path in sorted(last) if path not in wanted and ".." not in path and (folder / path).is_file()]
    kept = [path for path in gone if not request.force and last[path] != _digest_of(folder / path)]
    if kept:
        fix = "look at what they say, then delete them, or say --force"
        message = "is of the bundle no more, and somebody changed it"
        raise InputError([Problem(message, fix, str(folder / path)) for path in kept])
    found = changes(folder, files, last, force=request.force)
    written = request.write and not any(change.clash for change in found)
    if written:
        write_files(folder, [*(change.file for change in found), File(WRITTEN, written_text(files, {}))])
        for path in gone:
            (folder / path).unlink()
    targets = tuple(dict.fromkeys(part.name for part in parts))
    return BundleResult(folder, name, targets, tuple(found), tuple(gone), written, tuple(before))


def _text(content: bytes, path: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise InputError(Problem(f"is not UTF-8 (byte {error.start})", "save it as UTF-8", path)) from None


def _digest_of(path: Path) -> str:
    return digest((read_bytes(path) or b"").decode(errors="replace"))
