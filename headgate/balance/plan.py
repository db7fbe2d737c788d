"""The balance: inventory, definition and the lock in; the layout to agree on next out. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.balance.arrange import arrange
from headgate.balance.counts import by_deadline, fewest, limits_of, share_out, startup_of
from headgate.balance.deadline import run_seconds
from headgate.balance.draft import Draft, draft_of
from headgate.balance.feasibility import late_by, refuse_unintended
from headgate.balance.informed import is_fresh, rests_on_runs, trigger_of
from headgate.balance.limits import demands_of, impossible
from headgate.balance.rules import rules_of
from headgate.balance.stacks import assign_stacks
from headgate.balance.starts import assign_offsets
from headgate.balance.usual_number import says_a_number, usual_number
from headgate.grouped import grouped
from headgate.inventory.grouping import group_by_of
from headgate.layout.chains import chains_of
from headgate.layout.model import Asked, Layout, Left, Move, Pipeline, Placement
from headgate.layout.resolved import locked_groups
from headgate.names import natural
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.balance.arrange import Arranged
    from headgate.balance.beside import Beside
    from headgate.balance.counts import Groups
    from headgate.balance.rules import Rules
    from headgate.definition.model import Deadline, Definition
    from headgate.tables.group import Group
    from headgate.tables.table import Table


@dataclass(frozen=True, slots=True)
class Plan:
    """The layout to agree on, and what became of each group on the way to it."""

    layout: Layout
    groups: tuple[Arranged, ...]


def balance(
    tables: Sequence[Table],
    definition: Definition,
    lock: Layout | None = None,
    *,
    rebalance: bool = False,
    restack: bool = False,
    exact: bool = True,
    beside: Sequence[Beside] = (),
) -> Plan:
    """Give the layout for tables, heaviest first: every one once, and where the lock has it.

    Tables that the lock doesn't know go where there is room, gone ones are dropped, emptied pipelines leave. Tables change
    pipelines (as planned moves) only where the number of pipelines asked for changed, a cap, a rule or their group forces
    them, where a pipeline is above its lower bound by more than the definition's trigger, the first time that runs say what a
    group weighs, which gets it within the tolerance, or with `rebalance`, which gets all within it now; pipelines change stack
    only where theirs is no longer asked for, or with `restack`. exact: whether small repairs are proved by OR-Tools, where it
    is installed. beside: pipelines of others, among whose starts those of new pipelines go. The same for any order of rows.
    Raises InputError where rules contradict each other or name no table and where what is asked for can't be meant,
    RefusedError where a pipeline would change stack while it still does.
    """
    refuse_unintended(tables, definition, lock)
    rules = rules_of(tables, definition)
    groups = dict(sorted(grouped((table.group, table) for table in tables).items()))
    if problems := list(impossible(groups, rules, definition)):
        raise InputError(problems)
    draft = draft_of(tables, lock)
    evict(draft)
    before = {pipeline.id: pipeline for pipeline in lock.pipelines} if lock else {}
    counts, reasons = count(draft, groups, rules, definition, lock, rebalance=rebalance)
    arranged = tuple(
        replace(
            _arranged(
                draft, group, its, rules, definition, counts[group],
                rebalance=rebalance, fresh=is_fresh(its, draft.pipelines_of(group), before), exact=exact,
            ),
            reason=reasons.get(group, ""),
        )
        for group, its in groups.items()
    )  # fmt: skip
    return Plan(finish(draft, definition, lock, rebalance=rebalance, restack=restack, beside=beside), arranged)


def _arranged(
    draft: Draft,
    group: Group,
    tables: Sequence[Table],
    rules: Rules,
    definition: Definition,
    least: int,
    *,
    rebalance: bool,
    fresh: bool,
    exact: bool,
) -> Arranged:
    """Arrange a group on `least` pipelines, or on as many more as its deadline asks for.

    A running group that is in time keeps its number: fewer than today would do only with `rebalance`.
    """
    settings = definition.balance.model_copy(update={"trigger": trigger_of(tables, definition.balance)})
    if settings.deadline is None:
        return arrange(draft, group, tables, rules, settings, least, now=rebalance, fresh=fresh, exact=exact)
    running = len(draft.pipelines_of(group))
    if running >= least and not rebalance:
        before = draft.copy()
        result = arrange(draft, group, tables, rules, settings, least, now=False, fresh=fresh, exact=exact)
        if _in_time(draft, tables, settings.deadline):
            return result
        draft.take(before)
    floor = least if rebalance else max(least, min(running, settings.max_pipelines or running))
    chosen = by_deadline(tables, rules, definition, settings.deadline, floor, reserve=settings.tolerance)
    result = arrange(draft, group, tables, rules, settings, chosen.pipelines, now=True, exact=exact)
    return replace(result, obstacles=late_by(tables, chosen, settings.deadline))


def _in_time(draft: Draft, tables: Sequence[Table], deadline: Deadline) -> bool:
    loads: defaultdict[str, float] = defaultdict(float)
    for table in tables:
        loads[draft.homes[table]] += table.weight.seconds
    limits = limits_of(deadline)
    return run_seconds(list(loads.values()), limits) <= limits.deadline_s


def evict(draft: Draft) -> None:
    """Take the home from each table that is in a pipeline of another group, unless it is on its way there."""
    strange = [table for table, home in draft.homes.items() if table.group != draft.groups[home] and not draft.under_way(table)]
    for table in strange:
        del draft.homes[table]


def count(
    draft: Draft, groups: Groups, rules: Rules, definition: Definition, lock: Layout | None, *, rebalance: bool
) -> tuple[dict[Group, int], dict[Group, str]]:
    """Give each group's number of pipelines, and why, for those whose number nothing says.

    The number is as it is where what was asked for is what the lock was made for.
    """
    settings = definition.balance
    now = {group: len(draft.pipelines_of(group)) for group in groups}
    is_asked = lock is None or lock.asked.pipelines != settings.pipelines or rebalance
    if settings.pipelines and is_asked:
        running = {group: number for group, number in now.items() if number}
        return share_out(groups, rules, settings, None if rebalance else running), {}
    least = {group: fewest(tables, rules, settings) for group, tables in groups.items()}
    new = [group for group in groups if (is_asked or not now[group]) and not says_a_number(settings)]
    usual = {group: usual_number(groups[group], rules, definition, least[group]) for group in new}
    kept = {group: 0 if is_asked else min(now[group], settings.max_pipelines or now[group]) for group in groups}
    counts = {group: usual[group].pipelines if group in usual else max(least[group], kept[group]) for group in groups}
    return counts, {group: one.reason for group, one in usual.items()}


def finish(
    draft: Draft,
    definition: Definition,
    lock: Layout | None,
    *,
    rebalance: bool,
    restack: bool,
    beside: Sequence[Beside] = (),
) -> Layout:
    """Give the draft as a layout: placements with their moves, pipelines with stacks and starts, and what left."""
    targets = definition.targets
    placements = sorted(
        (_placement(table, home, draft.found.get(table)) for table, home in draft.homes.items()),
        key=lambda placement: placement.table.spelled,
    )
    loads: defaultdict[str, float] = defaultdict(float)
    inside = grouped((home, table) for table, home in draft.homes.items())
    for table, home in draft.homes.items():
        loads[home] += table.weight.seconds
    living = {name for placement in placements for name in (placement.pipeline, placement.agreed)}
    before = {pipeline.id: pipeline for pipeline in lock.pipelines} if lock else {}
    keys = {name: group.key for name, group in draft.groups.items()} | {
        name: pipeline.group for name, pipeline in before.items() if name not in draft.groups
    }
    inside_of = grouped((table.group, table) for table in draft.homes)
    informed = {name for name, group in draft.groups.items() if rests_on_runs(inside_of[group])}
    pipelines = [
        replace(old, group=keys[name], observed=old.observed or name in informed)
        for name in sorted(living, key=natural)
        for old in (before.get(name, Pipeline(name, keys[name], 0)),)
    ]
    ids = {name: [table.id for table in its] for name, its in inside.items()}
    chains = chains_of(ids, definition.balance.after)
    stacked = assign_stacks(
        pipelines, loads, definition.balance.stacks, tuple(targets), restack=restack,
        together=[chain.pipelines for chain in chains],
    )  # fmt: skip
    groups = {name: group for name, group in draft.groups.items() if name in living}
    startup = startup_of(definition.balance)
    demands = demands_of(inside, definition)
    stacked = assign_offsets(
        stacked, groups, loads, definition, before, respread=rebalance, startup_seconds=startup, demands=demands,
        chains=chains, beside=beside,
    )  # fmt: skip
    retired = {retirement.target for retirement in lock.retired if retirement.done} if lock else set()
    still = [target for target in targets if target not in retired]
    gone = [Left.of(pipeline, still) for name, pipeline in before.items() if name not in living]
    left = [*(lock.left if lock else ()), *gone]
    layout = Layout(
        connector=definition.id,
        asked=Asked(definition.balance.pipelines, definition.balance.stacks, lock.asked.group_by if lock else ""),
        pipelines=tuple(sorted(stacked, key=lambda pipeline: pipeline.id)),
        tables=tuple(placements),
        left=tuple(sorted(left, key=lambda entry: entry.id)),
        retired=lock.retired if lock else (),
        transforms=lock.transforms if lock else (),
    )
    group_by = group_by_of(definition, locked_groups(lock))
    # A lock from before locks said what makes a group is only written again where something else changes.
    said = layout != lock or layout.asked.group_by or group_by == "auto"
    return replace(layout, asked=replace(layout.asked, group_by=group_by)) if said else layout


def _placement(table: Table, home: str, found: Placement | None) -> Placement:
    if found is None or found.pipeline == home:
        return Placement(table.id, home)
    move = found.move if found.move and found.move.to == home else Move(home, {})
    return Placement(table.id, found.pipeline, move)
