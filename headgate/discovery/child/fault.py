"""An exception of the connector's code, reported without a stack trace."""

from __future__ import annotations

import contextlib
from pathlib import Path

_LONGEST = 100_000


def fault(error: BaseException, code: Path) -> dict[str, str]:
    """Give the type, the message and the place (`file.py:12`, the last one within the folder `code`) of `error`.

    `needs` is the module that could not be found, where that is what failed.
    """
    message = ""
    with contextlib.suppress(Exception):
        message = str(error)[:_LONGEST]
    if isinstance(error, SystemExit):
        message = f"the code called sys.exit({message})"
    found = {"type": type(error).__name__, "message": message, "at": _place(error, code)}
    return {**found, "needs": error.name} if isinstance(error, ModuleNotFoundError) and error.name else found


def _place(error: BaseException, code: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno}"
    place = ""
    trace = error.__traceback__
    while trace:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(code):
            place = f"{file.relative_to(code)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
