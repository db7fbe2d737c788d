"""The CDK app of a project: every connector's stacks in one target."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.project import read_connectors
from headgate.synthesis import deployment_of
from stacks.planned import PlannedStack

if TYPE_CHECKING:
    from constructs import Construct


def add_stacks(app: Construct, root: Path, target: str | None = None) -> dict[str, PlannedStack]:
    """Add the stacks of all connectors below `root` to the app, and give them by name.

    `target` is the target's name in every connector (default: HEADGATE_TARGET, else each connector's own default).
    Reads committed files only. Raises HeadgateError where they are wrong or don't fit each other.
    """
    stacks: dict[str, PlannedStack] = {}
    for connector in read_connectors(root):
        for plan in deployment_of(connector, target or os.environ.get("HEADGATE_TARGET") or None):
            stack = PlannedStack(app, plan)
            for name in plan.waits_for:
                stack.add_dependency(stacks[name])
            stacks[plan.name] = stack
    return stacks


def project_root() -> Path:
    """Give the project's folder: where main.py lies, or HEADGATE_ROOT."""
    return Path(os.environ.get("HEADGATE_ROOT") or Path(__file__).resolve().parent.parent)
