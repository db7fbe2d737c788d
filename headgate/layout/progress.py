"""How what is on its way comes to its end: the lock's entries change as things are done in one target after another. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.layout.model import Change, Layout, Left, Pipeline, Placement, Retirement
from headgate.layout.transforms import forgotten, leaving_transforms
from headgate.names import ID
from headgate.problems import InputError, RefusedError, did_you_mean
from headgate.tables.names import Names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Literal, TypeVar

    from headgate.layout.deployed import Deployed
    from headgate.layout.model import MoveState, TransformPipeline
    from headgate.tables.ids import TableId

    Traced = TypeVar("Traced", Pipeline, Left)


@dataclass(frozen=True, slots=True)
class Pending:
    """What is on its way in a target: ids of pipelines, and source tables by the state of their move.

    transforms: pipelines of transforms that left.
    """

    planned: tuple[Placement, ...] = ()
    handed_over: tuple[Placement, ...] = ()
    left: tuple[str, ...] = ()
    restacked: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    retired: bool = False
    transforms: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.planned, self.handed_over, self.left, self.restacked, self.renamed, self.retired, self.transforms))


def pending(layout: Layout, target: str) -> Pending:
    """Give what is not yet done in a target."""
    moving = [placement for placement in layout.tables if placement.move]
    state = {placement.table: placement.move.states.get(target, "planned") for placement in moving if placement.move}
    return Pending(
        planned=tuple(placement for placement in moving if state[placement.table] == "planned"),
        handed_over=tuple(placement for placement in moving if state[placement.table] == "handed_over"),
        left=tuple(left.id for left in layout.left if target in left.until),
        restacked=tuple(p.id for p in layout.pipelines if p.restacked and target in p.restacked.until),
        renamed=tuple(p.id for p in layout.pipelines if p.renamed and target in p.renamed.until),
        retired=any(retirement.target == target and not retirement.done for retirement in layout.retired),
        transforms=tuple(leaving_transforms(layout, target)),
    )


def named(
    names: Iterable[str],
    among: Sequence[Placement],
    state: str,
    catalog: str | None = None,
    past: Sequence[Placement] = (),
) -> list[Placement]:
    """Give those `among` the placements whose tables a person named: by source table, or by destination in a target or not.

    `catalog` is the target's own; names of tables of `past` are passed over. Raises InputError for any other name, with what
    is not so of it (`state`).
    """
    here, there = (Names((name, p) for p in side for name in p.table.names(catalog)) for side in (among, past))
    found: dict[TableId, Placement] = {}
    for name in names:
        its = here.find(name)
        if not its and not there.find(name):
            known = {placement.table.source_table for placement in among}
            raise InputError(f"no table '{name}' {state}", did_you_mean(name, known) if known else "no table is")
        found |= {placement.table: placement for placement in its}
    return [placement for placement in among if placement.table in found]


def pipeline_id(name: str) -> str:
    """Give the id of a pipeline that may be named by its address in Terraform."""
    return name.removeprefix("databricks_pipeline.")


def record_done(
    layout: Layout,
    target: str,
    targets: Collection[str],
    *,
    tables: Iterable[Placement] = (),
    pipelines: Iterable[str] = (),
    retired: bool = False,
) -> Layout:
    """Give the layout with things recorded as done in `target`.

    `tables`: their moves are applied. `pipelines`: their leaving, new stack or new id is applied. `retired`: the target is
    taken down. What is done in all `targets` is no longer remembered, but for the ids of pipelines that left.
    """
    ended, names = {placement.table for placement in tables}, set(pipelines)
    others = [name for name in targets if name != target]
    layout = forgotten(layout, target, names)
    return tidy(
        replace(
            layout,
            tables=tuple(_with_state(p, target, "done") if p.table in ended else p for p in layout.tables),
            pipelines=tuple(_settled(p, others) if p.id in names else p for p in layout.pipelines),
            left=tuple(_left_in(left, others) if left.id in names else left for left in layout.left),
            retired=tuple(
                replace(entry, done=True) if retired and entry.target == target else entry for entry in layout.retired
            ),
        ),
        targets,
    )


def record_handover(layout: Layout, target: str, tables: Iterable[Placement]) -> Layout:
    """Give the layout with tables recorded as handed over to their new pipelines in `target`."""
    own = {placement.table for placement in tables}
    return replace(layout, tables=tuple(_with_state(p, target, "handed_over") if p.table in own else p for p in layout.tables))


def record_back(layout: Layout, target: str, tables: Iterable[Placement]) -> Layout:
    """Give the layout with tables recorded as given back in `target`: their moves are planned there, as before."""
    own = {placement.table for placement in tables}
    return replace(layout, tables=tuple(_planned(p, target) if p.table in own else p for p in layout.tables))


def without_needless_handovers(layout: Layout, records: Mapping[str, Deployed], catalogs: Mapping[str, str | None]) -> Layout:
    """Give the layout in which a planned move is done at once in each target that has nothing of the table to hand over.

    records: target → what is recorded as deployed there. catalogs: target → its own catalog, where it has one.
    """
    ids = {p.id: (p.id, *((p.renamed.before,) if p.renamed else ())) for p in layout.pipelines}

    def spared(placement: Placement) -> Placement:
        for target, record in records.items():
            is_planned = placement.move and placement.move.states.get(target, "planned") == "planned"
            table = placement.table.in_catalog(catalogs[target])
            if is_planned and not record.may_hold(table, ids[placement.pipeline]):
                placement = _with_state(placement, target, "done")
        return placement

    return tidy(replace(layout, tables=tuple(spared(placement) for placement in layout.tables)), records)


def rename_pipeline(layout: Layout, old: str, new: str, targets: Collection[str]) -> Layout:
    """Give the layout in which pipeline `old` has id `new`; Terraform keeps its state by `moved`.

    Raises InputError for an unknown pipeline or an id that can't be one, RefusedError for an id that was given before or a
    pipeline whose last change is under way.
    """
    pipelines = {pipeline.id: pipeline for pipeline in layout.pipelines}
    if old not in pipelines:
        raise InputError(f"there is no pipeline '{old}'", did_you_mean(old, pipelines))
    if not ID.fullmatch(new):
        raise InputError(f"'{new}' can't be an id", "use a-z, 0-9 and _, beginning with a letter, at most 63 long")
    traced: list[Pipeline | Left] = [*layout.pipelines, *layout.left]
    before = {pipeline.renamed.before for pipeline in traced if pipeline.renamed}
    if new in {*pipelines, *before, *(left.id for left in layout.left)}:
        raise RefusedError(f"the id '{new}' was given before", "choose one that no pipeline has or had")
    if pipelines[old].renamed or pipelines[old].restacked:
        fix = "deploy, then record it with `headgate record`, and rename again"
        raise RefusedError(f"pipeline '{old}' still changes its stack or id", fix)
    if any(p.move and old in (p.pipeline, p.move.to) for p in layout.tables):
        raise RefusedError(f"tables are on their way from or to pipeline '{old}'", "finish their moves, then rename")
    renamed = replace(pipelines[old], id=new, renamed=Change(old, tuple(targets)))
    return replace(
        layout,
        pipelines=tuple(sorted((renamed if p.id == old else p for p in layout.pipelines), key=lambda p: p.id)),
        tables=tuple(replace(p, pipeline=new) if p.pipeline == old else p for p in layout.tables),
    )


def retire_target(layout: Layout, target: str, tables: Literal["leave", "drop"]) -> Layout:
    """Give the layout in which a target is to be taken down."""
    others = tuple(entry for entry in layout.retired if entry.target != target)
    return replace(
        layout, retired=tuple(sorted((*others, Retirement(target, tables, done=False)), key=lambda entry: entry.target))
    )


def revive_target(layout: Layout, target: str) -> Layout:
    """Give the layout in which a target is no longer to be taken down."""
    return replace(layout, retired=tuple(entry for entry in layout.retired if entry.target != target))


def tidy(layout: Layout, targets: Collection[str]) -> Layout:
    """Give the layout without what is done in all targets: moves that ended, changes that are applied, emptied pipelines."""
    retired = {entry.target for entry in layout.retired if entry.done}
    open_targets = [target for target in targets if target not in retired]
    tables = tuple(_ended(placement, open_targets) for placement in layout.tables)
    used = {name for placement in tables for name in (placement.pipeline, placement.agreed)}
    emptied = [Left.of(p, open_targets) for p in layout.pipelines if p.id not in used]
    left = [_left_in(entry, open_targets) for entry in layout.left]
    return replace(
        layout,
        tables=tables,
        pipelines=tuple(_settled(p, open_targets) for p in layout.pipelines if p.id in used),
        left=tuple(sorted((_settled(entry, entry.until) for entry in (*left, *emptied)), key=lambda entry: entry.id)),
        transforms=tuple(one if one.left is None else _kept_in(one, open_targets) for one in layout.transforms),
    )


def _ended(placement: Placement, targets: Collection[str]) -> Placement:
    move = placement.move
    if move and all(move.states.get(target) == "done" for target in targets):
        return Placement(placement.table, move.to)
    return placement


def _settled(pipeline: Traced, targets: Collection[str]) -> Traced:
    restacked, renamed = (_open(change, targets) for change in (pipeline.restacked, pipeline.renamed))
    return replace(pipeline, restacked=restacked, renamed=renamed)


def _open(change: Change[str] | None, targets: Collection[str]) -> Change[str] | None:
    until = tuple(target for target in change.until if target in targets) if change else ()
    return Change(change.before, until) if change and until else None


def _with_state(placement: Placement, target: str, state: MoveState) -> Placement:
    if not placement.move:
        return placement
    return replace(placement, move=replace(placement.move, states=placement.move.states | {target: state}))


def _planned(placement: Placement, target: str) -> Placement:
    if not placement.move:
        return placement
    states = {name: state for name, state in placement.move.states.items() if name != target}
    return replace(placement, move=replace(placement.move, states=states))


def _left_in(left: Left, targets: Collection[str]) -> Left:
    return replace(left, until=tuple(name for name in left.until if name in targets))


def _kept_in(one: TransformPipeline, targets: Collection[str]) -> TransformPipeline:
    return one.leaving(tuple(name for name in one.left or () if name in targets))
