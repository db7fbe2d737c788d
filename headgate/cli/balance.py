"""`headgate balance`: tables to pipelines to stacks, agreed in layout.lock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import Format, FormatOption, Root, result, result_json, tell
from headgate.problems import RefusedError, StaleError

if TYPE_CHECKING:
    from headgate.balance.report import Report
    from headgate.project import Connector


def balance(
    connector: Annotated[str | None, typer.Argument(help="A connector's id or folder; default: all of them.")] = None,
    *,
    rebalance: Annotated[bool, typer.Option("--rebalance", help="Plan anew: tables may move to other pipelines.")] = False,
    restack: Annotated[bool, typer.Option("--restack", help="Spread pipelines over stacks anew.")] = False,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Forget the lock of a connector that was never deployed.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 where the lock would change.")] = False,
    output: FormatOption = Format.text,
    root: Root = Path(),
) -> None:
    """Place each table in a pipeline and each pipeline in a stack, and write layout.lock.

    Tables stay where the lock has them; new ones go where there is room. Prints every pipeline, and who moved.
    """
    from headgate.project import read_connectors

    reports, stale = [], []
    for one in read_connectors(root, connector):
        report, changed = _balance(one, rebalance=rebalance, restack=restack, from_scratch=from_scratch, write=not check)
        reports.append(report)
        stale += [one.definition.id] if changed else []
    _print(reports, output)
    if check and stale:
        raise StaleError(f"layout.lock would change for: {', '.join(stale)}", "run `headgate balance`, and commit the lock")


def _balance(one: Connector, *, rebalance: bool, restack: bool, from_scratch: bool, write: bool) -> tuple[Report, bool]:
    from headgate.balance.plan import balance as plan
    from headgate.balance.report import report
    from headgate.layout.lock import write_lock

    before = one.layout
    if from_scratch and before:
        recorded = [target for target in one.definition.targets if one.deployed(target).ids]
        if recorded:
            raise RefusedError(
                f"{one.definition.id} is deployed to {', '.join(recorded)}: without its lock every table could be lost",
                "use --rebalance, which moves tables by handovers",
            )
        before = None
    layout = plan(one.tables, one.definition, before, rebalance=rebalance, restack=restack)
    if write and layout != one.layout:
        write_lock(one.lock_path, layout)
        tell(f"{one.lock_path} written")
    return report(one.tables, one.definition, layout, before), layout != one.layout


def _print(reports: list[Report], output: Format) -> None:
    from headgate.cli.layout_text import report_text

    if output is Format.json:
        result_json([report.as_json() for report in reports])
    else:
        result("\n\n".join(report_text(report) for report in reports))
