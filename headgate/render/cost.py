"""A month's cost, and how it differs, as lines of text that also are good Markdown. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.cost.model import amount_text
from headgate.cost.used import error_of
from headgate.numbers import counted

if TYPE_CHECKING:
    from headgate.cost.difference import CostChange, Difference
    from headgate.cost.model import Amount, Cost, GroupCost
    from headgate.cost.used import PipelineUsage, UsedMonth


def cost_lines(cost: Cost) -> list[str]:
    """Give the total, a line for each group, and the assumptions."""
    head = f"{cost.connector} in {cost.target}: {amount_text(cost.total, cost.currency)} a month"
    groups = [_group_line(group, cost.currency) for group in cost.groups]
    return [head, *(f"- {line}" for line in groups), *(["", *cost.assumptions] if cost.assumptions else [])]


def difference_lines(difference: Difference) -> list[str]:
    """Give the total's change, and a line for each group that changes; of no change, one line that says so."""
    head = f"{difference.connector} in {difference.target}"
    if not difference.total and not difference.groups:
        return [f"{head}: {amount_text(difference.total.after, difference.currency)} a month, as before"]
    lines = [f"{head}: {_change_text(difference.total, difference.currency)}"]
    return [*lines, *(f"- {change.name}: {_change_text(change, difference.currency)}" for change in difference.groups)]


def _group_line(group: GroupCost, currency: str | None) -> str:
    pipelines = counted(group.pipelines, "pipeline")
    tables = counted(group.tables, "table")
    runs = "all the time" if group.runs is None else f"{counted(round(group.runs, 1), 'run')} each"
    return f"{group.name}: {amount_text(group.amount, currency)}; {pipelines}, {tables}, {runs}"


def _change_text(change: CostChange, currency: str | None) -> str:
    """Give the difference, and both amounts in the units that are known of both."""
    delta = change.delta
    sides = [change.before, change.after]
    if delta.dbus is None:
        sides = [replace(one, dbus=None) for one in sides]
    if delta.price is None:
        sides = [replace(one, price=None) for one in sides]
    before, after = (amount_text(one, currency) for one in sides)
    return f"{amount_text(delta, currency, signed=True)} a month: {before} → {after}"


def used_lines(used: UsedMonth) -> list[str]:
    """Give what was used beside what was estimated: in all, a line for each pipeline, and the notes."""
    days = f"{used.first} to {used.last}" + ("" if used.is_whole else ", as far as the usage goes")
    lines = [f"Used in {used.month} ({days}): {_beside(used.used, used.estimated)}"]
    lines += [f"- {one.pipeline}: {_pipeline_text(one)}" for one in used.pipelines]
    if used.others:
        lines.append(f"- {counted(used.others, 'pipeline')} of others: {used.of_others:,.2f} DBUs")
    return [*lines, *(["", *used.notes] if used.notes else [])]


def _pipeline_text(one: PipelineUsage) -> str:
    if not one.pipeline_id:
        estimated = one.estimated.dbus if one.estimated else None
        return "not recorded" + ("" if estimated is None else f", {estimated:,.2f} DBUs estimated")
    return f"{one.used:,.2f} DBUs, in no layout" if one.estimated is None else _beside(one.used, one.estimated)


def _beside(used: float, estimated: Amount) -> str:
    if estimated.dbus is None:
        return f"{used:,.2f} DBUs; {estimated.hours:,.2f} hours estimated"
    error = error_of(estimated, used)
    off = "" if error is None else f" ({abs(error):.1%} too {'low' if error < 0 else 'high'})"
    return f"{used:,.2f} DBUs, {estimated.dbus:,.2f} estimated{off}"
