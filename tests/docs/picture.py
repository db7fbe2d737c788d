"""The README's picture: the sample's tables in one pipeline, and as Headgate lays them out, each as wide as its run is long."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from headgate.schedule import describe_schedule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.balance.report import Report

PICTURE = "docs/before-after.svg"
_WIDTH, _LEFT, _BAR, _STEP, _GAP = 860, 160, 14, 24, 0.75
# Colours of light and dark screens: text, faint text, page, and a colour for each stack.
_STYLE = """text{font:13px system-ui,sans-serif;fill:#1f2328}.faint{fill:#656d76}.head{font-weight:600}.page{fill:#f6f8fa}
.none{fill:#8c959f}.stack1{fill:#0969da}.stack2{fill:#1a7f37}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.faint{fill:#8d96a0}.page{fill:#161b22}.none{fill:#6e7681}
.stack1{fill:#4493f8}.stack2{fill:#3fb950}}"""


def picture(report: Report) -> str:
    """Give the picture as SVG, which takes the colours of the screen: light or dark."""
    weights = {
        row.pipeline: [entry.weight for entry in report.entries if entry.pipeline == row.pipeline] for row in report.rows
    }
    every = [weight for row in report.rows for weight in weights[row.pipeline]]
    scale = (_WIDTH - _LEFT - 20) / sum(every)
    lines = [_text(20, 28, f"Before: {len(every)} tables in one pipeline, {_minutes(sum(every))} a run, one schedule", "head")]
    lines += _bar(44, every, scale, "none")
    stacks = len({row.stack for row in report.rows})
    top = 44 + _STEP + 32
    head = f"After: {len(report.rows)} pipelines in {stacks} stacks, each on its group's schedule, none longer than "
    lines.append(_text(20, top, head + _minutes(max(row.weight for row in report.rows)), "head"))
    for number, row in enumerate(report.rows):
        y = top + 16 + number * _STEP
        end = _LEFT + row.weight * scale + 10
        lines += [_text(20, y + 12, row.pipeline), *_bar(y, weights[row.pipeline], scale, f"stack{row.stack}")]
        said = f"{row.tables} tables, {_minutes(row.weight)}, {describe_schedule(row.schedule)}; stack {row.stack}"
        lines.append(_text(end, y + 12, said, "faint"))
    height = top + 16 + len(report.rows) * _STEP + 8
    label = f"{len(every)} tables in one pipeline, and balanced over {len(report.rows)} pipelines"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{label}">'
    page = f'<rect class="page" width="{_WIDTH}" height="{height}" rx="8"/>'
    return "\n".join([head, f"<style>{_STYLE}</style>", page, *lines, "</svg>"]) + "\n"


def _bar(y: int, weights: Iterable[float], scale: float, kind: str) -> list[str]:
    """Draw tables side by side, the longest first."""
    found, x = [], float(_LEFT)
    for weight in sorted(weights, reverse=True):
        width = max(weight * scale - _GAP, 0.25)
        found.append(f'<rect class="{kind}" x="{x:.2f}" y="{y}" width="{width:.2f}" height="{_BAR}"/>')
        x += weight * scale
    return found


def _text(x: float, y: int, words: str, kind: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y}"{f" class={kind!r}" if kind else ""}>{escape(words)}</text>'.replace("'", '"')


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"
