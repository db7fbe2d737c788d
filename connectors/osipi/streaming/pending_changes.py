"""What the channels told and what has not landed yet: pure bookkeeping, all times in seconds of one clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


@dataclass(frozen=True, slots=True)
class Event:
    """A value that a channel told of: its tag, its stamp, and whether it stands for one that was changed (Substituted)."""

    webid: str
    stamp: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A read of a tag: it began when (`started`) at the stamp `floor`; `before` are the instants from there on that had landed.

    `seen` are those that have landed now, from `kept` on: what is older is no longer remembered.
    """

    floor: str
    before: Collection[str]
    kept: str
    seen: Collection[str]
    started: float
    patience: float


@dataclass(slots=True)
class News:
    """Tags with news. `told`: of each tag the stamps that were told, with when; `unread`: tags to read whatever was told."""

    told: dict[str, dict[str, float]] = field(default_factory=dict)
    unread: dict[str, float] = field(default_factory=dict)
    changed: set[tuple[str, str]] = field(default_factory=set)

    def tell(self, events: Iterable[Event], now: float) -> None:
        """Take what a channel told."""
        for event in events:
            stamps = self.told.setdefault(event.webid, {})
            if event.changed:
                self.changed.add((event.webid, event.stamp))
                stamps[event.stamp] = now
            else:
                stamps.setdefault(event.stamp, now)

    def read_again(self, webids: Iterable[str], now: float) -> None:
        """Have these tags read though nothing was told of them: a channel opened, or may have missed something."""
        for webid in webids:
            self.unread.setdefault(webid, now)

    @property
    def count(self) -> int:
        """How many values wait."""
        return sum(len(stamps) for stamps in self.told.values())

    def due(self, cap: str) -> list[str]:
        """Give the tags that a read up to the stamp `cap` brings something of."""
        told = [webid for webid, stamps in self.told.items() if min(stamps) <= cap]
        return list(dict.fromkeys([*self.unread, *told]))

    def oldest(self, cap: str) -> float | None:
        """Give when the first of what is due was told; None where nothing is due."""
        times = [when for stamps in self.told.values() for stamp, when in stamps.items() if stamp <= cap]
        return min([*times, *self.unread.values()], default=None)

    def take_unread(self, webids: Iterable[str]) -> dict[str, float]:
        """Take these tags' marks away before they are read: one that is set meanwhile asks for another read."""
        return {webid: self.unread.pop(webid) for webid in webids if webid in self.unread}

    def landed(self, webid: str, read: Read) -> list[Event]:
        """Forget what a read of a tag settled; give the events that it could not reach, for they are to be reported.

        What the read had no value of waits for the next one; told before `read.patience`, it never comes: the archive
        compressed it away, or it was deleted.
        """
        missed, waits = [], {}
        for stamp, when in self.told.pop(webid, {}).items():
            was_changed = (webid, stamp) in self.changed
            if was_changed and when >= read.started:  # whether it was read before the change or after, the next read tells
                waits[stamp] = when
                continue
            if stamp < read.floor or (was_changed and stamp in read.before):
                missed.append(Event(webid, stamp, was_changed))
            elif stamp not in read.seen and when >= (read.started if stamp < read.kept else read.patience):
                waits[stamp] = when
                continue
            self.changed.discard((webid, stamp))
        if waits:
            self.told[webid] = waits
        return missed

    def forget(self, webid: str) -> None:
        """Drop the news of a tag that can't be read."""
        self.unread.pop(webid, None)
        for stamp in self.told.pop(webid, {}):
            self.changed.discard((webid, stamp))
