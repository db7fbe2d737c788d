"""How an engine's process hears its order and says lines: over standard input and output."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pydantic import BaseModel


def take_standard_output() -> TextIO:
    """Give standard output, for what is said alone: what is printed goes to standard error from now on."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return out


def read_order() -> bytes:
    """Read the order: standard input's first line."""
    line = b""
    while b"\n" not in line and (some := os.read(0, 65536)):
        line += some
    return line


class Channel:
    """Says lines, from any thread. stop: is set where nobody listens any more, and once standard input has ended."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self.stop = threading.Event()

    def await_end(self) -> None:
        """Have a thread wait for the end of standard input, which asks for an end at the next commit."""
        threading.Thread(target=self._wait, daemon=True).start()

    def say(self, said: BaseModel) -> None:
        """Say a line."""
        try:
            with self._lock:
                self._out.write(said.model_dump_json(exclude_defaults=True) + "\n")
                self._out.flush()
        except OSError:
            self.stop.set()

    def _wait(self) -> None:
        while os.read(0, 4096):
            pass
        self.stop.set()
