"""The CDK app of a project: every connector's stacks in one target."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.cdk.edition import App
from headgate.cdk.planned import PlannedStack
from headgate.problems import HeadgateError
from headgate.project import in_target, read_connectors
from headgate.synthesis import deployment_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs import Construct


def add_stacks(app: Construct, root: Path, target: str | None = None) -> dict[str, PlannedStack]:
    """Add the stacks of all connectors below `root` to the app, and give them by name.

    `target` is the target's name in every connector (default: HEADGATE_TARGET, else each connector's own default).
    Reads committed files only. Raises HeadgateError where they are wrong or don't fit each other.
    """
    stacks: dict[str, PlannedStack] = {}
    chosen = target or os.environ.get("HEADGATE_TARGET") or None
    connectors = read_connectors(root)
    for connector in in_target(connectors, chosen):
        for plan in deployment_of(connector, chosen, connectors):
            stack = PlannedStack(app, plan)
            for name in plan.waits_for:
                stack.add_dependency(stacks[name])
            stacks[plan.name] = stack
    return stacks


def synthesize(root: Path, extend: Callable[[App, dict[str, PlannedStack]], None] | None = None) -> int:
    """Synthesize the stacks of the project in `root`, or in HEADGATE_ROOT where that is set; give the exit code.

    They go where CDKTF_OUTDIR says (cdktf sets it), else into the project's cdktf.out, where all commands look for them.
    extend: adds constructs of the project's own, to Headgate's stacks, given by name, or beside them.
    """
    root = Path(os.environ.get("HEADGATE_ROOT") or root)
    app = App() if os.environ.get("CDKTF_OUTDIR") else App(outdir=str(root / "cdktf.out"))
    try:
        stacks = add_stacks(app, root)
    except HeadgateError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    if extend:
        extend(app, stacks)
    app.synth()
    return 0
