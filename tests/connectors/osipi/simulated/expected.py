"""What a connector has to land, told by the simulator's truth alone, and what is wrong with what it landed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND, ticks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from apps.pi_simulator.tags import Tag
    from apps.pi_simulator.truth import Truth

# A value's WebID, its time in units of 100 ns, and how many values of the same time are before it.
Key = tuple[str, int, int]
# value, value_text, value_type, state_code, good, questionable, substituted, units.
Told = tuple[Any, ...]


def webid(number: int) -> str:
    return tag(number).identity.web_id()


def moment(ticks: int) -> datetime:
    """Give ticks as a datetime; what is below a microsecond is cut off."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)


def iso(ticks: int) -> str:
    return f"{moment(ticks):%Y-%m-%dT%H:%M:%S}.{ticks % SECOND:07d}Z"


def expected(
    truth: Truth, numbers: Iterable[int], start: int, end: int, now: int, look: Callable[[int], Tag] = tag
) -> dict[Key, Told]:
    """Give what the archive holds of the tags from `start` to `end`, as it is seen at `now` (ticks)."""
    found: dict[Key, Told] = {}
    for number in numbers:
        one, seen = look(number), Counter[int]()
        name = one.identity.web_id()
        values = truth.between(one, start, end, now)
        flags = zip(*(flag.tolist() for flag in values.flags), strict=True)
        for time, value, marks in zip(values.times.tolist(), values.values(), flags, strict=True):
            found[name, time, seen[time]] = (*_columns(value), *marks, one.units)
            seen[time] += 1
    return found


def _columns(value: Any) -> Told:
    if isinstance(value, dict):
        system = value["IsSystem"]
        return None if system else value["Value"], value["Name"], "system" if system else "digital", value["Value"]
    return (None, value, "string", None) if isinstance(value, str) else (value, None, "number", None)


_COLUMNS = ("value", "value_text", "value_type", "state_code")
_MARKS = ("quality_good", "quality_questionable", "quality_substituted", "units")


def key_of(row: Mapping[str, Any]) -> Key:
    time = ticks_of(datetime.fromisoformat(row["timestamp"])) + row["sub_microsecond"]
    return row["tag_webid"], time, row["occurrence"]


def told_by(row: Mapping[str, Any]) -> Told:
    return tuple(row[name] for name in (*_COLUMNS, *_MARKS))


@dataclass
class Findings:
    """How what landed differs from the truth: keys that are missing, that came twice, that nobody wrote, with other values."""

    rows: int
    lost: list[Key] = field(default_factory=list)
    doubled: list[Key] = field(default_factory=list)
    strange: list[Key] = field(default_factory=list)
    wrong: list[Key] = field(default_factory=list)

    @property
    def none(self) -> bool:
        return not (self.lost or self.doubled or self.strange or self.wrong)

    def __str__(self) -> str:
        kinds = {"lost": self.lost, "doubled": self.doubled, "strange": self.strange, "wrong": self.wrong}
        some = "".join(f"; {name} {iso(keys[0][1])} {keys[0]}" for name, keys in kinds.items() if keys)
        return ", ".join(f"{len(keys)} {name}" for name, keys in kinds.items()) + some


def compare(rows: Iterable[Mapping[str, Any]], truth: Mapping[Key, Told]) -> Findings:
    """Compare rows with the truth."""
    counted: Counter[Key] = Counter()
    landed: dict[Key, Told] = {}
    for row in rows:
        key = key_of(row)
        counted[key] += 1
        landed[key] = told_by(row)
    return Findings(
        rows=counted.total(),
        lost=sorted(truth.keys() - landed.keys()),
        doubled=sorted(key for key, count in counted.items() if count > 1),
        strange=sorted(landed.keys() - truth.keys()),
        wrong=sorted(key for key in landed.keys() & truth.keys() if landed[key] != truth[key]),
    )
