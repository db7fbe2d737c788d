"""What a command says: results on stdout, all else on stderr; and what it asks."""

from __future__ import annotations

import json
import logging
import re
import shlex
import shutil
import sys
import time
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from headgate.cli.working import working
from headgate.numbers import counted, rounded
from headgate.problems import InputError, Problem
from headgate.redaction.environment import without_own_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

_WORTH_TELLING = 5
_WIDTH, _NARROWEST = 80, 60
_log = logging.getLogger(__name__)
logging.getLogger("headgate").addHandler(logging.NullHandler())


@dataclass(slots=True)
class _Said:
    """What was said so far: whether it names commands, and the folder that they are for where that is another one.

    kept: the shell says which folder headgate's commands are for, and cdktf looks for its settings where it is run.
    quiet: of what is no result, only warnings and errors are said.
    """

    elsewhere: Path | None = None
    kept: bool = False
    commands: bool = False
    cdktf: bool = False
    quiet: bool = False

    def add(self, text: str) -> None:
        """Look for commands in what is said."""
        self.commands = self.commands or bool(_COMMAND.search(text))
        self.cdktf = self.cdktf or "npx cdktf" in text


_said = _Said()
# A command to run, among other words or on a line of its own.
_COMMAND = re.compile(r"(^|`|: |\d\. |=\S+ )\s*(\S*headgate [a-z]|npx cdktf )", re.MULTILINE)


def kept_root(context: typer.Context, root: Path) -> Path:
    """Remember a folder that is not the one that the user stands in: commands without it work there alone.

    Raises InputError for one that is not there.
    """
    source = context.get_parameter_source("root")
    if not root.is_dir() and not context.resilient_parsing:
        by = "HEADGATE_ROOT" if source is not None and source.name == "ENVIRONMENT" else "--root"
        what = "is a file" if root.exists() else "is not there"
        raise InputError(f"{by}: {root} {what}", "name the project's folder, which holds connectors/")
    if source is not None and source.name in {"COMMANDLINE", "ENVIRONMENT"} and root.resolve() != Path.cwd():
        _said.elsewhere, _said.kept = root, source.name == "ENVIRONMENT"
    return root


def begin() -> None:
    """Forget what was said before: a process may run several commands, as tests do."""
    _said.elsewhere, _said.kept, _said.commands, _said.cdktf, _said.quiet = None, False, False, False, False


def be_quiet() -> None:
    """Say from now on results, warnings and errors only."""
    _said.quiet = True


def tell(text: str) -> None:
    """Say something that is no result: on stderr. Servers' and programs' words may be in it: no secret of ours is.

    A warning begins with that word, and is said to those too who want it quiet.
    """
    if text.startswith("warning: "):
        warn(text)
        return
    _log.info("%s", text)
    if not _said.quiet:
        say(text)


def warn(text: str) -> None:
    """Say a warning or an error, which is said to those too who want it quiet."""
    _log.warning("%s", text)
    say(text)


def say(text: str) -> None:
    """Say something on stderr, whoever wants it quiet."""
    _said.add(text)
    _write(sys.stderr, without_own_secrets(text) + "\n")


def say_where() -> None:
    """Say which folder the commands that were said are for, where it is not the one that the user stands in."""
    needed = (_said.cdktf and not Path("cdktf.json").is_file()) if _said.kept else _said.commands
    if _said.elsewhere is not None and needed:
        tell(f"(these commands are for another folder: cd {shlex.quote(str(_said.elsewhere))})")


def result(text: str) -> None:
    """Print a result: on stdout."""
    _said.add(text)
    _write(sys.stdout, text + "\n")


def emit(value: Any, *, indent: int | None = 2) -> None:
    """Print a result for a machine: dataclasses, or what JSON has, with numbers rounded as people see them."""
    _write(sys.stdout, json.dumps(_plain(value), ensure_ascii=False, indent=indent) + "\n")


def emit_each(values: Iterable[Any], *, one: bool) -> None:
    """Print a result for each connector; where one was named, that alone, without a list around it, if it has no sites."""
    found = list(values)
    emit(found[0] if one and len(found) == 1 else found)


def show(text: str) -> None:
    """Pass on rows on stdout, or a part of them, as they come."""
    _write(sys.stdout, text)
    sys.stdout.flush()


def pass_on(text: str) -> None:
    """Pass on what a program says, on stderr, as it comes; nothing to those who want it quiet."""
    if not _said.quiet:
        working.end()
        sys.stderr.write(text)


def say_what_was_quiet(text: str) -> None:
    """Say to those who want it quiet what was passed on to all others, once it failed."""
    if _said.quiet:
        warn(text.rstrip("\n"))


def confirm(question: str, flag: str) -> None:
    """Ask, and end with exit code 1 where the answer is no; raises InputError with the flag where nobody can answer."""
    with working.aside():
        try:
            typer.confirm(question, abort=True, err=True)
        except typer.Abort:
            if sys.stdin.isatty():
                raise
            sys.stderr.write("\n")
            raise InputError(f"nobody agreed to: {question}", f"where there is no terminal to ask on, say {flag}") from None


def ask(question: str, default: str | None, flag: str) -> str:
    """Ask for a text on a terminal; without one, the default is the answer. Raises InputError where there is none."""
    if sys.stdin.isatty():
        with working.aside():
            return str(typer.prompt(question, default=default, err=True))
    if default is None:
        raise InputError(unasked(question, flag))
    tell(f"{question}: {default} (the default; give another by {flag})")
    return default


def unasked(question: str, flag: str) -> Problem:
    """Give what is said of a question that has no default, where there is no terminal to ask on."""
    return Problem(f"it is not said, and there is no terminal to ask on: {question}", f"say {flag}")


def width() -> int:
    """Give how many columns a line has: the terminal's, or COLUMNS; 80 where there is neither."""
    return max(_NARROWEST, shutil.get_terminal_size((_WIDTH, 24)).columns)


def own_name() -> str:
    """Give the word that starts this program where the user stands: `headgate`, or a path to it that is not on the path."""
    typed, found = sys.argv[0], shutil.which("headgate")
    if Path(typed).name != "headgate" or (found and Path(found).resolve() == Path(typed).resolve()):
        return "headgate"
    return shlex.quote(typed)


def wait(seconds: float) -> None:
    """Let time pass, and say so where somebody who watches would wonder."""
    if seconds >= _WORTH_TELLING:
        tell(f"waiting for {counted(round(seconds), 'second')} before asking the host again")
    time.sleep(seconds)


def _write(stream: TextIO, text: str) -> None:
    if stream is sys.stdout and stream.isatty():
        working.end()
    with working.aside():
        stream.write(text)


def _plain(value: Any) -> Any:
    """Give a value as JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return rounded(value) if isinstance(value, float) else value
