"""A connector made of pipelines that a workspace has: its files are written, and nothing in the workspace changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.adopt.bundle import bundled_in, included
from headgate.adopt.decide import adopt
from headgate.adopt.model import Left, Wanted
from headgate.assess.files import is_meant
from headgate.definition.load import FILE, parse_definition
from headgate.definition.secret_checks import FRAMEWORK_OPTIONS
from headgate.definition.together import clashes
from headgate.definition.yaml import parse_yaml
from headgate.emit.bundle.yaml_text import yaml_text
from headgate.files import needed_text, write_all
from headgate.inventory.write import render_inventory
from headgate.layout.adopted import adopted_path, adopted_text
from headgate.layout.deployed import deployed_path, deployed_text
from headgate.layout.lock import render_lock
from headgate.names import ID, folder_fault, slug
from headgate.problems import InputError, Problem, refuse
from headgate.project import LOCK, TABLES, Connector, read_connectors, refuse_shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headgate.adopt.bundle import Bundled
    from headgate.adopt.databricks import AdoptedWorkspace
    from headgate.adopt.model import Adoption, FoundPipeline
    from headgate.operate.model import Listed

_BUNDLE_FILES = ("databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptRequest:
    """A connector `name` for the project in `root`, and its one target.

    patterns: names, ids or patterns of names of the pipelines that are meant; none: all. connection: what they read through;
    empty: the only one there is. bundle: the folder of a bundle that deployed them, bundle_target: in which of its targets.
    dry_run: nothing is written.
    """

    name: str
    target: str
    root: Path = Path()
    patterns: tuple[str, ...] = ()
    connection: str = ""
    bundle: Path | None = None
    bundle_target: str | None = None
    profile: str | None = None
    dry_run: bool = False

    @property
    def folder(self) -> Path:
        """Where the connector goes."""
        return self.root / "connectors" / self.name


@dataclass(frozen=True, slots=True)
class AdoptResult:
    """What was made of a workspace, the files that were written, and the commands that come next."""

    adoption: Adoption
    files: tuple[Path, ...]
    next: tuple[str, ...]


def adopt_pipelines(request: AdoptRequest, tell: Callable[[str], None]) -> AdoptResult:
    """Read what a workspace has, and write a connector that holds it as it is.

    Raises InputError for a connector that is there or can't be, or where nothing can be taken over; SourceError where the
    workspace can't be asked. Then nothing is written.
    """
    from headgate.adopt.databricks import AdoptedWorkspace

    _check(request)
    bundled = _bundled(request)
    workspace = AdoptedWorkspace(None, request.profile)
    meant, missing = _meant(request, workspace.pipelines(), bundled)
    if not meant:
        fix = "name pipelines as the workspace does; `headgate pipelines list --all` says which there are"
        raise InputError("the workspace has none of these pipelines", fix)
    found = _read(workspace, meant, tell)
    jobs = workspace.jobs_starting({one.id for one in found})
    wanted = Wanted(request.name, request.target, request.connection, request.profile or "")
    made = adopt(wanted, found, jobs, lambda name: _allowed(workspace, name, tell))
    adoption = replace(made, left=(*made.left, *missing))
    texts = _texts(request, adoption)
    written = () if request.dry_run else tuple(write_all(texts))
    keys = {one.id: one.key for one in found}
    return AdoptResult(adoption, written, _next(request, adoption, keys))


def _check(request: AdoptRequest) -> None:
    if not ID.fullmatch(request.name):
        fix = f"use a-z, 0-9 and _, beginning with a letter, at most 63 long: {slug(request.name)}"
        raise InputError(f"{request.name!r} can't be a connector's id", fix)
    if not ID.fullmatch(request.target):
        raise InputError(f"--target: {request.target!r} can't be a target's id", f"such as {slug(request.target)}")
    if fault := folder_fault(request.name):
        raise InputError(f"{request.name!r} can't be a connector's folder: it {fault}", "choose another name")
    if request.folder.exists() or request.folder.is_symlink():
        raise InputError(Problem("is there already", "choose another name for the connector", str(request.folder)))


def _bundled(request: AdoptRequest) -> list[Bundled] | None:
    """Give the pipelines of the bundle, where one is named. Raises InputError for what is none, or can't be read."""
    folder = request.bundle
    if folder is None:
        return None
    own = next((folder / name for name in _BUNDLE_FILES if (folder / name).is_file()), None)
    if own is None:
        fix = f"name a folder with a {_BUNDLE_FILES[0]}"
        raise InputError(Problem("is no folder of an asset bundle", fix, str(folder)))
    first = _mapping(own)
    more = [path for pattern in included(first) for path in _files(own, pattern)]
    return list(bundled_in([first, *map(_mapping, dict.fromkeys(more))], request.bundle_target))


