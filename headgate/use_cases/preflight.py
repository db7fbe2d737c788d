"""What a deploy needs: of the workspace, looked at, and of rights, said; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.deployment.stacks import stacks_of
from headgate.emit.bundle.paths import scope_of
from headgate.preflight.decide import findings_of
from headgate.preflight.needs import needs_of
from headgate.preflight.permissions import rights_of
from headgate.synthesis import ready

if TYPE_CHECKING:
    from headgate.deployment.model import Resource
    from headgate.deployment.scope import Scope
    from headgate.preflight.model import Needs, PreflightFinding
    from headgate.preflight.permissions import Right
    from headgate.project import Connector
    from headgate.use_cases.request import ConnectorRequest


def look_before(request: ConnectorRequest) -> list[PreflightFinding]:
    """Look at the workspace, and give what a deploy would fail at, what could not be looked at, and what is worth knowing.

    Raises what synthesis does of the committed files, InputError without a login, SourceError where the workspace is not there.
    """
    from headgate.preflight.databricks import look

    one, target = request.read()
    _, _, needs = _needed(one, target)
    settings = one.definition.targets[target]
    return findings_of(needs, look(needs, settings.host, settings.profile))


def rights_needed(request: ConnectorRequest, *, start: bool) -> list[Right]:
    """Give the rights that a deploy takes, without asking anybody. Raises what synthesis does of the committed files."""
    scope, resources, needs = _needed(*request.read())
    return rights_of(resources, scope, needs, start=start)


def _needed(one: Connector, target: str) -> tuple[Scope, list[Resource], Needs]:
    found, deployed = ready(one, target), one.deployed(target)
    scope = scope_of(one.definition, target)
    stacks = stacks_of(scope, found.tables, found.layout, deployed, found.code, found.transforms)
    resources = [resource for stack in stacks for resource in stack.resources]
    return scope, resources, needs_of(found, scope, stacks, deployed)
