"""`headgate balance`: tables to pipelines to stacks, agreed in layout.lock."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.console import emit, result, tell, width
from headgate.cli.options import Root, Sites, TableFormat, TableFormatOption, refuse_together
from headgate.problems import InputError, StaleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.use_cases.balance import BalanceResult


def balance(  # noqa: PLR0913  # each is an option of the command line
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CONNECTOR]", help="A connector's id or folder; default: all of them.", show_default=False),
    ] = None,
    *,
    site: Sites = None,
    rebalance: Annotated[
        bool, typer.Option("--rebalance", help="Get every group within the tolerance now, with any number of moves.")
    ] = False,
    restack: Annotated[bool, typer.Option("--restack", help="Spread all pipelines over the stacks again.")] = False,
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
    curve: Annotated[
        bool,
        typer.Option("--curve", help="Change nothing; show run time, cost and moves for each number of pipelines."),
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the loads and starts, before and after, as a page (or the curve)."),
    ] = None,
    output: TableFormatOption = "text",
    root: Root = Path(),
) -> None:
    """Place each table in a pipeline and each pipeline in a stack, and write layout.lock.

    Tables stay where the lock has them; new ones go where there is room. Prints every pipeline, and who moved.
    """
    from headgate.use_cases.balance import BalanceRequest, balance_tables

    # Without the lock there is nothing that tables or pipelines could stay by.
    refuse_together(("--from-scratch", from_scratch), ("--rebalance", rebalance))
    refuse_together(("--from-scratch", from_scratch), ("--restack", restack))
    refuse_together(("--what-if", what_if is not None), ("--check", check))
    refuse_together(("--explain", explain is not None), ("--format csv", output == "csv"))
    connector, settings = _words(words or [], what_if)
    request = BalanceRequest(
        connector=connector,
        sites=tuple(site or ()),
        root=root,
        rebalance=rebalance,
        restack=restack,
        from_scratch=from_scratch,
        settings=settings,
        explain=explain,
        write=not check,
        page=html,
        curve=curve,
    )
    if curve and (explain is not None or rebalance or restack or from_scratch):
        raise InputError("--curve balances from today's layout, as it is", "leave the other flag out")
    found = balance_tables(request, tell)
    _print(found, output)
    if settings:
        tell("nothing was changed: these are the settings asked about")
    if check and found.changed:
        raise StaleError(
            f"layout.lock would change for: {', '.join(found.changed)}", "run `headgate balance`, and commit the lock"
        )


def _words(words: Sequence[str], what_if: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Give the connector and the settings to try: those after --what-if's first are among the arguments."""
    names = [word for word in words if "=" not in word]
    settings = [word for word in words if "=" in word]
    if settings and what_if is None:
        raise InputError(f"'{settings[0]}' is not a connector", "settings to try come after --what-if")
    if len(names) > 1:
        raise InputError(f"{len(names)} connectors are named: {', '.join(names)}", "name one, or none for all of them")
    first = re.split(r"[,\s]+(?=[A-Za-z][^\s,=\"]*=)", what_if.strip(" ,")) if what_if and what_if.strip(" ,") else []
    return (names[0] if names else None), (*first, *settings)


def _print(found: BalanceResult, output: TableFormat) -> None:
    from headgate.render.layout import explanation_text, report_csv, report_text
    from headgate.use_cases.outputs.layouts import BalanceOutput, CurveOutput, ExplanationOutput

    if found.curves:
        from headgate.render.curve import curve_csv, curve_text

        if output == "json":
            emit([CurveOutput.of(curve) for curve in found.curves])
        elif output == "csv":
            result(curve_csv(found.curves))
        else:
            result("\n\n".join(curve_text(curve, width()) for curve in found.curves))
    elif found.explanations:
        if output == "json":
            emit([ExplanationOutput.like(explanation) for explanation in found.explanations])
        else:
            result("\n\n".join(explanation_text(explanation, width()) for explanation in found.explanations))
    elif output == "json":
        emit([BalanceOutput.of(report) for report in found.reports])
    elif output == "csv":
        result(report_csv(found.reports))
    else:
        result("\n\n".join(report_text(report, width()) for report in found.reports))
