"""PI's times: instants are ticks, whole numbers of 100 ns since 1970-01-01 UTC, as fine as PI Web API writes them.

Source of the grammar: AVEVA, PI Web API Reference, "Time Strings (Core Services)", and PI DataLink, "List of PI time
abbreviations".
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, tzinfo

SECOND = 10_000_000
# The end of an event frame that still runs: 9999-12-31T23:59:59.9999999Z.
NEVER_ENDS = 2_534_023_007_999_999_999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = {"w": 7 * 86400.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_MONTHS = {"y": 12, "mo": 1}
_LONG = {
    "year": "y", "yr": "y", "month": "mo", "mon": "mo", "week": "w", "wk": "w", "day": "d", "hour": "h", "hr": "h",
    "minute": "m", "min": "m", "second": "s", "sec": "s", "millisecond": "ms",
}  # fmt: skip
_STEP = re.compile(r"\s*([+-]?)\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]+)")
_OFFSET = re.compile(r"([+-]?)\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?$")
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?)?\s*(z|gmt|utc|[+-]\d\d:?\d\d)?$", re.IGNORECASE
)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.:](\d{1,7}))?)?\s*(am|pm)?$", re.IGNORECASE)
_WORDS = re.compile(r"(\*|[a-z]+|\d{1,4}(?![\d:/.-]))\s*(.*)", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r"""(['"])(.+?)\1\s*(.*)""", re.DOTALL)
_DAYS = [day.lower() for day in calendar.day_name]
_MONTH_NAMES = [month.lower() for month in calendar.month_name]
_DATES = (
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d-%B-%Y",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%Y/%m/%d",
)
_FIRST_YEAR, _DAYS_OF_MONTH, _LETTERS, _YEAR = 1970, 31, 3, 4


def ticks_of(moment: datetime) -> int:
    """Give an aware datetime as ticks."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 10


def written(ticks: int) -> str:
    """Write ticks as PI Web API does: ISO 8601 in UTC, up to seven digits of a second, no trailing zeros."""
    whole, part = divmod(ticks, SECOND)
    text = (_EPOCH + timedelta(seconds=whole)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{part:07d}".rstrip("0") + "Z" if part else f"{text}Z"


@dataclass(frozen=True, slots=True)
class Span:
    """A time span: whole months, whose length differs, and ticks."""

    months: int = 0
    ticks: int = 0

    def after(self, start: int, times: int = 1, zone: tzinfo = UTC) -> int:
        """Give the time that is so many spans after another; the last of a month where it has no such day.

        Raises ValueError where that is in no year that can be written.
        """
        if self.months:
            local, part = _local(start, zone)
            year, month = divmod(local.year * 12 + local.month - 1 + self.months * times, 12)
            if not MINYEAR <= year <= MAXYEAR:
                raise ValueError(year)
            day = min(local.day, calendar.monthrange(year, month + 1)[1])
            start = ticks_of(local.replace(year=year, month=month + 1, day=day)) + part
        return start + self.ticks * times

    @property
    def about(self) -> int:
        """Its ticks, a month being thirty days."""
        return self.months * 30 * 86400 * SECOND + self.ticks


def _local(ticks: int, zone: tzinfo) -> tuple[datetime, int]:
    """Give a time as a datetime of a zone, and the ticks that its seconds leave."""
    whole, part = divmod(ticks, SECOND)
    return (_EPOCH + timedelta(seconds=whole)).astimezone(zone), part


def spans(text: str) -> Span:
    """Give a time span such as `1h`, `+90s`, `1d 12h`, `-1.5d`, `1mo` or `8:30:00`; ValueError where it is none.

    Months and years are whole numbers.
    """
    low = text.strip().lower()
    if offset := _OFFSET.match(low):
        hours, minutes, seconds = (int(offset[at] or 0) for at in (2, 3, 4))
        ticks = (hours * 3600 + minutes * 60 + seconds) * SECOND + int((offset[5] or "0").ljust(7, "0"))
        return Span(0, -ticks if offset[1] == "-" else ticks)
    months, total, sign, end = 0, 0.0, 1, 0
    while end < len(low):
        step = _STEP.match(low, end)
        if not step:
            raise ValueError(text)
        unit = step[3] if step[3] in _SECONDS or step[3] in _MONTHS else _LONG.get(step[3].rstrip("s"))
        if unit is None or (unit in _MONTHS and "." in step[2]):
            raise ValueError(text)
        sign = {"-": -1, "+": 1}.get(step[1], sign)
        if unit in _MONTHS:
            months += sign * int(step[2]) * _MONTHS[unit]
        else:
            total += sign * float(step[2]) * _SECONDS[unit]
        end = step.end()
    if not low:
        raise ValueError(text)
    return Span(months, round(total * SECOND))


def span(text: str) -> int:
    """Give a time span as ticks, a month being thirty days; ValueError where it is none."""
    return spans(text).about


def relative(text: str) -> bool:
    """Say whether a time is an interval alone, such as `-8h`."""
    return text.strip()[:1] in {"+", "-"}


def parse(text: str, now: int, zone: tzinfo = UTC, relative_to: int | None = None) -> int:
    """Give a PI time as ticks; ValueError where it is none.

    `*`, `*-1d`, `t+8h`, `y`, `monday`, `jun`, `25`, `2026`, `14:30`, `-1h`, ISO 8601, `01-dec-2026 2:00 PM`: in the zone where
    it names none. An interval alone counts from `relative_to`, else from now.
    """
    text = text.strip()
    try:
        if relative(text):
            return spans(text).after(now if relative_to is None else relative_to, 1, zone)
        if quoted := _QUOTED.fullmatch(text):
            return _moved(_absolute(quoted[2].strip(), now, zone), quoted[3], zone)
        start = _named(text, now, zone)
        return _absolute(text, now, zone) if start is None else start
    except OverflowError:
        raise ValueError(text) from None


def _moved(start: int, rest: str, zone: tzinfo) -> int:
    if rest and not relative(rest):
        raise ValueError(rest)
    return spans(rest).after(start, 1, zone) if rest else start


def _named(text: str, now: int, zone: tzinfo) -> int | None:
    """Give a time that begins with a word or a number that stands for a day; None where it is another."""
    words = _WORDS.fullmatch(text or "*")
    if not words:
        return None
    word, rest = words[1].lower(), words[2].strip()
    if word == "*":
        return _moved(now, rest, zone)
    midnight = _local(now, zone)[0].replace(hour=0, minute=0, second=0)
    day: datetime | None
    if word.isdigit():
        day = _numbered(midnight, word)
    elif month := _month(word):
        numbered = re.match(r"(\d{1,2})(?![\d:/,-])\s*(?!,)(.*)", rest)
        if numbered:
            day, rest = midnight.replace(month=month, day=int(numbered[1])), numbered[2]
        elif rest and not relative(rest):
            return None
        else:
            day = midnight.replace(month=month, day=min(midnight.day, calendar.monthrange(midnight.year, month)[1]))
    else:
        day = _weekday(word, midnight)
    return None if day is None else _moved(ticks_of(day), rest, zone)


def _numbered(midnight: datetime, word: str) -> datetime | None:
    number = int(word)
    if 0 < number <= _DAYS_OF_MONTH and len(word) < _LETTERS:
        return midnight.replace(day=number)
    if len(word) == _YEAR and number >= _FIRST_YEAR:
        last = calendar.monthrange(number, midnight.month)[1]
        return midnight.replace(year=number, day=min(midnight.day, last))
    return None


def _month(word: str) -> int:
    return next((at for at, name in enumerate(_MONTH_NAMES) if name and word in {name, name[:_LETTERS]}), 0)


def _weekday(word: str, midnight: datetime) -> datetime | None:
    if word in {"t", "today", "y", "yesterday"}:
        return midnight - timedelta(days=word[0] == "y")
    for number, name in enumerate(_DAYS):
        if word in {name, name[:_LETTERS]}:
            return midnight - timedelta(days=(midnight.weekday() - number) % 7)
    return None


def _absolute(text: str, now: int, zone: tzinfo) -> int:
    """Give a date, a date with a time, or a time of today."""
    if iso := _ISO.match(text):
        clock, fraction = iso[2] or "00:00:00", int((iso[3] or "0").ljust(7, "0")[:7])
        told = iso[4] or ""
        moment = datetime.fromisoformat(f"{iso[1]}T{clock}{told if told[:1] in {'+', '-'} else '+00:00' if told else ''}")
        return ticks_of(moment if told else moment.replace(tzinfo=zone)) + fraction
    if clocks := _CLOCK.match(text):
        midnight = _local(now, zone)[0].replace(hour=0, minute=0, second=0)
        return ticks_of(midnight) + _of_day(clocks)
    date, clock = text, ""
    if told := re.fullmatch(r"(.*?)[ T](\d{1,2}:.*)", text):
        date, clock = told[1].rstrip(), told[2]
    if clock[-1:].lower() == "z":
        clock, zone = clock[:-1].rstrip(), UTC
    at = _CLOCK.match(clock) if clock else None
    if clock and not at:
        raise ValueError(text)
    for form in _DATES:
        try:
            day = datetime.strptime(date, form).replace(tzinfo=zone)
        except ValueError:
            continue
        return ticks_of(day) + (_of_day(at) if at else 0)
    raise ValueError(text)


def _of_day(clock: re.Match[str]) -> int:
    """Give the ticks of a time of the day; ValueError where the day has no such time."""
    hour, minute, second = (int(clock[at] or 0) for at in (1, 2, 3))
    if clock[5]:
        if not 1 <= hour <= 12:  # noqa: PLR2004  # of a half day
            raise ValueError(clock[0])
        hour = hour % 12 + 12 * (clock[5].lower() == "pm")
    moment = timedelta(hours=hour, minutes=minute, seconds=second)
    if moment >= timedelta(days=1) or max(minute, second) > 59:  # noqa: PLR2004  # of an hour, of a minute
        raise ValueError(clock[0])
    return moment // timedelta(seconds=1) * SECOND + int((clock[4] or "0").ljust(7, "0"))
