"""What to know about a layout, in sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from headgate.numbers import counted, number_text, some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headgate.balance.arrange import Arranged
    from headgate.balance.starts import Timeline
    from headgate.balance.steps import Step
    from headgate.definition.model import Definition
    from headgate.layout.chains import Chain
    from headgate.layout.model import Layout
    from headgate.tables.table import Table

_FEW = 5  # names of tables in a sentence


def grouping_notes(layout: Layout, before: Layout | None, steps: Sequence[Step]) -> Iterator[str]:
    """Say where tables are grouped by something else than in the layout before, and how many of them move."""
    old, new = before.asked.group_by if before else "", layout.asked.group_by
    if before and old != new and (old or new == "auto"):
        moves = sum(step.what == "table_moves" for step in steps)
        were = f"by {old}" if old else "as before"
        yield f"groups are by {new} now, not {were}: {moves} of {counted(len(layout.tables), 'table')} move to another pipeline"


def move_notes(layout: Layout, steps: Sequence[Step]) -> Iterator[str]:
    """Say how many tables are on their way to another pipeline, and how many need no handover to be there."""
    waiting = sum(1 for placement in layout.tables if placement.move)
    if waiting:
        are = counted(waiting, "table is", "tables are")
        yield f"{are} on the way to another pipeline: files change as the handover is recorded"
    emptied = sorted({pipeline.id for pipeline in layout.pipelines} - {placement.agreed for placement in layout.tables})
    if emptied:
        empty = "empties and leaves" if len(emptied) == 1 else "empty and leave"
        yield (
            f"{', '.join(emptied)} {empty} by a second deploy, once the first one of each target, with the tables handed over, "
            "is recorded"
        )
    moving = {step.name for step in steps if step.what == "table_moves"}
    at_once = sum(1 for placement in layout.tables if not placement.move and str(placement.table) in moving)
    if at_once:
        moves = counted(at_once, "table moves", "tables move")
        yield f"{moves} without a handover: not recorded as deployed anywhere"


def layout_notes(tables: Sequence[Table], definition: Definition, layout: Layout) -> Iterator[str]:
    """Say what of what was asked for could not be, and what the inventory still reads."""
    settings, count = definition.balance, len({placement.agreed for placement in layout.tables})
    if settings.pipelines is not None and settings.pipelines != count:
        asked = counted(settings.pipelines, "pipeline was", "pipelines were")
        yield (
            f"{asked} asked for and there {'is' if count == 1 else 'are'} {count}: each group needs as many as its rules and "
            "caps ask for, and no more than it has tables"
        )
    empty = sorted(set(range(1, settings.stacks + 1)) - {pipeline.stack for pipeline in layout.pipelines})
    if empty:
        names = ", ".join(str(number) for number in empty)
        yield f"stack {names} holds no pipeline: new pipelines go there, or --restack spreads all of them again"
    yield from gone_notes(tables)


def gone_notes(tables: Iterable[Table]) -> Iterator[str]:
    """Say which tables are read on although a discovery, or a new slicing, marked them gone."""
    gone = [table.id.table for table in tables if table.gone]
    if gone:
        are = counted(len(gone), "table is", "tables are")
        yield f"{are} marked gone in the inventory and still read ({some(sorted(gone), _FEW)}): delete the rows to stop that"


def group_notes(arranged: Sequence[Arranged], definition: Definition) -> Iterator[str]:
    """Say for each group what its moves cost, and where its pipelines are not within what was asked, what it would take."""
    settings = definition.balance
    for one in arranged:
        name = f"group {one.group.key}" + (f" ({one.group.schedule})" if one.group.schedule else "")
        if one.reason:
            yield f"{name}: {counted(one.pipelines, 'pipeline')} by default: {one.reason}"
        if one.moved:
            proof = "; proved to be the least" if one.proved else ""
            yield f"{name}: moving {counted(one.moved, 'table')} costs about {one.cost:,} s{proof}"
        yield from (f"{name}: {obstacle}" for obstacle in one.obstacles)
        if one.reached or not one.bound:
            continue
        above_by, load = one.heaviest
        above = f"{name}: the heaviest pipeline is {above_by:.1%} above the lower bound{f' of {load}' if load else ''}"
        if one.wanted_moves:
            limit = f", and max_moves is {settings.max_moves}" if settings.max_moves is not None else ""
            cost = f" (about {one.wanted_cost:,} s)" if one.wanted_cost else ""
            tables = counted(one.wanted_moves, "table")
            yield f"{above}; {tables} would have to move{cost}{limit}: nothing moved"
        else:
            yield f"{above}; its tables and rules allow no less than {one.reachable / one.bound - 1:.1%}"


def starts_notes(timeline: Timeline) -> Iterator[str]:
    """Say how many pipelines run at once, where offsets make a difference to it."""
    if timeline.peak_before > timeline.peak_after:
        most = counted(timeline.peak_after, "pipeline runs", "pipelines run")
        yield (
            f"starts are spread: at most {most} at once, not {timeline.peak_before} as they would "
            f"all on the minute (no offsets bring it below {timeline.bound})"
        )


def load_notes(tables: Sequence[Table], definition: Definition) -> Iterator[str]:
    """Say for each load beside the weight how its amounts are known."""
    for name, settings in sorted(definition.balance.loads.items()):
        sources: Counter[str] = Counter(table.loads[name].source for table in tables)
        said = (("given", "as written"), ("observed", "as observed"), ("estimate", "by the connector's estimate"))
        parts = [f"{count} {words}" for key, words in said if (count := sources[key])]
        parts += [f"{sources['default']} unknown, counted as {number_text(settings.default)}"] if sources["default"] else []
        yield f"{name}: {', '.join(parts)}"


def chain_notes(chains: Sequence[Chain]) -> Iterator[str]:
    """Say which pipelines one job runs, one after the other."""
    for chain in chains:
        order = "; ".join(f"{name} after {', '.join(chain.after[name])}" for name in chain.pipelines if chain.after[name])
        yield f"the job of {chain.leader} runs {counted(len(chain.pipelines), 'pipeline')} (balance.after): {order}"
