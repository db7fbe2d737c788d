"""The pipelines of a workspace: which are meant, how they are, and what their logs say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.definition.load import FILE
from headgate.operate.choose import Wanted, select
from headgate.operate.declared import declared_in
from headgate.operate.log import LogLine, log_line
from headgate.operate.status import status_of
from headgate.problems import InputError, StaleError
from headgate.use_cases.request import ProjectRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.operate.model import Chosen, Declared, Selected
    from headgate.operate.status import Status
    from headgate.operate.workspace import OperateWorkspace


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelinesRequest(ProjectRequest):
    """Which pipelines: of the project's connectors, or of the workspace that it, else the environment, says.

    names, groups, stacks: as `Wanted` has them. whole: all of the workspace.
    """

    names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    stacks: tuple[str, ...] = ()
    whole: bool = False

    @property
    def wanted(self) -> Wanted:
        """What of it says which are meant."""
        return Wanted(
            names=self.names,
            groups=self.groups,
            stacks=self.stacks,
            whole=self.whole,
            connector=self.connector is not None or bool(self.sites),
        )


@dataclass(frozen=True, slots=True)
class Site:
    """A workspace, what the project declares there, and of which connectors and targets."""

    workspace: OperateWorkspace
    declared: tuple[Declared, ...] = ()
    layouts: tuple[tuple[str, str], ...] = field(default=())


def open_site(request: PipelinesRequest, *, watching: bool = False) -> Site:
    """Log in to the workspace that a request is about. Raises InputError for files, names or a login that are wrong.

    watching: a service that can't be reached for a while keeps nobody from watching on.
    """
    from headgate.operate.databricks import LOOKING, WATCHING, DatabricksWorkspace

    retries = WATCHING if watching else LOOKING
    narrowed = request.connector or request.sites or request.groups or request.stacks
    if not narrowed and not any((request.root / "connectors").glob(f"*/{FILE}")):
        return Site(DatabricksWorkspace(None, request.profile, retries=retries))
    read = list(request.read())
    settings = [one.definition.targets[target] for one, target in read]
    places = list(dict.fromkeys((its.host, its.profile) for its in settings))
    if len(places) > 1:
        said = ", ".join(one.definition.id for one, _ in read)
        raise InputError(f"the connectors are in several workspaces: {said}", "name one of them: --connector")
    declared = tuple(its for one, target in read for its in declared_in(one, target))
    return Site(
        DatabricksWorkspace(*places[0], retries=retries), declared, tuple((one.definition.id, target) for one, target in read)
    )


def find_pipelines(request: PipelinesRequest, site: Site) -> Selected:
    """Give the pipelines that are meant: where nothing is said, the project's, and without one the whole workspace.

    Raises InputError for names, groups and stacks that there are not, SourceError where the workspace can't be asked.
    """
    wanted = request.wanted
    if not wanted.is_said and not site.layouts:
        wanted = replace(wanted, whole=True)
    return select(site.workspace.pipelines(), site.declared, wanted)


def named_pipelines(request: PipelinesRequest, site: Site, tell: Callable[[str], None]) -> tuple[Chosen, ...]:
    """Give the pipelines that something is to be done with; those that are not deployed are left out, and said.

    Raises InputError where nothing is said, StaleError where none of them is in the workspace.
    """
    if not request.wanted.is_said:
        fix = "name them, or say --connector, --group, --stack, or --all for every pipeline of the workspace"
        raise InputError("no pipeline is named", fix)
    selected = find_pipelines(request, site)
    absent = [f"{one.name} ({one.pipeline} of {one.connector})" for one in selected.missing]
    if not selected.found:
        said = ", ".join(absent) or "there is no such pipeline"
        raise StaleError(f"not in the workspace: {said}", "deploy first; `headgate pipelines list --all` says what is there")
    for name in absent:
        tell(f"warning: {name} is not in the workspace, and left out")
    return selected.found


def pipeline_statuses(request: PipelinesRequest) -> tuple[list[tuple[Chosen, Status]], Selected]:
    """Give how the last update of each went, asking for the log of each that has one, and which pipelines were meant."""
    site = open_site(request)
    selected = find_pipelines(request, site)
    return [(chosen, status_in(site.workspace, chosen)) for chosen in selected.found], selected


def status_in(workspace: OperateWorkspace, chosen: Chosen) -> Status:
    """Give how a pipeline's newest update went. Raises SourceError where its log can't be read."""
    last = chosen.listed.last
    rows = workspace.events(chosen.listed.id, last.created) if last else ()
    found = status_of(chosen.listed, rows, datetime.now(UTC))
    return replace(found, error=workspace.redacted(found.error))


def pipeline_logs(request: PipelinesRequest, *, update: str, errors: bool, whole: bool) -> list[tuple[Chosen, list[LogLine]]]:
    """Give the log of each pipeline, oldest first: of its last update, of the one named, or all that there is.

    errors: warnings and errors alone. Raises InputError where nothing is said.
    """
    site = open_site(request)
    found = []
    for chosen in named_pipelines(request, site, lambda _: None):
        last = chosen.listed.last
        since = last.created if last and not (update or whole) else None
        only = update or ("" if whole or last is None else last.id)
        rows = site.workspace.events(chosen.listed.id, since)
        lines = [log_line(row, site.workspace.redacted) for row in rows]
        found.append(
            (
                chosen,
                [
                    line
                    for line in lines
                    if (not only or line.update == only) and not (errors and line.level not in {"WARN", "ERROR"})
                ],
            )
        )
    return found
