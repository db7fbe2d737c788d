"""The review that a deploy is held against: of the files as they are and as they were when they were last deployed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.files import system_error, write_all
from headgate.notebook.project import CONNECTOR
from headgate.render.review.outputs import render
from headgate.use_cases.review import ReviewRequest, review_changes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headgate.notebook.settings import Settings

_DIGITS = 12  # of a review's digest: enough that no other review has them by chance


@dataclass(frozen=True, slots=True)
class Approval:
    """A review as text and page. words: what agrees to it. changes: whether it has any; loses: whether data would be lost."""

    text: str
    page: str
    words: str
    changes: bool
    loses: bool


def reviewed(settings: Settings, tell: Callable[[str], None]) -> Approval:
    """Review what a deploy would change since the last one. Raises what the review does."""
    before = _deployed(settings)
    before.mkdir(parents=True, exist_ok=True)
    made = review_changes(ReviewRequest(target=settings.target, root=settings.folder, before=before), tell)
    page = render(made, "html")
    write_all({settings.folder / "review.html": page, settings.folder / "review.json": render(made, "json")})
    return Approval(
        text=render(made, "text").rstrip("\n"),
        page=page,
        words=f"{settings.target} {made.digest.removeprefix('sha256:')[:_DIGITS]}",
        changes=bool(made.tables or made.pipelines or made.resources),
        loses=made.verdict in ("loss", "error"),
    )


def keep_deployed(settings: Settings) -> None:
    """Keep the connector's files as they were deployed, for the next review. Raises what `system_error` gives."""
    place = _deployed(settings) / "connectors" / CONNECTOR
    fresh = place.with_name(f"{CONNECTOR}.new")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(
            settings.folder / "connectors" / CONNECTOR,
            fresh,
            ignore=shutil.ignore_patterns("__pycache__"),
            copy_function=shutil.copyfile,
        )
        shutil.rmtree(place, ignore_errors=True)
        fresh.rename(place)
    except OSError as error:
        raise system_error(error) from None


def asked(found: Approval, settings: Settings) -> str:
    """Say what deploys a review, or that nothing is to be deployed."""
    if not found.changes:
        return f"nothing is to be deployed to {settings.target}"
    lead = "nothing was deployed yet."
    if settings.deploy and settings.deploy != found.words:
        lead = f"nothing was deployed: the widget Deploy says '{settings.deploy}', which is not this review."
    return f"{lead} To deploy what the review says, put these words into the widget Deploy and run the last cell: {found.words}"


def _deployed(settings: Settings) -> Path:
    return settings.folder / "deployed" / settings.target
