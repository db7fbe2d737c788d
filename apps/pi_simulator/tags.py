"""The tags: each a pure function of the seed and its number, so that a million of them start at once.

Besides those that are counted and listed there are a few `CROWDS`, found by their name or WebID alone, whose values crowd.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from .times import SECOND
from .webids import Identity, guid

SERVER = "SIM-PI"
SERVER_ID = guid("server", SERVER)
SETS = {
    "Modes": ("Auto", "Manual", "Cascade", "Program"),
    "Valves": ("Closed", "Opening", "Open", "Closing"),
    "System": ("No Data", "I/O Timeout", "Bad Input", "Shutdown", "Pt Created"),
}
SYSTEM_STATES = {"Bad Input": 255, "I/O Timeout": 246, "Shutdown": 254, "No Data": 248, "Pt Created": 253}
# Seconds between two values; their mean makes 1,040 tags give about 375,000 values an hour.
PERIODS = (5, 5, 5, 10, 10, 10, 20, 30, 60, 60)
BURST = 1200
# What comes at once at each full hour: the tag's name, how many values, and how many of them share an instant.
_CROWDS = (
    ("Crowd.Instant.300", 300, 300),
    ("Crowd.Instant.2500", 2500, 2500),
    ("Crowd.Second.1200", 1200, 1),
    ("Crowd.Sevens.1200", 1200, 7),
)
_FIRST_CROWD = 1_000_000_000  # a number that no counted tag has
CROWDS = {name: _FIRST_CROWD + at for at, (name, *_) in enumerate(_CROWDS)}
_MEASURES = (("Flow", "m3/h"), ("Temperature", "°C"), ("Pressure", "bar"), ("Level", "%"), ("Speed", "rpm"))
_ODD = 90
_COMPRESSED = 3  # of so many tags one, those of the kinds that can be
_ODD_NAMES = ("'quoted'", "a/b", 'say "so"', "Größe", "温度", "50% & more")


@dataclass(frozen=True, slots=True)
class Tag:
    """A PI point. `period` is the ticks between its values; `burst` of them come within one second where it is not 0.

    They are spread over that second, unless they are `crowded`: so many share an instant, and the next one is 100 ns later.
    `since`: when it was made, before which it has no values (ticks); 0 for one that was always there. `compressing`: of its
    events only those land for good that exception reporting and compression leave (`compressing.py`).
    """

    number: int
    name: str
    point_type: str
    units: str
    period: int
    future: bool = False
    burst: int = 0
    crowded: int = 0
    digital_set: str = ""
    server: str = SERVER
    since: int = 0
    compressing: bool = False

    @property
    def step(self) -> bool:
        """Whether values hold until the next, rather than being joined by lines."""
        return self.point_type not in {"Float32", "Float64", "Float16"}

    @property
    def path(self) -> str:
        """The point's path."""
        return f"\\\\{self.server}\\{self.name}"

    @property
    def identity(self) -> Identity:
        """What its WebIDs are made of; a point's own number counts from 1."""
        return Identity("DP", (SERVER_ID,), f"{self.server}\\{self.name}", self.number + 1)


def name_of(number: int) -> str:
    """Give the name of the tag of a number."""
    if number >= _FIRST_CROWD:
        return _CROWDS[number - _FIRST_CROWD][0]
    odd = f".{_ODD_NAMES[number // 100]}" if number % 100 == _ODD and number // 100 < len(_ODD_NAMES) else ""
    return f"Unit{number // 100:02d}.{_MEASURES[number % len(_MEASURES)][0]}.{number:06d}{odd}"


@lru_cache(maxsize=200_000)
def tag(number: int) -> Tag:
    """Give the tag of a number, from 0 or of CROWDS: in each hundred one of every kind besides Float32, some odd names."""
    if number >= _FIRST_CROWD:
        name, burst, crowded = _CROWDS[number - _FIRST_CROWD]
        return Tag(number, name, "Float64", "m3/h", 3600 * SECOND // burst, burst=burst, crowded=crowded)
    name, units = name_of(number), _MEASURES[number % len(_MEASURES)][1]
    period = PERIODS[number % len(PERIODS)] * SECOND
    match number % 100:
        case 11:
            return Tag(number, name, "String", "", period)
        case 22:
            return Tag(number, name, "Digital", "", period, digital_set="Modes")
        case 33:
            return Tag(number, name, "Digital", "", period, digital_set="Valves")
        case 44:
            return Tag(number, name, "Int32", units, period)
        case 55:
            return Tag(number, name, "Blob", "", period)
        case 66:
            return Tag(number, name, "Timestamp", "", period)
        case 77:
            return Tag(number, name, "Float32", units, period, future=True)
        case 88:
            return Tag(number, name, "Float64", units, 3600 * SECOND // BURST, burst=BURST)
    return Tag(number, name, "Float32", units, period)


@lru_cache(maxsize=200_000)
def compressed(one: Tag) -> Tag:
    """Give a tag as it is in an archive that compresses: every third of those that have plain numbers does."""
    plain = one.point_type == "Float32" and not one.future and one.number < _FIRST_CROWD
    return replace(one, compressing=True) if plain and one.number % _COMPRESSED == 0 else one
