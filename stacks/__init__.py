"""The project's own constructs, beside what Headgate makes of connectors/."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.cdk import App, PlannedStack


def extend(app: App, stacks: dict[str, PlannedStack]) -> None:
    """Add constructs of your own: to one of Headgate's stacks, which are given by name, or to a stack of your own in `app`."""
