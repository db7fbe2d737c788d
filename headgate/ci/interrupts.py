"""Interrupts while a program is at work: it ends in its own order, and this process goes on until it has.

Terraform that is interrupted ends what it is at, writes its state and gives back its lock; one whose reader is gone is ended at
once by its next word, with neither. A terminal sends an interrupt (Ctrl-C) to both, and a second one makes Terraform leave its
work as it is: so it is not passed on, only a request to end (SIGTERM) is, which comes to this process alone.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator


@contextmanager
def until_it_ends(process: subprocess.Popen[str]) -> Iterator[list[int]]:
    """Keep this process alive while `process` is at work; give the list of signals that came meanwhile."""
    came: list[int] = []

    def note(number: int, _frame: Any) -> None:
        came.append(number)
        if number == signal.SIGTERM:
            process.send_signal(number)

    try:
        before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # signals are the main thread's
        yield came
        return
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
