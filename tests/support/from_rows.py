"""The balance and the stacks, straight from an inventory's rows, for tests that look at what comes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.balance import plan
from headgate.inventory.resolve import resolve
from headgate.terraform import deployment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.definition.model import Definition
    from headgate.inventory.row import TableRow
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout
    from headgate.terraform.deployment import StackPlan


def balance(
    rows: Sequence[TableRow],
    definition: Definition,
    lock: Layout | None = None,
    *,
    rebalance: bool = False,
    restack: bool = False,
) -> plan.Plan:
    return plan.balance(resolve(rows, definition), definition, lock, rebalance=rebalance, restack=restack)


def plan_stacks(
    definition: Definition,
    rows: Sequence[TableRow],
    layout: Layout,
    target: str,
    deployed: Deployed,
    code: Mapping[str, bytes] | None = None,
) -> list[StackPlan]:
    return deployment.plan_stacks(definition, resolve(rows, definition), layout, target, deployed, code)
