"""What the command line advises, as one who works in a notebook does it: there is no shell there, and no git. Pure."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"`headgate (?P<command>[a-z]+)(?: [^`]*)?`")
_CELLS = ("discover", "slice", "balance", "check", "generate", "review", "record")
_LOST_LOCK = re.compile(r"take it from the last commit that has it: `git [^`]*`; a commit [^;]*; is it nowhere")
_KEPT = "take it from deployed/, in the folder, where it is as it was last deployed; is it nowhere"


def in_cells(text: str) -> str:
    """Give a text with cells in place of headgate's commands and of git; a command without a cell stays."""
    text = _COMMAND.sub(_as_cell, text)
    text = _LOST_LOCK.sub(_KEPT, text)
    text = re.sub(r",? and commit (?:layout\.lock|the lock)\b", "", text)
    return text.replace("from the lock of the last commit", "from layout.lock in deployed/, in the folder").replace(
        "take layout.lock from the last commit that has them", "take layout.lock from deployed/, in the folder"
    )


def _as_cell(found: re.Match[str]) -> str:
    command = found["command"]
    return f"the cell `pi.{command}()`" if command in _CELLS else found.group()
