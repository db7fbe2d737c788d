"""How the streaming reader behaves: options of its own, beside those of the connection and of pi_timeseries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..options import MOST_MINUTES, OptionParser
from ..times import from_datetime, resolve, shifted

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """flush: after so many values or seconds; stall: seconds without a message; reread: seconds between reads of all tags."""

    flush_values: int = 10_000
    flush_seconds: float = 5.0
    tags_per_channel: int = 100
    heartbeat: int = 5  # in polls of the server
    stall_seconds: float = 60.0
    reread_seconds: float = 300.0
    patience_seconds: float = 60.0  # for a value that was told of and is not in the archive
    settle_seconds: float = 0.0  # that a value is left alone before it is read
    overlap: float = 300.0
    future: float = 0.0


def stream_settings(options: Mapping[str, str]) -> StreamSettings:
    """Give the settings that the options describe; raises OptionsError with all that is wrong."""
    texts = OptionParser(options)
    future = texts.number("future_minutes", 0, most=MOST_MINUTES) * 60
    if texts.text("endTime", "end_time"):
        texts.problems.append("endTime is given, but streaming does not end: leave it out")
    if texts.flag("partitioned", default=False):
        texts.problems.append("partitioned is true, which is for pipelines: leave it out")
    texts.problems += _start_problems(texts, future)
    settings = StreamSettings(
        flush_values=texts.count("flush_values", 10_000),
        flush_seconds=texts.number("flush_seconds", 5, 0.01, 3600),
        tags_per_channel=texts.count("tags_per_channel", 100, 1, 10_000),
        heartbeat=texts.count("heartbeat_rate", 5, 0),
        stall_seconds=texts.number("stall_seconds", 60, 0.1),
        reread_seconds=texts.number("reread_seconds", 300, 0.1),
        patience_seconds=texts.number("patience_seconds", 60),
        settle_seconds=texts.number("settle_seconds", 0),
        overlap=texts.number("overlap_minutes", 5, most=MOST_MINUTES) * 60 + future,
        future=future,
    )
    texts.check()
    return settings


def _start_problems(texts: OptionParser, future: float) -> list[str]:
    """Say what is wrong with `startTime`: what comes before a start that lies ahead would never be read."""
    text, now = texts.text("startTime", "start_time"), datetime.now(UTC)
    if not text:
        return []
    try:
        start = resolve(text, now)
    except ValueError as error:
        return [f"startTime: {error}"]
    return (
        [f"startTime is {start}Z, which lies ahead: give an earlier one"] if start > shifted(from_datetime(now), future) else []
    )
