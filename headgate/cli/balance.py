"""`headgate balance`: tables to pipelines to stacks, agreed in layout.lock."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import Root, TableFormat, TableFormatOption, result, result_json, tell
from headgate.problems import InputError, RefusedError, StaleError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.balance.explain import Explanation
    from headgate.balance.report import Report
    from headgate.project import Connector


@dataclass(frozen=True, slots=True)
class BalanceOptions:
    """What the command line asks for. `settings`: balance settings to try, such as pipelines=6; nothing is written then."""

    rebalance: bool
    restack: bool
    from_scratch: bool
    settings: tuple[str, ...]
    explain: str | None
    write: bool


def balance(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CONNECTOR]", help="A connector's id or folder; default: all of them.", show_default=False),
    ] = None,
    *,
    rebalance: Annotated[
        bool, typer.Option("--rebalance", help="Get every group within the tolerance now, with any number of moves.")
    ] = False,
    restack: Annotated[bool, typer.Option("--restack", help="Spread pipelines over stacks anew.")] = False,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Forget the lock of a connector that was never deployed.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 where the lock would change.")] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="TABLE", help="Change nothing; say why a table is where it would be.")
    ] = None,
    what_if: Annotated[
        str | None,
        typer.Option("--what-if", metavar="SETTING=VALUE …", help="Change nothing; show what other balance settings would do."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the loads and starts, before and after, as a page.")
    ] = None,
    output: TableFormatOption = TableFormat.text,
    root: Root = Path(),
) -> None:
    """Place each table in a pipeline and each pipeline in a stack, and write layout.lock.

    Tables stay where the lock has them; new ones go where there is room. Prints every pipeline, and who moved.
    """
    from headgate.project import read_connectors

    connector, settings = _words(words or [], what_if)
    only_look = check or explain is not None or bool(settings)
    options = BalanceOptions(rebalance, restack, from_scratch, settings, explain, write=not only_look)
    reports, explanations, stale = [], [], []
    for one in read_connectors(root, connector):
        report, explained, changed = _balance(one, options)
        reports.append(report)
        explanations += explained
        stale += [one.definition.id] if changed else []
    if explain is not None and not explanations:
        known = [entry.source_table for report in reports for entry in report.entries]
        raise InputError(f"no connector has a table '{explain}'", did_you_mean(explain, known))
    if html is not None:
        _page(reports, html)
    _print(reports, explanations if explain is not None else None, output)
    if settings:
        tell("nothing was changed: these are the settings asked about")
    if check and stale:
        raise StaleError(f"layout.lock would change for: {', '.join(stale)}", "run `headgate balance`, and commit the lock")


def _words(words: Sequence[str], what_if: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Give the connector and the settings to try: those after --what-if's first stand among the arguments."""
    names = [word for word in words if "=" not in word]
    settings = [word for word in words if "=" in word]
    if settings and what_if is None:
        raise InputError(f"'{settings[0]}' is no connector", "settings to try come after --what-if")
    if len(names) > 1:
        raise InputError(f"{len(names)} connectors are named: {', '.join(names)}", "name one, or none for all of them")
    first = what_if.replace(",", " ").split() if what_if is not None else []
    return (names[0] if names else None), (*first, *settings)


def _balance(one: Connector, options: BalanceOptions) -> tuple[Report, list[Explanation], bool]:
    from headgate.balance.explain import explain
    from headgate.balance.plan import balance as plan
    from headgate.balance.report import report
    from headgate.balance.whatif import with_settings
    from headgate.layout.lock import differs, write_lock
    from headgate.project import refuse_strays

    before = one.layout
    if options.from_scratch and before:
        recorded = [target for target in one.definition.targets if one.deployed(target).ids]
        if recorded:
            raise RefusedError(
                f"{one.definition.id} is deployed to {', '.join(recorded)}: without its lock every table could be lost",
                "use --rebalance, which moves tables by handovers",
            )
        before = None
    definition = with_settings(one.definition, options.settings)
    tables = one.weighed(definition)
    made = plan(tables, definition, before, rebalance=options.rebalance, restack=options.restack)
    changed = differs(one.layout, made.layout)
    refuse_strays(one, made.layout, one.definition.targets)
    if options.write and changed:
        write_lock(one.lock_path, made.layout)
        tell(f"{one.lock_path} written")
    shown = report(tables, definition, made.layout, before, made.groups)
    reasons = explain(options.explain, tables, definition, before, shown) if options.explain is not None else []
    return shown, reasons, changed


def _print(reports: Sequence[Report], explanations: Sequence[Explanation] | None, output: TableFormat) -> None:
    from headgate.render.layout import explanation_text, report_csv, report_text

    if explanations is not None:
        if output is TableFormat.json:
            result_json([explanation.as_json() for explanation in explanations])
        else:
            result("\n\n".join(explanation_text(explanation) for explanation in explanations))
    elif output is TableFormat.json:
        result_json([report.as_json() for report in reports])
    elif output is TableFormat.csv:
        result(report_csv(reports))
    else:
        result("\n\n".join(report_text(report) for report in reports))


def _page(reports: Sequence[Report], path: Path) -> None:
    from headgate.files import write_whole
    from headgate.render.balance_page import balance_page, timetable

    timetables = {report.connector: timetable(report.timeline) for report in reports if report.timeline}
    write_whole(path, balance_page(reports, timetables))
    tell(f"{path} written")
