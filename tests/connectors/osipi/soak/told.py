"""What a reader reported: of which tag, and of which values that they came too late or are there no more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.pi_simulator.times import parse
from connectors.osipi.webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.connectors.osipi.simulated.expected import Key

_LATE = re.compile(r"([\d,]+) values? between (\S+) and (\S+) came later")
_GONE = re.compile(
    r"([\d,]+) values? (?:at|between) (\S+)(?: and (\S+))? (?:was|were) (?:read and (?:is|are) in the archive no more|deleted)"
)


@dataclass(frozen=True)
class Told:
    """The lines that were reported, each a WebID and a message. Who was killed told some of them twice."""

    lines: frozenset[tuple[str, str]]

    def words_of(self, webid: str) -> str:
        """Give all that was told of a tag."""
        return " ".join(message for one, message in self.lines if one == webid)

    def left(self, keys: Iterable[Key], *, late: bool) -> list[Key]:
        """Give the values that nobody told of: that came late, or that are gone."""
        spans: dict[str, list[tuple[int, int, int]]] = {}
        for webid, message in self.lines:
            for count, start, end in (_LATE if late else _GONE).findall(message):
                span = parse(start, 0), parse(end or start, 0), int(count.replace(",", ""))
                spans.setdefault(stable_id(webid), []).append(span)
        wanted: dict[str, list[Key]] = {}
        for key in keys:
            wanted.setdefault(stable_id(key[0]), []).append(key)
        untold: list[Key] = []
        for tag, some in wanted.items():
            own = spans.get(tag, [])
            outside = [key for key in some if not any(start <= key[1] <= end for start, end, _ in own)]
            most = sum(count for *_, count in own)
            untold += outside if len(some) - len(outside) <= most else some
        return untold


def told_in(path: Path) -> Told:
    """Read what was told."""
    lines = path.read_text().splitlines() if path.exists() else []
    return Told(frozenset((webid, message) for webid, _, message in (line.partition("\t") for line in lines)))
