"""A balance as one HTML page that loads nothing: loads before and after, moves, and the timeline of starts."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import groupby
from math import fsum
from typing import TYPE_CHECKING

from headgate.balance.draft import natural
from headgate.render.layout import grouping_lines
from headgate.render.pages import environment_of, style_of
from headgate.schedule import describe_schedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.balance.arrange import Arranged
    from headgate.balance.report import Entry, Report, Row
    from headgate.balance.starts import Timeline
    from headgate.balance.steps import Step

_GROUP_BARS = 100
_PAGE_BARS = 1500
_FEWEST_BARS = 20
_PAGE_CHANGES = 3000
_MOVES = 300
_STEPS = 200
_FEWEST_CHANGES = 10
_PROFILE_POINTS = 250
_CURVE_POINTS = 1000
_LANES = 100
_SPANS = 12_000
_FEWEST_SPANS = 200
_MOST_TICKS = 4
_TICKS = (1, 5, 10, 15, 30, 60, 120, 240, 360, 1440)
_HOUR, _DAY = 60, 1440
_WHAT = {
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
    """A group: the bars that are shown, heaviest first, on a scale from 0 to `scale` seconds, and what is said of the rest.

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
class Lane:
    """A pipeline's runs in the period, before and after, as (start, minutes) each, starts in minutes from its beginning."""

    pipeline: str
    before: tuple[tuple[float, float], ...]
    after: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a connector's pipelines run, in a period of whole minutes that comes again and again (15, 60, 1440).

    `bound`: what no offsets can bring the peak of concurrent pipelines below, 0 where it is not known.
    """

    period: int
    bound: int
    lanes: tuple[Lane, ...]


def timetable(timeline: Timeline) -> Timetable:
    """Give a layout's timeline as the page draws it."""
    lanes = tuple(Lane(lane.pipeline, lane.before, lane.after) for lane in timeline.lanes)
    return Timetable(timeline.period, timeline.bound, lanes)


