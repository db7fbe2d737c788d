"""What the commands share: the project's folder, the two consoles."""

from __future__ import annotations

import json
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from headgate.redaction.environment import without_own_secrets

Root = Annotated[Path, typer.Option("--root", help="The project's folder, which holds connectors/.", envvar="HEADGATE_ROOT")]
Connector = Annotated[str, typer.Argument(help="A connector: its id, or its folder below connectors/.")]
Target = Annotated[str | None, typer.Option("--target", "-t", help="The target; default: the connector's default one.")]
Program = Annotated[
    str,
    typer.Option(
        "--terraform",
        help="The program to run; default: terraform on the path, else tofu, else headgate[terraform]'s.",
        envvar="TERRAFORM_BINARY_NAME",
        show_default=False,
    ),
]

_WORTH_TELLING = 5


class Format(StrEnum):
    """How results are printed."""

    text = "text"
    json = "json"


class TableFormat(StrEnum):
    """How results are printed that are a table."""

    text = "text"
    json = "json"
    csv = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="text for people, json for machines.")]

TableFormatOption = Annotated[TableFormat, typer.Option("--format", help="text for people, json and csv for machines.")]


def tell(text: str) -> None:
    """Say something that is no result: on stderr. Servers' and programs' words may be in it: no secret of ours is."""
    sys.stderr.write(without_own_secrets(text) + "\n")


def result(text: str) -> None:
    """Print a result: on stdout."""
    sys.stdout.write(text + "\n")


def result_json(value: Any) -> None:
    """Print a result for a machine."""
    result(json.dumps(value, ensure_ascii=False, indent=2))


def wait(seconds: float) -> None:
    """Let time pass, and say so where somebody who watches would wonder."""
    if seconds >= _WORTH_TELLING:
        tell(f"waiting for {seconds:,.0f} seconds before asking the host again")
    time.sleep(seconds)
