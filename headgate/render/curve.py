"""Pipelines and what they take, as a table of text, CSV and a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.numbers import counted, number_text
from headgate.render.pages import environment_of, style_of
from headgate.render.tables import csv_text, table_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.cost.curve import Curve, Point

KNEE = "the knee: from there on, more pipelines save little run time for what they add"
_BAR = 20


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A point on the page: its line as text, and the length of its bar as a share of the longest."""

    cells: tuple[str, ...]
    share: float
    knee: bool
    today: bool


def curve_text(curve: Curve, width: int | None = None) -> str:
    """Give a curve as a table, as wide as `width` at most; the knee and today's number are marked."""
    longest = max((point.run_seconds for point in curve.points), default=0.0) or 1.0
    columns = [*_columns(curve), "", ""]
    rows = [
        [*_cells(curve, point), "█" * round(_BAR * point.run_seconds / longest), _mark(curve, point)] for point in curve.points
    ]
    right = range(len(columns) - 2)
    lines = [
        f"{curve.connector}: run time, cost and moves by number of pipelines, each balanced from today's layout",
        f"(hours and cost: a month of target {curve.target})",
    ]
    return "\n".join([*lines, table_text(columns, rows, right=right, width=width, spare=(len(columns) - 2,)), _said(curve)])


def curve_csv(curves: Sequence[Curve]) -> str:
    """Give all points as CSV with a header, without a line end after the last."""
    names = ("pipelines", "run_seconds", "machine_seconds", "hours", "dbus", "price", "currency", "moves", "knee")
    lines: list[list[object]] = [["connector", *names]]
    for curve in curves:
        for one in curve.points:
            head = [curve.connector, one.pipelines, one.run_seconds, one.machine_seconds, one.hours]
            lines.append([*head, one.dbus, one.price, curve.currency, one.moves, str(one.knee).lower()])
    return csv_text(lines)


def curve_page(curves: Sequence[Curve]) -> str:
    """Give a page of the curves: one HTML document, the same bytes for the same input."""
    environment = environment_of(percent=lambda share: f"{100 * share:.2f}%")
    sections = [(curve, _columns(curve), _drawn(curve), _said(curve)) for curve in curves]
    return environment.get_template("curve.html").render(sections=sections, **style_of(environment, "balance.css"))


def _columns(curve: Curve) -> tuple[str, ...]:
    price = [f"{curve.currency} a month"] if curve.currency and any(one.price is not None for one in curve.points) else []
    dbus = ["DBUs a month"] if any(one.dbus is not None for one in curve.points) else []
    return ("pipelines", "run time, s", "machine-seconds", "hours a month", *dbus, *price, "moves")


def _cells(curve: Curve, point: Point) -> tuple[str, ...]:
    money = {"DBUs a month": point.dbus, f"{curve.currency} a month": point.price}
    known = [
        f"{value:,.2f}" if value is not None else "-" for name in _columns(curve) if name in money for value in [money[name]]
    ]
    return (
        str(point.pipelines),
        number_text(point.run_seconds),
        number_text(point.machine_seconds),
        f"{point.hours:,.2f}",
        *known,
        str(point.moves),
    )


def _mark(curve: Curve, point: Point) -> str:
    marks = (("knee", point.knee), ("today", point.pipelines == curve.today))
    return ", ".join(word for word, is_so in marks if is_so)


def _said(curve: Curve) -> str:
    knee = next((point for point in curve.points if point.knee), None)
    if knee is None:
        return "no knee: run time does not bend"
    return f"{counted(knee.pipelines, 'pipeline is', 'pipelines are')} {KNEE}"


def _drawn(curve: Curve) -> list[_Drawn]:
    longest = max((point.run_seconds for point in curve.points), default=0.0) or 1.0
    return [
        _Drawn(_cells(curve, point), point.run_seconds / longest, point.knee, point.pipelines == curve.today)
        for point in curve.points
    ]
