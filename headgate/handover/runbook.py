"""The runbook of a target: what its lock and its record say is to be handed over, as steps in order. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.handover.model import Runbook
from headgate.handover.place import Place
from headgate.handover.steps import afterwards, change_stack, commit, halting, hand_over, leave, prepare, resume
from headgate.layout.progress import named, pending
from headgate.problems import StaleError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from headgate.definition.model import Definition
    from headgate.layout.deployed import Deployed
    from headgate.layout.model import Layout, Placement


def runbook(
    layout: Layout, definition: Definition, target: str, deployed: Deployed, tables: Collection[str] | None = None
) -> Runbook:
    """Give what is to be done in `target`, in order; with `tables` (names of such), for those alone.

    A table that is handed over already is passed over, so that a run that was cut off can be repeated as it was. Raises
    InputError for a table that isn't planned to move, StaleError for an id that can't be one of the workspace's.
    """
    place = Place(layout, definition, target, deployed)
    todo = pending(layout, target)
    chosen: Sequence[Placement] = todo.planned
    if tables is not None:
        chosen = named(tables, todo.planned, f"is planned to move in {target}", place.scope.target.catalog, todo.handed_over)
    late = {p.table: reason for p in chosen if (reason := place.missing(p))}
    waiting = tuple((table.source_table, reason) for table, reason in late.items())
    handovers = [place.handover(p) for p in chosen if p.table not in late]
    whole = tables is None
    leaving = [place.halted(name, leaves=True) for name in todo.left if whole and place.id_of(name)]
    restacked = [place.halted(name) for name in todo.restacked] if whole else []
    steps = [*prepare(place, waiting), *halting(place, handovers, leaving)]
    for handover in handovers:
        steps += hand_over(place, handover)
    handed = bool(handovers or todo.handed_over)
    steps += [commit(place)] if handovers else []
    steps += [leave(place, halted) for halted in leaving]
    steps += [change_stack(place, halted) for halted in restacked]
    steps += afterwards(place) if handed or leaving or restacked else []
    return Runbook(definition.id, target, tuple(steps), waiting)


def runbook_back(layout: Layout, definition: Definition, target: str, deployed: Deployed, tables: Collection[str]) -> Runbook:
    """Give what brings tables back to the pipelines that they came from, handed over or half-way. Raises as `runbook` does."""
    place = Place(layout, definition, target, deployed)
    todo = pending(layout, target)
    # One that is planned may belong to its new pipeline all the same, where a handover was cut off: it is looked at, too.
    among = (*todo.handed_over, *todo.planned)
    chosen = named(tables, among, f"is handed over in {target} and not yet applied", place.scope.target.catalog)
    if problems := [f"{p.table.source_table}: {reason}" for p in chosen if (reason := place.missing(p))]:
        raise StaleError("; ".join(problems), f"run `headgate record {place.whose}`")
    handovers = [place.handover(p, back=True) for p in chosen]
    steps = halting(place, handovers, [])
    for handover in handovers:
        steps += hand_over(place, handover)
    return Runbook(definition.id, target, (*steps, *([commit(place), resume(place)] if handovers else [])))
