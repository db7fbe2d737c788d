"""Instants and stretches of time, as addresses say them: microseconds since 1970. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from headgate.dashboard.lake.errors import QuestionError

SHORTEST = timedelta(milliseconds=100)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = (
    (edge - _EPOCH) // timedelta(microseconds=1) for edge in (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, in microseconds since 1970: from `begin` to `end`, which is later."""

    begin: int
    end: int

    @property
    def length(self) -> int:
        """Its length in microseconds."""
        return self.end - self.begin

    def text(self, at: int) -> str:
        """Give an instant as the address has it; what is before the year 1 or after 9999 is not."""
        return moment(at).isoformat().replace("+00:00", "Z")


def moment(at: int) -> datetime:
    """Give an instant as a time; what is before the year 1 or after 9999 is at its edge."""
    return _EPOCH + timedelta(microseconds=min(_LAST, max(_FIRST, at)))


def instant(text: str) -> int:
    """Give the microseconds since 1970 of a time such as 2026-11-30T14:00:00Z, UTC without a zone. Raises QuestionError."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise QuestionError(f"expected a time such as 2026-11-30T14:00:00Z, found {text!r}") from None
    return min(_LAST, max(_FIRST, (found.replace(tzinfo=found.tzinfo or UTC) - _EPOCH) // timedelta(microseconds=1)))


def span_of(begin: str, end: str, known: tuple[int, int]) -> Span:
    """Give the stretch that two texts ask for; where one is empty, as far as there are values. Raises QuestionError."""
    first = instant(begin) if begin else known[0]
    last = instant(end) if end else known[1]
    if begin and end and last <= first:
        raise QuestionError("the end of the time is not after its beginning")
    shortest = SHORTEST // timedelta(microseconds=1)
    return Span(first, max(last, first + shortest))
