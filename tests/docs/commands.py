"""The commands that blocks of pages hold, and whether the command line takes them."""

from __future__ import annotations

import re
import shlex
from itertools import dropwhile
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup
from typer.main import get_command

from headgate.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEFORE = re.compile(r"\w+=.*|npx")


def words_of(text: str, program: str = "headgate") -> Iterator[list[str]]:
    """Give the words after a program's name, for each command of a script that runs it."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in _parts(line) if program in line else ():
            words = list(dropwhile(_BEFORE.fullmatch, part))
            if words and words[0].rpartition("/")[2] == program:
                yield words[1:]


def _parts(line: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;<>")
    lexer.whitespace_split = True
    part: list[str] = []
    for word in lexer:
        if word[0] in "&|;<>":
            yield part
            part = []
        else:
            part.append(word)
    yield part


def read(words: list[str]) -> None:
    """Have the command line read a command's words without running it; it raises what it would say of them."""
    command: Any = get_command(app)
    rest = list(words)
    while isinstance(command, TyperGroup):
        command = command.commands[rest.pop(0)]
    command.make_context(command.name, rest)
