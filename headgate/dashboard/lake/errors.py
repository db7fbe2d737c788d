"""Why a question about tables has no answer: each with a sentence for who asked."""

from __future__ import annotations


class QuestionError(ValueError):
    """What was asked for is no question about the table."""


class BusyError(Exception):
    """Too many ask at once, or one question took too long."""


class NoTableError(Exception):
    """There is no Delta table where one was looked for, or it can't be read."""
