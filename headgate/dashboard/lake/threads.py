"""Queries in threads, which end with whoever asked."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import anyio
import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_AGAIN = 0.05  # seconds


async def interruptible(work: Callable[[], T], cursor: duckdb.DuckDBPyConnection) -> T:
    """Give what a function finds in a thread, or raise what it does. Where that is cancelled, interrupt its query, and wait.

    Again and again, because a query that has not begun yet does not hear it.
    """
    # A future and no task: a loop that ends cancels its tasks, while their threads go on.
    running = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        with anyio.CancelScope(shield=True):
            while not running.done():
                with suppress(duckdb.ConnectionException):  # closed a moment ago
                    cursor.interrupt()
                with suppress(asyncio.CancelledError):
                    await asyncio.wait({running}, timeout=_AGAIN)
        running.exception()  # was looked at, or asyncio would report it
        raise
