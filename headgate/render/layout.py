"""A layout's report as text for a terminal."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

from headgate.balance.report import Row
from headgate.numbers import counted, number_text
from headgate.render.tables import csv_text, table_text
from headgate.schedule import describe_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.balance.explain import Explanation
    from headgate.balance.grouping_cost import GroupingCost
    from headgate.balance.report import Report
    from headgate.balance.steps import Step

_SAYS = {
    "table_added": "{name} comes into {after}",
    "table_gone": "{name} is gone from the inventory; {before} no longer reads it, and its streaming table becomes inactive",
    "table_moves": "{name} is to move from {before} to {after}",
    "table_renamed": "{name} goes to {after} instead of {before}: a new streaming table, which starts from nothing",
    "table_respelled": "{after} was spelled {before}: the same table, which stays where it is",
    "table_reads_another": "{after} was {before}: the same streaming table, which is read from another source table now",
    "pipeline_added": "pipeline {name} is new, in {after}",
    "pipeline_leaves": "pipeline {name} leaves {before}: Terraform forgets it, the workspace keeps it with its tables, "
    "and it runs on where it is continuous",
    "pipeline_restacked": "pipeline {name} goes from {before} to {after}",
}
_MOST_STEPS = 200
_MOST_ELSEWHERE = 10
_BAR = 20
_LEAST_GAP = 0.0001


def report_text(report: Report, width: int | None = None) -> str:
    """Give the report as a table of pipelines, as wide as `width` at most, then what changed, then what to know."""
    loads = sorted({name for row in report.rows for name in row.loads})
    columns = ("pipeline", "stack", "tables", "weight", "of lower bound", "", *loads, "in", "out", "schedule")
    heaviest = max((row.weight for row in report.rows), default=0.0)
    rows = [
        (
            row.pipeline,
            str(row.stack),
            str(row.tables),
            number_text(row.weight),
            f"{row.share:.1%}" if row.tables else "-",
            "█" * round(_BAR * row.weight / (heaviest or 1.0)),
            *(number_text(row.loads[name]) for name in loads),
            str(row.moves_in or "-"),
            str(row.moves_out or "-"),
            _when(row),
        )
        for row in report.rows
    ]
    tables = sum(row.tables for row in report.rows)
    counts = (counted(tables, "table"), counted(len(rows), "pipeline"), counted(report.stacks, "stack"))
    head = f"{report.connector}: {', '.join(counts)}"
    right = (1, 2, 3, 4, *range(6, 8 + len(loads)))
    lines = [head, table_text(columns, rows, right=right, width=width, spare=(5,)), *_summary(report)]
    lines += [step_text(step) for step in report.steps[:_MOST_STEPS]]
    if len(report.steps) > _MOST_STEPS:
        lines.append(f"and {len(report.steps) - _MOST_STEPS} more (all of them with --format json)")
    return "\n".join([*lines, *(f"problem: {problem}" for problem in report.problems), *report.notes])


def _summary(report: Report) -> list[str]:
    """Say how near the layout is to what can't be beaten, and where its weights come from."""
    gaps = [group.heaviest[0] for group in report.groups if group.bound]
    lines = []
    if gaps:
        optimal = sum(group.optimal for group in report.groups)
        lines.append(
            f"heaviest pipelines: {_gap(max(gaps))} above their group's lower bound; {optimal} of "
            f"{counted(len(report.groups), 'group')} proved optimal, given these groups"
        )
    lines += load_lines(report)
    lines += grouping_lines(report)
    origins = Counter(entry.weight_from for entry in report.entries)
    told = {"given": "as written", "observed": "as observed", "estimate": "by estimated size", "type": "by ingestion type"}
    lines.append("weights: " + ", ".join(f"{origins[key]} {words}" for key, words in told.items() if origins[key]))
    return lines


