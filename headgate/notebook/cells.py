"""A cell's output: texts and pages as the command line has them, without secrets; and errors without a stack trace."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Protocol, TypeVar

from headgate.files import system_error
from headgate.notebook.advice import in_cells
from headgate.problems import HeadgateError
from headgate.redaction.environment import without_own_secrets
from headgate.redaction.redactor import redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

WIDTH = 120  # columns of a cell's text


class StoppedError(Exception):
    """A cell that ended by something that the user is to mend; the cells after it are not run.

    IPython, which runs a notebook's cells, shows what `_render_traceback_` gives in place of a stack trace. Source: IPython's
    documentation, "Custom exception tracebacks".
    """

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class Output:
    """Where a cell shows things. display_html: the notebook's displayHTML. secrets: values that are never shown."""

    def __init__(self, display_html: Callable[[str], object]) -> None:
        self._display = display_html
        self._redact = redactor(())

    def hide(self, secrets: Collection[str]) -> None:
        """Keep these values out of what is shown from now on."""
        self._redact = redactor(secrets)

    def say(self, text: str) -> None:
        """Show a text."""
        print(self.redacted(text))  # noqa: T201  # a cell's output is what it prints

    def page(self, html: str) -> None:
        """Show a page."""
        self._display(self._redact(html))

    def redacted(self, text: str) -> str:
        """Give a text as it is said in a notebook, without secrets."""
        return self._redact(without_own_secrets(in_cells(text)))


class Cells(Protocol):
    """What has an output."""

    output: Output


_Cells = TypeVar("_Cells", bound=Cells)


def cell(function: Callable[[_Cells], None]) -> Callable[[_Cells], None]:
    """Make a method a cell: what is the user's to mend is raised as StoppedError, with the words of the command line."""

    @wraps(function)
    def run(self: _Cells) -> None:
        try:
            function(self)
        except HeadgateError as error:
            told = str(error)
        except OSError as error:
            told = str(system_error(error))
        else:
            return
        raise StoppedError(self.output.redacted(told)) from None

    return run
