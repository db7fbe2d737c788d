"""What the committed files add to a review that no plan tells: the runbook of handovers, and what a month costs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.cost.difference import difference
from headgate.cost.estimate import cost_of
from headgate.handover.runbook import make_runbook
from headgate.problems import StaleError
from headgate.render.cost import cost_lines, difference_lines
from headgate.render.handover import render_markdown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.cost.model import Cost
    from headgate.project import Connector


def runbooks(connectors: Sequence[Connector], target: str) -> str:
    """Give as Markdown what hands tables over, and what pipelines that leave or change stack need; empty for nothing."""
    own = [(one, one.layout) for one in connectors if one.layout and target in one.definition.targets]
    found = [make_runbook(layout, one.definition, target, one.deployed(target)) for one, layout in own]
    return "\n".join(render_markdown(runbook) for runbook in found if runbook.steps or runbook.waiting)


def costs(now: Sequence[Connector], was: Mapping[str, Connector], target: str) -> str:
    """Say what each connector costs in a month, and how that differs from before where it is known."""
    lines: list[str] = []
    for one in now:
        if (after := _month(one, target)) is None:
            continue
        if one.definition.id not in was:
            lines += cost_lines(after)
        else:
            changed = difference(_month(was[one.definition.id], target), after)
            lines += difference_lines(changed) if changed.total or changed.groups else []
    return "\n".join(line for line in lines if line)


def _month(one: Connector, target: str) -> Cost | None:
    if one.layout is None or target not in one.definition.targets:
        return None
    try:
        return cost_of(one.definition, target, one.layout, one.weighed())
    except StaleError:  # lock and inventory don't fit, which synthesis refuses: no cost can be given
        return None
