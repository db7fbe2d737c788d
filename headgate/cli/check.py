"""`headgate check`, `headgate show` and `headgate schema`: nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from headgate.cli.common import Format, FormatOption, Root, Target, result, result_json, tell

if TYPE_CHECKING:
    from headgate.use_cases.check import ShownConnector


SchemaOf = Literal["connector", "accepted", "tables"]


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
    from headgate.use_cases.check import CheckRequest, check_project

    request = CheckRequest(connector=connector, target=target, root=root, frozen=frozen, workspace=workspace)
    for one in check_project(request):
        for problem in one.problems:
            tell(f"problem: {one.connector}: {problem}")
        for warning in one.warnings:
            tell(f"warning: {one.connector}: {warning}")
        found = "fine" if not one.problems else f"{len(one.problems)} problem{'s' if len(one.problems) > 1 else ''}"
        result(f"{one.connector}: {one.tables} tables, {one.stacks} stacks, {found}")


def show(
    connector: Annotated[str | None, typer.Argument(help="A connector's id or folder; default: all of them.")] = None,
    target: Target = None,
    output: FormatOption = Format.text,
    root: Root = Path(),
) -> None:
    """Show each pipeline of the agreed layout, the stacks and where they were synthesized, and what to do next."""
    from headgate.render.layout import report_text
    from headgate.use_cases.check import show_layouts
    from headgate.use_cases.request import ProjectRequest

    found = []
    for one in show_layouts(ProjectRequest(connector=connector, target=target, root=root)):
        stacks = {name: str(folder) for name, folder in one.stacks.items()}
        found.append(one.report.as_json() | {"target": one.target, "stacks": stacks})
        if output is Format.text:
            result(report_text(one.report) + "\n\n" + _stacks_text(one))
    if output is Format.json:
        result_json(found)


def schema(
    of: Annotated[
        SchemaOf, typer.Argument(help="Of connector.yaml, accepted.yaml, or the columns of tables.csv.")
    ] = "connector",
) -> None:
    """Print what editors know of a file: a JSON Schema; of tables.csv and runs.csv, metadata as CSV on the Web has it (W3C)."""
    from headgate.new_project.schemas import schema as schema_of

    result_json(schema_of(of))


def _stacks_text(one: ShownConnector) -> str:
    connector, target = one.report.connector, one.target
    lines = [f"Stacks of target '{target}', as `cdktf synth` writes them:"]
    lines += [f"  {folder}{'' if folder.is_dir() else '  (not synthesized yet)'}" for folder in one.stacks.values()]
    steps = [] if one.host else ["export DATABRICKS_HOST=… and its credentials"]
    steps += [f"export TF_VAR_{variable}=…" for variable in one.variables]
    steps += [
        f"HEADGATE_TARGET={target} npx cdktf diff {next(iter(one.stacks), '')}",
        f"HEADGATE_TARGET={target} npx cdktf deploy '{connector}-{target}-*'",
        f"headgate record {connector} --target {target}   # then commit deployed.{target}.json",
    ]
    return "\n".join([*lines, "To deploy:", *(f"  {number}. {step}" for number, step in enumerate(steps, 1))])
