"""What is being done, where that takes longer than a second and somebody watches: a line on the terminal of stderr.

The engine tells its steps to the logger `headgate`, at INFO; the newest one stands in the line.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import RLock, Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.live import Live
    from rich.spinner import Spinner

_AFTER = 1.0  # seconds: what is quicker needs no line


class Working:
    """The line; there is one in a process, for there is one stderr."""

    def __init__(self, after: float = _AFTER) -> None:
        self._after = after
        self._lock = RLock()  # a signal comes while its thread writes, and its handler says so
        self._timer: Timer | None = None
        self._live: Live | None = None
        self._step = ""

    def begin(self, step: str) -> None:
        """Show the line in a second, where stderr is a terminal."""
        self._step = step
        if sys.stderr.isatty():
            self._timer = Timer(self._after, self._show)
            self._timer.daemon = True
            self._timer.start()

    def shown(self) -> None:
        """Wait until the line is there, if it comes at all."""
        if self._timer:
            self._timer.join()

    def say(self, step: str) -> None:
        """Have the line say this."""
        with self._lock:
            self._step = step
            if self._live:
                self._live.update(_line(step))

    def end(self) -> None:
        """Show no line any more."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
                self._timer = None
            if self._live:
                self._live.stop()
                self._live = None

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the line away while something else is written, or asked."""
        with self._lock:
            if self._live:
                self._live.stop()
            try:
                yield
            finally:
                if self._live:
                    self._live.start()

    def _show(self) -> None:
        from rich.console import Console
        from rich.live import Live

        with self._lock:
            if self._timer and not self._live:
                # What is written elsewhere goes there as it is: rich would have it on its own console.
                self._live = Live(
                    _line(self._step),
                    console=Console(stderr=True),
                    transient=True,
                    redirect_stdout=False,
                    redirect_stderr=False,
                )
                self._live.start()


def _line(step: str) -> Spinner:
    from rich.spinner import Spinner
    from rich.text import Text

    return Spinner("dots", Text(f"{step} …"))


working = Working()