@dataclass(frozen=True, slots=True)
class Curve:
    """How many pipelines run at once: a path in a box of 1,000 by 1,000 below `top`, and where its peak is, in minutes."""

    peak: int
    at: float
    when: str
    path: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A lane as drawn: its first start before and after as text, its runs, the longest of them, and their paths."""

    pipeline: str
    was: str
    first: str
    runs: int
    minutes: float
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Starts:
    """When pipelines run, over `period` minutes that come again and again. `ticks`: (minute, its text)."""

    period: int
    bound: int
    top: int
    before: Curve
    after: Curve
    ticks: tuple[tuple[int, str], ...]
    lanes: tuple[Drawn, ...]
    left_out: int

    @property
    def span(self) -> str:
        """The period as text: `15 minutes`."""
        for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (1, "minute")):
            if self.period % unit == 0:
                return f"{self.period // unit} {name}{'s' * (self.period != unit)}"
        raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class Section:
    """A connector: its figures, charts, starts and changes.

    `heaviest` and `was`: the pipelines with the heaviest load after and before. `first`: there was no layout before.
    """

    connector: str
    first: bool
    tables: int
    pipelines: int
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


def balance_page(reports: Sequence[Report], timelines: Mapping[str, Timetable] | None = None) -> str:
    """Give the page for connectors' reports, in their order: one HTML document, in UTF-8 the same bytes for the same input.

    `timelines`: connector → when its pipelines run; a connector without one is shown without. Weights are in seconds of one
    run. At most 100 pipelines a group and 1,500 on the page, 300 moves and 200 other changes a connector, and 100 pipelines
    in time are shown (fewer where there are many connectors), and the page says how many it leaves out.
    """
    bars = max(_FEWEST_BARS, _PAGE_BARS // max(1, len(reports)))
    changes = max(_FEWEST_CHANGES, _PAGE_CHANGES // max(1, len(reports)))
    spans = max(_FEWEST_SPANS, _SPANS // max(1, len(reports)))
    starts = {name: starts_of(timetable, spans) for name, timetable in (timelines or {}).items()}
    sections = [section(report, bars, changes, starts.get(report.connector)) for report in reports]
    environment = environment_of(
        number=number,
        percent=lambda share: f"{share:.1%}",
        along=lambda value, scale: f"{100 * value / scale:.2f}%",
    )
    page = environment.get_template("balance.html")
    return page.render(sections=sections, what=_WHAT, **style_of(environment, "balance.css"))


def section(report: Report, most_bars: int, most_changes: int, starts: Starts | None = None) -> Section:
    """Give what the page says of a connector, with at most that many bars, and moves and other changes each."""
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
        pipelines=len(report.rows),
        stacks=report.stacks,
        heaviest=min(bars, key=lambda bar: (-bar.after, natural(bar.pipeline)), default=None),
        was=min(bars, key=lambda bar: (-bar.before, natural(bar.pipeline)), default=None),
        moves=len(moved),
        cost=sum(group.cost for group in report.groups),
        problems=report.problems,
        notes=(*grouping_lines(report), *report.notes),
        charts=charts,
        charts_left_out=charts_left_out,
        starts=starts,
        moved=tuple(moved[:moves_shown]),
        moved_left_out=len(moved[moves_shown:]),
        steps=tuple(steps[:steps_shown]),
        steps_left_out=len(steps[steps_shown:]),
    )


def bars_of(report: Report) -> dict[_Key, list[Bar]]:
    """Give (group, schedule, lower bound) → its pipelines, those that leave among them.

    A pipeline that leaves is shown with the group that most of its tables go to.
    """
    groups: defaultdict[_Key, list[Bar]] = defaultdict(list)
    fates = {step.name: step for step in report.steps if step.what in ("pipeline_added", "pipeline_leaves")}
    of_row = {row.pipeline: (row.group, row.schedule, row.bound) for row in report.rows}
    for row in report.rows:
        groups[of_row[row.pipeline]].append(_bar(row, "new" if row.pipeline in fates else ""))
    left: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in report.entries:
        if entry.before and entry.before not in of_row:
            left[entry.before].append(entry)
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
    same_name = Counter((name, schedule) for name, schedule, _ in groups)
    charts = []
    for key, bars in groups.items():
        if shown[key]:
            arranged = _arranged(key, report.groups)
            connection = f" over {arranged.group.connection}" if arranged and same_name[key[:2]] > 1 else ""
            charts.append(_chart(key, f"{key[0]}{connection}", bars, shown[key], optimal=bool(arranged and arranged.optimal)))
    missing = [key for key in groups if not shown[key]]
    if not missing:
        return tuple(charts), ""
    count = sum(len(groups[key]) for key in missing)
    return tuple(charts), (
        f"{len(missing)} more groups with {count:,} pipelines are left out: the groups with the heaviest pipelines are shown."
    )


def _arranged(key: _Key, groups: Iterable[Arranged]) -> Arranged | None:
    """Give what became of a group; of two that differ in their connection only, the one with the nearest bound."""
    name, schedule, bound = key
    same = [one for one in groups if (one.group.key, one.group.schedule) == (name, schedule)]
    return min(same, key=lambda one: (abs(one.bound - bound), one.group), default=None)


def _chart(key: _Key, title: str, bars: Sequence[Bar], most: int, *, optimal: bool) -> Chart:
    _, schedule, bound = key
    scale = max(bound, *(max(bar.after, bar.before) for bar in bars)) or 1.0
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
        f"{len(rest):,} of {of:,} pipelines are left out: shown are the heaviest, and those whose load changes most. "
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


def starts_of(timetable: Timetable, most_spans: int) -> Starts:
    """Give what the page says of the starts: the curves of all lanes, and as many lanes as hold that many runs together.

    Lanes are in the order of their first start; of many, those that run longest in the period are shown.
    """
    lanes, period, bound = timetable.lanes, timetable.period, timetable.bound
    steps_before = concurrent((run for lane in lanes for run in lane.before), period)
    steps_after = concurrent((run for lane in lanes for run in lane.after), period)
    top = max(bound, *(height for _, height in steps_before), *(height for _, height in steps_after)) or 1
    chosen = _longest(lanes, most_spans)
    return Starts(
        period=period,
        bound=bound,
        top=top,
        before=_curve(steps_before, period, top),
        after=_curve(steps_after, period, top),
        ticks=_ticks(period),
        lanes=tuple(_drawn(lane, period) for lane in sorted(chosen, key=_by_start)),
        left_out=len(lanes) - len(chosen),
    )


def _longest(lanes: Sequence[Lane], most_spans: int) -> list[Lane]:
    chosen: list[Lane] = []
    spans = 0
    for lane in sorted(lanes, key=lambda lane: (-fsum(minutes for _, minutes in lane.after), natural(lane.pipeline))):
        spans += len(lane.before) + len(lane.after)
        if len(chosen) == _LANES or (chosen and spans > most_spans):
            break
        chosen.append(lane)
    return chosen


def _by_start(lane: Lane) -> tuple[float, tuple[str, int]]:
    return (min((start for start, _ in lane.after), default=0.0), natural(lane.pipeline))


def _drawn(lane: Lane, period: int) -> Drawn:
    first, was = (min((start for start, _ in runs), default=0.0) for runs in (lane.after, lane.before))
    minutes = max((minutes for _, minutes in lane.after), default=0.0)
    paths = (_path(lane.before, period, 1, 4), _path(lane.after, period, 6, 9))
    return Drawn(lane.pipeline, clock(was, period), clock(first, period), len(lane.after), minutes, *paths)


def _path(runs: Iterable[tuple[float, float]], period: int, top: int, height: int) -> str:
    """Give runs as a path in a box 10,000 wide; what goes past the period's end goes on at its beginning."""
    path = []
    for start, minutes in runs:
        begin, width = 10_000 * (start % period) / period, 10_000 * min(minutes, period) / period
        path.append(f"M{begin:.0f} {top}h{min(width, 10_000 - begin):.0f}v{height}H{begin:.0f}Z")
        if begin + width > 10_000:  # noqa: PLR2004 - the box's width
            path.append(f"M0 {top}h{begin + width - 10_000:.0f}v{height}H0Z")
    return "".join(path)


