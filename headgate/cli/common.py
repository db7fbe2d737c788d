"""What the commands share: the project's folder, the two consoles."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from headgate.redaction.environment import without_own_secrets

TARGET = "HEADGATE_TARGET"


@dataclass(slots=True)
class _Said:
    """What was said so far: whether it names commands, and the folder that they are for where that is another one.

    kept: the shell says which folder headgate's commands are for, and cdktf looks for its settings where it is run.
    """

    elsewhere: Path | None = None
    kept: bool = False
    commands: bool = False
    cdktf: bool = False

    def add(self, text: str) -> None:
        """Look for commands in what is said."""
        self.commands = self.commands or bool(_COMMAND.search(text))
        self.cdktf = self.cdktf or "npx cdktf" in text


_said = _Said()
# A command to run, among other words or on a line of its own.
_COMMAND = re.compile(r"(^|`|: |\d\. |=\S+ )\s*(\S*headgate [a-z]|npx cdktf )", re.MULTILINE)


def _kept(context: typer.Context, root: Path) -> Path:
    """Remember a folder that is not the one that the user stands in: commands without it work there alone."""
    source = context.get_parameter_source("root")
    if source is not None and source.name in {"COMMANDLINE", "ENVIRONMENT"} and root.resolve() != Path.cwd():
        _said.elsewhere, _said.kept = root, source.name == "ENVIRONMENT"
    return root


Root = Annotated[
    Path,
    typer.Option("--root", help="The project's folder, which holds connectors/.", envvar="HEADGATE_ROOT", callback=_kept),
]
Connector = Annotated[str, typer.Argument(help="A connector: its id, or its folder below connectors/.")]
Target = Annotated[
    str | None, typer.Option("--target", "-t", help="The target; default: the connector's default one.", envvar=TARGET)
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
    _said.add(text)
    sys.stderr.write(without_own_secrets(text) + "\n")


def begin() -> None:
    """Forget what was said before: a process may run several commands, as tests do."""
    _said.elsewhere, _said.kept, _said.commands, _said.cdktf = None, False, False, False


def say_where() -> None:
    """Say which folder the commands that were said are for, where it is not the one that the user stands in."""
    needed = (_said.cdktf and not Path("cdktf.json").is_file()) if _said.kept else _said.commands
    if _said.elsewhere is not None and needed:
        tell(f"(these commands are for another folder: cd {shlex.quote(str(_said.elsewhere))})")


def result(text: str) -> None:
    """Print a result: on stdout."""
    _said.add(text)
    sys.stdout.write(text + "\n")


def result_json(value: Any) -> None:
    """Print a result for a machine."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def own_name() -> str:
    """Give the word that starts this program where the user stands: `headgate`, or a path to it that is not on the path."""
    typed, found = sys.argv[0], shutil.which("headgate")
    if Path(typed).name != "headgate" or (found and Path(found).resolve() == Path(typed).resolve()):
        return "headgate"
    return shlex.quote(typed)


def wait(seconds: float) -> None:
    """Let time pass, and say so where somebody who watches would wonder."""
    if seconds >= _WORTH_TELLING:
        tell(f"waiting for {seconds:,.0f} seconds before asking the host again")
    time.sleep(seconds)
