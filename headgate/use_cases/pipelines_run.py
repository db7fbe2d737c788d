"""Pipelines started, watched and stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.operate.run import Ran, Runs
from headgate.operate.selection import options_of
from headgate.operate.status import flows_in
from headgate.problems import InputError, Problem, SourceError
from headgate.use_cases.pipelines import PipelinesRequest, named_pipelines, open_site, status_in
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headgate.operate.model import Chosen, UpdateOptions
    from headgate.use_cases.pipelines import Site

# States in which an update that was started is not to end; those that no log explains, in words.
_NO_GOOD = {"FAILED": "", "CANCELED": "was stopped by somebody", "GONE": "was deleted by somebody"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest(PipelinesRequest):
    """What to start. refresh: tables; reset: flows or tables whose checkpoints are reset. at_once: how many run at a time."""

    validate_only: bool = False
    full_refresh: bool = False
    refresh: tuple[str, ...] = ()
    reset: tuple[str, ...] = ()
    at_once: int = 1
    wait: bool = False

    @property
    def loses(self) -> bool:
        """Whether tables begin anew, and what their source no longer has is lost, or read twice."""
        return self.full_refresh or bool(self.reset)


def start_pipelines(
    request: StartRequest,
    agree: Callable[[Sequence[tuple[Chosen, UpdateOptions]]], None],
    tell: Callable[[str], None],
) -> list[Ran]:
    """Start updates, and give what became of them. agree: is asked before tables begin anew, and raises where it is not to be.

    Raises InputError for names that are not there, SourceError where the workspace can't be asked.
    """
    if request.validate_only and (request.loses or request.refresh):
        raise InputError("--validate-only looks at the code, and refreshes no table", "say it alone")
    site = open_site(request, watching=request.wait)
    chosen = named_pipelines(request, site, tell)

    def flows_of(one: Chosen) -> Mapping[str, str]:
        last = one.listed.last
        return flows_in(site.workspace.events(one.listed.id, last.created)) if last else {}

    wanted = options_of(
        chosen,
        request.refresh,
        request.reset,
        flows_of,
        full_refresh=request.full_refresh,
        validate_only=request.validate_only,
    )
    if request.loses:
        agree(wanted)
    ran = Runs(site.workspace, tell).start(wanted, request.at_once, wait=request.wait)
    return [_explained(one, site) for one in ran]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequest(PipelinesRequest):
    """What to stop. wait: until it has."""

    wait: bool = False


def stop_pipelines(request: StopRequest, tell: Callable[[str], None]) -> list[Ran]:
    """Stop the active updates, and give what became of them. Raises as `start_pipelines`."""
    site = open_site(request, watching=request.wait)
    return Runs(site.workspace, tell).stop(named_pipelines(request, site, tell), wait=request.wait)


def _explained(one: Ran, site: Site) -> Ran:
    """Give what became of an update with what was wrong, which of one that failed its log says."""
    listed, name = one.chosen.listed, seen(one.chosen.label)
    if one.update is None or one.update.state not in _NO_GOOD:
        return one
    if words := _NO_GOOD[one.update.state]:
        return replace(one, problem=Problem(f"{name} {words}", "start it again if that was not meant"))
    # The log is asked from the time of the update on, which is that of the newest one.
    now = site.workspace.pipeline(listed.id) or listed
    its = replace(one.chosen, listed=replace(now, updates=tuple(each for each in now.updates if each.id == one.update.id)))
    try:
        status = status_in(site.workspace, its) if its.listed.updates else None
    except SourceError:
        status = None
    fix = f"`headgate pipelines logs {one.chosen.listed.id}` says more"
    if status and status.error:
        return replace(one, problem=Problem(f"{name} failed: {seen(status.error)}", status.fix or fix))
    return replace(one, problem=Problem(f"{name} failed", fix))
