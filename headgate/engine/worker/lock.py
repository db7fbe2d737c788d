"""Who runs a pipeline, or loads a table: a file that one process at a time holds, whatever becomes of it."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def held(path: Path) -> Iterator[str]:
    """Hold a file, and give an empty text; where another process does, give which. Raises OSError where there can be none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    holder = path.with_suffix(".holder")
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield _read(holder)
        return
    try:
        with suppress(OSError):  # it is held even so, if the disk is full
            now = datetime.now(UTC)
            holder.write_text(f"by process {os.getpid()} on {socket.gethostname()} since {now:%Y-%m-%d %H:%M:%S} UTC")
        yield ""
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _read(holder: Path) -> str:
    try:
        return holder.read_text() or "by another process"
    except OSError:
        return "by another process"
