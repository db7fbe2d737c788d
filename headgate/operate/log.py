"""An event log as people read it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.observe.log_event import exceptions_of, object_of
from headgate.redaction.environment import without_own_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class LogLine:
    """An event as people read it. error: the messages of its exceptions, or empty."""

    at: str
    level: str
    type: str
    update: str
    message: str
    error: str = ""


def log_line(row: Mapping[str, Any], redacted: Callable[[str], str]) -> LogLine:
    """Give the event of a row of a log. redacted: takes secrets out of a text of the workspace."""

    def shown(text: object) -> str:
        return redacted(without_own_secrets(str(text or "")))

    said = "; ".join(str(one.get("message") or one.get("class_name") or "") for one in exceptions_of(row))
    update = object_of(row.get("origin")).get("update_id")
    return LogLine(
        shown(row.get("timestamp")),
        shown(row.get("level")),
        shown(row.get("event_type")),
        shown(update),
        shown(row.get("message")),
        shown(said),
    )
