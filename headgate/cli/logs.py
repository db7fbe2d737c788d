"""Where logs go: to stderr with --verbose, to a file with --log-file, and their newest step to the line on the terminal."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headgate.cli import console
from headgate.cli.options import refuse_together
from headgate.cli.working import working
from headgate.problems import HeadgateError
from headgate.redaction.environment import without_own_secrets
from headgate.redaction.tokens import token_free

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOGGERS = ("headgate", "databricks.sdk")


@contextmanager
def speaking(command: str, *, quiet: bool, verbose: bool, log_file: Path | None) -> Iterator[None]:
    """Have logs go where they are asked for, and a line say what takes long.

    Raises InputError where both more and less is asked for or the file is one of the project's, OSError where it can't be
    written.
    """
    refuse_together(("--quiet", quiet), ("--verbose", verbose))
    steps, shown = _Steps(), _handlers(log_file, verbose=verbose)
    if quiet:
        console.be_quiet()
    else:
        working.begin(command)
    own, *others = [logging.getLogger(name) for name in _LOGGERS]
    own.addHandler(steps)
    for logger in (own, *others):
        logger.setLevel(logging.DEBUG if shown else logging.INFO)
        for handler in shown:
            logger.addHandler(handler)
    try:
        yield
    except HeadgateError as error:
        own.error("%s", error)
        raise
    finally:
        working.end()
        for handler in (steps, *shown):
            handler.close()
            for logger in (own, *others):
                logger.removeHandler(handler)


def _handlers(log_file: Path | None, *, verbose: bool) -> list[logging.Handler]:
    found: list[logging.Handler] = [_Said()] if verbose else []
    if log_file:
        from headgate.use_cases.request import check_log_file

        check_log_file(log_file)
        log_file.parent.mkdir(parents=True, exist_ok=True)
        file = logging.FileHandler(log_file, encoding="utf-8")
        file.setFormatter(_Redacted("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        found.append(file)
    return found


class _Steps(logging.Handler):
    """Has the line on the terminal say the newest step."""

    def emit(self, record: logging.LogRecord) -> None:
        """Take a step."""
        if record.levelno == logging.INFO and _is_own_step(record):
            working.say(record.getMessage())


class _Said(logging.Handler):
    """Says each step on stderr."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(_Redacted())

    def emit(self, record: logging.LogRecord) -> None:
        """Say what is not said anyway."""
        if record.name != console.__name__ and record.levelno < logging.ERROR:
            console.say(self.format(record))


class _Redacted(logging.Formatter):
    """Lines without secrets. Of requests the first line: their bodies are no matter, and may hold what is nobody's to see."""

    def format(self, record: logging.LogRecord) -> str:
        """Give a record as text."""
        text = super().format(record)
        return token_free(without_own_secrets(text if record.name.startswith("headgate") else text.partition("\n")[0]))


def _is_own_step(record: logging.LogRecord) -> bool:
    return record.name.startswith("headgate.") and record.name != console.__name__
