"""A balance as one HTML page that loads nothing: loads before and after, moves, and the timeline of starts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from headgate.grouped import grouped
from headgate.names import natural
from headgate.numbers import counted
from headgate.render.layout import grouping_lines, load_lines
from headgate.render.pages import environment_of, style_of
from headgate.render.starts_page import starts_of
from headgate.schedule import describe_schedule
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from headgate.balance.arrange import Arranged
    from headgate.balance.report import Entry, Report, Row
    from headgate.balance.steps import Step
    from headgate.render.starts_page import Starts

_GROUP_BARS = 100
_PAGE_BARS = 1500
_FEWEST_BARS = 20
_PAGE_CHANGES = 3000
_MOVES = 300
_STEPS = 200
_FEWEST_CHANGES = 10
_PROFILE_POINTS = 250
_SPANS = 12_000
_FEWEST_SPANS = 200
WHAT = {
    "table_added": "table comes in",
    "table_gone": "table is gone from the inventory",
    "table_renamed": "table changes its destination",
    "pipeline_added": "pipeline is new",
    "pipeline_leaves": "pipeline leaves",
    "pipeline_restacked": "pipeline changes stack",
}
_Key = tuple[str, str, float]  # a group as a report's rows tell it: name, schedule, lower bound


@dataclass(frozen=True, slots=True)
class Bar:
    """A pipeline, its load before and after in seconds of one run. `fate`: new, leaves or empty."""

    pipeline: str
    stack: str
    tables: int
    before: float
    after: float
    moves_in: int
    moves_out: int
    bound: float
    fate: str = ""

    @property
    def share(self) -> float:
        """The load after as a share of the lower bound."""
        return self.after / self.bound if self.bound else 1.0

    @property
    def share_before(self) -> float:
        """The load before as a share of the lower bound of today."""
        return self.before / self.bound if self.bound else 1.0


@dataclass(frozen=True, slots=True)
class Chart:
    """A group: the bars that are shown, heaviest first, on its connector's scale of 0 to `scale` seconds, and of what is not.

    `profile`: for a group of which bars are left out, the loads of all its pipelines, heaviest first, after and before, as
    paths in a box of 1,000 by 1,000; else empty.
    """

    title: str
    when: str
    bound: float
    scale: float
    pipelines: int
    optimal: bool
    bars: tuple[Bar, ...]
    left_out: str = ""
    profile: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A connector: its figures, charts, starts and changes.

    pipelines: those that read tables; `emptied`: those that will have none. `heaviest` and `was`: the pipelines with the
    heaviest load after and before. `first`: there was no layout before.
    """

    connector: str
    first: bool
    tables: int
    pipelines: int
    emptied: int
    stacks: int
    heaviest: Bar | None
    was: Bar | None
    moves: int
    cost: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    charts: tuple[Chart, ...]
    charts_left_out: str
    starts: Starts | None
    moved: tuple[Entry, ...]
    moved_left_out: int
    steps: tuple[Step, ...]
    steps_left_out: int


