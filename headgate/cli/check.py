"""`headgate check`, `headgate show` and `headgate schema`: nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.common import Format, FormatOption, Root, Target, result, result_json, tell
from headgate.cli.workspace_jobs import Jobs, job_problems
from headgate.problems import Problem, StaleError

if TYPE_CHECKING:
    from headgate.project import Connector

_CDK_OUT = Path("cdktf.out") / "stacks"


def check(
    connector: Annotated[str | None, typer.Argument(help="A connector's id or folder; default: all of them.")] = None,
    target: Target = None,
    *,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="Also exit 3 where `headgate balance` would change layout.lock, as for CI.")
    ] = False,
    workspace: Annotated[
        bool, typer.Option("--workspace", help="Also ask the workspace, and exit 3 where it has a job of ours twice.")
    ] = False,
    root: Root = Path(),
) -> None:
    """Check all that `cdktf synth` would refuse, and warn of schedules that daylight saving touches."""
    from headgate.project import read_connectors, target_of
    from headgate.synthesis import deployment_of

    stale: list[str] = []
    problems: list[Problem] = []
    asked: Jobs = {}
    for one in read_connectors(root, connector):
        name = target_of(one.definition, target)
        plans = deployment_of(one, name)
        for warning in _warnings(one):
            tell(f"warning: {one.definition.id}: {warning}")
        result(f"{one.definition.id}: {len(one.tables)} tables, {len(plans)} stacks, fine")
        stale += [one.definition.id] if frozen and _would_change(one) else []
        problems += job_problems(one, one.layout, name, asked) if workspace and one.layout else []
    if stale:
        problems.append(
            Problem(f"layout.lock would change for: {', '.join(stale)}", "run `headgate balance`, and commit the lock")
        )
    if problems:
        raise StaleError(problems)


def show(
    connector: Annotated[str | None, typer.Argument(help="A connector's id or folder; default: all of them.")] = None,
    target: Target = None,
    output: FormatOption = Format.text,
    root: Root = Path(),
) -> None:
    """Show each pipeline of the agreed layout, the stacks and where they were synthesized, and what to do next."""
    from headgate.balance.report import report
    from headgate.project import read_connectors, target_of
    from headgate.render.layout import report_text
    from headgate.synthesis import deployment_of

    found = []
    for one in read_connectors(root, connector):
        name = target_of(one.definition, target)
        plans = deployment_of(one, name)
        layout = one.layout
        assert layout is not None  # noqa: S101  # deployment_of refuses a connector without a lock
        shown = report(one.weighed(), one.definition, layout, layout)
        folders = {plan.name: str(root / _CDK_OUT / plan.name) for plan in plans}
        found.append(shown.as_json() | {"target": name, "stacks": folders})
        if output is Format.text:
            result(report_text(shown) + "\n\n" + _stacks_text(one, name, folders))
    if output is Format.json:
        result_json(found)


def schema() -> None:
    """Print the JSON Schema of connector.yaml, for editors."""
    from headgate.definition.schema import json_schema

    result_json(json_schema())


def _stacks_text(one: Connector, target: str, folders: dict[str, str]) -> str:
    from headgate.names import secret_variable

    lines = [f"Stacks of target '{target}', as `cdktf synth` writes them:"]
    lines += [f"  {folder}{'' if Path(folder).is_dir() else '  (not synthesized yet)'}" for folder in folders.values()]
    secrets = [] if one.definition.connection.existing else one.definition.connection.secrets
    steps = ["export DATABRICKS_HOST=… and its credentials"] if not one.definition.targets[target].host else []
    steps += [f"export TF_VAR_{secret_variable(one.definition.id, secret)}=…" for secret in secrets]
    steps += [
        f"HEADGATE_TARGET={target} npx cdktf diff {next(iter(folders), '')}".replace(str(_CDK_OUT) + "/", ""),
        f"HEADGATE_TARGET={target} npx cdktf deploy '{one.definition.id}-{target}-*'",
        f"headgate record {one.definition.id} --target {target}   # then commit deployed.{target}.json",
    ]
    return "\n".join([*lines, "To deploy:", *(f"  {number}. {step}" for number, step in enumerate(steps, 1))])


def _would_change(one: Connector) -> bool:
    from headgate.balance.plan import balance
    from headgate.layout.lock import differs

    return differs(one.layout, balance(one.weighed(), one.definition, one.layout).layout)


def _warnings(one: Connector) -> list[str]:
    from headgate.schedule import daylight_warnings

    zone = one.definition.schedules.timezone
    schedules = sorted({table.group.schedule for table in one.tables} - {""})
    return [f"schedule '{schedule}': {warning}" for schedule in schedules for warning in daylight_warnings(schedule, zone)]
