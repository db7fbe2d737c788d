"""What a seed decides: the server's badness, the reader's options, and how it lands what it read."""

from __future__ import annotations

import json
import mmap
import random
import struct
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from apps.pi_simulator.changes import Change, Kind, random_changes
from apps.pi_simulator.times import SECOND, parse
from tests.connectors.osipi.simulated.expected import iso, webid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = parse("2026-03-01T12:00:00Z", 0)
# One tag of each kind, some of the plain one, a name with odd letters; number 9 is the one that may vanish.
TAGS = (0, 1, 9, 11, 22, 33, 44, 55, 66, 77, 88, 90)
VANISHING, POINTS = 10, 100
CHANGED = 0.7  # of the seeds have points and servers renamed, deleted, made anew, hidden and shown
# Values come up to two hours and five minutes late, and the server's clock is up to four minutes off. With the first of these
# overlaps all of them are read, with the others those that come later are told.
OVERLAPS, MOST_SKEW = (130, 130, 10, 5), 240
COMPRESSED, READ_AGAIN = 0.7, 0.2  # of the seeds have tags that compress; read past values again
USER = "reader"
_TIME = struct.Struct("<q")


class Clock:
    """The time (ticks) that a server and its readers share, in a file of eight bytes; it goes on where a reader has it go on.

    So it depends on no machine's speed how much happens between two reads, and a reader that dies takes no time with it.
    """

    def __init__(self, path: Path, end: int) -> None:
        self.end = end
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _TIME.size)

    def __call__(self) -> int:
        now: int = _TIME.unpack(self._shared[:])[0]
        return now

    def go_on(self, seconds: float) -> None:
        """Move on, but not beyond the end."""
        self._shared[:] = _TIME.pack(min(self.end, self() + int(seconds * SECOND)))

    def begin_again(self) -> None:
        """Go back to START."""
        self._shared[:] = _TIME.pack(START)

    def going_on(self, pace: float, luck: random.Random) -> Callable[[], int]:
        """Give a clock that goes on by so many seconds at most each time that it is asked."""

        def now() -> int:
            self.go_on(luck.uniform(0, pace))
            return self()

        return now

    @classmethod
    def begin(cls, path: Path, end: int) -> Clock:
        """Make the file; the time is START."""
        path.write_bytes(_TIME.pack(START))
        return cls(path, end)


@dataclass(frozen=True)
class Plan:
    """All that a run of a seed needs. Times are in ticks; `kills` are the seconds after which each reader but the last dies.

    `pace`: by how many seconds at most the clock goes on with each request, so that values come between two pages of a read.
    """

    seed: int
    end: int
    share: float
    skew: int
    vanishes_at: int
    oidc: bool
    upsert: bool
    dies_between: float
    kills: tuple[float, ...]
    options: dict[str, str]
    changes: tuple[Change, ...] = ()
    compression: bool = False
    pace: float = 0.0


def plan_of(seed: int) -> Plan:
    luck, other = random.Random(seed), random.Random(f"{seed} compression")  # noqa: S311  # tests need no secrets
    seconds = luck.randrange(5400, 10800)
    options = {
        "tag_webids": ",".join(map(webid, TAGS)),
        "startTime": iso(START),
        "overlap_minutes": str(other.choice(OVERLAPS)),
        "tags_per_request": str(luck.choice([2, 5, 12])),
        "parts_per_batch": str(luck.choice([2, 100])),
        "max_url_length": str(luck.choice([900, 1900])),
        "maxCount": luck.choice(["", "1000", "400"]),
        "max_records_per_batch": str(luck.choice([300, 3000, 100_000])),
        "threads": str(luck.choice([1, 1, 3])),
    }
    changes: tuple[Change, ...] = ()
    if luck.random() < CHANGED:  # the tags are listed: only what is listed can come and go
        del options["tag_webids"], options["startTime"]
        options["lookback_minutes"] = "1"
        hidden = tuple(Change(0, Kind.HIDE, number) for number in range(POINTS) if number not in TAGS)
        steady = [number for number in TAGS if number % VANISHING != VANISHING - 1]
        # By the server's clock the first read is up to MOST_SKEW after START; a tag that was not listed then begins later.
        first, last = START + (MOST_SKEW + 1) * SECOND, START + (seconds - MOST_SKEW) * SECOND
        changes = hidden + random_changes(seed, steady, first, last, luck.randrange(1, 8))
    if other.random() < READ_AGAIN:
        options["reread_hours"] = "24"
    return Plan(
        seed=seed,
        end=START + seconds * SECOND,
        share=luck.uniform(0.05, 0.3),
        skew=luck.randrange(-MOST_SKEW, MOST_SKEW) * SECOND,
        vanishes_at=START + luck.randrange(seconds // 4, 2 * seconds) * SECOND,
        oidc=luck.random() < 0.5,
        upsert=seed % 2 == 1,
        dies_between=luck.uniform(0.0, 0.2),
        kills=tuple(luck.uniform(0.0, luck.choice([0.05, 0.4, 0.8])) for _ in range(luck.randrange(3, 8))),
        options=options,
        changes=changes,
        compression=other.random() < COMPRESSED,
        pace=other.choice([0.0, 0.2, 2.0]),
    )


@dataclass(frozen=True)
class Order:
    """What a reader is told: where to read, until when, and how to land it."""

    end: int
    options: dict[str, str]
    upsert: bool
    dies_between: float

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Order:
        return cls(**json.loads(path.read_text()))
