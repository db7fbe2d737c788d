"""A layout's report as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.cli.text import table_text
from headgate.schedule import in_words

if TYPE_CHECKING:
    from headgate.balance.report import Report, Step

_SAYS = {
    "table_added": "{name} comes into {after}",
    "table_gone": "{name} is gone from the inventory; {before} no longer reads it, and its streaming table becomes inactive",
    "table_moves": "{name} is to move from {before} to {after}",
    "table_renamed": "{name} goes to {after} instead of {before}: a new streaming table, which starts from nothing",
    "pipeline_added": "pipeline {name} is new, in {after}",
    "pipeline_leaves": "pipeline {name} leaves {before}: Terraform forgets it, the workspace keeps it with its tables",
    "pipeline_restacked": "pipeline {name} goes from {before} to {after}",
}
_MOST_STEPS = 200


def report_text(report: Report) -> str:
    """Give the report as a table of pipelines, then what changed, then what to know."""
    columns = ("pipeline", "stack", "tables", "weight", "schedule", "of lower bound")
    rows = [
        (
            row.pipeline,
            str(row.stack),
            str(row.tables),
            f"{row.weight:,.6g}",
            in_words(row.schedule) if row.schedule else "-",
            f"{row.share:.1%}",
        )
        for row in report.rows
    ]
    tables = sum(row.tables for row in report.rows)
    stacks = len({row.stack for row in report.rows})
    head = f"{report.connector}: {tables} tables, {len(rows)} pipelines, {stacks} stacks"
    lines = [head, table_text(columns, rows, right=(1, 2, 3, 5))]
    lines += [step_text(step) for step in report.steps[:_MOST_STEPS]]
    if len(report.steps) > _MOST_STEPS:
        lines.append(f"and {len(report.steps) - _MOST_STEPS} more (all of them with --format json)")
    return "\n".join([*lines, *report.notes])


def step_text(step: Step) -> str:
    """Give a step as a sentence."""
    return _SAYS[step.what].format(name=step.name, before=step.before, after=step.after)
