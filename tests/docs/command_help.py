"""The commands' own help as a page: usage, examples, arguments and options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from headgate.cli import app
from tests.docs.pages import ROOT, blocks, pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = tuple[str, str]
_MOST_EXAMPLES = 3


def help_of_all() -> str:
    """Give a section for each command, and before them one for the options that all of them have."""
    found = list(commands())
    everywhere = [row for row in _rows(found[0][1]) if all(row in _rows(command) for _, command in found)]
    head = ["## Every command", table(("", ""), everywhere)] if everywhere else []
    return "\n\n".join([*head, *(_section(name, command, everywhere) for name, command in found)])


def commands() -> Iterator[tuple[str, Any]]:
    """Give every command by its words after `headgate`, in the order of its help."""
    for name, command in _inside(get_command(app)):
        yield from ((f"{name} {inner}", found) for inner, found in _inside(command)) if _inside(command) else [(name, command)]


def _inside(command: Any) -> list[tuple[str, Any]]:
    return list(command.commands.items()) if isinstance(command, TyperGroup) else []


def examples(name: str, command: Any) -> list[str]:
    """Give the examples of a command's help; where it has none, lines of the pages that run it, or have it in a sentence."""
    own = re.findall(r"^headgate .*$", (command.epilog or "").replace("\\[", "["), re.MULTILINE)
    line = re.compile(rf"^(?:\S+=\S+ )?(headgate {name}\b[^#\n]*)", re.MULTILINE)
    texts = [block.text for page in pages() for block in blocks(page) if block.language == "sh"]
    found = [found.strip() for text in texts for found in line.findall(text)]
    inline = re.findall(rf"`(headgate {name} [^`]+)`", "\n".join((ROOT / page).read_text() for page in pages()))
    return list(dict.fromkeys(own or found or inline))[:_MOST_EXAMPLES]


def table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Give a table in Markdown."""
    lines = [columns, ("---",) * len(columns), *rows]
    return "\n".join("|" + "|".join(f" {cell} ".replace("|", "\\|") if cell else " " for cell in line) + "|" for line in lines)


def _section(name: str, command: Any, everywhere: Sequence[Row]) -> str:
    block = "\n".join([_usage(name, command), "", *examples(name, command)]).strip()
    rows = [row for row in _rows(command) if row not in everywhere]
    parts = [f"## headgate {name}", _text(command.help or ""), f"```text\n{block}\n```", table(("", ""), rows) if rows else ""]
    return "\n\n".join(filter(None, parts))


def _usage(name: str, command: Any) -> str:
    records = _records(command)
    arguments = [_argument(one) for one, _, _ in records if one.param_type_name == "argument"]
    needed = [_metavars(option) for one, option, _ in records if one.param_type_name == "option" and one.required]
    options = ["[OPTIONS]"] if len(records) > len(arguments) + len(needed) else []
    return " ".join(["headgate", name, *arguments, *needed, *options])


def _rows(command: Any) -> list[Row]:
    return [
        (f"`{_argument(one) if one.param_type_name == 'argument' else _metavars(option)}`", _text(said))
        for one, option, said in _records(command)
    ]


def _records(command: Any) -> list[tuple[Any, str, str]]:
    """Give each parameter that the help shows, its first column and what is said of it."""
    context = Context(command)
    found = ((one, one.get_help_record(context)) for one in command.params if one.name != "help")
    return [(one, *record) for one, record in found if record]


def _argument(argument: Any) -> str:
    word = (argument.metavar or argument.name.upper()).strip("[]") + ("…" if argument.nargs != 1 else "")
    return word if argument.required else f"[{word}]"


def _metavars(option: str) -> str:
    """Give an option with what it takes as other programs' help has it: --out PATH, --format text|json."""
    return re.sub(
        r"<([^<>]+)>", lambda found: found[1] if "|" in found[1] else found[1].upper(), option.replace("<str>", "<text>")
    )


def _text(text: str) -> str:
    """Give a help text as Markdown, a line a paragraph: what looks like HTML or stress is none."""
    whole = "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))
    parts = re.split("(`[^`]+`)", whole)
    return "".join(part if part.startswith("`") else re.sub(r"([<*])", r"\\\1", part) for part in parts)
