"""From a connector's committed files to its planned stacks, with every check that must hold before anything is emitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.balance.fit import misfits
from headgate.definition.load import FILE
from headgate.definition.site import FILE as SITES
from headgate.deployment.app_source import app_sources
from headgate.deployment.refused import problems_of
from headgate.deployment.scope import Scope
from headgate.deployment.stacks import stacks_of
from headgate.deployment.transforms import size_problems
from headgate.emit.bundle.paths import scope_of
from headgate.emit.terraform.stacks import StackPlan, plan_of
from headgate.layout.deployed import deployed_path
from headgate.layout.same_tables import one_workspace, same_tables, same_tables_text
from headgate.layout.transforms import ID_FIX, id_clashes, transform_misfits
from headgate.numbers import counted
from headgate.problems import InputError, Problem, RefusedError, StaleError, refuse
from headgate.project import LOCK, TABLES, read_connectors, refuse_forgotten_pipelines, refuse_strays, target_of
from headgate.transforms.deployed import deployed_transforms
from headgate.transforms.named import named_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headgate.layout.deployed import DeployedBy
    from headgate.layout.model import Layout
    from headgate.project import Connector
    from headgate.tables.table import Table
    from headgate.transforms.deployed import DeployedTransforms
    from headgate.transforms.named import NamedFile

_MOST = 5
_TOOLS: dict[DeployedBy, str] = {"terraform": "Terraform", "bundle": "a bundle"}


@dataclass(frozen=True, slots=True)
class Ready:
    """A connector in a target, whose files fit together: tables, layout, own code, pipelines of transforms, and apps.

    code: path → content; apps: dashboard, simulator → the same.
    """

    scope: Scope
    tables: tuple[Table, ...]
    layout: Layout
    code: Mapping[str, bytes]
    transforms: tuple[DeployedTransforms, ...] = ()
    apps: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)


def ready(connector: Connector, target: str, project: Sequence[Connector] | None = None) -> Ready:
    """Give what a connector's files say of a target, once all is found to fit.

    project: all connectors, whose tables pipeline files may read; None: they are read where there are such files. Raises
    StaleError where the lock does not fit the inventory, InputError for what could not run as it would be deployed,
    RefusedError where something deployed would be lost from sight.
    """
    tables = connector.tables
    code = connector.code()
    if problems := problems_of(connector, code):
        raise InputError(problems)
    layout = connector.agreed()
    files = named_files(connector.folder)
    refuse(_of_no_site(connector))
    refuse(
        (
            *_stale(connector, f"{TABLES} and connector.yaml", misfits(tables, connector.definition, layout)),
            *_stale(connector, "the pipeline files", transform_misfits(layout, [one.id for one in files])),
        ),
        StaleError,
    )
    refuse_forgotten_pipelines(connector, target)
    refuse_strays(connector, layout, [target])
    _refuse_deployed_tables(connector, layout, target)
    _refuse_the_other(connector, target)
    transforms = _transforms(connector, layout, files, target, project)
    return Ready(Scope(connector.definition, target), tables, layout, code, transforms, app_sources(connector, target))


def _of_no_site(connector: Connector) -> Iterator[Problem]:
    """Say which pipeline files lie where they are no site's to deploy."""
    for file in named_files(connector.base) if connector.site else ():
        message = f"is beside {SITES}, and each site would make its tables"
        fix = f"move it to the folder of the site that deploys it, {connector.folder} or another, or take `deploy` out"
        yield Problem(message, fix, str(file.path), file.line, path="deploy")


def _stale(connector: Connector, what: str, found: Sequence[str]) -> Iterator[Problem]:
    """Say that the lock does not fit `what`, if anything was found."""
    if found:
        more = f" (and {len(found) - _MOST} more)" if len(found) > _MOST else ""
        fix = f"run `headgate balance {connector.definition.id}`, look at what moves, and commit {LOCK}"
        yield Problem(f"the lock does not fit {what}: {'; '.join(found[:_MOST])}{more}", fix, str(connector.lock_path))


def _transforms(
    connector: Connector, layout: Layout, files: Sequence[NamedFile], target: str, project: Sequence[Connector] | None
) -> tuple[DeployedTransforms, ...]:
    """Give a connector's pipelines of transforms. Raises InputError with the problems of their files, and of their ids."""
    refuse(Problem(clash, ID_FIX, str(connector.lock_path)) for clash in id_clashes(layout))
    if not files:
        return ()
    among = read_connectors(connector.base.parent.parent) if project is None else project
    found = deployed_transforms(connector, files, target, among)
    refuse(size_problems(found))
    return tuple(found)


def _refuse_deployed_tables(connector: Connector, layout: Layout, target: str) -> None:
    """Raise RefusedError for a target without pipelines yet, whose tables another target of that workspace has already.

    Only where both name the workspace: `headgate check` warns of all others.
    """
    if connector.deployed(target).ids:
        return
    targets, file = connector.definition.targets, str(connector.base / FILE)
    rivals = {
        other: its
        for other, its in targets.items()
        if other != target and one_workspace(targets[target], its) == "yes" and connector.deployed(other).ids
    }
    if not rivals:
        return
    tables = (placement.table for placement in layout.tables)
    found = same_tables({target: targets[target], **rivals}, tables, target)
    refuse(
        (
            Problem(
                f"{other} is deployed; {same_tables_text(target, other, shared)}",
                f"give {target} a catalog of its own",
                file,
                path=f"targets.{target}.catalog",
            )
            for other, shared in found.items()
        ),
        RefusedError,
    )


def _refuse_the_other(connector: Connector, target: str) -> None:
    """Raise RefusedError where a target is recorded as deployed by another tool than its definition says."""
    said, deployed = connector.definition.targets[target].deploy_with, connector.deployed(target)
    if not deployed.ids or deployed.by == said:
        return
    count = counted(len(deployed.pipelines), "pipeline is", "pipelines are")
    message = f"{count} recorded in {target} as deployed by {_TOOLS[deployed.by]}: {_TOOLS[said]} would make them a second time"
    fix = f"set targets.{target}.deploy_with to {deployed.by}"
    raise RefusedError(Problem(message, fix, str(deployed_path(connector.folder, target))))


def deployment_of(connector: Connector, target: str | None, project: Sequence[Connector] | None = None) -> list[StackPlan]:
    """Give the planned stacks of a connector in a target (None: its default one); none where a bundle deploys it.

    project: as for `ready`, which says what is raised.
    """
    name = target_of(connector.definition, target)
    found = ready(connector, name, project)
    return [] if found.scope.target.deploy_with == "bundle" else _stacks(connector, found.scope, found)


def expected_of(connector: Connector, target: str, project: Sequence[Connector] | None = None) -> list[StackPlan]:
    """Give what is to exist of a connector in a target, whatever deploys it, as stacks. Takes and raises what `ready` does.

    Of a target that a bundle deploys, with the paths that files have in a bundle.
    """
    found = ready(connector, target, project)
    return _stacks(connector, scope_of(connector.definition, target), found)


def _stacks(connector: Connector, scope: Scope, found: Ready) -> list[StackPlan]:
    deployed = connector.deployed(scope.target_name)
    adopted = connector.adopted(scope.target_name)
    stacks = stacks_of(scope, found.tables, found.layout, deployed, found.code, found.transforms, found.apps, adopted)
    return [plan_of(stack, scope, deployed.connection) for stack in stacks]
