"""The error of everything that has to do with schedules and time zones."""

from __future__ import annotations

_LONGEST = 80


class ScheduleError(ValueError):
    """A schedule or a time zone can't be used: `message` says what was found, `fix` how to mend it."""

    def __init__(self, message: str, fix: str) -> None:
        """Take both texts for the person who wrote the schedule."""
        # Both go to the base class, so that the error can be pickled to another process.
        super().__init__(message, fix)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        """Give the message without the fix."""
        return self.message


def shown(text: str) -> str:
    """Give `text` in quotes on one line, shortened where it is long, for a message."""
    return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
