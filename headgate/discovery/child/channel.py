"""How the process that loads a connector's code tells the one that started it what it found.

One JSON object a line, in a file of its own: what the connector prints can't mix with it. Every step is reported
before it begins, so whoever listens knows where the code hung or died.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping

END = b'{"end": true}\n'


class Channel:
    """The sending end. A process that the connector forked off, and that came back here, says nothing and ends."""

    def __init__(self, file: str) -> None:
        # Windows would else end lines in its own way; it has no other flag that is not everywhere.
        self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._process = os.getpid()

    def say(self, **event: object) -> None:
        """Send one line; where the connector's code closed the descriptor, nobody can be notified, and the process ends."""
        self._send(json.dumps(event).encode() + b"\n")

    def end(self) -> None:
        """Say that nothing follows: what the connector's threads and exit handlers do no longer matters."""
        self._send(END)

    def _send(self, line: bytes) -> None:
        if os.getpid() != self._process:
            os._exit(0)
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError:
            os.write(2, b"the code closed the descriptor that its answers go to\n")
            os._exit(1)


def plain(value: object) -> object:
    """Give `value` as JSON can hold it; what it can't hold becomes `{"not": <its type's name>}`."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return {"not": type(value).__name__}


def names(value: object) -> list[str] | None:
    """Give the strings of a list, tuple, set or dictionary's keys; None for anything else."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return None
    if not isinstance(value, list | tuple | set | frozenset | Mapping):
        return None
    found = sorted(value) if isinstance(value, set | frozenset) else list(value)
    return [str(name) for name in found] if all(isinstance(name, str) for name in found) else None