def balance_page(reports: Sequence[Report]) -> str:
    """Give the page for connectors' reports, in their order: one HTML document, in UTF-8 the same bytes for the same input.

    Weights are in seconds of one run. At most 100 pipelines a group and 1,500 on the page, 300 moves and 200 other changes a
    connector, and 100 pipelines in time are shown (fewer where there are many connectors), and the page says how many it
    leaves out.
    """
    bars = max(_FEWEST_BARS, _PAGE_BARS // max(1, len(reports)))
    changes = max(_FEWEST_CHANGES, _PAGE_CHANGES // max(1, len(reports)))
    spans = max(_FEWEST_SPANS, _SPANS // max(1, len(reports)))
    sections = [section(report, bars, changes, spans) for report in reports]
    environment = environment_of(**filters())
    page = environment.get_template("balance.html")
    return page.render(sections=sections, what=WHAT, **style_of(environment, "balance.css"))


def filters() -> dict[str, Callable[..., Any]]:
    """Give the filters that the templates of a balance use."""
    return {
        "number": number,
        "percent": lambda share: f"{share:.1%}",
        "dotted": lambda name: Markup(".<wbr>").join(escape(part) for part in seen(name).split(".")),
        "along": lambda value, scale: f"{100 * value / scale:.2f}%",
    }


def section(report: Report, most_bars: int, most_changes: int, most_spans: int) -> Section:
    """Give what the page says of a connector, with at most that many bars, moves and other changes each, and runs in time."""
    groups = bars_of(report)
    bars = [bar for its in groups.values() for bar in its]
    charts, charts_left_out = _charts(groups, report, most_bars)
    moved = [entry for entry in report.entries if entry.before and entry.before != entry.pipeline]
    moved.sort(key=lambda entry: (-entry.weight, entry.source_table, entry.destination))
    steps = [step for step in report.steps if step.what != "table_moves"]
    moves_shown, steps_shown = min(_MOVES, most_changes), min(_STEPS, most_changes)
    return Section(
        connector=report.connector,
        first=not any(entry.before for entry in report.entries),
        tables=len(report.entries),
        pipelines=sum(1 for row in report.rows if row.tables),
        emptied=sum(1 for row in report.rows if not row.tables),
        stacks=report.stacks,
        heaviest=min(bars, key=lambda bar: (-bar.after, natural(bar.pipeline)), default=None),
        was=min(bars, key=lambda bar: (-bar.before, natural(bar.pipeline)), default=None),
        moves=len(moved),
        cost=sum(group.cost for group in report.groups),
        problems=report.problems,
        notes=(*load_lines(report), *grouping_lines(report), *report.notes),
        charts=charts,
        charts_left_out=charts_left_out,
        starts=starts_of(report.timeline, most_spans) if report.timeline else None,
        moved=tuple(moved[:moves_shown]),
        moved_left_out=len(moved[moves_shown:]),
        steps=tuple(steps[:steps_shown]),
        steps_left_out=len(steps[steps_shown:]),
    )


def bars_of(report: Report) -> dict[_Key, list[Bar]]:
    """Give (group, schedule, lower bound) → its pipelines, those that leave among them.

    A pipeline that leaves is shown with the group that most of its tables go to.
    """
    fates = {step.name: step for step in report.steps if step.what in ("pipeline_added", "pipeline_leaves")}
    of_row = {row.pipeline: (row.group, row.schedule, row.bound) for row in report.rows}
    groups = grouped((of_row[row.pipeline], _bar(row, "new" if row.pipeline in fates else "")) for row in report.rows)
    left = grouped((one.before, one) for one in report.entries if one.before and one.before not in of_row)
    for name, entries in left.items():
        votes = Counter(of_row[entry.pipeline] for entry in entries)
        group = min(votes, key=lambda key: (-votes[key], key))
        stack = fates[name].before.removeprefix("stack ") if name in fates else ""
        load = fsum(entry.weight for entry in entries)
        groups[group].append(Bar(name, stack, 0, load, 0.0, 0, len(entries), group[2], "leaves"))
    return {key: groups[key] for key in sorted(groups, key=lambda key: (natural(key[0]), key))}


def _bar(row: Row, fate: str) -> Bar:
    return Bar(
        row.pipeline, str(row.stack), row.tables, row.before, row.weight, row.moves_in, row.moves_out, row.bound, fate
    )  # fmt: skip


def _charts(groups: Mapping[_Key, Sequence[Bar]], report: Report, most: int) -> tuple[tuple[Chart, ...], str]:
    """Give a chart for each group by name, for as many bars as there may be; the groups with the heaviest loads first."""
    by_load = sorted(groups, key=lambda key: (-max(max(bar.after, bar.before) for bar in groups[key]), key))
    shown: dict[_Key, int] = {}
    for key in by_load:
        shown[key] = min(_GROUP_BARS, len(groups[key]), most)
        most -= shown[key]
    scale = max((max(bar.after, bar.before, bar.bound) for bars in groups.values() for bar in bars), default=0.0) or 1.0
    same_name = Counter((name, schedule) for name, schedule, _ in groups)
    charts = []
    for key, bars in groups.items():
        if shown[key]:
            arranged = _arranged(key, report.groups)
            connection = f" over {arranged.group.connection}" if arranged and same_name[key[:2]] > 1 else ""
            charts.append(
                _chart(key, f"{key[0]}{connection}", bars, shown[key], scale, optimal=bool(arranged and arranged.optimal))
            )
    missing = [key for key in groups if not shown[key]]
    if not missing:
        return tuple(charts), ""
    count = sum(len(groups[key]) for key in missing)
    are = "is" if len(missing) == 1 else "are"
    return tuple(charts), (
        f"{counted(len(missing), 'more group')} with {counted(count, 'pipeline')} {are} left out: the groups with the heaviest "
        "pipelines are shown."
    )


def _arranged(key: _Key, groups: Iterable[Arranged]) -> Arranged | None:
    """Give what became of a group; of two that differ in their connection only, the one with the nearest bound."""
    name, schedule, bound = key
    same = [one for one in groups if (one.group.key, one.group.schedule) == (name, schedule)]
    return min(same, key=lambda one: (abs(one.bound - bound), one.group), default=None)


def _chart(key: _Key, title: str, bars: Sequence[Bar], most: int, scale: float, *, optimal: bool) -> Chart:
    _, schedule, bound = key
    heaviest = sorted(bars, key=_by_load)
    chosen, rest = heaviest, list[Bar]()
    if len(bars) > most:
        first, others = heaviest[: most // 2], heaviest[most // 2 :]
        changed = sorted(others, key=lambda bar: (-abs(bar.after - bar.before), _by_load(bar)))
        chosen, rest = sorted(first + changed[: most - len(first)], key=_by_load), changed[most - len(first) :]
    return Chart(
        title=title,
        when=describe_schedule(schedule) if schedule else "",
        bound=bound,
        scale=scale,
        pipelines=sum(1 for bar in bars if bar.fate != "leaves"),
        optimal=optimal,
        bars=tuple(chosen),
        left_out=_left_out(rest, len(bars)) if rest else "",
        profile=(_profile([b.after for b in bars], scale), _profile([b.before for b in bars], scale)) if rest else None,
    )


def _by_load(bar: Bar) -> tuple[float, tuple[str, int]]:
    return (-bar.after, natural(bar.pipeline))


def _left_out(rest: Sequence[Bar], of: int) -> str:
    lightest, heaviest = min(bar.after for bar in rest), max(bar.after for bar in rest)
    shares = f"{min(bar.share for bar in rest):.1%} to {max(bar.share for bar in rest):.1%} of the lower bound"
    return (
        f"{len(rest):,} of {counted(of, 'pipeline')} are left out: shown are the heaviest, and those whose load changes most. "
        f"Those left out weigh {number(lightest)} to {number(heaviest)} s ({shares})."
    )


def _profile(loads: Sequence[float], scale: float) -> str:
    """Give the area under the loads, heaviest first, as a path in a box of 1,000 by 1,000, with its zero at the bottom.

    Of many loads each stretch of them is drawn at its heaviest.
    """
    ordered = sorted(loads, reverse=True)
    stretch = -(-len(ordered) // _PROFILE_POINTS)
    path = ["M0 1000"]
    for first in range(0, len(ordered), stretch):
        end = min(first + stretch, len(ordered))
        path.append(f"V{1000 - 1000 * ordered[first] / scale:.0f}H{1000 * end / len(ordered):.0f}")
    return "".join([*path, "V1000Z"])


def number(value: float) -> str:
    """Give a weight as text: whole from 1,000 on, else four digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"  # noqa: PLR2004 - where digits after the point stop to matter
