"""A review as one HTML page that loads nothing: everything that the comment may have left out."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from headgate.review.sections import Name, sections_of, summary_of, title_of
from headgate.review.text import seen

if TYPE_CHECKING:
    from headgate.review.model import Review
    from headgate.review.sections import Cell


def render_page(review: Review) -> str:
    """Give the page, with the diffs of all files. It runs no script, and its policy forbids anything but its own style."""
    environment = Environment(
        loader=PackageLoader("headgate.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["seen"] = seen
    environment.filters["cell"] = _cell
    style = environment.get_template("review.css").render()
    return environment.get_template("review.html").render(
        style=Markup(style),  # noqa: S704  # our own file, no one's input
        policy=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        title=title_of(review),
        verdict=review.verdict,
        summary=summary_of(review),
        sections=sections_of(review, diffs=True),
        stacks=[*review.facts.stacks, *review.facts.failed],
        digest=review.digest,
    )


def _cell(cell: Cell) -> Markup:
    if isinstance(cell, Name):
        return Markup("<code>{}</code>").format(seen(cell.text)) if cell.text else Markup()
    return Markup("{}").format(seen(cell))
