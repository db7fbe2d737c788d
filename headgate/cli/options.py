"""Options and arguments that commands share, so that one word means one thing everywhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from headgate.cli.console import kept_root
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

TARGET = "HEADGATE_TARGET"
Format = Literal["text", "json"]  # how results are printed, and
TableFormat = Literal["text", "json", "csv"]  # those that are a table


def refuse_together(*flags: tuple[str, object]) -> None:
    """Raise InputError where more than one of these is given, which contradict each other: a flag, and what it was given."""
    given = [flag for flag, value in flags if value]
    if len(given) > 1:
        raise InputError(f"{' and '.join(given)} contradict each other", "give one of them")


def pairs_of(words: Sequence[str], flag: str) -> dict[str, str]:
    """Give what a repeated flag says, NAME=VALUE each, where the value may be nothing. Raises InputError."""
    pairs = [word.partition("=") for word in words]
    if wrong := [name for name, sign, _ in pairs if not (name and sign)]:
        raise InputError(f"{flag} {wrong[0]!r} says no value", f"write {flag} NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _connectors(typed: str) -> list[str]:
    """Complete a connector's name, for the shell."""
    found = Path(os.environ.get("HEADGATE_ROOT") or ".").glob("connectors/*/connector.yaml")
    return sorted(file.parent.name for file in found if file.parent.name.startswith(typed))


def _targets(typed: str) -> list[str]:
    """Complete a target's name, for the shell; nothing where a definition can't be read."""
    from headgate.problems import HeadgateError
    from headgate.use_cases.request import target_names

    try:
        return [name for name in target_names(Path(os.environ.get("HEADGATE_ROOT") or ".")) if name.startswith(typed)]
    except (HeadgateError, OSError):
        return []


def _sites(typed: str) -> list[str]:
    """Complete a site's name, for the shell; nothing where a definition can't be read."""
    from headgate.problems import HeadgateError
    from headgate.use_cases.request import site_names

    try:
        return [name for name in site_names(Path(os.environ.get("HEADGATE_ROOT") or ".")) if name.startswith(typed)]
    except (HeadgateError, OSError):
        return []


Root = Annotated[
    Path,
    typer.Option("--root", help="The project's folder, which holds connectors/.", envvar="HEADGATE_ROOT", callback=kept_root),
]
Connector = Annotated[
    str, typer.Argument(help="A connector: its id, or its folder below connectors/.", autocompletion=_connectors)
]
Connectors = Annotated[
    str | None, typer.Argument(help="A connector's id or folder; default: all of them.", autocompletion=_connectors)
]
Sites = Annotated[
    list[str] | None,
    typer.Option(
        "--site",
        help="Only this site of a sites.yaml, by name or id; may be given again. Default: all sites.",
        autocompletion=_sites,
    ),
]
ConnectorOption = Annotated[
    str | None,
    typer.Option("--connector", "-c", help="A connector's id or folder; default: all of them.", autocompletion=_connectors),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--target", "-t", help="The target; default: the connector's default one.", envvar=TARGET, autocompletion=_targets
    ),
]
SynthesizedTarget = Annotated[
    str | None,
    typer.Option("--target", "-t", help="The target that must have been synthesized.", envvar=TARGET, autocompletion=_targets),
]
NamedTarget = Annotated[str, typer.Option("--target", "-t", help="The target.", envvar=TARGET, autocompletion=_targets)]
Profile = Annotated[
    str | None,
    typer.Option("--profile", "-p", help="The profile to log in with; default: the target's, else the environment's."),
]
Program = Annotated[
    str,
    typer.Option(
        "--terraform",
        help="The program to run; default: terraform on the path, else tofu, else headgate[terraform]'s.",
        envvar="TERRAFORM_BINARY_NAME",
        show_default=False,
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", "-o", help="text for people, json for machines.")]
TableFormatOption = Annotated[TableFormat, typer.Option("--format", "-o", help="text for people, json and csv for machines.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say results, warnings and errors only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say each step, and what is asked of programs and servers.")]
LogFile = Annotated[
    Path | None, typer.Option("--log-file", help="Write all that, with times, to a file.", envvar="HEADGATE_LOG_FILE")
]
