"""The balance and the stacks, straight from an inventory's rows, for tests that look at what comes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.balance import plan
from headgate.deployment.scope import Scope
from headgate.deployment.stacks import stacks_of
from headgate.emit.terraform.stacks import plan_of
from headgate.inventory.resolve import resolve
from headgate.layout.resolved import locked_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.emit.terraform.stacks import StackPlan
    from headgate.inventory.row import TableRow
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout
    from headgate.transforms.deployed import DeployedTransforms


def balance(
    rows: Sequence[TableRow],
    definition: Definition,
    lock: Layout | None = None,
    *,
    rebalance: bool = False,
    restack: bool = False,
) -> plan.Plan:
    locked = locked_groups(lock)
    if locked and rebalance:
        locked = replace(locked, of_table=None)
    return plan.balance(resolve(rows, definition, (), locked), definition, lock, rebalance=rebalance, restack=restack)


def plan_stacks(
    definition: Definition,
    rows: Sequence[TableRow],
    layout: Layout,
    target: str,
    deployed: Deployed,
    code: Mapping[str, bytes] | None = None,
    transforms: Sequence[DeployedTransforms] = (),
) -> list[StackPlan]:
    scope = Scope(definition, target)
    stacks = stacks_of(scope, resolve(rows, definition, (), locked_groups(layout)), layout, deployed, code, transforms)
    return [plan_of(stack, scope, deployed.connection) for stack in stacks]
