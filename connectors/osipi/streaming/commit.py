"""From the archive to the segments: some tags, from where each was left to a stamp, through the pull's own reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING

from ..client import PiClient
from ..incremental import Place, Progress, progress_of
from ..options import OptionParser, settings_of
from ..points import tag_webids
from ..problems import PiError, PiUnavailableError
from ..reading import FORBIDDEN_OR_GONE, Reading
from ..roster import keys_to_read
from ..streams import RecordedOptions, read_from
from ..times import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .segments import Segments


class Landing:
    """Lands rows of pi_timeseries with their offset, which is read when this begins and after a failure, not at each commit."""

    def __init__(self, options: Mapping[str, str], segments: Segments) -> None:
        self._options, self._segments = dict(options), segments
        self._client = PiClient(settings_of(options))
        self._names: dict[str, tuple[str, str]] = {}
        self._turn = Lock()  # tags are listed while others land
        # As it was committed; None where a read left it in the middle.
        self._progress: Progress | None = progress_of(segments.offset)

    def places(self, tags: Iterable[str]) -> dict[str, Place]:
        """Give how far each of these tags was read and committed, as copies; those that never were are left out."""
        known = self._committed().places
        return {tag: replace(known[tag]) for tag in tags if tag in known}

    def listed(self, cap: str) -> list[str]:
        """Give the tags that the options ask for, under the WebIDs by which they landed first, and tell what became of tags.

        cap: how far a read goes now (a stamp), before which a tag that is new begins. Raises PiError.
        """
        reading = self._reading(datetime.now(UTC), cap)
        with self._turn:
            progress = self._committed()
            options = RecordedOptions(reading)
            return keys_to_read(reading, progress, lambda: options.first) if progress.places else tag_webids(reading)

    def land(self, tags: Sequence[str], cap: str, *, count_late: bool = True) -> int:
        """Read these tags up to `cap` and commit batch after batch; give how many rows. What can't be read keeps its place.

        Without `count_late` the server is not asked to count what came later than the overlap: that waits for a later read.
        Raises PiError where the server can't be read, OSError where the folder can't be written: what was committed stays.
        """
        now = datetime.now(UTC)
        own = {"tag_webids": ",".join(tags)} | ({} if count_late else {"late_hours": "0"})
        rows = 0
        self._client.forget_clock()
        while True:
            reading = self._reading(now, cap, **own)
            try:
                with self._turn:
                    count = self._step(reading)
            except PiUnavailableError:
                raise
            except PiError as error:
                if error.status not in FORBIDDEN_OR_GONE or not reading.problems:
                    raise
                return rows  # all of these tags: that is no reason to end, where others can be read
            if count is None:
                return rows
            rows += count

    def _reading(self, now: datetime, cap: str, **own: str) -> Reading:
        own |= {"endTime": cap + "Z", "settle_seconds": "0"}  # which the cap has taken into account
        # `*` is later than the cap, which was taken before.
        if start := OptionParser(self._options).text("startTime", "start_time"):
            own["startTime"] = min(resolve(start, now), cap) + "Z"
        return Reading(self._client, OptionParser(self._options | own), now, names=self._names)

    def _committed(self) -> Progress:
        if self._progress is None:
            self._progress = progress_of(self._segments.offset)
        return self._progress

    def _step(self, reading: Reading) -> int | None:
        """Commit the next batch and give its rows; None where there is none."""
        progress, self._progress = self._committed(), None
        blocks = read_from(reading, progress)
        after = progress.to_offset()
        count = None if after == self._segments.offset else self._segments.commit(chain.from_iterable(blocks), after)
        self._progress = progress
        return count
