"""What the committed files add to a review that no plan tells: the runbook of handovers, and what a month costs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.cost.difference import difference
from headgate.cost.estimate import cost_of
from headgate.grouped import grouped
from headgate.handover.runbook import make_runbook
from headgate.numbers import counted
from headgate.problems import StaleError
from headgate.render.cost import cost_lines, difference_lines
from headgate.render.handover import render_markdown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.cost.model import Cost
    from headgate.project import Connector

_WHOEVER = "\0"  # in no line


def runbooks(connectors: Sequence[Connector], target: str) -> str:
    """Give as Markdown what hands tables over, and what pipelines that leave or change stack need; empty for nothing."""
    own = [(one, one.layout) for one in connectors if one.layout and target in one.definition.targets]
    found = [
        make_runbook(layout, one.definition, target, one.deployed(target), adopted=one.adopted(target)) for one, layout in own
    ]
    return "\n".join(render_markdown(runbook) for runbook in found if runbook.steps or runbook.waiting)


def costs(now: Sequence[Connector], was: Mapping[str, Connector], target: str) -> str:
    """Say what each connector costs in a month, and how that differs from before where it is known.

    What sites of a definition say alike is told once, of each of so many.
    """
    alike = grouped((_whoevers(one, lines), (one, lines)) for one in now if (lines := _lines(one, was, target)))
    told: list[str] = []
    for whoevers, its in alike.items():
        (first, lines), *more = its
        if first.site and more:
            told += [line.replace(_WHOEVER, f"each of {counted(len(its), 'site')} of {first.site.of}") for line in whoevers[1:]]
        else:
            told += lines
    return "\n".join(line for line in told if line)


def _lines(one: Connector, was: Mapping[str, Connector], target: str) -> list[str]:
    if (after := _month(one, target)) is None:
        return []
    if one.definition.id not in was:
        return cost_lines(after)
    changed = difference(_month(was[one.definition.id], target), after)
    return difference_lines(changed) if changed.total or changed.groups else []


def _whoevers(one: Connector, lines: Sequence[str]) -> tuple[str, ...]:
    """Give a site's lines as those of whichever site of its definition."""
    if one.site is None:
        return tuple(lines)
    head = f"{one.definition.id} in "
    return (
        one.site.of,
        *(_WHOEVER + line.removeprefix(one.definition.id) if line.startswith(head) else line for line in lines),
    )


def _month(one: Connector, target: str) -> Cost | None:
    if one.layout is None or target not in one.definition.targets:
        return None
    try:
        return cost_of(one.definition, target, one.layout, one.weighed())
    except StaleError:  # lock and inventory don't fit, which synthesis refuses: no cost can be given
        return None
