"""`make soak`: many seeds, spread over processes; exits with 1 where any value was lost, doubled or wrong."""

from __future__ import annotations

import sys
import time

from tests.connectors.osipi.soak.run import run
from tests.support.seeds import outcomes_of

SEEDS = 200


def main(words: list[str]) -> int:
    """Run the seeds that are named, or as many from 0 on as are wanted by default."""
    begun = time.monotonic()
    outcomes = outcomes_of(words, SEEDS, run)
    bad = sorted(one.seed for one in outcomes if not one.good)
    total = [one.findings for one in outcomes]
    print(  # noqa: T201
        f"{len(outcomes)} seeds, {sum(one.killed for one in outcomes)} kills, {sum(one.rows for one in total)} rows,",
        f"{sum(len(one.lost) for one in total)} lost, {sum(len(one.doubled) for one in total)} doubled,",
        f"{sum(len(one.strange) + len(one.wrong) for one in total)} wrong, in {time.monotonic() - begun:.0f} s",
        f"\nnot as the truth: {bad}" if bad else "",
    )
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
