"""`make soak`: many seeds, spread over processes; exits with 1 where any value was lost, doubled or wrong."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from tests.connectors.osipi.soak.run import Outcome, run

SEEDS = 200


def main(words: list[str]) -> int:
    """Run the seeds that are named, or as many from 0 on as are wanted by default."""
    seeds = [int(word) for word in words] or list(range(SEEDS))
    begun = time.monotonic()
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(run, seed) for seed in seeds]):
            outcomes.append(done.result())
            print(outcomes[-1], flush=True)  # noqa: T201
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