def _files(own: Path, pattern: str) -> list[Path]:
    try:
        return [path for path in sorted(own.parent.glob(pattern)) if path.is_file()]
    except (ValueError, NotImplementedError) as error:
        fix = "write it relative to the bundle's folder, such as resources/*.yml"
        raise InputError(Problem(f"includes {pattern!r}, which can't be found: {error}", fix, str(own))) from None


def _mapping(path: Path) -> dict[str, Any]:
    return dict(parse_yaml(needed_text(path), str(path)).data)


def _meant(
    request: AdoptRequest, listed: Sequence[Listed], bundled: Sequence[Bundled] | None
) -> tuple[list[tuple[Listed, str]], list[Left]]:
    """Give the pipelines that are meant with a bundle's keys of them, and what of the bundle the workspace does not have."""
    named = [one for one in listed if is_meant(one.name, one.id, request.patterns)]
    if bundled is None:
        return [(one, "") for one in named], []
    meant: list[tuple[Listed, str]] = []
    missing: list[Left] = []
    for its in bundled:
        there = [one for one in named if its.is_called(one.name)]
        if len(there) == 1:
            meant.append((there[0], its.key))
        elif its.unresolved:
            missing.append(
                Left("pipeline", its.name, "", (f"its name has {its.unresolved}, which the bundle's files don't say",))
            )
        elif not there and not request.patterns:
            missing.append(
                Left("pipeline", its.name, "", ("the bundle has it, and the workspace has no pipeline of this name",))
            )
        elif there:
            missing.append(Left("pipeline", its.name, "", ("the workspace has several pipelines of this name",)))
    return meant, missing


def _read(workspace: AdoptedWorkspace, meant: Sequence[tuple[Listed, str]], tell: Callable[[str], None]) -> list[FoundPipeline]:
    found = []
    for number, (one, key) in enumerate(meant, start=1):
        tell(f"{number} of {len(meant)}: {one.name or one.id}")
        if its := workspace.found(one.id, key):
            found.append(its)
    return found


def _allowed(workspace: AdoptedWorkspace, connection: str, tell: Callable[[str], None]) -> list[str]:
    allowed = workspace.allow_list(connection)
    if allowed is None:
        tell(f"warning: the connection {connection} can't be seen, so which options of tables it lets through is not known")
    return [name for name in allowed or () if name not in FRAMEWORK_OPTIONS]


def _texts(request: AdoptRequest, made: Adoption) -> dict[Path, str]:
    """Give the files to write. Raises InputError where the project could not hold them beside its other connectors."""
    folder = request.folder
    heading = (
        f"What new pipelines are like; those of {adopted_path(folder, request.target).name} keep the settings that they have."
    )
    text = yaml_text(made.definition, heading)
    definition = parse_definition(text, str(folder / FILE))
    others = read_connectors(request.root) if any((request.root / "connectors").glob(f"*/{FILE}")) else ()
    refuse(clashes([*((str(one.folder / FILE), one.definition) for one in others), (str(folder / FILE), definition)]))
    refuse_shared([*others, Connector(folder, definition, made.rows, made.layout)])
    refuse(_owned(others, made))
    return {
        folder / FILE: text,
        folder / TABLES: render_inventory(made.rows),
        folder / LOCK: render_lock(made.layout),
        deployed_path(folder, request.target): deployed_text(made.deployed),
        adopted_path(folder, request.target): adopted_text(made.adopted),
    }


def _owned(others: Sequence[Connector], made: Adoption) -> Iterator[Problem]:
    """Say which pipelines others of the project's connectors deploy: a pipeline in two states is changed back and forth."""
    owners = {
        id_: (one.definition.id, target)
        for one in others
        for target in one.definition.targets
        for id_ in one.deployed(target).pipeline_ids.values()
    }
    for one in made.adopted.pipelines.values():
        if one.id in owners:
            owner, target = owners[one.id]
            message = f"the pipeline {one.name} ({one.id}) is one of connector '{owner}' already, in its target {target}"
            yield Problem(message, "name the pipelines that are meant")


def _next(request: AdoptRequest, made: Adoption, keys: dict[str, str]) -> tuple[str, ...]:
    """Give the commands that come next; a bundle has to let go of what it deployed."""
    of_bundle = [keys[one.id] for one in made.adopted.pipelines.values() if keys.get(one.id)]
    where = f" -t {request.bundle_target}" if request.bundle_target else ""
    unbinding = tuple(f"databricks bundle deployment unbind {key}{where}" for key in of_bundle)
    return (f"headgate check {request.name}", "npx cdktf synth", f"headgate plan -t {request.target}", *unbinding)