def _curve(steps: Sequence[tuple[float, int]], period: int, top: int) -> Curve:
    """Give the curve of (minute, height); of many steps, each short stretch is drawn at its highest."""
    drawn = steps[:-1]
    at, peak = min(drawn, key=lambda step: (-step[1], step[0]))
    if len(drawn) > _CURVE_POINTS:
        drawn, last = [], 0
        for stretch, inside in groupby(steps[:-1], key=lambda step: int(_CURVE_POINTS * step[0] / period)):
            heights = [height for _, height in inside]
            drawn.append((stretch * period / _CURVE_POINTS, max(last, *heights)))
            last = heights[-1]
            drawn.append(((stretch + 1) * period / _CURVE_POINTS, last))
    path = "".join(f"H{1000 * minute / period:.1f}V{1000 - 1000 * height / top:.0f}" for minute, height in drawn)
    return Curve(peak, at, clock(at, period), f"M0 1000{path}H1000V1000Z")


def _ticks(period: int) -> tuple[tuple[int, str], ...]:
    step = next((step for step in _TICKS if period <= _MOST_TICKS * step), -(-period // _MOST_TICKS))
    return tuple((minute, clock(minute, period)) for minute in range(0, period + 1, step))


def clock(minute: float, period: int) -> str:
    """Give a time in the period as text: `7.5 min` within a few hours, else `07:30`, of more than a day `day 2 07:30`."""
    if period < _DAY:
        return f"{minute:.4g} min"
    days, rest = divmod(int(minute), _DAY)
    if days and minute == period:
        days, rest = days - 1, _DAY
    day = f"day {days + 1} " if period > _DAY else ""
    return f"{day}{rest // _HOUR:02}:{rest % _HOUR:02}"


def concurrent(runs: Iterable[tuple[float, float]], period: int) -> list[tuple[float, int]]:
    """Give (minute, runs at once from then on), from minute 0 to the period's end, of (start, minutes) that come each period.

    A run that ends after the period goes on at its beginning; one that ends when another starts is not at once with it.
    """
    changes = Counter[float]({0.0: 0, float(period): 0})
    for start, minutes in runs:
        whole, rest = divmod(minutes, period)
        begin, end = start % period, start % period + rest
        changes[0.0] += int(whole) + (end > period)
        changes[begin] += 1
        changes[end - period if end > period else end] -= 1
    height, steps = 0, list[tuple[float, int]]()
    for minute, change in sorted(changes.items()):
        height += change
        steps.append((minute, height))
    return steps


def number(value: float) -> str:
    """Give a weight as text: whole from 1,000 on, else four digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"  # noqa: PLR2004 - where digits after the point stop to matter
