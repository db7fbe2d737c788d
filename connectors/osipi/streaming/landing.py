"""From the archive to the segments: some tags, from where each was left to a stamp, through the pull's own reader."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.osipi.connector import OsipiLakeflowConnect
from connectors.osipi.incremental import Place, progress_of
from connectors.osipi.options import Texts
from connectors.osipi.problems import PiError, PiUnavailableError
from connectors.osipi.reading import FORBIDDEN_OR_GONE
from connectors.osipi.times import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .segments import Segments

TABLE = "pi_timeseries"


class Landing:
    """Lands rows with their offset; `places` are how far each tag was read, as the offset has it."""

    def __init__(self, options: Mapping[str, str], segments: Segments) -> None:
        self._options, self._segments = dict(options), segments
        self._connector: OsipiLakeflowConnect | None = None
        self.places: dict[str, Place] = progress_of(segments.offset).places

    def land(self, tags: Sequence[str], cap: str, *, count_late: bool = True) -> int:
        """Read these tags up to `cap` and commit batch after batch; give how many rows. What can't be read keeps its place.

        Without `count_late` the server is not asked to count what came later than the overlap: that waits for a later read.
        Raises PiError where the server can't be read, OSError where the folder can't be written: what was committed stays.
        """
        one = self._connector or OsipiLakeflowConnect(self._options)
        self._connector = None  # a run that fails leaves it in the middle
        rows = 0
        options = {"tag_webids": ",".join(tags), "endTime": cap + "Z"} | ({} if count_late else {"late_hours": "0"})
        if start := Texts(self._options).text("startTime", "start_time"):  # `*` is later than the cap, which was taken before
            options["startTime"] = min(resolve(start, datetime.now(UTC)), cap) + "Z"
        try:
            while (count := self._step(one, options)) is not None:
                rows += count
        except PiUnavailableError:
            raise
        except PiError as error:  # all of these tags: that is no reason to end, where others can be read
            if error.status not in FORBIDDEN_OR_GONE or not one.problems:
                raise
        else:
            self._connector = one
        return rows

    def _step(self, one: OsipiLakeflowConnect, options: dict[str, str]) -> int | None:
        """Commit the next batch and give its rows; None where there is none."""
        before = self._segments.offset
        rows, after = one.read_table(TABLE, before, options)
        if before == after:
            return None
        count = self._segments.commit(rows, after)
        self.places = progress_of(after).places
        return count
