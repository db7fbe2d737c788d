"""Making a function a command: with its examples, and the options that every command has."""

from __future__ import annotations

import inspect
import shlex
from copy import copy
from functools import wraps
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

from headgate.cli.logs import speaking
from headgate.cli.options import LogFile, Quiet, Verbose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import typer

# Command → what one types, for its help and the documents.
EXAMPLES: dict[str, tuple[str, ...]] = {}
_EVERYWHERE = {"quiet": (Quiet, False), "verbose": (Verbose, False), "log_file": (LogFile, None)}


class Commands(TyperGroup):
    """Commands by name, which say where an option belongs that is written before the command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the words before a command, and the command; ends with exit code 2 for a command's option among the former."""
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        if args and args[0].startswith("-") and args[0].partition("=")[0] not in own:
            place = next((number for number, word in enumerate(args) if word in self.commands), None)
            if place is not None:
                name, before, after = args[place], args[:place], args[place + 1 :]
                inner = getattr(self.commands[name], "commands", {})
                names = [name, after.pop(0)] if after and after[0] in inner else [name]
                written = shlex.join([*ctx.command_path.split(), *names, *before, *after])
                ctx.fail(f"{args[0]} comes after the command: {written}")
        return super().parse_args(ctx, args)


def only(app: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """Give an app with the command alone that the words begin with; as it is where they begin with none."""
    name = words[0] if words else ""
    found = copy(app)
    found.registered_commands = [command for command in app.registered_commands if command.name == name]
    found.registered_groups = [copy(group) for group in app.registered_groups if group.name == name]
    for group in found.registered_groups:
        if group.typer_instance is not None:
            group.typer_instance = only(group.typer_instance, words[1:])
    return found if found.registered_commands or found.registered_groups else app


def add(app: typer.Typer, function: Callable[..., Any], name: str, examples: tuple[str, ...], group: str = "") -> None:
    """Make a function a command of the app: its parameters are options, its docstring is the help.

    examples: what one types after `headgate` and the command's name. group: the name of the app among others, where it is one.
    """
    full = f"{group} {name}".strip()
    EXAMPLES[full] = tuple(f"headgate {full} {words}".strip() for words in examples)
    signature = inspect.signature(function, eval_str=True)
    more = [
        inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for option, (annotation, default) in _EVERYWHERE.items()
    ]

    @wraps(function)
    def run(*, quiet: bool = False, verbose: bool = False, log_file: Path | None = None, **given: Any) -> Any:
        with speaking(full, quiet=quiet, verbose=verbose, log_file=log_file):
            return function(**given)

    run.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *more])  # type: ignore[attr-defined]
    run.__annotations__ = {**function.__annotations__, **{option: kind for option, (kind, _) in _EVERYWHERE.items()}}
    epilog = "\n\n".join(["Examples:", *(example.replace("[", r"\[") for example in EXAMPLES[full])])
    app.command(name, epilog=epilog)(run)
