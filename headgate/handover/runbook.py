"""The runbook of a target: what its lock and its record say is to be handed over, as steps in order. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.handover.model import Runbook
from headgate.handover.steps import afterwards, change_stack, commit, give, leave, prepare, record, resume, stop_steps
from headgate.handover.target_layout import TargetLayout
from headgate.layout.progress import named, pending
from headgate.problems import StaleError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from headgate.definition.model import Definition
    from headgate.layout.adopted import Adopted
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout, Placement


def make_runbook(
    layout: Layout,
    definition: Definition,
    target: str,
    deployed: Deployed,
    tables: Collection[str] | None = None,
    unstarted: Collection[str] = (),
    adopted: Adopted | None = None,
) -> Runbook:
    """Give what is to be done in `target`, in order; with `tables` (names of such), for those alone.

    unstarted: pipelines whose jobs nothing starts, as the files have it, so that no step pauses them. adopted: what the target
    had before.

    A table that is handed over already is passed over, so that a run that was cut off can be repeated as it was. Raises
    InputError for a table that isn't planned to move, StaleError for an id that can't be one of the workspace's.
    """
    target_layout = TargetLayout(layout, definition, target, deployed, adopted)
    todo = pending(layout, target)
    chosen: Sequence[Placement] = todo.planned
    if tables is not None:
        chosen = named(
            tables, todo.planned, f"is planned to move in {target}", target_layout.scope.target.catalog, todo.handed_over
        )
    late = {p.table: reason for p in chosen if (reason := target_layout.missing(p))}
    waiting = tuple((table.source_table, reason) for table, reason in late.items())
    handovers = [target_layout.handover(p) for p in chosen if p.table not in late]
    whole = tables is None
    leaving = [target_layout.stopped(name, leaves=True) for name in todo.left if whole and target_layout.id_of(name)]
    restacked = [target_layout.stopped(name) for name in todo.restacked] if whole else []
    steps = [*prepare(target_layout, waiting), *stop_steps(target_layout, handovers, leaving, unstarted)]
    steps += [give(target_layout, handover) for handover in handovers]
    handed = bool(handovers or todo.handed_over)
    steps += [record(target_layout, handovers), commit(target_layout)] if handovers else []
    steps += [leave(target_layout, stopped) for stopped in leaving]
    steps += [change_stack(target_layout, stopped) for stopped in restacked]
    steps += afterwards(target_layout) if handed or leaving or restacked else []
    return Runbook(definition.id, target, tuple(steps), waiting)


def make_runbook_back(
    layout: Layout,
    definition: Definition,
    target: str,
    deployed: Deployed,
    tables: Collection[str],
    unstarted: Collection[str] = (),
    adopted: Adopted | None = None,
) -> Runbook:
    """Give what brings tables back to the pipelines that they came from, handed over or half-way.

    Raises StaleError and InputError as `make_runbook` does.
    """
    target_layout = TargetLayout(layout, definition, target, deployed, adopted)
    todo = pending(layout, target)
    # One that is planned may belong to its new pipeline all the same, where a handover was cut off: it is looked at, too.
    among = (*todo.handed_over, *todo.planned)
    chosen = named(tables, among, f"is handed over in {target} and not yet applied", target_layout.scope.target.catalog)
    if problems := [f"{p.table.source_table}: {reason}" for p in chosen if (reason := target_layout.missing(p))]:
        raise StaleError("; ".join(problems), f"run `headgate record {target_layout.whose}`")
    handovers = [target_layout.handover(p, back=True) for p in chosen]
    if not handovers:
        return Runbook(definition.id, target)
    steps = stop_steps(target_layout, handovers, [], unstarted)
    steps += [give(target_layout, handover) for handover in handovers]
    steps += [record(target_layout, handovers), commit(target_layout), resume(target_layout)]
    return Runbook(definition.id, target, tuple(steps))
