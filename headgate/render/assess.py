"""An assessment as text and as a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.cost.model import Amount, amount_text
from headgate.numbers import counted, number_text
from headgate.render.pages import environment_of, style_of
from headgate.render.pipelines import duration_text, time_text
from headgate.render.tables import table_text
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.assess.model import Assessment, BalancedPoint, PipelineAssessed, RhythmAssessed

_MOST = 40  # pipelines of the text, those that cost most
_FEW = 10
_COLUMNS = ("pipeline", "starts", "updates", "failed", "a run", "of that setup", "tables", "heaviest table", "hours a month")


def assessment_text(found: Assessment, width: int | None = None) -> str:
    """Give an assessment as text: what it comes to, each rhythm's curve, then the pipelines that run longest in a month."""
    if not found.pipelines:
        return "the logs hold no update of a pipeline"
    lines = [*_head(found), ""]
    for rhythm in found.rhythms:
        lines += [*_rhythm(rhythm, found, width), ""]
    rows = _rows(found)
    lines.append(table_text(_COLUMNS, rows[:_MOST], (2, 3, 4, 5, 6, 8), width=width, spare=(5, 7, 3)))
    if len(rows) > _MOST:
        lines.append(f"and {counted(len(rows) - _MOST, 'pipeline')} that run less (all with --format json)")
    return "\n".join([*lines, *_findings(found)])


def _head(found: Assessment) -> Iterator[str]:
    updates = sum(one.updates for one in found.pipelines)
    span = f"{time_text(found.first)} to {time_text(found.last)} UTC"
    yield f"{counted(len(found.pipelines), 'pipeline')}, {counted(updates, 'update')}, {span}"
    yield f"a month: {amount_text(Amount(found.hours, found.dbus, found.price), found.currency)}"
    busiest = max(range(len(found.busy)), key=lambda hour: (found.busy[hour], -hour))
    most = f"at most {counted(found.peak, 'pipeline runs', 'pipelines run')} at once ({time_text(found.peak_at)})"
    average = number_text(round(found.busy[busiest], 2))
    yield f"{most}; busiest is the hour of {busiest:02}:00 UTC, with {average} on average"


def rhythm_words(one: RhythmAssessed) -> list[str]:
    """Say of a rhythm who holds it up, and what more pipelines can't better."""
    which, run, startup = counted(one.pipelines, "pipeline"), duration_text(one.run_seconds), duration_text(one.startup)
    longest = f"the longest run is that of {seen(one.bottleneck)}: {run}"
    lines = [
        f"{which} with {counted(one.tables, 'table')}; {longest}; as a rule, {startup} pass before tables are loaded",
        f"no number of pipelines gets below {duration_text(one.bound)}, for {seen(one.bound_table)} alone takes that",
    ]
    knee = next((point for point in one.points if point.knee), None)
    today = next((point for point in one.points if point.today), None)
    if knee and today and knee.pipelines < today.pipelines:
        lines.append(
            f"{counted(knee.pipelines, 'pipeline')} would take {duration_text(knee.run_seconds)} and "
            f"{counted(round(today.hours - knee.hours, 1), 'hour')} a month less, for {counted(knee.moves, 'move')}"
        )
    if today and today.run_seconds < one.run_seconds:
        balanced = duration_text(today.run_seconds)
        lines.append(f"balanced, the same {which} would take {balanced}, for {counted(today.moves, 'move')} of a table")
    return lines


def _rhythm(one: RhythmAssessed, found: Assessment, width: int | None) -> Iterator[str]:
    yield f"{one.rhythm}:"
    yield from (f"  {line}" for line in rhythm_words(one))
    columns = [*point_columns(found), ""]
    rows = [[*point_cells(point, found), ", ".join(_marks(point))] for point in one.points]
    yield table_text(columns, rows, range(len(columns) - 1), width=width)


def point_columns(found: Assessment) -> list[str]:
    """Give the headings of a curve's table: without what no rate or price is given for."""
    dbus = ["DBUs a month"] if found.dbus is not None else []
    price = [f"{found.currency} a month"] if found.price is not None else []
    return ["pipelines", "a run", "hours a month", *dbus, *price, "moves"]


