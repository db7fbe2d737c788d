"""A runbook as text for a terminal, as Markdown for a pull request, and as JSON for a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.handover.model import CARRIED_OUT

if TYPE_CHECKING:
    from headgate.handover.model import Runbook, Step

FORMAT = 1
_NOTHING = "nothing is to be handed over, and no pipeline leaves or changes stack"
# What Markdown or GitHub would take as more than text: a name is shown as it is, and notifies nobody.
_LIVE = str.maketrans({char: f"&#{ord(char)};" for char in "\\`*_[]<>|@#~&"})


def render_text(book: Runbook) -> str:
    """Give the runbook as lines; what headgate can do by itself is marked with *."""
    lines = [f"{book.connector} in {book.target}: {_summary(book)}"]
    lines += [f"  waits: {source}: {reason}" for source, reason in book.waiting]
    for number, step in enumerate(book.steps, 1):
        lines.append(f"{number:3}.{'*' if step.kind in CARRIED_OUT else ' '} {step.words}")
        lines += [f"       {step.statement}"] if step.statement else []
        lines += [f"       check: {step.check}"] if step.check else []
        lines += [f"       back:  {step.undo}"] if step.undo else []
    return "\n".join(lines)


def render_markdown(book: Runbook) -> str:
    """Give the runbook as Markdown with a heading of the second level; ends with a line end."""
    lines = [f"## Handover of {_plain(book.connector)} in {_plain(book.target)}", "", f"{_summary(book)}.", ""]
    if book.waiting:
        lines += ["Not yet possible:", "", *(f"- {_plain(source)}: {_plain(reason)}" for source, reason in book.waiting), ""]
    if book.steps:
        done = ", ".join(dict.fromkeys(step.kind for step in book.steps if step.kind in CARRIED_OUT))
        if done:
            command = f"headgate handover {book.connector} -t {book.target} --warehouse ID --execute"
            lines += [f"`{command}` does the steps marked with ⚙ ({done}), and carries on wherever it was stopped.", ""]
        for number, step in enumerate(book.steps, 1):
            lines += _step(number, step)
    return "\n".join(lines).rstrip() + "\n"


def document_of(book: Runbook) -> dict[str, Any]:
    """Give the runbook as JSON's values; the same runbook gives the same."""
    return {
        "format": FORMAT,
        "connector": book.connector,
        "target": book.target,
        "waiting": [{"table": source, "reason": reason} for source, reason in book.waiting],
        "steps": [
            {
                "number": number,
                "kind": step.kind,
                "by_headgate": step.kind in CARRIED_OUT,
                "subject": step.subject,
                "words": step.words,
                "statement": step.statement,
                "check": step.check,
                "undo": step.undo,
            }
            for number, step in enumerate(book.steps, 1)
        ],
    }


def _summary(book: Runbook) -> str:
    parts = [
        _count(len(book.handovers), "table to hand over", "tables to hand over"),
        _count(len(book.waiting), "table that waits", "tables that wait"),
        _count(sum(step.kind == "leave" for step in book.steps), "pipeline that leaves", "pipelines that leave"),
        _count(len(book.restacked), "pipeline that changes stack", "pipelines that change stack"),
    ]
    told = [part for part in parts if part]
    if told:
        return ", ".join(told)
    return "what is handed over is to be applied" if book.steps else _NOTHING


def _count(number: int, one: str, many: str) -> str:
    return "" if not number else f"{number} {one if number == 1 else many}"


def _step(number: int, step: Step) -> list[str]:
    indent = " " * len(f"{number}. ")
    mark = "⚙ " if step.kind in CARRIED_OUT else ""
    lines = [f"{number}. {mark}{_plain(step.words)}"]
    if step.statement:
        fence = "`" * max(3, 1 + _longest_run(step.statement))
        language = "sql" if step.statement.startswith("ALTER") else "sh"
        lines += ["", f"{indent}{fence}{language}", f"{indent}{step.statement}", f"{indent}{fence}", ""]
    lines += [f"{indent}- Check: {_plain(step.check)}"] if step.check else []
    lines += [f"{indent}- Back: {_plain(step.undo)}"] if step.undo else []
    return [*lines, ""]


def _longest_run(text: str) -> int:
    runs = [len(run) for run in "".join(char if char == "`" else " " for char in text).split()]
    return max(runs, default=0)


def _plain(text: str) -> str:
    """Give a text that Markdown shows as it is."""
    return text.translate(_LIVE)
