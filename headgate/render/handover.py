"""A runbook as text for a terminal and as Markdown for a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.handover.model import EXECUTED
from headgate.numbers import counted
from headgate.visible import seen

if TYPE_CHECKING:
    from headgate.handover.model import Runbook, Step

_NOTHING = "nothing is to be handed over, and no pipeline leaves or changes stack"
# What Markdown or GitHub would take as more than text: a name is shown as it is, and calls nobody.
_LIVE = str.maketrans(
    {char: f"\\{char}" for char in "\\`*_[]|~"}
    | {char: f"&#{ord(char)};" for char in "<>&"}
    | {char: f"{char}&#8203;" for char in "@#"}
)


def render_text(runbook: Runbook) -> str:
    """Give the runbook as lines; what headgate can do by itself is marked with *."""
    lines = [f"{runbook.connector} in {runbook.target}: {_summary(runbook)}"]
    lines += [f"  waits: {source}: {reason}" for source, reason in runbook.waiting]
    for number, step in enumerate(runbook.steps, 1):
        lines.append(f"{number:3}.{'*' if step.kind in EXECUTED else ' '} {step.words}")
        lines += [f"       {step.statement}"] if step.statement else []
        for name, (words, statement) in _sides(step).items():
            lines.append(f"       {name + ':':6} {words}{': ' if statement else ''}{statement}")
    return "\n".join(seen(line) for line in lines)


def render_markdown(runbook: Runbook) -> str:
    """Give the runbook as Markdown with a heading of the second level; ends with a line end."""
    lines = [f"## Handover of {_plain(runbook.connector)} in {_plain(runbook.target)}", "", f"{_summary(runbook)}.", ""]
    if runbook.waiting:
        lines += ["Not yet possible:", "", *(f"- {_plain(source)}: {_plain(reason)}" for source, reason in runbook.waiting), ""]
    if runbook.steps:
        done = ", ".join(dict.fromkeys(step.kind for step in runbook.steps if step.kind in EXECUTED))
        if done:
            command = f"headgate handover {runbook.connector} -t {runbook.target} --warehouse ID --execute"
            lines += [f"`{command}` does the steps marked with ⚙ ({done}), and carries on wherever it was stopped.", ""]
        for number, step in enumerate(runbook.steps, 1):
            lines += _step(number, step)
    return "\n".join(lines).rstrip() + "\n"


def _summary(runbook: Runbook) -> str:
    parts = [
        _count(len(runbook.handovers), "table to hand over", "tables to hand over"),
        _count(len(runbook.waiting), "table that waits", "tables that wait"),
        _count(sum(step.kind == "leave" for step in runbook.steps), "pipeline that leaves", "pipelines that leave"),
        _count(len(runbook.restacked), "pipeline that changes stack", "pipelines that change stack"),
    ]
    told = [part for part in parts if part]
    if told:
        return ", ".join(told)
    return "what is handed over is to be applied" if runbook.steps else _NOTHING


def _count(number: int, one: str, many: str) -> str:
    return counted(number, one, many) if number else ""


def _sides(step: Step) -> dict[str, tuple[str, str]]:
    """Give how to check a step and how to go back, each in words and as a statement, as far as there is one."""
    sides = {"check": (step.check, step.check_statement), "back": (step.undo, step.undo_statement)}
    return {name: side for name, side in sides.items() if side[0]}


def _step(number: int, step: Step) -> list[str]:
    indent = " " * len(f"{number}. ")
    mark = "⚙ " if step.kind in EXECUTED else ""
    lines = [f"{number}. {mark}{_code_marked(step.words)}"]
    if step.statement:
        fence = "`" * max(3, 1 + _longest_run(step.statement))
        language = "sql" if step.statement.startswith("ALTER") else "sh"
        lines += ["", f"{indent}{fence}{language}", f"{indent}{seen(step.statement)}", f"{indent}{fence}", ""]
    for name, (words, statement) in _sides(step).items():
        lines.append(f"{indent}- {name.capitalize()}: {_code_marked(words)}{': ' + _code(statement) if statement else ''}")
    return [*lines, ""]


def _code_marked(words: str) -> str:
    """Give a step's words: code stays code, and all else is shown as it is."""
    parts = words.split("`")
    if len(parts) % 2 == 0:  # a name has a backtick of its own: nothing is code then
        return _plain(words)
    return "".join(_code(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _code(text: str) -> str:
    fence = "`" * (1 + _longest_run(text))
    space = " " if "`" in text else ""
    return f"{fence}{space}{seen(text)}{space}{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _plain(text: str) -> str:
    """Give a text that Markdown shows as it is."""
    return seen(text).translate(_LIVE)
