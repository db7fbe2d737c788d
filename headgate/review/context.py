"""What a connector's committed files say of its tables and pipelines in a target: what a plan alone can't tell. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.cost.estimate import continuous_month
from headgate.cost.model import amount_text
from headgate.layout.model import stack_numbers
from headgate.layout.transforms import leaving_transforms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.layout.model import Layout, Placement
    from headgate.project import Connector
    from headgate.review.facts import Facts
    from headgate.tables.ids import TableId


@dataclass(frozen=True, slots=True)
class Agreed:
    """Where the lock has a table in a target: in `pipeline` today, and on its way to `to` if that is another one.

    state: of that way; empty where there is none. origin: the pipeline that the way begins at, or the only one.
    """

    pipeline: str
    to: str
    state: str = ""
    origin: str = ""

    def hands_over(self, source: str, destination: str) -> bool:
        """Whether the lock has recorded that one pipeline handed the table over to the other."""
        return (self.origin, self.to) == (source, destination) and self.state in ("handed_over", "done")


@dataclass(frozen=True, slots=True)
class Context:
    """A connector in a target. Tables are as the target has them, pipelines known by their ids.

    weights: seconds of a run. groups: table → the group that may share a pipeline. deployed: address → the workspace's id.
    changes_stack: pipeline → the stack that it comes from. retired: how its tables end where the target is taken down.
    all_month: what a pipeline that never stops costs in a month, in words; empty where that is not known.
    secrets: names of options whose values are secret; clear: of those that the definition has in clear. stacks: all that
    the lock has in the target. doubled: the workspace's id of a job that no state has → the address that it doubles.
    recorded: table → the pipeline that was recorded to read it. adopted: the pipelines that were there before, whose own code
    no plan has.
    """

    connector: str
    target: str
    weights: Mapping[TableId, float] = field(default_factory=dict)
    groups: Mapping[TableId, str] = field(default_factory=dict)
    agreed: Mapping[TableId, Agreed] = field(default_factory=dict)
    deployed: Mapping[str, str] = field(default_factory=dict)
    changes_stack: Mapping[str, str] = field(default_factory=dict)
    leaving: frozenset[str] = frozenset()
    retired: str = ""
    all_month: str = ""
    secrets: frozenset[str] = frozenset()
    clear: frozenset[str] = frozenset()
    stacks: frozenset[str] = frozenset()
    doubled: Mapping[str, str] = field(default_factory=dict)
    recorded: Mapping[TableId, str] = field(default_factory=dict)
    adopted: frozenset[str] = frozenset()

    @property
    def prefix(self) -> str:
        """What the names of its stacks begin with."""
        return f"{self.connector}-{self.target}-"


def context_of(connector: Connector, target: str, before: Connector | None = None) -> Context:
    """Give a connector's context in a target; `before` is the connector as the base branch has it, for what left since."""
    layout, definition, deployed = connector.layout, connector.definition, connector.deployed(target)
    catalog = definition.targets[target].catalog
    weights, groups = _weights_and_groups(before, target) if before else ({}, {})
    now = _weights_and_groups(connector, target)
    prefix = f"{definition.id}-{target}-"
    pipelines = layout.pipelines if layout else ()
    return Context(
        connector=definition.id,
        target=target,
        weights=weights | now[0],
        groups=groups | now[1],
        agreed={p.table.in_catalog(catalog): _agreed(p, target) for p in (layout.tables if layout else ())},
        deployed=deployed.ids | {f"databricks_pipeline.{name}": id_ for name, id_ in deployed.transforms.items()},
        doubled=deployed.doubled,
        recorded=deployed.tables,
        adopted=frozenset(connector.adopted(target).pipelines),
        changes_stack={p.id: prefix + p.restacked.before for p in pipelines if p.restacked and target in p.restacked.until},
        leaving=_leaving(layout, target) if layout else frozenset(),
        retired=next((r.tables for r in (layout.retired if layout else ()) if r.target == target and not r.done), ""),
        all_month=amount_text(continuous_month(definition), definition.cost.currency),
        secrets=frozenset(definition.secret_options),
        clear=frozenset(definition.clear_options),
        stacks=_stacks(layout, target, prefix) if layout else frozenset(),
    )


def _weights_and_groups(connector: Connector, target: str) -> tuple[dict[TableId, float], dict[TableId, str]]:
    definition = connector.definition
    chosen = definition.targets.get(target)
    catalog = chosen.catalog if chosen else None
    tables = {table.id.in_catalog(catalog): table for table in connector.weighed()}
    weights = {one: table.weight.seconds for one, table in tables.items()}
    return weights, {one: table.group.words for one, table in tables.items()}


def _leaving(layout: Layout, target: str) -> frozenset[str]:
    return frozenset(left.id for left in layout.left if target in left.until) | {*leaving_transforms(layout, target)}


def _stacks(layout: Layout, target: str, prefix: str) -> frozenset[str]:
    """Give the stacks that the lock has in a target; none in one that was taken down."""
    if any(retirement.target == target and retirement.done for retirement in layout.retired):
        return frozenset()
    return frozenset({prefix + "shared", *(prefix + str(number) for number in stack_numbers(layout, target))})


def _agreed(placement: Placement, target: str) -> Agreed:
    state = placement.move.states.get(target, "planned") if placement.move else ""
    return Agreed(placement.in_target(target), placement.agreed, state, placement.pipeline)


def of_stack(stack: str, contexts: Iterable[Context]) -> Context | None:
    """Give the context of the connector that a stack is one of; None where the stack is not of this project."""
    return next((one for one in contexts if stack.startswith(one.prefix)), None)


def touches(facts: Facts, context: Context) -> bool:
    """Say whether a review has a plan of one of the connector's stacks."""
    return any(stack.startswith(context.prefix) for stack in (*facts.stacks, *facts.failed))
