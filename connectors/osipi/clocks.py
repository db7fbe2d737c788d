"""The server's clock beside the reader's. Nothing is known yet of a time that the server's clock has not reached.

The Date of a run's first answer says what time it is there (RFC 9110, 6.6.1: in whole seconds). Where that is more than a
minute before the reader's time, no tag is taken to be read beyond it: what comes until then would look late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remedy import backfill_command
from .times import seconds_between, shifted

if TYPE_CHECKING:
    from .incremental import Progress
    from .reading import Reading

_TOLERATED = 60.0  # seconds


def latest(reading: Reading) -> str:
    """Give the last stamp up to which the server can have values: now by the reader's clock, or earlier by the server's."""
    server = reading.client.server_now
    return server if server and shifted(server, _TOLERATED) < reading.cap else reading.cap


def tell(reading: Reading, progress: Progress, ahead: float) -> None:
    """Say once that the server's clock is behind, and where tags were read beyond it, by a clock that was right or wrong then.

    ahead: seconds of future data that are read.
    """
    server = reading.client.server_now
    if latest(reading) == reading.cap or reading.client.told_clock:
        return
    reading.client.told_clock = True
    behind = seconds_between(server, reading.cap)
    words = f"the clock of PI Web API is {behind:.0f} s behind this machine's: it is {server}Z there"
    end = max((place.until for place in progress.places.values()), default="")
    if end > shifted(server, ahead + _TOLERATED):
        again = backfill_command(reading.table, server, end)
        words += (
            f". Tags were read up to {end}Z already, so it was put back, or this machine's clock was ahead then: of values that"
            f" are written until it is {end}Z there, those before the overlap are not read; afterwards, read them by `{again}`"
        )
    else:
        words += ", and nothing later is read"
    reading.warn(f"{words}. Set the clock that is wrong (NTP)")
