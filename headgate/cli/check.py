"""`headgate check`, `headgate show` and `headgate schema`: nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from headgate.cli.console import emit, result, warn, width
from headgate.cli.options import Connectors, FormatOption, Profile, Root, Sites, Target, refuse_together
from headgate.numbers import counted

if TYPE_CHECKING:
    from headgate.use_cases.check import ShownConnector


SchemaOf = Literal["connector", "sites", "accepted", "pipeline", "test", "tables"]


def check(
    connector: Connectors = None,
    target: Target = None,
    site: Sites = None,
    *,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="Also exit 3 where `headgate balance` would change layout.lock, as for CI.")
    ] = False,
    workspace: Annotated[
        bool, typer.Option("--workspace", help="Also ask the workspace, and exit 3 where it has a job of ours twice.")
    ] = False,
    profile: Profile = None,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Check all that `cdktf synth` would refuse, and warn of schedules that daylight saving touches."""
    from headgate.render.checked import checked_text
    from headgate.use_cases.check import CheckRequest, check_project
    from headgate.use_cases.outputs.layouts import CheckOutput

    request = CheckRequest(
        connector=connector,
        sites=tuple(site or ()),
        target=target,
        root=root,
        profile=profile,
        frozen=frozen,
        workspace=workspace,
    )
    found = []
    of_sites: dict[tuple[str, str], list[tuple[str, str]]] = {}
    try:
        for one in check_project(request):
            found.append(CheckOutput.like(one))
            said = [
                *(f"problem: {{}}: {words}" for words in one.problems),
                *(f"warning: {{}}: {words}" for words in one.warnings),
            ]
            for words in said:
                if one.of:
                    alike = words.replace(f".{one.schema}.", ".{schema}.")
                    of_sites.setdefault((one.of, alike), []).append((one.connector, words))
                else:
                    warn(words.replace("{}", one.connector, 1))
            if output == "text":
                result(checked_text(one.connector, one.tables, one.stacks, one.problems))
    finally:
        for (of, alike), its in of_sites.items():  # what sites have alike is said once
            who, words = its[0] if len(its) == 1 else (f"{of}, {counted(len(its), 'site')}", alike)
            warn(words.replace("{}", who, 1))
        if output == "json":
            emit(found)


def show(
    connector: Connectors = None,
    target: Target = None,
    site: Sites = None,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Show each pipeline of the agreed layout, the stacks and where they were synthesized, and what to do next."""
    from headgate.render.layout import report_text
    from headgate.use_cases.check import show_layouts
    from headgate.use_cases.outputs.layouts import ShowOutput
    from headgate.use_cases.request import ProjectRequest

    found = []
    for one in show_layouts(ProjectRequest(connector=connector, sites=tuple(site or ()), target=target, root=root)):
        found.append(ShowOutput.shown(one))
        if output == "text":
            result(report_text(one.report, width()) + "\n\n" + _stacks_text(one))
    if output == "json":
        emit(found)


def schema(
    of: Annotated[
        SchemaOf | None,
        typer.Argument(
            help="Of connector.yaml, the default, sites.yaml, accepted.yaml, *.pipeline.yaml, *.test.yaml, or the columns of "
            "tables.csv."
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", metavar="COMMAND", help="Of what this command prints with --format json.")
    ] = None,
) -> None:
    """Print what editors know of a file: a JSON Schema; of tables.csv and runs.csv, metadata as CSV on the Web has it (W3C).

    With --output, the JSON Schema of what a command prints with --format json, such as `--output "init project"`.
    """
    from headgate.new_project.schemas import schema as schema_of

    refuse_together((str(of), of), ("--output", output))
    if output is None:
        emit(schema_of(of or "connector"))
        return
    from headgate.problems import InputError, did_you_mean
    from headgate.use_cases.outputs.schema import OUTPUTS, output_schema

    if output not in OUTPUTS:
        raise InputError(f"no command '{output}' prints JSON", did_you_mean(output, OUTPUTS))
    emit(output_schema(output))


def _stacks_text(one: ShownConnector) -> str:
    connector, target = one.report.connector, one.target
    lines = [f"Stacks of target '{target}', as `cdktf synth` writes them:"]
    lines += [f"  {folder}{'' if folder.is_dir() else '  (not synthesized yet)'}" for folder in one.stacks.values()]
    steps = [] if one.host else ["export DATABRICKS_HOST=… and its credentials"]
    steps += [f"export TF_VAR_{variable}=…" for variable in one.variables]
    if not one.stacks:
        steps = [f"headgate generate bundle {connector}", f"databricks bundle deploy -t {target}   # in the bundle's folder"]
        return "\n".join(
            [f"Target '{target}' is deployed by a bundle:", *(f"  {number}. {step}" for number, step in enumerate(steps, 1))]
        )
    steps += [
        f"HEADGATE_TARGET={target} npx cdktf diff {next(iter(one.stacks))}",
        f"HEADGATE_TARGET={target} npx cdktf deploy '{connector}-{target}-*'",
        f"headgate record {connector} --target {target}   # then commit deployed.{target}.json",
    ]
    return "\n".join([*lines, "To deploy:", *(f"  {number}. {step}" for number, step in enumerate(steps, 1))])
