"""From a connector's committed files to its planned stacks, with every check that must hold before anything is emitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.balance.fit import misfits
from headgate.deployment.refused import problems_of
from headgate.deployment.scope import Scope
from headgate.deployment.stacks import stacks_of
from headgate.emit.terraform.stacks import StackPlan, plan_of
from headgate.problems import InputError, Problem, StaleError
from headgate.project import LOCK, TABLES, refuse_forgotten_pipelines, refuse_strays, target_of

if TYPE_CHECKING:
    from headgate.project import Connector

_MOST = 5


def deployment_of(connector: Connector, target: str | None) -> list[StackPlan]:
    """Give the planned stacks of a connector in a target (None: its default one).

    Raises StaleError where the lock does not fit the inventory, InputError for what could not run as it would be deployed,
    RefusedError where something deployed would be lost from sight.
    """
    name = target_of(connector.definition, target)
    tables = connector.tables
    code = connector.code()
    if problems := problems_of(connector, code):
        raise InputError(problems)
    layout = connector.agreed()
    if found := misfits(tables, connector.definition, layout):
        more = f" (and {len(found) - _MOST} more)" if len(found) > _MOST else ""
        fix = f"run `headgate balance {connector.definition.id}`, look at what moves, and commit {LOCK}"
        message = f"the lock does not fit {TABLES} and connector.yaml: {'; '.join(found[:_MOST])}{more}"
        raise StaleError(Problem(message, fix, str(connector.lock_path)))
    refuse_forgotten_pipelines(connector, name)
    refuse_strays(connector, layout, [name])
    scope, deployed = Scope(connector.definition, name), connector.deployed(name)
    return [plan_of(stack, scope, deployed.connection) for stack in stacks_of(scope, tables, layout, deployed, code)]
