"""An exception of the connector's code, reported without a stack trace."""

from __future__ import annotations

import contextlib
import errno
import socket
from pathlib import Path

_LONGEST = 100_000
_UNREACHED = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}


def fault(error: BaseException, code: Path) -> dict[str, str]:
    """Give the type, the message and the place (`file.py:12`, the last one within the folder `code`) of `error`.

    `needs` is the module that could not be found, where that is what failed; `unreached` is there where it was the network.
    """
    message = ""
    with contextlib.suppress(Exception):
        message = str(error)[:_LONGEST]
    if isinstance(error, SystemExit):
        message = f"the code called sys.exit({message})"
    found = {"type": type(error).__name__, "message": message, "at": _place(error, code)}
    if isinstance(error, ModuleNotFoundError) and error.name:
        found["needs"] = error.name
    if _is_unreached(error):
        found["unreached"] = "yes"
    return found


def _is_unreached(error: BaseException | None) -> bool:
    """Say whether it began with a host that is not known, or that nothing leads to."""
    seen: list[BaseException] = []
    while error and error not in seen:
        if isinstance(error, socket.gaierror) or (isinstance(error, OSError) and error.errno in _UNREACHED):
            return True
        seen.append(error)
        error = error.__cause__ or error.__context__
    return False


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