def _gap(gap: float) -> str:
    """Give a gap in percent, so that 0 is said of none alone."""
    return f"at most {gap:.2%}" if gap <= 0 or gap >= _LEAST_GAP else f"less than {_LEAST_GAP:.2%}"


def load_lines(report: Report) -> list[str]:
    """Say how near each group's loads beside the weight are to what can't be beaten, and the peaks of those that have one."""
    lines = []
    for one in report.groups:
        for load in one.loads:
            limit = f", {number_text(load.limit)} at most" if load.limit is not None else ""
            share = f", {load.heaviest / load.bound:.1%} of its lower bound" if load.bound else ""
            lines.append(f"group {one.group.words}: {number_text(load.heaviest)} of {load.name} on a pipeline{share}{limit}")
    rates = report.timeline.rates if report.timeline else ()
    lines += [
        f"{rate.load} on {rate.connection}: {number_text(rate.after)} in the busiest minute ({number_text(rate.before)} if all "
        f"started as scheduled), {number_text(rate.per_minute)} at most"
        for rate in rates
    ]
    return lines


def grouping_lines(report: Report) -> list[str]:
    """Say what groups cost, for each schedule and then the connector, where there are several."""
    connections = {cost.connection for cost in report.grouping if not cost.whole}
    return [_grouping_line(cost, with_connection=len(connections) > 1) for cost in report.grouping]


def _grouping_line(cost: GroupingCost, *, with_connection: bool) -> str:
    connection = f" over {cost.connection}" if with_connection and not cost.whole else ""
    where = (
        "on all schedules" if cost.whole else f"{f'on {cost.schedule}' if cost.schedule else 'without a schedule'}{connection}"
    )
    heaviest = f"{where}: the heaviest of {counted(cost.pipelines, 'pipeline')} weighs {number_text(cost.heaviest)}"
    if cost.reachable >= cost.heaviest:
        return f"{heaviest}, and would without groups too"
    parted = "schedule and connection alone part tables" if cost.whole else f"its {counted(cost.groups, 'group')} were one"
    return f"{heaviest}; as many reach {number_text(cost.reachable)} if {parted}"


def report_csv(reports: Sequence[Report]) -> str:
    """Give all pipelines of the reports as CSV with a header, loads last, without a line end after the last."""
    names = [field.name for field in fields(Row) if field.name != "loads"]
    loads = sorted({name for report in reports for row in report.rows for name in row.loads})
    lines: list[list[object]] = [["connector", *names, *(f"load.{name}" for name in loads)]]
    for report in reports:
        for row in report.rows:
            its = (row.loads.get(name, "") for name in loads)
            lines.append([report.connector, *(getattr(row, name) for name in names), *its])
    return csv_text(lines)


def explanation_text(explanation: Explanation, width: int | None = None) -> str:
    """Give an explanation as sentences, and a table of the other pipelines with the table in them, of `width` at most."""
    lines = [f"{explanation.source_table} → {explanation.destination}", *(f"- {reason}" for reason in explanation.reasons)]
    if not explanation.elsewhere:
        return "\n".join([*lines, "- its group has no other pipeline"])
    rows = [
        (other.pipeline, number_text(other.weight), f"{other.share:.1%}") for other in explanation.elsewhere[:_MOST_ELSEWHERE]
    ]
    more = len(explanation.elsewhere) - len(rows)
    tail = [f"and {counted(more, 'more pipeline', 'more pipelines')} (all of them with --format json)"] if more else []
    columns = ("with it, pipeline", "would weigh", "of lower bound")
    return "\n".join([*lines, table_text(columns, rows, right=(1, 2), width=width), *tail])


def _when(row: Row) -> str:
    if not row.schedule:
        return "-"
    late = f", {row.offset} min later" if row.offset else ""
    return describe_schedule(row.schedule) + late


def step_text(step: Step) -> str:
    """Give a step as a sentence."""
    return _SAYS[step.what].format(name=step.name, before=step.before, after=step.after)
