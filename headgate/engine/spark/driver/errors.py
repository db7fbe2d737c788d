"""A table's error on its way from Spark's processes to the driver: Spark carries texts alone, wrapped in its own."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from headgate.engine.worker.errors import TableError, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

# What Spark and its bridge to Python raise.
RAISED = (PySparkException, Py4JError)
_TOLD = re.compile(r"headgate-error:(\[.*?\]):headgate-end", re.DOTALL)
# How gRPC writes what it raises.
_BROKEN_OFF = re.compile(r'status = StatusCode\.\w+\s+details = "(.*?)"\s*$', re.MULTILINE)
# A stream's own process that ended leaves no word at all.
_HUNG = re.compile(r"Python worker (exited unexpectedly|keeps crashing)|EOFException|terminated with exception:\s+SQLSTATE")


# A process that a stream is read by has ten seconds to be there, whatever else the machine does (PythonWorkerFactory).
_LATE = "Python worker failed to connect back"


def is_late(error: BaseException) -> bool:
    """Say whether a process of Spark's was not there in time, so that nothing was done yet."""
    return _LATE in str(error)


@contextmanager
def told() -> Iterator[None]:
    """Have a TableError that is raised within travel as the text of a RuntimeError, which `table_error` reads."""
    try:
        yield
    except TableError as error:
        raise RuntimeError(f"headgate-error:{json.dumps([error.message, error.fix])}:headgate-end") from None


def table_error(error: BaseException) -> TableError:
    """Give what went wrong with a table, from what Spark raised."""
    if isinstance(error, TableError):
        return error
    text = str(error)
    if found := _TOLD.search(text):
        message, fix = json.loads(found[1])
        return TableError(message, fix)
    if is_late(error):
        return TableError(
            "a process of Spark's took too long to start",
            "the machine may have too much to do: run it again, or with fewer --jobs",
        )
    if _HUNG.search(text):
        return TableError(
            "a process of Spark's in which the connector ran ended: it gave no answer in time, or was killed",
            "what it printed is in the log of the run; more time: --timeout",
        )
    if found := _BROKEN_OFF.search(text):
        return TableError(
            f"the Spark Connect server broke off: {plain(found[1])}",
            "look at its log; the next run goes on from what was committed",
        )
    if "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES" in text:
        return TableError(
            f"Spark's Delta tables have no such column: {_line_with('Invalid column names', text)}",
            "name the columns otherwise, or run without --engine spark",
        )
    return TableError(f"Spark: {_line_with('Exception', text)}", "more of it is in the log of the run")


def _line_with(words: str, text: str) -> str:
    """Give the first line of a text that has some words; else its first line."""
    lines = text.strip().splitlines() or [""]
    return plain(next((line.strip() for line in lines if words in line), lines[0]))
