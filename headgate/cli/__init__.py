"""The command `headgate`.

Exit codes: 0 done; 1 a file or an argument is to be mended; 2 the command line was not understood; 3 two committed files
don't fit each other, and the message names the command to run; 4 something outside failed; 5 refused, for it would lose data.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli.backfill import backfill
from headgate.cli.balance import balance
from headgate.cli.check import check, schema, show
from headgate.cli.ci import apply, approved, plan, stacks, validate
from headgate.cli.comment import comment
from headgate.cli.common import begin, say_where, tell
from headgate.cli.cost import cost
from headgate.cli.discover import discover
from headgate.cli.doctor import doctor, print_version
from headgate.cli.handover import handover
from headgate.cli.init import init
from headgate.cli.init_connector import connector
from headgate.cli.init_project import project
from headgate.cli.progress import done, record, rename, retire
from headgate.cli.recover import recover
from headgate.cli.review import review
from headgate.cli.simulator import simulator
from headgate.cli.slice import slice_
from headgate.files import system_error
from headgate.problems import HeadgateError

if TYPE_CHECKING:
    from types import TracebackType

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 fix the input, 2 usage, 3 files don't fit together, 4 something outside failed, 5 refused.",
)


@app.callback()
def _headgate(
    version: Annotated[  # its callback prints it
        bool, typer.Option("--version", help="Print the version and end.", callback=print_version, is_eager=True)
    ] = False,
) -> None:
    """Balance a connector's tables over Databricks pipelines and Terraform stacks."""


for command in (discover, balance, review, handover, comment, cost, show, check, schema, record, recover, done, rename, retire):
    app.command()(command)
app.command("slice")(slice_)
for step in (stacks, validate, plan, approved, apply, backfill, doctor):
    app.command()(step)
init.command("project")(project)
init.command("connector")(connector)
app.add_typer(init, name="init")
app.command("simulate-pi")(simulator())


def fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the stack trace of a fault of headgate's own, as Python does, without secrets."""
    tell("".join(traceback.format_exception(kind, error, trace)).rstrip())


def speak_utf8() -> None:
    """Have both consoles take any text, the same bytes everywhere; half a character, as a file's name may hold, is escaped."""
    for console in (sys.stdout, sys.stderr):
        if isinstance(console, io.TextIOWrapper):
            console.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def main() -> None:
    """Run the command line; errors that are the user's to mend are printed without a stack trace."""
    sys.excepthook = fault
    speak_utf8()
    begin()
    try:
        _run()
    finally:
        say_where()


def _run() -> None:
    try:
        app()
    except HeadgateError as error:
        tell(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read the results has gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        told = system_error(error)
        tell(str(told))
        sys.exit(told.exit_code)


if __name__ == "__main__":
    main()
