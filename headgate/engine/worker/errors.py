"""What ends the load of a table. The other tables of its pipeline go on."""

from __future__ import annotations

_SHOWN = 300


class TableError(Exception):
    """A table can't be loaded as it is: what is wrong, and how to mend it."""

    def __init__(self, message: str, fix: str = "") -> None:
        self.message, self.fix = message, fix
        super().__init__(f"{message}: {fix}" if fix else message)


class StoppedError(Exception):
    """Whoever runs the engine wants it to end: what was committed stays."""


def plain(value: object) -> str:
    """Give what a connector raised or gave as a text that can be told: not long, and of whole characters."""
    try:
        text = str(value)
    except Exception:  # noqa: BLE001  # whatever a class of a connector's does
        text = type(value).__name__
    return text[:_SHOWN].encode("utf-8", "backslashreplace").decode()
