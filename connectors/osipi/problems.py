"""What can go wrong with PI Web API, sorted by what the caller should do. No text here ever holds a secret."""

from __future__ import annotations

from dataclasses import dataclass


def counted(count: int, thing: str, things: str = "") -> str:
    """Give a number with its noun: 1 value, 2 values; `things` is the plural that is no noun with an s."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


class OptionsError(ValueError):
    """Options of the connection or of a table that can't be used: all of them at once, each with its cure."""


class OffsetError(ValueError):
    """An offset that this connector did not write."""


class PiError(Exception):
    """PI Web API refused a request, or answered what it should not. `status` is HTTP's, 0 where there was none."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"PI Web API: {message}" if not status else f"PI Web API answered {status}: {message}")
        self.status = status
        self.message = message


class PiUnavailableError(PiError):
    """The server could not be reached, or failed at each of all tries: nothing was read, try again later."""


@dataclass(frozen=True, slots=True)
class TagProblem:
    """A tag that could not be read while others could: `status` as HTTP says (403 forbidden, 404 deleted), and PI's words.

    name, path: the tag's, where they are known. start, end: the stamps, both included, between which it could not be read;
    empty for all that was asked of it. With status 0, and no error of the server's: a tag that was read, but of which the
    server has more or fewer values by now.
    """

    webid: str
    status: int
    message: str
    start: str = ""
    end: str = ""
    name: str = ""
    path: str = ""

    @property
    def tag(self) -> str:
        """The tag as people know it: its name and path, as far as they are known, and its WebID."""
        if not self.name:
            return self.webid
        return f"{self.name} ({', '.join(part for part in (self.path, self.webid) if part)})"
