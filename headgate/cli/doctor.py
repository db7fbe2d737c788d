"""`headgate doctor`: what this machine has of what Headgate needs. `headgate --version`."""

from __future__ import annotations

from pathlib import Path

import typer

from headgate.cli.console import emit, result, width
from headgate.cli.options import FormatOption, Program, Root
from headgate.problems import SourceError


def doctor(terraform: Program = "", output: FormatOption = "text", root: Root = Path()) -> None:
    """Look for what Headgate needs, and name the command that brings what is missing; exit 4 where something needed is.

    Nothing is installed, and no network is asked.
    """
    from headgate.installation import bring
    from headgate.render.tables import table_text
    from headgate.use_cases.doctor import examine, is_fit
    from headgate.use_cases.outputs.projects import DoctorOutput

    checks = examine(root, terraform)
    if output == "json":
        emit(DoctorOutput(fit=is_fit(checks), checks=tuple(checks)))
    else:
        rows = [(check.name, check.state, check.found, check.needed_for) for check in checks]
        result(table_text(("", "", "found", "needed for"), rows, width=width()))
        fixes = [f"{check.name}: {check.fix}" for check in checks if check.fix and check.state != "optional"]
        if extras := [check.name.removeprefix("extra ") for check in checks if check.state == "optional"]:
            fixes.append(f"extras, those of these that you want: {bring(extras)}")
        result("\n".join(["", *fixes]) if fixes else "\nall is there")
    if not is_fit(checks):
        missing = ", ".join(check.name for check in checks if check.state in {"missing", "unfit"})
        raise SourceError(f"what is needed is not there: {missing}", "the lines above say how to get it")


def print_version(wanted: bool) -> None:
    """Print the version and end, where that is wanted."""
    if wanted:
        from importlib.metadata import version

        result(f"headgate {version('headgate')}")
        raise typer.Exit
