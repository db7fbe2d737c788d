"""A reader that may be killed at any instant: `python -m tests.connectors.osipi.soak.reader ORDER FOLDER`.

Says `ready` once it begins to read, and ends when all was read up to the instant at which the clock ends, of each tag by a run
that told of nothing that it could not read. Exits with 0 then, with 1 where the server could not be read, and with 3 where a
read would not end.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.osipi import OsipiLakeflowConnect
from connectors.osipi.client import PiClient
from connectors.osipi.problems import PiError
from connectors.osipi.reading import FORBIDDEN_OR_GONE
from tests.connectors.osipi.simulated.expected import moment
from tests.connectors.osipi.soak.again import Again
from tests.connectors.osipi.soak.landing import landing_of
from tests.connectors.osipi.soak.plan import Clock, Order

if TYPE_CHECKING:
    from datetime import datetime

    from tests.connectors.osipi.soak.landing import Landing

TABLE = "pi_timeseries"
CLOCK, TOLD, AGAIN = "clock", "told", "again"
MOST_CALLS = 5000  # of one run
LUCK = random.Random()  # noqa: S311  # a death needs no secret


def main(order: Order, folder: Path) -> int:
    landing, clock = landing_of(folder, upsert=order.upsert), Clock(folder / CLOCK, order.end)
    hasty = {"sleep": lambda seconds: time.sleep(min(seconds, 0.002))}
    PiClient.__init__.__kwdefaults__ = {**(PiClient.__init__.__kwdefaults__ or {}), **hasty}
    if landing.offset() is None:
        clock.begin_again()  # who died before anything landed left nothing from which a first read could begin
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        while not _run(order, landing, clock, folder):
            clock.go_on(LUCK.uniform(200, 2000))
    except PiError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _run(order: Order, landing: Landing, clock: Clock, folder: Path) -> bool:
    """Read until nothing is left; say whether that was all there will ever be."""
    asked: list[int] = []
    again = Again(folder / AGAIN)

    def now() -> datetime:
        asked.append(clock())
        return moment(asked[-1] + again.later)

    def between() -> None:
        if LUCK.random() < order.dies_between:
            os.kill(os.getpid(), signal.SIGKILL)

    one = OsipiLakeflowConnect(order.options)
    one.clock = now
    offset = landing.offset()
    for _ in range(MOST_CALLS):
        found, after = one.read_table(TABLE, offset, {})
        rows = list(found)
        again.leave(problem.webid for problem in one.problems if problem.start and problem.status not in FORBIDDEN_OR_GONE)
        with (folder / TOLD).open("a") as file:
            file.writelines(f"{problem.webid}\t{problem.message}\n" for problem in one.problems)
        if after == offset:
            if rows:
                raise SystemExit(4)
            return asked[0] == clock.end and "gaps" not in offset and again.is_whole()
        landing.land(rows, after, between)
        clock.go_on(LUCK.uniform(0, 20))  # the server's time goes on within a run, too
        offset = after
    raise SystemExit(3)


if __name__ == "__main__":
    logging.disable()
    raise SystemExit(main(Order.read(Path(sys.argv[1])), Path(sys.argv[2])))