def point_cells(point: BalancedPoint, found: Assessment) -> list[str]:
    """Give a line of that table."""
    dbus = [f"{point.dbus:,.2f}"] if found.dbus is not None and point.dbus is not None else []
    price = [f"{point.price:,.2f}"] if found.price is not None and point.price is not None else []
    run = duration_text(point.run_seconds)
    return [str(point.pipelines), run, f"{point.hours:,.1f}", *dbus, *price, f"{point.moves:,}"]


def _marks(point: BalancedPoint) -> tuple[str, ...]:
    return tuple(word for word, is_so in (("knee", point.knee), ("today's number", point.today)) if is_so)


def _rows(found: Assessment) -> list[tuple[str, ...]]:
    """Give a line of each pipeline, those that run longest in a month first."""
    return [_row(one) for one in sorted(found.pipelines, key=lambda one: (-one.hours, one.name))]


def _row(one: PipelineAssessed) -> tuple[str, ...]:
    return (
        seen(one.name) + (" (bottleneck)" if one.bottleneck else ""),
        one.rhythm + (f" at {one.usual_start}" if one.usual_start else ""),
        f"{one.updates:,}",
        f"{one.failed:,}",
        duration_text(one.setup + one.running),
        duration_text(one.setup),
        str(one.tables),
        seen(one.heaviest) or "-",
        f"{one.hours:,.1f}",
    )


def findings_of(found: Assessment) -> list[str]:
    """Say who idles, who is late, who runs beside most others, and which tables several pipelines load."""
    lines = [f"idle: {seen(one.name)}: {one.idle}" for one in found.pipelines if one.idle]
    lines += [
        f"late: {seen(one.name)}: {one.late:.0%} of its updates took longer than until the next was due ({one.rhythm})"
        for one in found.pipelines
        if one.late > 0
    ]
    overlapping = sorted((one for one in found.pipelines if one.beside >= 1), key=lambda one: (-one.beside, one.name))
    lines += [
        f"overlap: {seen(one.name)} runs beside {number_text(round(one.beside, 1))} others on average"
        for one in overlapping[:_FEW]
    ]
    lines += [f"loaded by several: {seen(table)}: {', '.join(map(seen, names))}" for table, names in found.shared.items()]
    return lines


def _findings(found: Assessment) -> list[str]:
    lines = findings_of(found)
    return lines[:_MOST] + ([f"and {len(lines) - _MOST} more (all with --format json)"] if len(lines) > _MOST else [])


@dataclass(frozen=True, slots=True)
class _Bar:
    """A line of a chart on the page: its cells, and the length of its bar as a share of the longest."""

    cells: Sequence[str]
    share: float
    marks: tuple[str, ...] = ()


def assessment_page(found: Assessment) -> str:
    """Give a page: one HTML document that loads nothing, the same bytes for the same input."""
    environment = environment_of(percent=lambda share: f"{100 * share:.2f}%")
    head = list(_head(found)) if found.pipelines else ["The logs hold no update of a pipeline."]
    rhythms = [(one, rhythm_words(one), _drawn(one, found)) for one in found.rhythms]
    most = max(found.busy, default=0.0) or 1.0
    hours = [_Bar((f"{hour:02}:00", number_text(round(value, 2))), value / most) for hour, value in enumerate(found.busy)]
    return environment.get_template("assess.html").render(
        head=head,
        columns=point_columns(found),
        rhythms=rhythms,
        headings=_COLUMNS,
        rows=_rows(found),
        hours=hours,
        findings=findings_of(found),
        **style_of(environment, "balance.css"),
    )


def _drawn(one: RhythmAssessed, found: Assessment) -> list[_Bar]:
    longest = max((point.run_seconds for point in one.points), default=0.0) or 1.0
    return [_Bar(point_cells(point, found), point.run_seconds / longest, _marks(point)) for point in one.points]
