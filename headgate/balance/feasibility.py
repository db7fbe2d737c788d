"""What a layout can't keep, whatever was asked for: schedules, deadlines, and what a workspace runs at once. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.balance.counts import by_deadline, limits_of, startup_or_usual
from headgate.balance.deadline import obstacle_text, run_seconds
from headgate.balance.limits import not_kept
from headgate.balance.starts import interval_minutes
from headgate.grouped import grouped
from headgate.numbers import counted
from headgate.problems import Problem, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headgate.balance.deadline import Choice
    from headgate.balance.rules import Rules
    from headgate.balance.starts import Timeline
    from headgate.definition.model import Deadline, Definition
    from headgate.layout.chains import Chain
    from headgate.layout.model import Layout
    from headgate.layout.resolved import ResolvedPipeline
    from headgate.tables.group import Group
    from headgate.tables.table import Table

# Source: resource limits of Databricks, "concurrent pipeline updates" of a workspace; it can be raised to 1,000.
WORKSPACE_UPDATES = 200
_MINUTE = 60


def refuse_unintended(tables: Sequence[Table], definition: Definition, lock: Layout | None) -> None:
    """Raise InputError for what nobody can mean: a deadline that starting a pipeline passes, more pipelines than tables.

    A number of pipelines that was right when the layout was made stays so, though tables have left since.
    """
    settings, problems = definition.balance, []
    deadline = settings.deadline
    if deadline and deadline.startup_seconds >= deadline.minutes * _MINUTE:
        problems.append(
            Problem(
                f"the deadline is {counted(deadline.minutes, 'minute')}, and a pipeline starts for "
                f"{deadline.startup_seconds:g} s: no table is read by then",
                "allow more minutes; or give startup_seconds as they are",
                path="balance.deadline",
            )
        )
    is_new = lock is None or lock.asked.pipelines != settings.pipelines
    if is_new and settings.pipelines is not None and settings.pipelines > len(tables):
        problems.append(
            Problem(
                _too_many(settings.pipelines, len(tables)),
                f"ask for {len(tables)} at most",
                path="balance.pipelines",
            )
        )
    refuse(problems)


def infeasible(
    pipelines: Sequence[ResolvedPipeline],
    rules: Rules,
    definition: Definition,
    timeline: Timeline,
    obstacles: Mapping[Group, Sequence[str]],
    chains: Sequence[Chain] = (),
) -> Iterator[str]:
    """Say what of a layout can't be kept, a sentence each; nothing where all can. chains: pipelines that one job runs.

    obstacles: group → what a balance found to be in the way of its deadline; of others it is looked for here.
    """
    asked, tables = definition.balance.pipelines or 0, sum(len(one.tables) for one in pipelines)
    if asked > tables:
        yield _too_many(asked, tables)
    yield from _schedules(pipelines, definition, chains)
    if definition.balance.deadline:
        yield from _deadlines(pipelines, rules, definition, definition.balance.deadline, obstacles, chains)
    yield from _at_once(pipelines, definition, timeline)
    yield from not_kept(pipelines, definition, timeline)


def late_by(tables: Sequence[Table], chosen: Choice, deadline: Deadline) -> tuple[str, ...]:
    """Give what is in the way of a deadline, in words; `tables` are those that the choice was made for."""
    limits = limits_of(deadline)
    return tuple(
        obstacle_text(one, limits, tables[one.table].id.source_table if one.table is not None else "")
        for one in chosen.obstacles
    )


def _too_many(pipelines: int, tables: int) -> str:
    asked, there = counted(pipelines, "pipeline is", "pipelines are"), "is" if tables == 1 else "are"
    return f"{asked} asked for, and there {there} {counted(tables, 'table')}"


def seconds_with_waits(pipelines: Sequence[ResolvedPipeline], chains: Sequence[Chain], startup: float) -> dict[str, float]:
    """Give pipeline → seconds from the start of its job to its end, less one start-up: what it waits for counts too."""
    takes = {one.pipeline.id: startup + one.seconds for one in pipelines}
    ends = takes | {name: end for chain in chains for name, end in chain.ends(takes).items()}
    return {name: end - startup for name, end in ends.items()}


def _schedules(pipelines: Sequence[ResolvedPipeline], definition: Definition, chains: Sequence[Chain]) -> Iterator[str]:
    startup = startup_or_usual(definition.balance)
    run = seconds_with_waits(pipelines, chains, startup)
    for one in pipelines:
        interval = interval_minutes(one.group.schedule) if one.tables and one.group else None
        takes = run[one.pipeline.id] + startup
        waits = " with those that it comes after" if takes > one.seconds + startup + 1e-9 else ""
        if interval is not None and takes > interval * _MINUTE:
            yield (
                f"pipeline {one.pipeline.id}{waits} takes {counted(round(takes / _MINUTE, 2), 'minute')} with a start-up of "
                f"{startup:g} s, and is to start every {interval:,}: starts that come while it runs are left out"
            )


def _deadlines(
    pipelines: Sequence[ResolvedPipeline],
    rules: Rules,
    definition: Definition,
    deadline: Deadline,
    obstacles: Mapping[Group, Sequence[str]],
    chains: Sequence[Chain],
) -> Iterator[str]:
    limits = limits_of(deadline)
    run = seconds_with_waits(pipelines, chains, deadline.startup_seconds)
    groups = grouped((one.group, one) for one in pipelines if one.tables and one.group)
    for group, its in sorted(groups.items()):
        found = list(obstacles.get(group, ()))
        if not found and run_seconds([one.seconds for one in its], limits) > limits.deadline_s:
            tables = sorted((table for one in its for table in one.tables), key=lambda table: table.order)
            chosen = by_deadline(tables, rules, definition, deadline, len(its), reserve=definition.balance.tolerance)
            found = list(late_by(tables, chosen, deadline)) or ["a run ends after the deadline: balance again"]
        if not found and run_seconds([run[one.pipeline.id] for one in its], limits) > limits.deadline_s:
            found = ["pipelines that come after others (balance.after) end after the deadline"]
        yield from (f"group {group.words}: {text}" for text in found)


def _at_once(pipelines: Sequence[ResolvedPipeline], definition: Definition, timeline: Timeline) -> Iterator[str]:
    deadline = definition.balance.deadline
    most = (deadline and deadline.concurrent_updates) or WORKSPACE_UPDATES
    count = len(pipelines) if definition.mode == "streaming" else timeline.peak_after
    if count > most:
        runs = counted(count, "pipeline runs", "pipelines run")
        yield f"{runs} at once, and {counted(most, 'update')} may: the others wait, or fail"
