"""Which pipelines there are before and after a deploy of all stacks, and which tables each reads. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.review.context import Context, of_stack
from headgate.review.facts import Held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.review.facts import Change, Facts, PipelineFacts
    from headgate.tables.ids import TableId

_TYPE = "databricks_pipeline"


@dataclass(frozen=True, slots=True)
class Whole:
    """A pipeline over all stacks of the review: where it was, where it is to be, and what happens to it.

    `before` and `after`: its tables; None where they can't be determined, empty where it does not exist. `forgotten`: it
    lives on in the workspace without a stack; `continuous`: it runs all the time. `change`: what its own plan does with it;
    None for nothing. `kept_by`: the stacks that have it afterwards, of which there may be one. `transforms`: it runs SQL, which
    reads no table of the source and makes its own; `sql_changes`: that SQL changes.
    """

    connector: str
    id: str
    before_id: str
    stack: str
    before_stack: str
    before: tuple[Held, ...] | None
    after: tuple[Held, ...] | None
    exists_before: bool
    exists_after: bool
    workspace_id: str
    change: Change | None
    drops: bool
    made_twice: bool = False
    kept_by: tuple[str, ...] = ()
    continuous: bool = False
    transforms: bool = False
    sql_changes: bool = False

    @property
    def address(self) -> str:
        """Its address in Terraform; one in a module has it as its id."""
        return self.id if f"{_TYPE}." in self.id else f"{_TYPE}.{self.id}"

    @property
    def monitors(self) -> bool:
        """Whether it is the connector's monitoring, which reads no table of the source, and holds what the others told."""
        return self.id == self.connector and not self.before and not self.after

    @property
    def deleted(self) -> bool:
        """Whether it is destroyed, for good or to be recreated."""
        return self.change is not None and self.change.destroys

    @property
    def forgotten(self) -> bool:
        """Whether it lives on in the workspace, and no stack has it any more."""
        return self.exists_before and not self.exists_after and not self.deleted

    @property
    def changes_stack(self) -> bool:
        """Whether another stack takes it over."""
        return bool(self.before_stack) and self.before_stack != self.stack


def pipelines_in(facts: Facts, contexts: Sequence[Context]) -> list[Whole]:
    """Give each pipeline once, by connector and id: one that changes stack is in the plans of both."""
    changes = {(change.stack, change.id): change for change in facts.changes if change.type == _TYPE}
    entries: defaultdict[tuple[str, str], list[PipelineFacts]] = defaultdict(list)
    for one in facts.pipelines:
        context = of_stack(one.stack, contexts)
        entries[context.connector if context else "", one.id].append(_told(one, context))
    found = [_whole(connector, its, changes) for (connector, _), its in sorted(entries.items())]
    transforms = {(one.stack, one.id): one.sql_changes for one in facts.transforms}
    return [
        replace(one, transforms=True, sql_changes=transforms[one.stack, one.id]) if (one.stack, one.id) in transforms else one
        for one in found
    ]


def _told(one: PipelineFacts, context: Context | None) -> PipelineFacts:
    """Give a pipeline with its tables also where its code was there before, and is no part of the plan: as they are recorded.

    Which options they have is not known then: they are taken to be the ones that the plan gives them.
    """
    if context is None or not {one.id, one.before_id} & context.adopted or (one.before is not None and one.after is not None):
        return one
    now = {held.table: held for held in one.after or ()}
    recorded = [table for table, pipeline in context.recorded.items() if pipeline in (one.id, one.before_id)]
    told = tuple(now.get(table) or Held(table.source_table, table.destination) for table in sorted(recorded, key=str))
    before = told if one.before is None else one.before
    return replace(one, before=before, after=before if one.after is None else one.after)


def _whole(connector: str, entries: list[PipelineFacts], changes: dict[tuple[str, str], Change]) -> Whole:
    def change(one: PipelineFacts) -> Change | None:
        return changes.get((one.stack, one.id))

    def imported(one: PipelineFacts) -> bool:
        found = change(one)
        return found is not None and bool(found.imported)

    gone = [one for one in entries if not one.exists_after]
    # What happens comes before what stays as it is, so that a plan that says nothing hides none that does.
    stays = sorted((one for one in entries if one.exists_after), key=lambda one: (change(one) is None, one.stack))
    new = stays[0] if stays else gone[0]
    old = next((one for one in [*gone, *stays] if one.exists_before and not imported(one)), new)
    leaves = next((found for one in [*gone, *stays] if (found := change(one)) and found.destroys), None)
    made_twice = bool(gone and stays) and not leaves and not any(imported(one) for one in stays)
    made_twice |= any((found := change(one)) is not None and found.forgets and found.replaces for one in entries)
    before = old.before if old.exists_before else ()
    after = new.after if new.exists_after else ()
    if new.id == connector:  # the monitoring, whose code reads no table of the source
        before, after = before or (), after or ()
    return Whole(
        connector=connector,
        id=new.id,
        before_id=old.before_id,
        stack=new.stack,
        before_stack=old.stack if old.exists_before else "",
        before=before,
        after=after,
        exists_before=old.exists_before,
        exists_after=new.exists_after,
        workspace_id=old.workspace_id,
        change=leaves or change(new),
        drops=new.drops,
        made_twice=made_twice,
        kept_by=tuple(sorted(one.stack for one in stays)),
        continuous=old.continuous,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A table in a pipeline."""

    pipeline: Whole
    held: Held


def places(pipelines: Sequence[Whole], *, after: bool) -> dict[TableId, list[Place]]:
    """Give table → the pipelines of the stacks that read it, before or after the deploy."""
    sides = ((pipeline, pipeline.after if after else pipeline.before) for pipeline in pipelines)
    return dict(grouped((held.table, Place(pipeline, held)) for pipeline, tables in sides for held in tables or ()))
