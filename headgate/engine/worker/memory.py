"""A process that takes more memory than it may ends itself, before the machine's other work suffers."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

EXIT_CODE = 77
_MIB = 1024 * 1024
_EVERY = 0.05  # seconds


def watch(most: int) -> None:
    """End this process with EXIT_CODE once its resident memory passes `most` bytes; where that can't be seen, never."""
    if resident() is not None:
        threading.Thread(target=_watch, args=(most,), daemon=True).start()


def resident() -> int | None:
    """Give the bytes of memory that this process takes, None where that can't be seen."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return _peak()


def _peak() -> int | None:
    """Give the most that this process took so far, where a system tells no more."""
    try:
        import resource  # noqa: PLC0415  # not on every system
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _watch(most: int) -> None:
    while (now := resident()) is not None:
        if now > most:
            sys.stderr.write(f"took {now // _MIB} MiB of memory, of {most // _MIB}\n")
            sys.stderr.flush()
            os._exit(EXIT_CODE)
        time.sleep(_EVERY)
