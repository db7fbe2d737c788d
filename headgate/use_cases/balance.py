"""Tables to pipelines to stacks, agreed in layout.lock."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.balance.explain import Explanation, explain
from headgate.balance.plan import balance
from headgate.balance.report import Report, report
from headgate.balance.steps import steps_between
from headgate.balance.whatif import with_settings
from headgate.cost.curve import curve_of
from headgate.files import write_all
from headgate.inventory.grouping import isolate_problems, written_by
from headgate.inventory.loads import unheard_loads
from headgate.inventory.write import render_inventory
from headgate.layout.lock import differs, render_lock
from headgate.layout.progress import without_needless_handovers
from headgate.layout.transforms import ID_FIX, id_clashes, taken_tables, transform_notes, with_transforms
from headgate.numbers import counted
from headgate.problems import InputError, Problem, RefusedError, did_you_mean, refuse
from headgate.project import TABLES, read_connectors, refuse_committed, refuse_strays
from headgate.transforms.named import named_files
from headgate.transforms.targets import tables_made
from headgate.use_cases.beside_sites import Sites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headgate.cost.curve import Curve
    from headgate.layout.model import Layout
    from headgate.project import Connector


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRequest:
    """Which connector to balance (None: all), and how. sites: none: all of it. write False: only look.

    settings: balance settings to try, such as pipelines=6. explain: a table. With either of them, no lock is written.
    page: where the loads and starts go, before and after, as a page, or the curve. curve: what each number of pipelines takes,
    instead of a balance; no lock is written.
    """

    connector: str | None = None
    sites: tuple[str, ...] = ()
    root: Path = Path()
    rebalance: bool = False
    restack: bool = False
    from_scratch: bool = False
    settings: tuple[str, ...] = ()
    explain: str | None = None
    write: bool = True
    page: Path | None = None
    curve: bool = False


@dataclass(frozen=True, slots=True)
class BalanceResult:
    """A report of each connector; why the table is where it is; ids of connectors whose lock changes; curves, if asked for."""

    reports: tuple[Report, ...]
    explanations: tuple[Explanation, ...]
    changed: tuple[str, ...]
    curves: tuple[Curve, ...] = ()


@dataclass(frozen=True, slots=True)
class _Balanced:
    connector: Connector
    layout: Layout
    report: Report
    explanations: Sequence[Explanation]

    @property
    def changed(self) -> bool:
        return differs(self.connector.layout, self.layout)


def balance_tables(request: BalanceRequest, tell: Callable[[str], None]) -> BalanceResult:
    """Place each table in a pipeline and each pipeline in a stack; write all that is to be written, or nothing, and say so.

    Raises InputError for settings or rules that can't be met, RefusedError where something deployed would be lost.
    """
    if request.curve:
        return _curves(request, tell)
    made: list[_Balanced] = []
    problems: list[Problem] = []
    chosen = read_connectors(request.root, request.connector, request.sites)
    sites = _sites(chosen, request)
    for one in chosen:
        try:
            made.append(_balanced(one, request, sites, tell))
        except InputError as error:
            problems += error.problems
    refuse(list(dict.fromkeys(problems)))
    reports = [_beside_others(one, sites) for one in made]
    reasons = [reason for one in made for reason in one.explanations]
    if request.explain is not None and not reasons:
        known = [entry.source_table for shown in reports for entry in shown.entries]
        raise InputError(f"no connector has a table '{request.explain}'", did_you_mean(request.explain, known))
    texts: dict[Path, str] = {}
    if request.page:
        refuse_committed(request.page)
    if request.write and request.explain is None and not request.settings:
        texts = {path: text for one in made if one.changed for path, text in _texts(one, tell).items()}
    if request.page:
        from headgate.render.balance_page import balance_page  # its templates take time to load

        texts[request.page] = balance_page(reports)
    write_all(texts)
    for path in texts:
        tell(f"{path} written")
    changed = tuple(one.connector.definition.id for one in made if one.changed)
    return BalanceResult(tuple(reports), tuple(reasons), changed)


def _curves(request: BalanceRequest, tell: Callable[[str], None]) -> BalanceResult:
    found = []
    for one in read_connectors(request.root, request.connector, request.sites):
        definition = with_settings(one.definition, request.settings)
        tell(f"{definition.id}: balancing on each number of pipelines …")
        tables = one.weighed(definition)
        try:
            found.append(curve_of(tables, definition, one.layout, partial(_without_needless_handovers, one)))
        except InputError as error:
            raise InputError(one.located(error.problems)) from None
    if request.page:
        from headgate.render.curve import curve_page  # its template takes time to load

        refuse_committed(request.page)
        write_all({request.page: curve_page(found)})
        tell(f"{request.page} written")
    return BalanceResult((), (), (), tuple(found))


def _sites(chosen: Sequence[Connector], request: BalanceRequest) -> Sites:
    """Give the sites whose pipelines stay where they are: all with a lock, but for those that are to start anew."""
    if not any(one.site for one in chosen):
        return Sites()
    anew = {one.definition.id for one in chosen} if request.rebalance or request.from_scratch else set()
    return Sites.of(one for one in read_connectors(request.root) if one.definition.id not in anew)


def _beside_others(one: _Balanced, sites: Sites) -> Report:
    note = sites.note(one.connector)
    return replace(one.report, notes=(*one.report.notes, note)) if note else one.report


def _balanced(one: Connector, request: BalanceRequest, sites: Sites, tell: Callable[[str], None]) -> _Balanced:
    before = None if request.from_scratch else one.layout
    # Where it is nowhere, pins say which table is where; a pin that is missing is told of as a stray.
    if not one.definition.balance.pinned and (lost := one.lost_lock()):
        raise RefusedError(lost)
    if request.from_scratch:
        _refuse_deployed(one)
    definition = with_settings(one.definition, request.settings)
    if problems := isolate_problems(one.rows, definition):
        raise InputError(problems)
    current = replace(one, layout=before)
    tables = current.weighed(definition, regroup=request.rebalance)
    _log.info("balancing %s: %s", definition.id, counted(len(tables), "table"))
    for problem in one.unknown_runs():
        tell(f"warning: {problem}")
    try:
        made = balance(
            tables,
            definition,
            before,
            rebalance=request.rebalance,
            restack=request.restack,
            beside=sites.beside(one),
        )
    except InputError as error:
        # What --what-if asks for has no place in the file.
        raise error if request.settings else InputError(one.located(error.problems)) from None
    files, targets = named_files(one.folder), one.definition.targets
    layout = with_transforms(made.layout, tables_made(files, targets), targets)
    refuse(taken_tables(before, layout, {file.id: (str(file.path), file.line) for file in files}), RefusedError)
    refuse(Problem(clash, ID_FIX, str(one.lock_path)) for clash in id_clashes(layout))
    made = replace(made, layout=_without_needless_handovers(one, layout))
    sites.add(one, made.layout, tables)
    refuse_strays(one, made.layout, targets)
    shown = report(tables, definition, made.layout, before, made.groups)
    notes = (*shown.notes, *_unheard(current), *unheard_loads(current.rows, definition), *transform_notes(before, made.layout))
    shown = replace(shown, notes=notes)
    reasons = explain(request.explain, tables, definition, before, shown) if request.explain is not None else ()
    return _Balanced(one, made.layout, shown, reasons)


def moves_of(one: Connector) -> int:
    """Give how many tables a balance would move to another pipeline. Raises what the balance would."""
    tables = one.weighed()
    made = balance(tables, one.definition, one.layout)
    return sum(step.what == "table_moves" for step in steps_between(tables, made.layout, one.layout))


def _without_needless_handovers(one: Connector, layout: Layout) -> Layout:
    targets = one.definition.targets
    records = {target: one.deployed(target) for target in targets}
    return without_needless_handovers(layout, records, {name: target.catalog for name, target in targets.items()})


def _texts(one: _Balanced, tell: Callable[[str], None]) -> dict[Path, str]:
    """Give what is written where a lock changes: it, and the inventory where that names groups that have no say any more."""
    connector = one.connector
    texts = {connector.lock_path: render_lock(one.layout)}
    # An inventory of several sites is no site's to write.
    if connector.grouped_rows != connector.rows and connector.site is None:
        emptied = sum(old != new for old, new in zip(connector.rows, connector.grouped_rows, strict=True))
        texts[connector.folder / TABLES] = render_inventory(connector.grouped_rows)
        groups = counted(emptied, "group that a discovery wrote is", "groups that a discovery wrote are")
        tell(f"{groups} out of tables.csv, as group_by says something else now")
    return texts


def _unheard(one: Connector) -> Iterator[str]:
    """Say where the groups of tables.csv keep group_by from having a say."""
    written, asked = written_by(one.grouped_rows), one.definition.group_by
    if asked and written and written != asked:
        yield (
            f"tables.csv names groups as {written} makes them, which wins over group_by: {asked} of connector.yaml; "
            f"`headgate discover --group-by {asked}`, or an empty column pipeline_group, changes that"
        )


def _refuse_deployed(one: Connector) -> None:
    if recorded := [target for target in one.definition.targets if one.deployed(target).ids or one.deployed(target).transforms]:
        raise RefusedError(
            f"{one.definition.id} is deployed to {', '.join(recorded)}: without its lock every table could be lost",
            "use --rebalance, which moves tables by handovers",
        )
