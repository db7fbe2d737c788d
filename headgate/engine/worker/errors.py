"""What ends the load of a table. The other tables of its pipeline go on."""

from __future__ import annotations


class TableError(Exception):
    """A table can't be loaded as it is: what is wrong, and how to mend it."""

    def __init__(self, message: str, fix: str = "") -> None:
        self.message, self.fix = message, fix
        super().__init__(f"{message}: {fix}" if fix else message)


class StoppedError(Exception):
    """Whoever runs the engine wants it to end: what was committed stays."""
