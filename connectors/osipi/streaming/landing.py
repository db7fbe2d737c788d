"""From the archive to the segments: some tags, from where each was left to a stamp, through the pull's own reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.osipi.connector import OsipiLakeflowConnect
from connectors.osipi.incremental import Place, progress_of
from connectors.osipi.problems import PiError, PiUnavailableError, TagProblem
from connectors.osipi.reading import FORBIDDEN_OR_GONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .segments import Segments

TABLE = "pi_timeseries"


@dataclass(slots=True)
class Landed:
    """What a landing brought: how many rows, and the tags that could not be read."""

    rows: int = 0
    problems: dict[str, TagProblem] = field(default_factory=dict)


class Landing:
    """Lands rows with their offset; `places` are how far each tag was read, as the offset has it."""

    def __init__(self, options: Mapping[str, str], segments: Segments) -> None:
        self._options, self._segments = dict(options), segments
        self._connector: OsipiLakeflowConnect | None = None
        self.places: dict[str, Place] = progress_of(segments.offset).places

    def land(self, tags: Sequence[str], cap: str) -> Landed:
        """Read these tags up to `cap` and commit batch after batch.

        Raises PiError where the server can't be read, OSError where the folder can't be written: what was committed stays.
        """
        one = self._connector or OsipiLakeflowConnect(self._options)
        self._connector = None  # a run that fails leaves it in the middle
        result = Landed()
        options = {"tag_webids": ",".join(tags), "endTime": cap + "Z"}
        try:
            while self._step(one, options, result):
                pass
        except PiUnavailableError:
            raise
        except PiError as error:  # all of these tags: that is no reason to end, where others can be read
            if error.status not in FORBIDDEN_OR_GONE or not one.problems:
                raise
            self._report(one, result)
        else:
            self._connector = one
        return result

    def _step(self, one: OsipiLakeflowConnect, options: dict[str, str], result: Landed) -> bool:
        before = self._segments.offset
        rows, after = one.read_table(TABLE, before, options)
        if before == after:
            self._report(one, result)
            return False
        result.rows += self._segments.commit(rows, after)
        self.places = progress_of(after).places
        self._report(one, result)
        return True

    @staticmethod
    def _report(one: OsipiLakeflowConnect, result: Landed) -> None:
        result.problems |= {problem.webid: problem for problem in one.problems}
