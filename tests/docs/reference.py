"""What is generated in the pages: `make docs` writes it anew, from the code that it is of."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from headgate.cli import app
from headgate.new_project.sampled import sample_files
from headgate.new_project.schemas import RUNS, TABLES, schema
from headgate.render.layout import report_text
from headgate.use_cases.balance import BalanceRequest, balance_tables
from headgate.use_cases.init_connector import NewConnectorRequest, make_connector
from tests.docs.pages import ROOT, blocks, generated_parts, pages, with_parts
from tests.docs.picture import PICTURE, picture
from tests.docs.schema_keys import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.balance.report import Report

_LONGEST = 3
_CSV = re.compile(r"<<END\n(.*?)^END$", re.MULTILINE | re.DOTALL)


def parts() -> dict[str, str]:
    """Give what each generated part is to say."""
    found = {"commands": "\n\n".join(_command(name, command) for name, command in commands())}
    for name, words in (("tables.csv", TABLES), ("runs.csv", RUNS)):
        found[name] = table(("column", "what it holds"), [(f"`{column}`", text) for column, text in words.items()])
    for name, of in (("connector.yaml", "connector"), ("accepted.yaml", "accepted")):
        rows = [(f"`{key.path}`", key.value, key.default, key.text) for key in keys_of(schema(of))]
        found[name] = table(("key", "value", "default", "what it is"), rows)
    sample, own = balanced_sample(), _balanced_csv()
    head = report_text(sample).splitlines()[: len(sample.rows) + 3]
    found["pipelines of the sample"] = "\n".join(["```text", *head, "```"])
    return found | {"balance crm": f"```text\n{report_text(own)}\n```"}


def commands() -> Iterator[tuple[str, Any]]:
    """Give every command by its words after `headgate`, in the order of its help."""
    for name, command in _inside(get_command(app)):
        yield from ((f"{name} {inner}", found) for inner, found in _inside(command)) if _inside(command) else [(name, command)]


def examples(name: str) -> list[str]:
    """Give the first lines of the pages that run a command, and the first that has it in a sentence where none does."""
    line = re.compile(rf"^(?:\S+=\S+ )?(headgate {name}\b[^#\n]*)", re.MULTILINE)
    texts = [block.text for page in pages() for block in blocks(page) if block.language == "sh"]
    texts += re.findall(r"^ {4}(headgate .*)$", (ROOT / "docs/osipi.md").read_text(), re.MULTILINE)
    found = [found.strip() for text in texts for found in line.findall(text)]
    inline = re.findall(rf"`(headgate {name} [^`]+)`", "\n".join((ROOT / page).read_text() for page in pages()))
    return list(dict.fromkeys(found or inline))[:_LONGEST]


def _inside(command: Any) -> list[tuple[str, Any]]:
    return list(command.commands.items()) if isinstance(command, TyperGroup) else []


def _command(name: str, command: Any) -> str:
    """Give what a command's help says, as a section, with lines of the pages that use it."""
    context = Context(command, info_name=f"headgate {name}")
    records = [(one, said) for one in command.params if one.name != "help" and (said := one.get_help_record(context))]
    needed = [record[0] for one, record in records if one.param_type_name == "option" and one.required]
    arguments = [_argument(one) for one, _ in records if one.param_type_name == "argument"]
    options = ["[OPTIONS]"] if len(records) > len(arguments) + len(needed) else []
    usage = " ".join(["headgate", name, *arguments, *map(_metavars, needed), *options])
    rows = [(_name(one, record[0]), _text(record[1])) for one, record in records]
    block = "\n".join([usage, "", *examples(name)]).strip()
    whole = [
        f"## headgate {name}",
        _text(command.help or ""),
        f"```text\n{block}\n```",
        *([table(("", ""), rows)] if rows else []),
    ]
    return "\n\n".join(whole)


def _argument(argument: Any) -> str:
    word = (argument.metavar or argument.name.upper()).strip("[]") + ("…" if argument.nargs != 1 else "")
    return word if argument.required else f"[{word}]"


def _name(parameter: Any, record: str) -> str:
    return f"`{_argument(parameter) if parameter.param_type_name == 'argument' else _metavars(record)}`"


def _metavars(record: str) -> str:
    """Give an option with what it takes as other programs' help has it."""
    return re.sub(
        r"<([^<>]+)>", lambda found: found[1] if "|" in found[1] else found[1].upper(), record.replace("<str>", "TEXT")
    )


def _text(text: str) -> str:
    """Give a help text as Markdown, a line a paragraph: what looks like HTML is none."""
    whole = "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))
    return "".join(
        part if n % 2 else part.replace("<", "\\<").replace("*", "\\*") for n, part in enumerate(re.split("(`[^`]+`)", whole))
    )


def balanced_sample() -> Report:
    """Balance what `headgate init project --sample` writes."""
    with TemporaryDirectory() as folder:
        for file in sample_files():
            path = Path(folder) / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text)
        return _balanced(folder)


def _balanced_csv() -> Report:
    """Balance the tables that docs/start.md begins with."""
    with TemporaryDirectory() as folder:
        listing = Path(folder) / "crm.csv"
        listing.write_text(next(found for block in blocks("docs/start.md") for found in _CSV.findall(block.text)))
        request = NewConnectorRequest(name="crm", root=Path(folder), listing=listing)
        make_connector(replace(request, connection="crm_connection", catalog="main", schema="crm"), {})
        return _balanced(folder)


def _balanced(root: str) -> Report:
    return balance_tables(BalanceRequest(root=Path(root)), lambda _: None).reports[0]


def table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Give a table in Markdown."""
    lines = [columns, ("---",) * len(columns), *rows]
    return "\n".join("|" + "|".join(f" {cell} ".replace("|", "\\|") if cell else " " for cell in line) + "|" for line in lines)


def generated() -> dict[str, str]:
    """Give all that is generated: path → text."""
    made = parts()
    found = {page: with_parts(page, made) for page in pages() if generated_parts(page)}
    return found | {PICTURE: picture(balanced_sample())}


def main() -> None:
    """Write what is not as it is to be."""
    for path, text in generated().items():
        (ROOT / path).write_text(text)


if __name__ == "__main__":
    main()
